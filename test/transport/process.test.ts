import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleTool } from '../../scripts/bundle-tool.mjs';
import type { TransportStatistics } from '../../src/transport/transport.ts';
import { Client, until } from './harness.ts';
import { IMPLEMENTATIONS } from './implementations.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Report {
  readonly rssBytes: number;
  readonly opened: number;
  readonly closed: number;
  readonly acceptErrors: string[];
  readonly violations: string[];
  readonly statistics: TransportStatistics;
  readonly descriptors: number;
}

/** An echo server in another process. */
class EchoProcess {
  port = 0;
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private readonly reader: Interface;

  constructor(file: string, implementation: string, limits: string) {
    const command = `${limits} exec ${process.execPath} --expose-gc ${file} '${implementation}'`;
    this.child = spawn('sh', ['-c', command], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.reader = createInterface({ input: this.child.stdout! });
    this.lines = this.reader[Symbol.asyncIterator]();
  }

  async start(): Promise<this> {
    this.port = ((await this.next()) as { port: number }).port;
    return this;
  }

  async report(): Promise<Report> {
    this.child.stdin!.write('report\n');
    return (await this.next()) as Report;
  }

  /** Waits until the server has seen that many connections close, and holds nothing of theirs. */
  async reportOnceClosed(count: number): Promise<Report> {
    const deadlineMs = performance.now() + 20_000;
    for (;;) {
      const report = await this.report();
      if (report.closed >= count && Object.values(report.statistics).every((held) => held === 0)) return report;
      if (performance.now() > deadlineMs)
        throw new Error(`${report.closed} of ${count} connections closed, held ${JSON.stringify(report.statistics)}`);
      await sleep(50);
    }
  }

  /** CPU time of all threads so far, in milliseconds. */
  cpuMs(): number {
    const tasks = `/proc/${this.child.pid}/task`;
    const runNs = readdirSync(tasks).map((task) =>
      Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]),
    );
    return runNs.reduce((sum, ns) => sum + ns, 0) / 1e6;
  }

  /** Resolves with the exit code, after an orderly close. */
  async stop(): Promise<number | null> {
    const exit = new Promise<number | null>((resolve) => this.child.once('exit', resolve));
    this.child.stdin!.end();
    return exit;
  }

  private async next(): Promise<object> {
    const { value, done } = await this.lines.next();
    if (done === true) throw new Error('the echo server ended');
    return JSON.parse(value as string) as object;
  }
}

/** Connects `count` clients, not more than `atOnce` at a time. */
async function connectAll(port: number, count: number, atOnce = 200): Promise<Client[]> {
  const clients: Client[] = [];
  while (clients.length < count) {
    const some = Array.from({ length: Math.min(atOnce, count - clients.length) }, () => new Client(port));
    await Promise.all(some.map((client) => client.connected));
    clients.push(...some);
  }
  return clients;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits for a second in which the server needs less than 1 % of a core. One that spins has none. */
async function idles(server: EchoProcess): Promise<void> {
  const SECONDS_MAX = 20;
  let costMs = 0;
  for (let second = 0; second < SECONDS_MAX; second++) {
    const before = server.cpuMs();
    await sleep(1000);
    costMs = server.cpuMs() - before;
    if (costMs < 10) return;
  }
  throw new Error(`an idle server takes ${costMs} ms of CPU a second`);
}

describe.each(Object.keys(IMPLEMENTATIONS).filter((name) => name !== 'net, copying'))(
  'a process with transport %s',
  (name) => {
    let file: string;
    beforeAll(async () => {
      file = await bundleTool(root, 'test/transport/echo-process.ts');
    });

    async function withServer(limits: string, body: (server: EchoProcess) => Promise<void>): Promise<void> {
      const server = await new EchoProcess(file, name, limits).start();
      let code: number | null = null;
      try {
        await body(server);
      } finally {
        code = await server.stop();
      }
      expect(code).toBe(0);
    }

    it('serves 2,000 idle clients that all speak at once, and is idle again', { timeout: 120_000 }, async () => {
      await withServer('', async (server) => {
        const { descriptors } = await server.report();
        const clients = await connectAll(server.port, 2000);
        // 20 KB each is 40 MB: more than all receive buffers hold.
        const burst = Buffer.alloc(20_000, 'b');
        for (const client of clients) client.socket.write(burst);
        await Promise.all(clients.map((client) => client.receives(burst.length, 50_000)));
        for (const client of clients) client.socket.write('and once more');
        await Promise.all(clients.map((client) => client.receives(burst.length + 13, 50_000)));
        await idles(server);
        for (const client of clients) client.socket.resetAndDestroy();
        await until('all is closed', () => clients.every((client) => client.closed));
        const report = await server.reportOnceClosed(2000);
        expect(report.violations).toEqual([]);
        expect(report.descriptors).toBe(descriptors);
      });
    });

    it('gives memory and descriptors back after 10,000 connections', { timeout: 120_000 }, async () => {
      await withServer('', async (server) => {
        const wave = async (count: number): Promise<void> => {
          const clients = await connectAll(server.port, count);
          for (const client of clients) client.socket.write('hello');
          await Promise.all(clients.map((client) => client.receives(5, 50_000)));
          // A reset leaves no port in TIME_WAIT behind; some close the polite way.
          clients.forEach((client, index) => {
            if (index % 50 === 0) client.socket.end();
            else client.socket.resetAndDestroy();
          });
          await until('all is closed', () => clients.every((client) => client.closed || client.ended), 50_000);
          for (const client of clients) client.socket.destroy();
        };
        await wave(2500);
        const first = await server.reportOnceClosed(2500);
        for (let round = 0; round < 3; round++) await wave(2500);
        const last = await server.reportOnceClosed(10_000);
        expect(last.opened).toBe(10_000);
        expect(last.violations).toEqual([]);
        expect(last.descriptors).toBe(first.descriptors);
        expect(last.rssBytes - first.rssBytes).toBeLessThan(32_000_000);
        await idles(server);
      });
    });

    it('outlives the end of descriptors, without spinning', { timeout: 60_000 }, async () => {
      await withServer('ulimit -n 60;', async (server) => {
        const clients = Array.from({ length: 100 }, () => new Client(server.port));
        for (const client of clients) client.connected.catch(() => undefined);
        for (const client of clients) client.socket.write('x');
        const served = (): Client[] => clients.filter((client) => client.receivedBytes > 0);
        await until('as many are served as there are descriptors for', () => served().length > 10);
        await idles(server);
        expect(served().length).toBeLessThan(60);
        for (const client of clients) client.socket.destroy();
        const another = new Client(server.port);
        another.socket.write('is there room?');
        await another.receives(14);
        const report = await server.report();
        expect(report.violations).toEqual([]);
        // node:net closes what it can't serve, and says nothing.
        if (!name.startsWith('net')) expect(report.acceptErrors[0]).toBe('EMFILE');
        expect(report.acceptErrors.length).toBeLessThan(20);
        another.socket.destroy();
        await server.reportOnceClosed(report.opened);
      });
    });
  },
);
