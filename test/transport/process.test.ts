import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bundleTool } from '../../scripts/bundle-tool.mjs';
import type { TransportStatistics } from '../../src/transport/transport.ts';
import { idles } from '../support/process-facts.ts';
import { sleep } from '../support/server-facts.ts';
import { Client, until } from './harness.ts';
import { IMPLEMENTATIONS } from './implementations.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Report {
  readonly opened: number;
  readonly closed: number;
  readonly acceptErrors: string[];
  readonly violations: string[];
  readonly statistics: TransportStatistics;
}

/** An echo server in another process. */
class EchoProcess {
  port = 0;
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private readonly reader: Interface;

  constructor(file: string, implementation: string, limits: string) {
    const command = `${limits} exec ${process.execPath} ${file} '${implementation}'`;
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

  get pid(): number {
    return this.child.pid!;
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

describe.each(Object.keys(IMPLEMENTATIONS).filter((name) => name !== 'net, copying'))('transport %s', (name) => {
  it('outlives the end of descriptors, without spinning', { timeout: 60_000 }, async () => {
    const file = await bundleTool(root, 'test/transport/echo-process.ts');
    const server = await new EchoProcess(file, name, 'ulimit -n 60;').start();
    const clients = Array.from({ length: 100 }, () => new Client(server.port));
    for (const { connected, socket } of clients) {
      connected.catch(() => undefined);
      socket.write('x');
    }
    const served = (): Client[] => clients.filter((client) => client.receivedBytes > 0);
    await until('as many are served as there are descriptors for', () => served().length > 10);
    await idles(server.pid);
    expect(served().length).toBeLessThan(60);
    for (const client of clients) client.socket.destroy();
    // node:net closes who comes while there is no room yet.
    const isServed = async (): Promise<boolean> => {
      const another = new Client(server.port);
      another.socket.write('is there room?');
      await until('an answer, or the end', () => another.receivedBytes === 14 || another.closed || another.ended);
      another.socket.destroy();
      return another.receivedBytes === 14;
    };
    while (!(await isServed())) await sleep(20);
    const report = await server.reportOnceClosed((await server.report()).opened);
    expect(report.violations).toEqual([]);
    // node:net closes what it can't serve, and says nothing.
    if (!name.startsWith('net')) expect(report.acceptErrors[0]).toBe('EMFILE');
    expect(report.acceptErrors.length).toBeLessThan(20);
    expect(await server.stop()).toBe(0);
  });
});
