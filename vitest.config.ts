import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Assertions are on: src/base reads MAYFLY_ASSERT, and only the release build sets it to '0'.
    env: { MAYFLY_ASSERT: '1' },
    // Test files start servers and shared memory of their own; a process each keeps them apart.
    pool: 'forks',
    // Most of a test's time is waiting for servers: two at once on two cores, where vitest would run one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    setupFiles: ['test/support/seed.ts'],
    // Two cores run all of it at once; a test that starts servers and threads may have to wait for its turn.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // On a machine shared with others a moment without a CPU is no fault of the code; a fault comes twice.
    retry: process.env.CI ? 1 : 0,
  },
});
