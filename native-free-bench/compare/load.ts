import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ServerProcess } from '../process/server-process.ts';
import { median } from './median.ts';
import { CLIENTS, KEYSPACE, PIPELINED_TIMES, PIPELINES, type Scenario } from './scenarios.ts';
import { LOAD_CORE, onCore } from './server.ts';

/** Figures of one server in one scenario: medians over the rounds. */
export interface LoadFigures {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of the server process, user and system, all threads. */
  readonly cpuUsPerRequest: number;
}

/** The same load on two servers. */
export interface Ratios {
  /**
   * The second server's CPU per request over the first's: the median of the rounds' ratios. The two runs of a round are
   * neighbours in time, so what else the machine did weighs on both.
   */
  readonly cpuRatio: number;
  /** Likewise for requests a second, and for the 99th percentile of the latency. */
  readonly rateRatio: number;
  readonly p99Ratio: number;
}

export interface LoadRow extends Ratios {
  readonly scenario: string;
  readonly title: string;
  readonly pipeline: number;
  readonly isRange: boolean;
  readonly redis: LoadFigures;
  readonly mayfly: LoadFigures;
  /** The scenario's own goal for `cpuRatio`, if it has one. */
  readonly cpuRatioMax?: number;
}

export interface LoadSettings {
  readonly rounds: number;
  /** By how much less than a whole run is asked: for trying the tool. */
  readonly requestsFactor: number;
  /** Whether the load has a core to itself. */
  readonly isPinned: boolean;
}

type Pair<T> = readonly [T, T];

/** One run of redis-benchmark. */
interface Run {
  readonly pipeline: number;
  readonly requests: number;
  readonly isPinned: boolean;
}

/**
 * Before each test and pipeline both servers get a round that isn't measured, since a test asks for code of its own that
 * V8 has yet to compile. After so many requests it has.
 */
const WARM_UP_REQUESTS_MAX = 100_000;
const SETTLE_MS = 50;
/** Far longer than any run: redis-benchmark is known to spin for ever, once in some thousands of runs. */
const RUN_TIMEOUT_MS = 60_000;
const RUN_ATTEMPTS = 2;
const run = promisify(execFile);
/** What a scenario has put into a server and left there, by the name it gave it. */
const heldBy = new WeakMap<ServerProcess, string>();

/** Both servers are up: redis-server and Mayfly. */
export async function compareLoad(
  scenario: Scenario,
  servers: Pair<ServerProcess>,
  settings: LoadSettings,
): Promise<LoadRow[]> {
  const rows: LoadRow[] = [];
  for (const pipeline of scenario.pipelines ?? PIPELINES) {
    const { figures, ratios } = await measureInTurn(scenario, pipeline, servers, settings);
    rows.push({
      scenario: scenario.name,
      title: scenario.title,
      pipeline,
      isRange: scenario.isRange ?? false,
      redis: figures[0],
      mayfly: figures[1],
      ...ratios,
      ...(scenario.cpuRatioMax === undefined ? {} : { cpuRatioMax: scenario.cpuRatioMax }),
    });
  }
  return rows;
}

/** A warm-up of each, then rounds: each runs one, then the other, then changes who goes first. */
export async function measureInTurn(
  scenario: Scenario,
  pipeline: number,
  servers: Pair<ServerProcess>,
  { rounds, requestsFactor, isPinned }: LoadSettings,
): Promise<{ figures: Pair<LoadFigures>; ratios: Ratios }> {
  const whole = Math.round(scenario.requests * (pipeline === 1 ? 1 : PIPELINED_TIMES) * requestsFactor);
  const measured: Pair<LoadFigures[]> = [[], []];
  const measureOne = (server: 0 | 1, requests: number): Promise<LoadFigures> =>
    measure(scenario, servers[server], { pipeline, requests, isPinned });
  for (const server of [0, 1] as const) await measureOne(server, Math.min(whole, WARM_UP_REQUESTS_MAX));
  for (let round = 0; round < rounds; round++) {
    for (const server of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const))
      measured[server].push(await measureOne(server, whole));
  }
  const ratioOf = (figure: keyof LoadFigures): number =>
    median(measured[1].map((second, round) => second[figure] / measured[0][round][figure]));
  return {
    figures: [medians(measured[0]), medians(measured[1])],
    ratios: {
      cpuRatio: ratioOf('cpuUsPerRequest'),
      rateRatio: ratioOf('requestsPerSecond'),
      p99Ratio: ratioOf('p99Ms'),
    },
  };
}

