import { judgeFigure, judgeLatency, judgeLoad, judgeMemory, judgeRate, judgeUsage, type Verdict } from './goals.ts';
import type { LoadRow } from './load.ts';
import type { MemoryRow } from './memory.ts';
import type { FigureRow } from './pauses.ts';
import type { UsageRow } from './type-memory.ts';

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
  /** Server and load each had a core to itself. */
  readonly isPinned: boolean;
  readonly isQuick: boolean;
  readonly load: readonly LoadRow[];
  readonly memory: readonly MemoryRow[];
  readonly usage: readonly UsageRow[];
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

/** Requests a second with a pipeline; goals that the CPU alone doesn't tell of. */
export function rateTable({ load, transport }: Comparison): Table {
  return {
    head: ['test', '-P', 'k/s redis', 'Mayfly', 'ratio', 'goal', ''],
    rows: load.flatMap((row) => {
      const verdict = judgeRate(row, transport);
      const { title, pipeline, redis, mayfly, rateRatio } = row;
      const rates = [redis, mayfly].map(({ requestsPerSecond }) => kilo(requestsPerSecond));
      return verdict === undefined
        ? []
        : [[title, String(pipeline), ...rates, times(rateRatio), ...verdictCells(verdict)]];
    }),
  };
}

/** The slowest hundredth of requests, without a pipeline. */
export function latencyTable({ load, transport }: Comparison): Table {
  return {
    head: ['test', 'p99 ms redis', 'Mayfly', 'ratio', 'goal', ''],
    rows: load.flatMap((row) => {
      const verdict = judgeLatency(row, transport);
      const { title, redis, mayfly, p99Ratio } = row;
      const latencies = [redis, mayfly].map(({ p99Ms }) => p99Ms.toFixed(2));
      return verdict === undefined ? [] : [[title, ...latencies, times(p99Ratio), ...verdictCells(verdict)]];
    }),
  };
}

export function usageTable({ usage }: Comparison): Table {
  return {
    head: ['value', 'keys', 'bytes redis', 'Mayfly', 'ratio', 'goal', ''],
    rows: usage.map((row) => [
      row.title,
      row.keys.toLocaleString('en'),
      bytes(row.redisBytesPerKey),
      bytes(row.mayflyBytesPerKey),
      times(row.ratio),
      ...verdictCells(judgeUsage(row)),
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
        'does. The ratio is the median of the rounds. redis-benchmark with 50 connections; server and load ' +
        `${comparison.isPinned ? 'had a core each.' : 'shared the cores.'}`,
      markdownTable(loadTable(comparison)),
    );
  }
  for (const [title, table] of [
    ['Rate with a pipeline', rateTable(comparison)],
    ['Latency without a pipeline', latencyTable(comparison)],
  ] as const) {
    if (table.rows.length > 0) parts.push(`## ${title}`, markdownTable(table));
  }
  if (comparison.usage.length > 0) {
    parts.push(
      '## Memory of values',
      'By `MEMORY USAGE key SAMPLES 0` of every key, which counts key, value and what leads to it, as each server has it.',
      markdownTable(usageTable(comparison)),
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
export function countVerdicts({ load, memory, usage, figures, transport }: Comparison): {
  met: number;
  missed: number;
} {
  const verdicts = [
    ...load.flatMap((row) => [judgeLoad, judgeRate, judgeLatency].map((judge) => judge(row, transport))),
    ...usage.map(judgeUsage),
    ...memory.map(judgeMemory),
    ...figures.map(judgeFigure),
  ].filter((verdict) => verdict !== undefined);
  const met = verdicts.filter(({ isMet }) => isMet).length;
  return { met, missed: verdicts.length - met };
}
