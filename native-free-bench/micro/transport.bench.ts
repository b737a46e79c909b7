/**
 * CPU time of a server process per request, over each transport and of redis-server beside them: "ns/op" is what a
 * PING costs the server, kernel and all, whatever the client does meanwhile. 50 connections, in rounds: each
 * sends its pings, and the next round begins when all have their replies.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { Bench } from 'tinybench';
import { bundleTool } from '../../scripts/bundle-tool.mjs';
import { ServerProcess } from '../process/server-process.ts';

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

/** Clients of a server, which send in rounds. */
class Target {
  readonly server: ServerProcess;
  readonly #clients: Socket[] = [];
  #missingBytes = 0;
  #roundDone: () => void = () => undefined;

  constructor(server: ServerProcess) {
    this.server = server;
  }

  async connectAll(): Promise<void> {
    for (let i = 0; i < CLIENTS; i++) this.#clients.push(await this.#connectOne());
  }

  /** All clients send `pipeline` pings, until `operations` are done. */
  async run(pipeline: number): Promise<void> {
    const request = PING.repeat(pipeline);
    for (let done = 0; done < operations; done += CLIENTS * pipeline) {
      this.#missingBytes = CLIENTS * pipeline * PONG_BYTES;
      const round = new Promise<void>((resolve) => {
        this.#roundDone = resolve;
      });
      for (const client of this.#clients) client.write(request);
      await round;
    }
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.server.stop();
  }

  async #connectOne(): Promise<Socket> {
    const client = connect({ port: this.server.port, host: '127.0.0.1', noDelay: true });
    client.on('data', (chunk: Buffer) => {
      this.#missingBytes -= chunk.length;
      if (this.#missingBytes === 0) this.#roundDone();
    });
    await once(client, 'connect');
    return client;
  }
}

const targets: Target[] = [];
export default async function transportSuite(): Promise<Bench> {
  const server = await bundleTool(process.cwd(), join('native-free-bench', 'micro', 'transport-ping-server.ts'));
  const start = async (name: string, commandLine: (port: string) => string[]): Promise<void> => {
    const port = await freePort();
    targets.push(new Target(await ServerProcess.start(name, port, commandLine(String(port)))));
  };
  for (const name of ['io_uring', 'epoll', 'net'])
    await start(name, (port) => [process.execPath, server, name, port, String(PING.length)]);
  if (spawnSync('redis-server', ['--version']).status === 0)
    await start('redis-server', (port) => ['redis-server', '--port', port, '--save', '']);
  await Promise.all(targets.map((target) => target.connectAll()));
  const bench = new Bench({ name: 'server CPU a PING', iterations: 20, time: 0, warmupIterations: 5, warmupTime: 0 });
  for (const pipeline of PIPELINES) {
    for (const target of targets) {
      bench.add(`${target.server.name}, -P ${pipeline}`, async () => {
        const beforeUs = target.server.cpuUs();
        await target.run(pipeline);
        return { overriddenDuration: (target.server.cpuUs() - beforeUs) / 1000 };
      });
    }
  }
  return bench;
}

export async function close(): Promise<void> {
  await Promise.all(targets.map((target) => target.close()));
}
