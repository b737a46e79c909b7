/** `npm run bench:compare`: Mayfly and redis-server side by side, in turn, on this machine. See `--help`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { join } from 'node:path';
import { drawCharts } from './charts.ts';
import { compareLoad, type LoadRow } from './load.ts';
import { compareMemory, DATASETS, type MemoryRow } from './memory.ts';
import { type CompareOptions, parseCompareOptions, type Table, USAGE } from './options.ts';
import { compareGrowth, compareKeysLoop, compareStart, type FigureRow } from './pauses.ts';
import { Progress } from './progress.ts';
import {
  type Comparison,
  countVerdicts,
  figureTable,
  latencyTable,
  loadTable,
  markdownReport,
  memoryTable,
  plainTable,
  rateTable,
  usageTable,
} from './report.ts';
import { PIPELINES, SCENARIOS, type Scenario } from './scenarios.ts';
import { haveCoresOfTheirOwn, type Server, withServer } from './server.ts';
import { compareUsage, TYPE_DATASETS, type UsageRow } from './type-memory.ts';
import { TYPE_SCENARIOS } from './type-scenarios.ts';

const RESULTS = join('native-free-bench', 'results');
const QUICK_REQUESTS = 0.2;
const QUICK_KEYS = 0.05;

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const isWanted = ({ only }: CompareOptions, name: string): boolean => only.length === 0 || only.includes(name);
const scenariosOf: Record<Table, readonly Scenario[]> = { list: SCENARIOS, types: TYPE_SCENARIOS };

/** Something to measure, its rows going where they belong. */
interface Task {
  readonly title: string;
  /** A guess, for the estimate of what is left. */
  readonly seconds: number;
  readonly measure: () => Promise<void>;
}

function task<Row>(title: string, seconds: number, rows: Row[], measure: () => Promise<readonly Row[]>): Task {
  return {
    title,
    seconds,
    measure: async () => {
      rows.push(...(await measure()));
    },
  };
}

/** A failure is told and the rest goes on: a long run keeps what it has. */
async function carryOut(tasks: readonly Task[], progress: Progress): Promise<void> {
  for (const { title, seconds, measure } of tasks) {
    let outcome = 'measured';
    try {
      await measure();
    } catch (error) {
      process.exitCode = 1;
      outcome = `FAILED, ${error instanceof Error ? error.message : error}`;
    }
    progress.finished(title, outcome, seconds);
  }
}

interface Rows {
  readonly load: LoadRow[];
  readonly memory: MemoryRow[];
  readonly usage: UsageRow[];
  readonly figures: FigureRow[];
}

const SECONDS_A_RUN = 2;

function loadTasks(options: CompareOptions, rows: Rows, servers: readonly [Server, Server]): Task[] {
  const factor = options.quick ? QUICK_REQUESTS : 1;
  return wantedScenarios(options).map((scenario) =>
    task(scenario.title, secondsOf(scenario, options), rows.load, () =>
      compareLoad(scenario, servers, options.rounds, factor),
    ),
  );
}

function wantedScenarios(options: CompareOptions): readonly Scenario[] {
  if (!options.parts.includes('load')) return [];
  return scenariosOf[options.table].filter(({ name }) => isWanted(options, name));
}

const secondsOf = ({ pipelines = PIPELINES }: Scenario, { rounds, quick }: CompareOptions): number =>
  (rounds + 0.5) * 2 * pipelines.length * SECONDS_A_RUN * (quick ? 0.5 : 1);

