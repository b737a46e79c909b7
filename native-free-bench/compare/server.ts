import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '../client/connection.ts';

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

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 20_000;
const CONNECT_EVERY_MS = 2;

export interface StartOptions {
  readonly nodeFlags?: readonly string[];
  readonly isPinned?: boolean;
}

/** One of the two programs compared, as a process of its own in an empty folder of its own. */
export class Server {
  readonly name: ServerName;
  readonly port: number;
  /** From starting the process until it answered a PING. */
  readonly firstPongMs: number;
  /** What a scenario has put into it and left there, by name. */
  holds: string | undefined;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(name: ServerName, port: number, firstPongMs: number, process: ChildProcess, folder: string) {
    this.name = name;
    this.port = port;
    this.firstPongMs = firstPongMs;
    this.#process = process;
    this.#folder = folder;
  }

  /**
   * @param how.nodeFlags for the Node that runs Mayfly
   * @param how.isPinned whether it has a core of its own
   * @throws Error with what the server printed if it ends or doesn't answer in time
   */
  static async start(name: ServerName, port: number, how: StartOptions = {}): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), `compare-${name}-`));
    const commandLine = commandOf(name, how.nodeFlags ?? []);
    const [program, ...args] = how.isPinned ? onCore(SERVER_CORE, commandLine) : commandLine;
    const settings = ['--port', String(port), '--save', '', '--appendonly', 'no'];
    const startedAtMs = performance.now();
    const child = spawn(program, [...args, ...settings, ...flagsOf(name)], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    const keep = (chunk: Buffer): void => {
      printed = (printed + chunk.toString()).slice(-4000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error;
    });
    while (!(await answers(port))) {
      if (failure === undefined && child.exitCode === null && performance.now() - startedAtMs < START_TIMEOUT_MS) {
        await sleep(CONNECT_EVERY_MS);
        continue;
      }
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
      throw new Error(`${name} does not serve on port ${port}. It printed:\n${printed}`, { cause: failure });
    }
    return new Server(name, port, performance.now() - startedAtMs, child, folder);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  connect(): Promise<Connection> {
    return Connection.open({ host: '127.0.0.1', port: this.port });
  }

  /**
   * CPU time, user and system, of all threads so far, in µs. From the scheduler's own account in ns where the kernel
   * keeps one: clock ticks of 10 ms are too coarse for runs of a second.
   */
  cpuUs(): number {
    let sumNs = 0;
    for (const thread of readdirSync(`/proc/${this.pid}/task`)) {
      try {
        sumNs += Number(readFileSync(`/proc/${this.pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
      } catch (error) {
        // A thread that ended between the two reads is no longer ours to count.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && (error as NodeJS.ErrnoException).code !== 'ESRCH') {
          throw error;
        }
      }
    }
    return sumNs / 1000;
  }

  residentBytes(): number {
    const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const exited = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      const impatient = setTimeout(() => this.#process.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(impatient);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Runs `use` with a fresh server and ends the server whatever happens. */
export async function withServer<T>(
  name: ServerName,
  port: number,
  use: (server: Server) => Promise<T>,
  how: StartOptions = {},
): Promise<T> {
  const server = await Server.start(name, port, how);
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

function commandOf(name: ServerName, nodeFlags: readonly string[]): string[] {
  if (name === 'redis') return ['redis-server'];
  const other = process.env.MAYFLY_CMD?.split(' ').filter(Boolean) ?? [];
  return other.length > 0 ? other : [process.execPath, ...nodeFlags, join(process.cwd(), 'dist', 'main.js')];
}

function flagsOf(name: ServerName): string[] {
  return name === 'mayfly' ? (process.env.MAYFLY_FLAGS ?? '').split(' ').filter(Boolean) : [];
}

async function answers(port: number): Promise<boolean> {
  try {
    const connection = await Connection.open({ host: '127.0.0.1', port });
    try {
      return (await connection.call('PING')) === '+PONG\r\n';
    } finally {
      connection.close();
    }
  } catch {
    // Not listening yet; the caller watches the time and the process.
    return false;
  }
}
