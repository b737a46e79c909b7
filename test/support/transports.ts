/**
 * Which tests meet the server through a socket, and on which transports: vitest.config.ts runs those listed here once on
 * each (`npx vitest run --project epoll test/clients` for one), everything else on the one that `auto` takes.
 * `TEST_TRANSPORT=epoll npm test` runs all there is on one; `npm run test:transports` does so on each in turn.
 */

/** What this platform has. On Linux one that can't be had is a failure: a test left out would be taken for passed. */
export const TRANSPORTS = process.platform === 'linux' ? (['io_uring', 'epoll', 'net'] as const) : (['net'] as const);

/** The one that servers under test are told to take, or undefined: whichever is best. */
export const forcedTransport: string | undefined = process.env.TEST_TRANSPORT;

/** Several I/O threads listen on one port, which node:net can't: test/io-threads/server.test.ts says so. */
export const NEEDS_SEVERAL_THREADS: readonly string[] = [
  'test/io-threads/*.test.ts',
  'test/unit/server/renamed-commands.test.ts',
];

/** About protocol and connections, or about who wakes whom. */
export const ON_EACH_TRANSPORT: readonly string[] = [
  'test/clients/ioredis.test.ts',
  'test/clients/node-redis.test.ts',
  'test/differential/malformed.test.ts',
  'test/faults/abuse.test.ts',
  'test/faults/crowds.test.ts',
  'test/faults/hand-off.test.ts',
  'test/faults/late-workers.test.ts',
  'test/faults/slow-readers.test.ts',
  'test/faults/split.test.ts',
  'test/faults/worker-death.test.ts',
  'test/io-threads/blocked.test.ts',
  'test/io-threads/clients.test.ts',
  'test/io-threads/four-threads.test.ts',
  'test/io-threads/pubsub.test.ts',
  'test/io-threads/server.test.ts',
  'test/io-threads/stress.test.ts',
  'test/unit/server/client-eviction.test.ts',
  'test/unit/server/info.test.ts',
  'test/unit/server/limits.test.ts',
  'test/unit/server/listening.test.ts',
  'test/unit/server/monitor.test.ts',
  'test/unit/server/notifications.test.ts',
  'test/unit/server/oracle.test.ts',
  'test/unit/server/transactions.test.ts',
];
