/** `npm run bench:compare`: Mayfly and redis-server side by side, in turn, on this machine. See `--help`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { join } from 'node:path';
import { drawCharts } from './charts.ts';
import { compareLoad, type LoadRow } from './load.ts';
import { compareMemory, DATASETS, type MemoryRow } from './memory.ts';
import { type CompareOptions, parseCompareOptions, USAGE } from './options.ts';
import { compareGrowth, compareKeysLoop, compareStart, type FigureRow } from './pauses.ts';
import {
  type Comparison,
  countVerdicts,
  figureTable,
  loadTable,
  markdownReport,
  memoryTable,
  plainTable,
} from './report.ts';
import { SCENARIOS } from './scenarios.ts';
import { type Server, withServer } from './server.ts';

const RESULTS = join('native-free-bench', 'results');
const QUICK_REQUESTS = 0.2;
const QUICK_KEYS = 0.05;

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const isWanted = ({ only }: CompareOptions, name: string): boolean => only.length === 0 || only.includes(name);

/** Measures one thing and adds its rows. A failure is told and the rest goes on: a long run keeps what it has. */
async function attempt<Row>(rows: Row[], title: string, measure: () => Promise<Row[]>): Promise<void> {
  try {
    rows.push(...(await measure()));
    say(`${title}: measured`);
  } catch (error) {
    process.exitCode = 1;
    say(`${title}: FAILED, ${error instanceof Error ? error.message : error}`);
  }
}

/** Both servers stay up and are measured in turn: an idle one costs nothing, and a start for each round would. */
async function measureLoad(options: CompareOptions): Promise<LoadRow[]> {
  const rows: LoadRow[] = [];
  if (!options.parts.includes('load')) return rows;
  const factor = options.quick ? QUICK_REQUESTS : 1;
  await withServer('redis', options.port + 1, (redis) =>
    withServer('mayfly', options.port, async (mayfly) => {
      for (const scenario of SCENARIOS.filter(({ name }) => isWanted(options, name))) {
        await attempt(rows, scenario.title, () => compareLoad(scenario, [redis, mayfly], options.rounds, factor));
      }
    }),
  );
  return rows;
}

async function measureMemory(options: CompareOptions): Promise<MemoryRow[]> {
  const rows: MemoryRow[] = [];
  if (!options.parts.includes('memory')) return rows;
  const factor = options.quick ? QUICK_KEYS : 1;
  for (const dataset of DATASETS.filter(({ name }) => isWanted(options, name))) {
    await attempt(rows, dataset.title, async () => [await compareMemory(dataset, options.port, factor)]);
  }
  return rows;
}

async function measureFigures({ parts, port, quick }: CompareOptions): Promise<FigureRow[]> {
  const rows: FigureRow[] = [];
  const factor = quick ? QUICK_KEYS : 1;
  if (parts.includes('start')) await attempt(rows, 'start', () => compareStart(port));
  if (parts.includes('pauses')) {
    await attempt(rows, 'KEYS * in a loop', () => compareKeysLoop(port, factor));
    await attempt(rows, 'growth', () => compareGrowth(port, factor));
  }
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
    isQuick: options.quick,
    figures: await measureFigures(options),
    memory: await measureMemory(options),
    load: await measureLoad(options),
  };
}

async function main(args: string[]): Promise<void> {
  const options = parseCompareOptions(args);
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const comparison = await compare(options);
  for (const table of [loadTable(comparison), memoryTable(comparison), figureTable(comparison)]) {
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
