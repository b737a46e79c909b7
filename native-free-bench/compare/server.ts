import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ServerProcess } from '../process/server-process.ts';

export type ServerName = 'redis' | 'mayfly';

/** Where there are two cores and `taskset`, server and load have one each: they don't take turns on one by chance. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;
export const haveCoresOfTheirOwn = [SERVER_CORE, LOAD_CORE].every(
  (core) => spawnSync('taskset', ['-c', String(core), 'true']).status === 0,
);

/** The command line that runs this one on one core; itself where that can't be done. */
export function onCore(core: number, commandLine: readonly string[]): string[] {
  return haveCoresOfTheirOwn ? ['taskset', '-c', String(core), ...commandLine] : [...commandLine];
}

export interface StartOptions {
  /** For the Node that runs Mayfly. */
  readonly nodeFlags?: readonly string[];
  /** For Mayfly; redis-server gets none. */
  readonly flags?: readonly string[];
  /** Whether it has a core of its own. */
  readonly isPinned?: boolean;
}

/**
 * Starts one of the two programs compared, without persistence.
 * @throws Error with what it printed if it ends or doesn't answer in time
 */
export function startServer(name: ServerName, port: number, how: StartOptions = {}): Promise<ServerProcess> {
  const program = name === 'redis' ? ['redis-server'] : [...mayflyCommand(how.nodeFlags ?? []), ...(how.flags ?? [])];
  const commandLine = [...program, '--port', String(port), '--save', '', '--appendonly', 'no'];
  return ServerProcess.start(name, port, how.isPinned ? onCore(SERVER_CORE, commandLine) : commandLine);
}

/** Runs `use` with a fresh server and ends the server whatever happens. */
export async function withServer<T>(
  name: ServerName,
  port: number,
  how: StartOptions,
  use: (server: ServerProcess) => Promise<T>,
): Promise<T> {
  const server = await startServer(name, port, how);
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

const wordsOf = (name: string): string[] => (process.env[name] ?? '').split(' ').filter(Boolean);

/** Flags for Mayfly that whoever runs the tool wants, beside those of what is measured. */
export const flagsWanted = (): string[] => wordsOf('MAYFLY_FLAGS');

function mayflyCommand(nodeFlags: readonly string[]): string[] {
  const other = wordsOf('MAYFLY_CMD');
  return other.length > 0 ? other : [process.execPath, ...nodeFlags, join(process.cwd(), 'dist', 'main.js')];
}
