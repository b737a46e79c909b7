/** `npm run flamegraph -- --missed`: a picture for every load whose goal the kept results say is missed, and a page of them. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeLatency, judgeLoad, judgeRate, type Verdict } from '../native-free-bench/compare/goals.ts';
import { keptResults } from '../native-free-bench/compare/results.ts';
import { markdownTable } from '../native-free-bench/compare/text-table.ts';
import { layerOf, selfTimes } from './layers.ts';
import type { Frame } from './profile.ts';
import type { Taken } from './take.ts';

export interface MissedLoad {
  readonly scenario: string;
  readonly title: string;
  readonly pipeline: number;
  /** Goals that it misses, with what was measured. */
  readonly verdicts: readonly Verdict[];
}

export interface Picture extends MissedLoad {
  /** Name of the SVG, in FOLDER. */
  readonly file: string;
  readonly taken: Taken;
}

export const FOLDER = join('flamegraphs', 'missed');

/** The loads of one page of results, as `io_uring` or `types`, that miss a goal of CPU, rate or latency. */
export function missedLoads(name: string): MissedLoad[] {
  const { load, transport } = keptResults(name);
  return load.flatMap((row) => {
    const verdicts = [judgeLoad, judgeRate, judgeLatency]
      .map((judge) => judge(row, transport))
      .filter((verdict) => verdict !== undefined && !verdict.isMet) as Verdict[];
    const { scenario, title, pipeline } = row;
    return verdicts.length === 0 ? [] : [{ scenario, title, pipeline, verdicts }];
  });
}

export function emptyFolder(): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const file of readdirSync(FOLDER)) if (file.endsWith('.svg')) rmSync(join(FOLDER, file));
}

const COLUMNS: readonly (readonly [string, readonly string[]])[] = [
  ['transport', ['transport']],
  ['server, protocol', ['server', 'protocol', 'config', 'observe', 'pubsub']],
  ['execute, commands', ['execute', 'commands', 'shard']],
  ['types, store, memory', ['types', 'store', 'memory', 'base']],
  ['Node, V8, other', ['node and packages', 'native code and kernel', 'garbage collector']],
];
/** Goals by the first word of what they are for. */
const SHORT: Record<string, string> = { server: 'CPU', requests: 'rate', p99: 'p99' };
const FUNCTIONS_TOLD = 4;

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function functionsOf(root: Frame): string {
  const times = selfTimes(root, ({ name, place }) => [`\`${name}\``, place.replace(/:\d+$/, '')].join(' ').trimEnd());
  return [...times]
    .sort((a, b) => b[1] - a[1])
    .slice(0, FUNCTIONS_TOLD)
    .map(([name, us]) => `${name.replace('src/', '')} ${percent(us / root.totalUs)}`)
    .join(', ');
}

function rowOf({ title, pipeline, verdicts, file, taken }: Picture): string[] {
  const { root } = taken.threads.get('main') as { root: Frame };
  const layers = selfTimes(root, layerOf);
  const shares = COLUMNS.map(
    ([, names]) => names.reduce((sum, name) => sum + (layers.get(name) ?? 0), 0) / root.totalUs,
  );
  const goals = verdicts.map(({ what, figure, goal }) => `${SHORT[what.split(' ')[0]]} ${figure} (${goal})`);
  return [
    `[${title}${pipeline === 1 ? '' : `, -P ${pipeline}`}](${file})`,
    goals.join(', '),
    percent(taken.kernelShare),
    ...shares.map(percent),
    functionsOf(root),
  ];
}

export function missedPage(pictures: readonly Picture[]): string {
  const head = ['load', 'measured (goal)', 'kernel', ...COLUMNS.map(([title]) => title), 'functions themselves'];
  return `${[
    '# Where the time goes where a goal is missed',
    'Written by `npm run flamegraph -- --missed`: the main thread under each load that misses a goal in ' +
      '[io_uring.md](../../native-free-bench/results/io_uring.md) or types.md beside it. *kernel* is the share of its CPU time ' +
      'that the kernel accounts to itself. The columns behind it share out all of the time by layers of src/, a system call ' +
      'being part of the transport that made it: `enter` is the kernel at its work for io_uring. The last column names the ' +
      'functions in which most of the time was spent.',
    markdownTable({ head, rows: pictures.map(rowOf) }),
  ].join('\n\n')}\n`;
}

export function writePage(pictures: readonly Picture[]): void {
  writeFileSync(join(FOLDER, 'README.md'), missedPage(pictures));
}
