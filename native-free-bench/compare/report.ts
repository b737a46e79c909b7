import { judgeFigure, judgeLoad, judgeMemory, type Verdict } from './goals.ts';
import type { LoadRow } from './load.ts';
import type { MemoryRow } from './memory.ts';
import type { FigureRow } from './pauses.ts';

export interface Comparison {
  readonly measuredAt: string;
  readonly machine: string;
  /** Processes that wanted a core in the minute before: above 1 says that the machine was not quiet. */
  readonly loadAverage: number;
  readonly node: string;
  readonly redis: string;
  /** Mayfly's transport as its INFO names it. */
  readonly transport: string;
  readonly mayflyFlags: string;
  readonly rounds: number;
  readonly isQuick: boolean;
  readonly load: readonly LoadRow[];
  readonly memory: readonly MemoryRow[];
  readonly figures: readonly FigureRow[];
}

type Table = { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };

const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;
const bytes = (count: number): string => Math.round(count).toLocaleString('en');
const kilo = (rate: number): string => (rate / 1000).toFixed(0);
const verdictCells = (verdict: Verdict | undefined): string[] =>
  verdict === undefined ? ['', ''] : [verdict.goal, verdict.isMet ? 'met' : '**missed**'];

export function loadTable({ load, transport }: Comparison): Table {
  return {
    head: [
      'test',
      '-P',
      'CPU µs/request redis',
      'Mayfly',
      'ratio',
      'goal',
      '',
      'k/s redis',
      'Mayfly',
      'p50 ms redis',
      'Mayfly',
      'p99 ms redis',
      'Mayfly',
    ],
    rows: load.map((row) => [
      row.title,
      String(row.pipeline),
      row.redis.cpuUsPerRequest.toFixed(2),
      row.mayfly.cpuUsPerRequest.toFixed(2),
      times(row.cpuRatio),
      ...verdictCells(judgeLoad(row, transport)),
      kilo(row.redis.requestsPerSecond),
      kilo(row.mayfly.requestsPerSecond),
      row.redis.p50Ms.toFixed(2),
      row.mayfly.p50Ms.toFixed(2),
      row.redis.p99Ms.toFixed(2),
      row.mayfly.p99Ms.toFixed(2),
    ]),
  };
}

export function memoryTable({ memory }: Comparison): Table {
  return {
    head: [
      'keys',
      'count',
      'used bytes/key redis',
      'Mayfly',
      'ratio',
      'goal',
      '',
      'resident bytes/key redis',
      'Mayfly',
      'ratio',
    ],
    rows: memory.map((row) => [
      row.title,
      row.keys.toLocaleString('en'),
      bytes(row.redis.usedBytesPerKey),
      bytes(row.mayfly.usedBytesPerKey),
      times(row.usedRatio),
      ...verdictCells(judgeMemory(row)),
      bytes(row.redis.residentBytesPerKey),
      bytes(row.mayfly.residentBytesPerKey),
      times(row.residentRatio),
    ]),
  };
}

export function figureTable({ figures }: Comparison): Table {
  return {
    head: ['what', 'unit', 'redis', 'Mayfly', 'ratio', 'goal', ''],
    rows: figures.map((row) => [
      row.title,
      row.unit,
      row.redis.toFixed(2),
      row.mayfly.toFixed(2),
      times(row.ratio),
      ...verdictCells(judgeFigure(row)),
    ]),
  };
}

export function markdownTable({ head, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const align = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(head), line(align), ...rows.map(line)].join('\n');
}

/** The same table with its columns lined up, for a terminal. */
export function plainTable({ head, rows }: Table): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  return [line(head), ...rows.map(line)].join('\n').replaceAll('**', '');
}

/** `charts` are file names beside the page. */
export function markdownReport(comparison: Comparison, charts: readonly string[]): string {
  const { measuredAt, machine, loadAverage, node, redis, transport, mayflyFlags, rounds, isQuick } = comparison;
  const parts = [
    `# Mayfly on ${transport} beside redis-server`,
    `Measured on ${measuredAt}: ${machine}, load average ${loadAverage.toFixed(1)} before, Node ${node}, redis-server ${redis}, ${rounds} rounds in turn, medians.` +
      `${mayflyFlags === '' ? '' : ` Mayfly's flags: \`${mayflyFlags}\`.`}` +
      `${isQuick ? ' **A quick run: too short for figures to rely on.**' : ''}`,
    ...charts.map((chart) => `![${chart.replace(/\.svg$/, '')}](${chart})`),
  ];
  if (comparison.load.length > 0) {
    parts.push(
      '## Load',
      'Server CPU per request, user and system, all threads of the process: rates on a shared machine swing, this hardly ' +
        'does. The ratio is the median of the rounds. redis-benchmark with 50 connections, 3-byte values, 100,000 random keys.',
      markdownTable(loadTable(comparison)),
    );
  }
  if (comparison.memory.length > 0) parts.push('## Memory', markdownTable(memoryTable(comparison)));
  if (comparison.figures.length > 0) {
    const notes = comparison.figures.flatMap(({ note }) => (note === undefined ? [] : [note]));
    parts.push('## Pauses and start', markdownTable(figureTable(comparison)), ...notes);
  }
  return `${parts.join('\n\n')}\n`;
}

/** Met and missed goals, for the last line of a run. */
export function countVerdicts({ load, memory, figures, transport }: Comparison): { met: number; missed: number } {
  const verdicts = [
    ...load.map((row) => judgeLoad(row, transport)),
    ...memory.map(judgeMemory),
    ...figures.map(judgeFigure),
  ].filter((verdict) => verdict !== undefined);
  const met = verdicts.filter(({ isMet }) => isMet).length;
  return { met, missed: verdicts.length - met };
}
