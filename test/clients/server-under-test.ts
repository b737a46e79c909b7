import { mayflyChecked, redisServer, ServerProcess } from '../support/server-process.ts';

/** Mayfly with assertions on, or the real thing with CLIENTS_SERVER=redis: to check the tests themselves. */
export function startServerUnderTest(): Promise<ServerProcess> {
  return ServerProcess.start(process.env.CLIENTS_SERVER === 'redis' ? redisServer : mayflyChecked);
}
