/** What is kept of all runs: results/<name>.json. A run replaces the rows that it measured and leaves the others. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measured, Run, Taken } from './circumstances.ts';
import type { FigureRow } from './figures.ts';
import type { LoadRow } from './load.ts';
import { LONG_COMMANDS } from './long-commands.ts';
import { DATASETS, type MemoryRow } from './memory.ts';
import type { Table } from './options.ts';
import { PIPELINES, SCENARIOS } from './scenarios.ts';
import { THREADS_LOADS, type ThreadsRow } from './threads.ts';
import { TYPE_DATASETS, type UsageRow } from './type-memory.ts';
import { TYPE_SCENARIOS } from './type-scenarios.ts';

export const FOLDER = join('native-free-bench', 'results');

/** The tables of a page and what their rows hold. */
export interface RowOf {
  readonly load: LoadRow;
  readonly threads: ThreadsRow;
  readonly memory: MemoryRow;
  readonly usage: UsageRow;
  readonly figures: FigureRow;
}
export type Section = keyof RowOf;

type Sections = { readonly [S in Section]: readonly Measured<RowOf[S]>[] };

export interface Results extends Sections {
  readonly table: Table;
  /** Mayfly's transport as its INFO names it. */
  readonly transport: string;
  /** Those that rows are of. */
  readonly runs: readonly Run[];
}

export const emptyResults = (table: Table, transport: string): Results => ({
  table,
  transport,
  runs: [],
  load: [],
  threads: [],
  memory: [],
  usage: [],
  figures: [],
});

/** What tells the rows of a table apart, in the order in which the table shows them; others are no longer measured. */
const ROW_NAMES: Record<Section, readonly string[]> = {
  load: [...SCENARIOS, ...TYPE_SCENARIOS].flatMap(({ name, pipelines = PIPELINES }) =>
    pipelines.map((pipeline) => `${name} ${pipeline}`),
  ),
  threads: THREADS_LOADS.map(({ scenario, pipeline }) => `${scenario.name} ${pipeline}`),
  memory: DATASETS.map(({ name }) => name),
  usage: TYPE_DATASETS.map(({ name }) => name),
  figures: [
    ...['first_pong', 'idle_cpu', 'idle_rss'],
    ...LONG_COMMANDS.flatMap(({ name }) => [`${name}_loop_p99`, `${name}_loop_p50`]),
    ...['growth_max', 'growth_served', 'growth_p99'],
  ],
};

const NAME_OF: { [S in Section]: (row: RowOf[S]) => string } = {
  load: ({ scenario, pipeline }) => `${scenario} ${pipeline}`,
  threads: ({ scenario, pipeline }) => `${scenario} ${pipeline}`,
  memory: ({ dataset }) => dataset,
  usage: ({ dataset }) => dataset,
  figures: ({ name }) => name,
};

/** `results` with the rows that `run` has measured in place of those of the same name. */
export function withRows<S extends Section>(
  results: Results,
  run: Run,
  section: S,
  rows: readonly RowOf[S][],
  taken: Taken,
): Results {
  const nameOf = NAME_OF[section];
  const sections: Sections = results;
  const byName = new Map(sections[section].map((row) => [nameOf(row), row]));
  for (const row of rows) byName.set(nameOf(row), { ...row, taken });
  const merged = { ...results, [section]: ROW_NAMES[section].flatMap((name) => byName.get(name) ?? []) };
  const { load, threads, memory, usage, figures } = merged;
  const used = new Set([load, threads, memory, usage, figures].flat().map(({ taken: { run } }) => run));
  const runs = [...results.runs.filter(({ startedAt }) => startedAt !== run.startedAt), run];
  return { ...merged, runs: runs.filter(({ startedAt }) => used.has(startedAt)) };
}

const fileOf = (name: string): string => join(FOLDER, `${name}.json`);

/** @throws Error if there is nothing, or something that this version doesn't know */
export function keptResults(name: string): Results {
  const kept = JSON.parse(readFileSync(fileOf(name), 'utf8')) as Results;
  if (kept.runs === undefined) throw new Error(`${fileOf(name)} is of an older form: remove it`);
  return { ...emptyResults(kept.table, kept.transport), ...kept };
}

/**
 * What a run adds to under a name.
 * @throws Error if what is kept there is of another table or transport
 */
export function resultsFor(name: string, table: Table, transport: string): Results {
  if (!existsSync(fileOf(name))) return emptyResults(table, transport);
  const kept = keptResults(name);
  if (kept.table !== table || kept.transport !== transport)
    throw new Error(`${fileOf(name)} is of ${kept.transport} and of the table '${kept.table}': give another --name`);
  return kept;
}

export function writeResults(name: string, results: Results): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(fileOf(name), `${JSON.stringify(results, null, 1)}\n`);
}
