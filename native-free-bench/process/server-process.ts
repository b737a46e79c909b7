import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '../client/connection.ts';

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 20_000;
const CONNECT_EVERY_MS = 2;

const running = new Set<ServerProcess>();
process.on('exit', () => {
  for (const server of running) server.kill();
});

/** A server that a benchmark has started, as a process of its own in an empty folder of its own. */
export class ServerProcess {
  readonly name: string;
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;
  /** From starting the process until it answered a PING. */
  #firstPongMs = 0;

  private constructor(name: string, port: number, commandLine: readonly string[]) {
    this.name = name;
    this.port = port;
    this.#folder = mkdtempSync(join(tmpdir(), 'bench-'));
    const [program, ...args] = commandLine;
    this.#child = spawn(program, args, { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(this);
  }

  /**
   * @param commandLine with which the server listens on `port`
   * @throws Error with what the server printed if it ends or doesn't answer in time
   */
  static async start(name: string, port: number, commandLine: readonly string[]): Promise<ServerProcess> {
    const startedAtMs = performance.now();
    const server = new ServerProcess(name, port, commandLine);
    const child = server.#child;
    let printed = '';
    const keep = (chunk: Buffer): void => {
      printed = (printed + chunk.toString()).slice(-4000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error;
    });
    while (!(await answers(port))) {
      if (failure === undefined && child.exitCode === null && performance.now() - startedAtMs < START_TIMEOUT_MS) {
        await sleep(CONNECT_EVERY_MS);
        continue;
      }
      server.kill();
      throw new Error(`${name} does not serve on port ${port}. It printed:\n${printed}`, { cause: failure });
    }
    server.#firstPongMs = performance.now() - startedAtMs;
    return server;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get firstPongMs(): number {
    return this.#firstPongMs;
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
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      const impatient = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(impatient);
    }
    this.#forget();
  }

  /** Ends it at once: also when the benchmark itself is broken off. */
  kill(): void {
    this.#child.kill('SIGKILL');
    this.#forget();
  }

  #forget(): void {
    running.delete(this);
    rmSync(this.#folder, { recursive: true, force: true });
  }
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
