import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RespClient } from './resp-client.ts';
import { forcedTransport } from './transports.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** How to start a server: `{port}` in an argument stands for the port it is given. */
export interface ServerCommand {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

const PLAIN = ['--port', '{port}', '--save', '', '--appendonly', 'no'];
const OURS = forcedTransport === undefined ? PLAIN : [...PLAIN, '--transport', forcedTransport];

/** The build with assertions on. */
export const mayflyChecked: ServerCommand = {
  name: 'mayfly',
  program: process.execPath,
  args: [join(root, 'dist-checked', 'main.js'), ...OURS],
};

/** The build that ships. */
export const mayfly: ServerCommand = { ...mayflyChecked, args: [join(root, 'dist', 'main.js'), ...OURS] };

/** `enable-debug-command` only lets tests switch off active expiry and the like. */
export const redisServer: ServerCommand = {
  name: 'redis-server',
  program: process.env.REDIS_SERVER ?? 'redis-server',
  args: [...PLAIN, '--bind', '127.0.0.1', '--enable-debug-command', 'yes', '--loglevel', 'warning'],
};

/** What black-box tests run against: Mayfly, or with TEST_SERVER=redis the real thing, to check the tests themselves. */
export const serverUnderTest: ServerCommand = process.env.TEST_SERVER === 'redis' ? redisServer : mayflyChecked;

/** The oracle's version, or undefined where it isn't installed. */
export function redisServerVersion(): string | undefined {
  const run = spawnSync(redisServer.program, ['--version'], { encoding: 'utf8' });
  return run.status === 0 ? /v=([\d.]+)/.exec(run.stdout)?.[1] : undefined;
}

/** A TCP port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

/** Several threads on a machine that is busy with other tests take their time. */
const START_MS_MAX = 20_000;

/** A server started for a test, in a directory of its own that goes with it. */
export class ServerProcess {
  readonly command: ServerCommand;
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #directory: string;
  #output = '';
  #ended: string | undefined;

  private constructor(command: ServerCommand, port: number) {
    this.command = command;
    this.port = port;
    this.#directory = mkdtempSync(join(tmpdir(), `${command.name}-test-`));
    const args = command.args.map((arg) => arg.replaceAll('{port}', String(port)));
    this.#child = spawn(command.program, args, { cwd: this.#directory, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString('latin1')).slice(-20_000);
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    this.#child.once('error', (error) => {
      this.#ended = error.message;
    });
    this.#child.once('exit', (code, signal) => {
      this.#ended = `exit code ${code}, signal ${signal}`;
    });
    process.once('exit', this.#kill);
  }

  readonly #kill = (): void => {
    this.#child.kill('SIGKILL');
  };

  /** Starts a server and waits until it answers PING; throws with its output when it doesn't within 20 s. */
  static async start(command: ServerCommand, port?: number): Promise<ServerProcess> {
    const server = new ServerProcess(command, port ?? (await freePort()));
    const deadlineMs = Date.now() + START_MS_MAX;
    while (Date.now() < deadlineMs && server.#ended === undefined) {
      try {
        const client = await RespClient.open(server.port);
        await client.call('PING');
        client.close();
        return server;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    const why = server.#ended ?? `no answer within ${START_MS_MAX} ms`;
    await server.stop();
    throw new Error(`${command.program} ${command.args.join(' ')} did not start: ${why}\n${server.output}`);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`no process: ${this.#ended}`);
    return this.#child.pid;
  }

  /** The end of what the server wrote to its standard output and error. */
  get output(): string {
    return this.#output;
  }

  /** Why the server is gone, or undefined while it runs. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** Ends the server: SIGTERM, and SIGKILL after 3 s. */
  async stop(): Promise<void> {
    process.off('exit', this.#kill);
    if (this.#ended === undefined) {
      const gone = new Promise((resolve) => this.#child.once('exit', resolve));
      this.#child.kill('SIGTERM');
      const hard = setTimeout(this.#kill, 3_000);
      await gone;
      clearTimeout(hard);
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
