import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Assertions are on: src/base reads MAYFLY_ASSERT, and only the release build sets it to '0'.
    env: { MAYFLY_ASSERT: '1' },
    // Test files start servers and shared memory of their own; a process each keeps them apart.
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
