/**
 * CPU time of a server process per request with one and with two I/O threads: "ns/op" is what a SET or GET of
 * redis-benchmark costs the server, kernel and all. What several threads cost is in two parts: locks and
 * caches that they share, and wake-ups, since each is woken for its own part of what arrives.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { Bench } from 'tinybench';

/** Requests of one call of a task. */
export const operations = 40_000;
const CLIENTS = 100;
const PIPELINES = [1, 16];
const THREADS = [1, 2];

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** A server process that redis-benchmark is let loose on. */
class Target {
  readonly name: string;
  private readonly child: ChildProcess;
  private readonly port: number;

  constructor(name: string, command: readonly string[], port: number) {
    this.name = name;
    this.port = port;
    this.child = spawn(command[0], [...command.slice(1), '--port', String(port), '--save', ''], { stdio: 'ignore' });
  }

  async answers(): Promise<void> {
    for (let tries = 0; ; tries++) {
      const probe = connect(this.port, '127.0.0.1');
      const up = await new Promise<boolean>((resolve) => {
        probe.once('connect', () => resolve(true));
        probe.once('error', () => resolve(false));
      });
      probe.destroy();
      if (up) return;
      if (tries === 100) throw new Error(`${this.name} does not listen`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async run(command: string, pipeline: number): Promise<void> {
    const load = ['-p', this.port, '-n', operations, '-c', CLIENTS, '-P', pipeline, '-t', command, '-q'].map(String);
    const child = spawn('redis-benchmark', load, { stdio: 'ignore' });
    const code = await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject));
    if (code !== 0) throw new Error(`redis-benchmark ended with code ${code}`);
  }

  /** CPU time of all threads of the server so far, in milliseconds. */
  cpuMs(): number {
    const tasks = `/proc/${this.child.pid}/task`;
    const runNs = (task: string): number => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]);
    return readdirSync(tasks).reduce((sum, task) => sum + runNs(task), 0) / 1e6;
  }

  close(): void {
    this.child.kill();
  }
}

const targets: Target[] = [];
// Also when the run is broken off.
process.on('exit', close);

export default async function ioThreadsSuite(): Promise<Bench> {
  if (spawnSync('redis-benchmark', ['--version']).status !== 0) throw new Error('redis-benchmark is needed for this');
  for (const threads of THREADS) {
    const command = [process.execPath, join('dist', 'main.js'), '--io-threads', String(threads)];
    targets.push(new Target(`${threads} thread${threads > 1 ? 's' : ''}`, command, await freePort()));
  }
  await Promise.all(targets.map((target) => target.answers()));
  const bench = new Bench({
    name: 'server CPU a request',
    iterations: 12,
    time: 0,
    warmupIterations: 3,
    warmupTime: 0,
  });
  for (const pipeline of PIPELINES) {
    for (const command of ['set', 'get']) {
      for (const target of targets) {
        bench.add(`${command} -P ${pipeline}, ${target.name}`, async () => {
          const beforeMs = target.cpuMs();
          await target.run(command, pipeline);
          return { overriddenDuration: target.cpuMs() - beforeMs };
        });
      }
    }
  }
  return bench;
}

export function close(): void {
  for (const target of targets) target.close();
}
