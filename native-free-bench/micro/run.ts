/**
 * `npm run bench` runs every suite, `npm run bench -- table hash` those whose file name holds one of the words,
 * `npm run bench -- --json` prints one object a line instead of tables.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Bench } from 'tinybench';
import { bundleTool } from '../../scripts/bundle-tool.mjs';

interface SuiteModule {
  /** Prepares the tasks; the runner runs them. */
  readonly default: () => Bench | Promise<Bench>;
  /** How many operations one call of a task does; figures are told per operation. 1 if not said. */
  readonly operations?: number;
  /** Gives back what the suite holds (sockets, files). */
  readonly close?: () => void | Promise<void>;
}

interface Row {
  readonly task: string;
  readonly 'ns/op': number;
  readonly 'p99 ns/op': number;
  readonly 'ops/s': number;
  readonly '±%': number;
}

const SUFFIX = '.bench.ts';
/** npm runs its scripts in the repository's root. */
const root = process.cwd();
const folder = join(root, 'native-free-bench', 'micro');

function rowsOf(bench: Bench, operations: number): Row[] {
  return bench.tasks.map((task) => {
    const { result } = task;
    if (result.state !== 'completed') {
      const cause = 'error' in result ? result.error : new Error(`the task is ${result.state}`);
      throw new Error(`${bench.name}: ${task.name} failed`, { cause });
    }
    // The median: on a shared machine a few samples hold another process' time slice, and a mean would tell of that.
    const nsPerOperation = (result.latency.p50 * 1e6) / operations;
    return {
      task: task.name,
      'ns/op': round(nsPerOperation),
      'p99 ns/op': round((result.latency.p99 * 1e6) / operations),
      'ops/s': Math.round(1e9 / nsPerOperation),
      '±%': round(result.latency.rme),
    };
  });
}

const round = (value: number): number => Number(value.toPrecision(3));

async function runSuite(file: string, asJson: boolean): Promise<void> {
  const bundled = await bundleTool(root, join(folder, file));
  const module = (await import(pathToFileURL(bundled).href)) as SuiteModule;
  const bench = await module.default();
  await bench.run();
  await module.close?.();
  const rows = rowsOf(bench, module.operations ?? 1);
  const name = file.slice(0, -SUFFIX.length);
  if (asJson) {
    for (const row of rows) console.log(JSON.stringify({ suite: name, ...row }));
  } else {
    console.log(`\n${name}`);
    console.table(Object.fromEntries(rows.map(({ task, ...figures }) => [task, figures])));
  }
}

const args = process.argv.slice(2);
const asJson = args.includes('--json');
const words = args.filter((arg) => arg !== '--json');
const files = readdirSync(folder)
  .filter((file) => file.endsWith(SUFFIX))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) {
  console.error(`no suite matches ${words.join(' ')}`);
  process.exit(1);
}
for (const file of files) await runSuite(file, asJson);
