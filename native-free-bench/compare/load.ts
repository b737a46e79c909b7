import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { KEYSPACE, PIPELINES, type Scenario } from './scenarios.ts';
import { LOAD_CORE, onCore, type Server, type ServerName } from './server.ts';

/** Figures of one server in one scenario: medians over the rounds. */
export interface LoadFigures {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of the server process, user and system, all threads. */
  readonly cpuUsPerRequest: number;
}

export interface LoadRow {
  readonly scenario: string;
  readonly title: string;
  readonly pipeline: number;
  readonly isRange: boolean;
  readonly redis: LoadFigures;
  readonly mayfly: LoadFigures;
  /**
   * Mayfly's CPU per request over redis-server's: the median of the rounds' ratios. The two runs of a round are
   * neighbours in time, so what else the machine did weighs on both.
   */
  readonly cpuRatio: number;
  /** Likewise for requests a second, and for the 99th percentile of the latency. */
  readonly rateRatio: number;
  readonly p99Ratio: number;
  /** The scenario's own goal for `cpuRatio`, if it has one. */
  readonly cpuRatioMax?: number;
}

const CLIENTS = 50;
const SETTLE_MS = 50;
/** Far longer than any run: redis-benchmark is known to spin for ever, once in some thousands of runs. */
const RUN_TIMEOUT_MS = 60_000;
const RUN_ATTEMPTS = 2;
const run = promisify(execFile);

/** Both servers are up; each round runs one, then the other, then changes who goes first. */
export async function compareLoad(
  scenario: Scenario,
  servers: readonly [Server, Server],
  rounds: number,
  requestsFactor: number,
): Promise<LoadRow[]> {
  const rows: LoadRow[] = [];
  for (const pipeline of scenario.pipelines ?? PIPELINES) {
    const requests = Math.round(scenario.requests * (pipeline === 1 ? 1 : 4) * requestsFactor);
    const measured: Record<ServerName, LoadFigures[]> = { redis: [], mayfly: [] };
    for (const server of servers) await measure(scenario, server, pipeline, Math.ceil(requests / 4));
    for (let round = 0; round < rounds; round++) {
      const [first, second] = round % 2 === 0 ? servers : [servers[1], servers[0]];
      for (const server of [first, second]) {
        measured[server.name].push(await measure(scenario, server, pipeline, requests));
      }
    }
    const ratioOf = (figure: keyof LoadFigures): number =>
      median(measured.mayfly.map((mine, round) => mine[figure] / measured.redis[round][figure]));
    rows.push({
      scenario: scenario.name,
      title: scenario.title,
      pipeline,
      isRange: scenario.isRange ?? false,
      redis: medians(measured.redis),
      mayfly: medians(measured.mayfly),
      cpuRatio: ratioOf('cpuUsPerRequest'),
      rateRatio: ratioOf('requestsPerSecond'),
      p99Ratio: ratioOf('p99Ms'),
      ...(scenario.cpuRatioMax === undefined ? {} : { cpuRatioMax: scenario.cpuRatioMax }),
    });
  }
  return rows;
}

/** @throws Error if redis-benchmark fails, or hangs twice */
async function measure(scenario: Scenario, server: Server, pipeline: number, requests: number): Promise<LoadFigures> {
  for (let attempt = 1; ; attempt++) {
    let cpuBeforeUs = 0;
    try {
      const result = await runScenario(scenario, server, pipeline, requests, () => {
        cpuBeforeUs = server.cpuUs();
      });
      return { ...result, cpuUsPerRequest: (server.cpuUs() - cpuBeforeUs) / requests };
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
  server: Server,
  pipeline: number,
  requests: number,
  onReady: () => void = () => {},
): Promise<Omit<LoadFigures, 'cpuUsPerRequest'>> {
  if (scenario.data === undefined || scenario.data !== server.holds) await prepare(scenario, server, requests);
  await sleep(SETTLE_MS);
  onReady();
  return redisBenchmark(server.port, requests, pipeline, scenario);
}

async function prepare(scenario: Scenario, server: Server, requests: number): Promise<void> {
  const connection = await server.connect();
  try {
    await connection.call('FLUSHALL');
    await scenario.prepare(connection, requests);
    server.holds = scenario.data;
  } finally {
    connection.close();
  }
}

/** @throws Error with what redis-benchmark printed if it saw an error reply or could not connect */
async function redisBenchmark(
  port: number,
  requests: number,
  pipeline: number,
  { benchmarkArgs, keyspace = KEYSPACE }: Scenario,
): Promise<Omit<LoadFigures, 'cpuUsPerRequest'>> {
  const flags = ['-p', port, '-c', CLIENTS, '-n', requests, '-P', pipeline, '-r', keyspace, '--csv'].map(String);
  const [program, ...args] = onCore(LOAD_CORE, ['redis-benchmark', ...flags, ...benchmarkArgs]);
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

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