/** @throws Error if redis-benchmark fails, or hangs twice */
async function measure(scenario: Scenario, server: ServerProcess, load: Run): Promise<LoadFigures> {
  for (let attempt = 1; ; attempt++) {
    let cpuBeforeUs = 0;
    try {
      const result = await runScenario(scenario, server, load, () => {
        cpuBeforeUs = server.cpuUs();
      });
      return { ...result, cpuUsPerRequest: (server.cpuUs() - cpuBeforeUs) / load.requests };
    } catch (error) {
      const didHang = (error as { killed?: boolean }).killed === true;
      if (!didHang || attempt === RUN_ATTEMPTS) throw error;
    }
  }
}

/**
 * Empties the server, fills it as the scenario wants, lets it settle and runs redis-benchmark.
 * @param onReady called right before the load begins
 */
export async function runScenario(
  scenario: Scenario,
  server: ServerProcess,
  load: Run,
  onReady: () => void = () => {},
): Promise<Omit<LoadFigures, 'cpuUsPerRequest'>> {
  if (scenario.data === undefined || scenario.data !== heldBy.get(server))
    await prepare(scenario, server, load.requests);
  await sleep(SETTLE_MS);
  onReady();
  return redisBenchmark(server.port, scenario, load);
}

async function prepare(scenario: Scenario, server: ServerProcess, requests: number): Promise<void> {
  const connection = await server.connect();
  try {
    await connection.call('FLUSHALL');
    heldBy.delete(server);
    await scenario.prepare(connection, requests);
    if (scenario.data !== undefined) heldBy.set(server, scenario.data);
  } finally {
    connection.close();
  }
}

/** @throws Error with what redis-benchmark printed if it saw an error reply or could not connect */
async function redisBenchmark(
  port: number,
  { benchmarkArgs, clients = CLIENTS, keyspace = KEYSPACE }: Scenario,
  { pipeline, requests, isPinned }: Run,
): Promise<Omit<LoadFigures, 'cpuUsPerRequest'>> {
  const flags = ['-p', port, '-c', clients, '-n', requests, '-P', pipeline, '-r', keyspace, '--csv'].map(String);
  const commandLine = ['redis-benchmark', ...flags, ...benchmarkArgs];
  const [program, ...args] = isPinned ? onCore(LOAD_CORE, commandLine) : commandLine;
  const { stdout, stderr } = await run(program, args, { timeout: RUN_TIMEOUT_MS, killSignal: 'SIGKILL' });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  const [rate, , , p50, , p99] = [...line.matchAll(/"([\d.]+)"/g)].slice(-7).map(([, figure]) => Number(figure));
  if (!(rate > 0)) throw new Error(`redis-benchmark ${benchmarkArgs.join(' ')} printed:\n${stdout}${stderr}`);
  return { requestsPerSecond: rate, p50Ms: p50, p99Ms: p99 };
}

function medians(figures: readonly LoadFigures[]): LoadFigures {
  return {
    requestsPerSecond: median(figures.map(({ requestsPerSecond }) => requestsPerSecond)),
    p50Ms: median(figures.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(figures.map(({ p99Ms }) => p99Ms)),
    cpuUsPerRequest: median(figures.map(({ cpuUsPerRequest }) => cpuUsPerRequest)),
  };
}
