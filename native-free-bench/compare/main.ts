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

/** Both servers stay up and are measured in turn: an idle one costs nothing, and a start for each round would. */
function measureLoad(options: CompareOptions): Promise<LoadRow[]> {
  return withServer('redis', options.port + 1, (redis) =>
    withServer('mayfly', options.port, async (mayfly) => {
      const rows: LoadRow[] = [];
      for (const scenario of SCENARIOS.filter(({ name }) => isWanted(options, name))) {
        for (const row of await compareLoad(
          scenario,
          [redis, mayfly],
          options.rounds,
          options.quick ? QUICK_REQUESTS : 1,
        )) {
          say(`${row.title}, -P ${row.pipeline}: ${row.cpuRatio.toFixed(2)} × the CPU of redis-server`);
          rows.push(row);
        }
      }
      return rows;
    }),
  );
}

async function measureMemory(options: CompareOptions): Promise<MemoryRow[]> {
  const rows: MemoryRow[] = [];
  for (const dataset of DATASETS.filter(({ name }) => isWanted(options, name))) {
    const row = await compareMemory(dataset, options.port, options.quick ? QUICK_KEYS : 1);
    say(`${row.title}: ${row.usedRatio.toFixed(2)} × the memory of redis-server`);
    rows.push(row);
  }
  return rows;
}

async function measureFigures(options: CompareOptions): Promise<FigureRow[]> {
  const factor = options.quick ? QUICK_KEYS : 1;
  const rows: FigureRow[] = [];
  if (options.parts.includes('start')) rows.push(...(await compareStart(options.port)));
  if (options.parts.includes('pauses')) {
    rows.push(...(await compareKeysLoop(options.port, factor)), ...(await compareGrowth(options.port, factor)));
  }
  for (const row of rows) say(`${row.title}: ${row.mayfly.toFixed(2)} ${row.unit} beside ${row.redis.toFixed(2)}`);
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
    memory: options.parts.includes('memory') ? await measureMemory(options) : [],
    load: options.parts.includes('load') ? await measureLoad(options) : [],
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
