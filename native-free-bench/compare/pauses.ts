import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleTool } from '../../scripts/bundle-tool.mjs';
import type { Connection } from '../client/connection.ts';
import { median } from './load.ts';
import { padded } from './scenarios.ts';
import { type Server, type ServerName, withServer } from './server.ts';

/** One figure of both servers. */
export interface FigureRow {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly redis: number;
  readonly mayfly: number;
  readonly ratio: number;
  /** What else was seen, in words. */
  readonly note?: string;
}

const FILL_DEPTH = 200;
const GROWTH_KEYS = 10_000_000;
const KEYS_LOOP_KEYS = 1_000_000;
const KEYS_LOOP_MS = 8000;
const STARTS = 5;
const IDLE_MS = 3000;

function row(name: string, title: string, unit: string, redis: number, mayfly: number, note?: string): FigureRow {
  return { name, title, unit, redis, mayfly, ratio: mayfly / redis, ...(note === undefined ? {} : { note }) };
}

/** A helper process that works until it is told to stop, then says in JSON what it saw. */
async function helper<T>(file: string, { port, pid }: Server): Promise<{ stop: () => Promise<T> }> {
  const bundle = await bundleTool(process.cwd(), `native-free-bench/compare/${file}`);
  const child = spawn(process.execPath, [bundle, String(port), String(pid)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const output = text(child.stdout);
  const ended = once(child, 'exit');
  // One that failed has closed its input; its own message is on standard error.
  child.stdin.on('error', () => {});
  return {
    stop: async () => {
      child.stdin.end();
      const [code] = await ended;
      if (code !== 0) throw new Error(`${file} failed`);
      return JSON.parse(await output) as T;
    },
  };
}

const fillStrings = (connection: Connection, keys: number): Promise<void> =>
  connection.fill(keys, FILL_DEPTH, (index) => ['SET', `key:${padded(index)}`, 'xxx']);

interface ProbeFigures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** `maxMs` without what the probe and the server waited for a core. */
  readonly servedMaxMs: number;
}

/** The longest a client waits while the keyspace grows to ten million keys, tables growing under it. */
export async function compareGrowth(port: number, factor: number): Promise<FigureRow[]> {
  const keys = GROWTH_KEYS * factor;
  const measure = (name: ServerName): Promise<ProbeFigures> =>
    withServer(name, port, async (server) => {
      const probe = await helper<ProbeFigures>('probe.ts', server);
      await sleep(500);
      const connection = await server.connect();
      await fillStrings(connection, keys);
      connection.close();
      return probe.stop();
    });
  const redis = await measure('redis');
  const mayfly = await measure('mayfly');
  const title = `while ${keys.toLocaleString('en')} keys are loaded, GET`;
  return [
    row('growth_max', `${title}: longest`, 'ms', redis.maxMs, mayfly.maxMs),
    row(
      'growth_served',
      `${title}: longest, time without a core not counted`,
      'ms',
      redis.servedMaxMs,
      mayfly.servedMaxMs,
    ),
    row('growth_p99', `${title}: p99`, 'ms', redis.p99Ms, mayfly.p99Ms),
  ];
}

/** What other clients feel while one asks for all keys in a loop. */
export async function compareKeysLoop(port: number, factor: number): Promise<FigureRow[]> {
  const keys = KEYS_LOOP_KEYS * factor;
  const measure = (name: ServerName): Promise<ProbeFigures & { answered: number }> =>
    withServer(name, port, async (server) => {
      const connection = await server.connect();
      await fillStrings(connection, keys);
      connection.close();
      const loop = await helper<{ answered: number }>('keys-loop.ts', server);
      await sleep(500);
      const probe = await helper<ProbeFigures>('probe.ts', server);
      await sleep(KEYS_LOOP_MS);
      const figures = await probe.stop();
      return { ...figures, ...(await loop.stop()) };
    });
  const redis = await measure('redis');
  const mayfly = await measure('mayfly');
  const title = `while a client loops KEYS * over ${keys.toLocaleString('en')} keys, GET`;
  const note = `KEYS * was answered ${redis.answered} times by redis-server and ${mayfly.answered} times by Mayfly in ${KEYS_LOOP_MS / 1000} s.`;
  return [
    row('keys_loop_p99', `${title}: p99`, 'ms', redis.p99Ms, mayfly.p99Ms, note),
    row('keys_loop_p50', `${title}: p50`, 'ms', redis.p50Ms, mayfly.p50Ms),
  ];
}

/** From starting the process to the first PONG, and what an idle server costs. */
export async function compareStart(port: number): Promise<FigureRow[]> {
  const firstPongMs: Record<ServerName, number[]> = { redis: [], mayfly: [] };
  const idleCpuMs: Record<ServerName, number> = { redis: 0, mayfly: 0 };
  const idleRss: Record<ServerName, number> = { redis: 0, mayfly: 0 };
  for (let start = 0; start < STARTS; start++) {
    for (const name of ['redis', 'mayfly'] as const) {
      await withServer(name, port, async (server: Server) => {
        firstPongMs[name].push(server.firstPongMs);
        if (start > 0) return;
        await sleep(1000);
        const beforeUs = server.cpuUs();
        await sleep(IDLE_MS);
        idleCpuMs[name] = (server.cpuUs() - beforeUs) / IDLE_MS;
        idleRss[name] = server.residentBytes() / 2 ** 20;
      });
    }
  }
  return [
    row('first_pong', 'from start to the first PONG', 'ms', median(firstPongMs.redis), median(firstPongMs.mayfly)),
    row('idle_cpu', 'CPU of an idle server', 'ms/s', idleCpuMs.redis, idleCpuMs.mayfly),
    row('idle_rss', 'resident memory of an empty server', 'MiB', idleRss.redis, idleRss.mayfly),
  ];
}
