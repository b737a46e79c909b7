import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { forcedTransport, NEEDS_SEVERAL_THREADS, ON_EACH_TRANSPORT, TRANSPORTS } from './test/support/transports.ts';

const ALL = ['test/**/*.test.ts'];

const on = (transport: string, include: readonly string[]): TestProjectInlineConfiguration => ({
  extends: true,
  test: {
    name: transport,
    include: [...include],
    exclude: transport === 'net' ? [...NEEDS_SEVERAL_THREADS] : [],
    env: { TEST_TRANSPORT: transport },
  },
});

const everywhere: TestProjectInlineConfiguration = {
  extends: true,
  test: { name: 'auto', include: ALL, exclude: [...ON_EACH_TRANSPORT] },
};

export default defineConfig({
  test: {
    projects:
      forcedTransport === undefined
        ? [everywhere, ...TRANSPORTS.map((transport) => on(transport, ON_EACH_TRANSPORT))]
        : [on(forcedTransport, ALL)],
    // Assertions are on: src/base reads MAYFLY_ASSERT, and only the release build sets it to '0'.
    env: { MAYFLY_ASSERT: '1' },
    // Test files start servers and shared memory of their own; a process each keeps them apart.
    pool: 'forks',
    // Much of a test's time is waiting for servers: three at once on two cores, where vitest would run one.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    setupFiles: ['test/support/seed.ts'],
    // Two cores run all of it at once; a test that starts servers and threads may have to wait for its turn.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // On a machine shared with others a moment without a CPU is no fault of the code; a fault comes twice.
    retry: process.env.CI ? 1 : 0,
  },
});
