import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface BackgroundStart {
  /** Where this process was started: relative paths in the arguments are read again. */
  readonly directory: string;
  /** The program and its arguments, without the interpreter. */
  readonly args: readonly string[];
  /** What the program reads from standard input. */
  readonly standardInput?: Buffer;
}

/** Set for the process that serves, so that it doesn't go to the background once more. */
const MARK = 'MAYFLY_BACKGROUND';

export function isInBackground(): boolean {
  return process.env[MARK] === '1';
}

/**
 * `daemonize yes`: starts the same program with the same arguments apart from the terminal, and returns its process ID
 * once it runs; the caller then exits. A process with threads can't fork, so this one begins anew.
 * @throws if no process can be started.
 */
export async function startInBackground({ directory, args, standardInput }: BackgroundStart): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, ...args], {
    cwd: directory,
    detached: true,
    stdio: [standardInput === undefined ? 'ignore' : 'pipe', 'ignore', 'ignore'],
    env: { ...process.env, [MARK]: '1' },
  });
  await once(child, 'spawn');
  if (child.stdin !== null) {
    child.stdin.end(standardInput);
    await once(child.stdin, 'finish');
  }
  child.unref();
  return child.pid!;
}
