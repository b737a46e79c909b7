/**
 * CPU time of a server process per request, over each transport and of redis-server beside them: "ns/op" is what a
 * PING costs the server, kernel and all, whatever the client does meanwhile. 50 connections, in rounds: each
 * sends its pings, and the next round begins when all have their replies.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { Bench } from 'tinybench';
import { bundleTool } from '../../scripts/bundle-tool.mjs';

const CLIENTS = 50;
const PING = '*1\r\n$4\r\nPING\r\n';
const PONG_BYTES = 7;
const PIPELINES = [1, 16];
/** Requests of one call of a task. */
export const operations = CLIENTS * 16 * 4;

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** A server process and clients connected to it. */
class Target {
  readonly name: string;
  private readonly child: ChildProcess;
  private readonly port: number;
  private clients: Socket[] = [];
  private missingBytes = 0;
  private roundDone: () => void = () => undefined;

  constructor(name: string, command: readonly string[], port: number) {
    this.name = name;
    this.port = port;
    this.child = spawn(command[0], command.slice(1), { stdio: 'ignore' });
  }

  async connectAll(): Promise<void> {
    await this.listening();
    this.clients = await Promise.all(Array.from({ length: CLIENTS }, () => this.connectOne()));
  }

  /** All clients send `pipeline` pings, until `operations` are done. */
  async run(pipeline: number): Promise<void> {
    const request = PING.repeat(pipeline);
    for (let done = 0; done < operations; done += CLIENTS * pipeline) {
      this.missingBytes = CLIENTS * pipeline * PONG_BYTES;
      const round = new Promise<void>((resolve) => {
        this.roundDone = resolve;
      });
      for (const client of this.clients) client.write(request);
      await round;
    }
  }

  /** CPU time of all threads of the server so far, in milliseconds. */
  cpuMs(): number {
    const tasks = `/proc/${this.child.pid}/task`;
    const runNs = (task: string): number => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]);
    return readdirSync(tasks).reduce((sum, task) => sum + runNs(task), 0) / 1e6;
  }

  close(): void {
    for (const client of this.clients) client.destroy();
    this.child.kill();
  }

  private async listening(): Promise<void> {
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

  private async connectOne(): Promise<Socket> {
    const client = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    client.on('data', (chunk: Buffer) => {
      this.missingBytes -= chunk.length;
      if (this.missingBytes === 0) this.roundDone();
    });
    await new Promise((resolve) => client.once('connect', resolve));
    return client;
  }
}

const targets: Target[] = [];
// Also when the run is broken off.
process.on('exit', close);

export default async function transportSuite(): Promise<Bench> {
  const server = await bundleTool(process.cwd(), join('native-free-bench', 'micro', 'transport-ping-server.ts'));
  for (const name of ['io_uring', 'epoll', 'net']) {
    const port = await freePort();
    targets.push(new Target(name, [process.execPath, server, name, String(port), String(PING.length)], port));
  }
  if (spawnSync('redis-server', ['--version']).status === 0) {
    const port = await freePort();
    targets.push(new Target('redis-server', ['redis-server', '--port', String(port), '--save', ''], port));
  }
  await Promise.all(targets.map((target) => target.connectAll()));
  const bench = new Bench({ name: 'server CPU a PING', iterations: 20, time: 0, warmupIterations: 5, warmupTime: 0 });
  for (const pipeline of PIPELINES) {
    for (const target of targets) {
      bench.add(`${target.name}, -P ${pipeline}`, async () => {
        const beforeMs = target.cpuMs();
        await target.run(pipeline);
        return { overriddenDuration: target.cpuMs() - beforeMs };
      });
    }
  }
  return bench;
}

export function close(): void {
  for (const target of targets) target.close();
}