/** What is measured with servers of its own. */
function otherTasks(options: CompareOptions, rows: Rows): Task[] {
  const { parts, port, quick, table } = options;
  const factor = quick ? QUICK_KEYS : 1;
  const tasks: Task[] = [];
  if (parts.includes('start')) tasks.push(task('start', 18, rows.figures, () => compareStart(port)));
  if (parts.includes('pauses')) {
    tasks.push(task('KEYS * in a loop', 35, rows.figures, () => compareKeysLoop(port, factor)));
    tasks.push(task('growth', 120 * factor, rows.figures, () => compareGrowth(port, factor)));
  }
  if (!parts.includes('memory')) return tasks;
  if (table === 'types') {
    for (const dataset of TYPE_DATASETS.filter(({ name }) => isWanted(options, name)))
      tasks.push(task(dataset.title, 4, rows.usage, async () => [await compareUsage(dataset, port, factor)]));
  } else {
    for (const dataset of DATASETS.filter(({ name }) => isWanted(options, name)))
      tasks.push(
        task(dataset.title, 15 * factor, rows.memory, async () => [await compareMemory(dataset, port, factor)]),
      );
  }
  return tasks;
}

/** For load both servers stay up and are measured in turn: an idle one costs nothing, and a start for each round would. */
async function measureAll(options: CompareOptions): Promise<Rows> {
  const rows: Rows = { load: [], memory: [], usage: [], figures: [] };
  const progress = new Progress(say);
  const others = otherTasks(options, rows);
  const scenarios = wantedScenarios(options);
  for (const { seconds } of others) progress.expect(1, seconds);
  for (const scenario of scenarios) progress.expect(1, secondsOf(scenario, options));
  say(`${others.length + scenarios.length} measurements, ${progress.remaining()}`);
  await carryOut(others, progress);
  if (scenarios.length === 0) return rows;
  const pinned = { isPinned: true };
  const withRedis = (redis: Server) =>
    withServer(
      'mayfly',
      options.port,
      (mayfly) => carryOut(loadTasks(options, rows, [redis, mayfly]), progress),
      pinned,
    );
  await withServer('redis', options.port + 1, withRedis, pinned);
  return rows;
}

/** What Mayfly's INFO calls its way of talking to the kernel; goals depend on it. */
function transportOf(server: Server): Promise<string> {
  return server.connect().then(async (connection) => {
    const transport = (await connection.info('server')).get('multiplexing_api') ?? 'unknown';
    connection.close();
    return transport;
  });
}

async function compare(options: CompareOptions): Promise<Comparison> {
  const [, redisVersion = 'unknown'] =
    /v=(\S+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' })) ?? [];
  return {
    measuredAt: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, Linux ${release()}`,
    loadAverage: loadavg()[0],
    node: process.versions.node,
    redis: redisVersion,
    transport: await withServer('mayfly', options.port, transportOf),
    mayflyFlags: process.env.MAYFLY_FLAGS ?? '',
    rounds: options.rounds,
    isPinned: haveCoresOfTheirOwn,
    isQuick: options.quick,
    ...(await measureAll(options)),
  };
}

async function main(args: string[]): Promise<void> {
  const options = parseCompareOptions(args);
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  if (options.transport !== undefined)
    process.env.MAYFLY_FLAGS = `--transport ${options.transport} ${process.env.MAYFLY_FLAGS ?? ''}`.trim();
  const comparison = await compare(options);
  const tables = [loadTable, rateTable, latencyTable, memoryTable, usageTable, figureTable];
  for (const table of tables.map((tableOf) => tableOf(comparison))) {
    if (table.rows.length > 0) console.log(`\n${plainTable(table)}`);
  }
  const { met, missed } = countVerdicts(comparison);
  console.log(`\n${met} goals met, ${missed} missed`);

  const name = options.name ?? comparison.transport;
  mkdirSync(RESULTS, { recursive: true });
  const charts: string[] = [];
  for (const [chart, svg] of await drawCharts(comparison)) {
    charts.push(`${name}-${chart}.svg`);
    writeFileSync(join(RESULTS, `${name}-${chart}.svg`), svg);
  }
  writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(comparison, null, 2)}\n`);
  writeFileSync(join(RESULTS, `${name}.md`), markdownReport(comparison, charts));
  console.log(`written to ${join(RESULTS, name)}.md`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
