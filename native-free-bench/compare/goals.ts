import type { FigureRow } from './figures.ts';
import type { LoadRow } from './load.ts';
import type { MemoryRow } from './memory.ts';
import type { Results } from './results.ts';
import type { ThreadsRow } from './threads.ts';
import type { UsageRow } from './type-memory.ts';

/** What Mayfly means to reach beside redis-server. A report tells each figure with its goal, reached or not. */
export interface Verdict {
  /** What the goal is for: one line of a page's summary. */
  readonly what: string;
  readonly goal: string;
  /** The figure that was judged, with its unit. */
  readonly figure: string;
  readonly isMet: boolean;
}

/** Mayfly's CPU per request over redis-server's, at most. What the kernel's TCP costs sets the floor without a pipeline. */
const CPU_RATIO_MAX: Record<string, { plain: number; pipelined: number; pipelinedRange: number }> = {
  io_uring: { plain: 0.9, pipelined: 0.6, pipelinedRange: 0.8 },
  epoll: { plain: 1.05, pipelined: 0.65, pipelinedRange: 0.65 },
  net: { plain: 1.8, pipelined: 1.2, pipelinedRange: 1.2 },
};

export const MEMORY_RATIO_MAX = 0.65;
/** Of values of every type, small and large. */
export const USAGE_RATIO_MAX = 0.7;
/** CPU per request with two I/O threads, over that with one. */
const THREADS_RATIO_MAX = 1.2;

/** On io_uring: requests a second with a pipeline, and latency without one. */
const RATE_TRANSPORT = 'io_uring';
const RATE_RATIO_MIN = 1.1;
const RATE_RATIO_MIN_OF: Record<string, number> = { set: 1.3, get: 1.3, incr: 1.3 };
const P99_RATIO_MAX = 1;

const FIGURES_MAX: Record<string, { kind: 'value' | 'ratio'; most: number }> = {
  first_pong: { kind: 'value', most: 250 },
  // One hundredth of a core.
  idle_cpu: { kind: 'value', most: 10 },
  keys_loop_p99: { kind: 'ratio', most: 0.1 },
  growth_served: { kind: 'value', most: 20 },
};

export const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;

/** The most CPU per request, in times of redis-server's, that `row` may cost; undefined where no goal was set. */
export function cpuRatioMax(row: LoadRow, transport: string): number | undefined {
  if (row.cpuRatioMax !== undefined) return row.cpuRatioMax;
  const most = CPU_RATIO_MAX[transport];
  if (row.pipeline === 1) return most?.plain;
  return row.isRange ? most?.pipelinedRange : most?.pipelined;
}

export function judgeLoad(row: LoadRow, transport: string): Verdict | undefined {
  const most = cpuRatioMax(row, transport);
  if (most === undefined) return undefined;
  return atMost(`server CPU per request${ofLoad(row)}`, row.cpuRatio, most);
}

function ofLoad({ cpuRatioMax, pipeline, isRange }: LoadRow): string {
  if (cpuRatioMax !== undefined) return '';
  if (pipeline === 1) return ', no pipeline';
  return `, -P ${pipeline}${isRange ? ', LRANGE' : ''}`;
}

/** Of rows with a pipeline. */
export function judgeRate(row: LoadRow, transport: string): Verdict | undefined {
  if (row.cpuRatioMax !== undefined || row.pipeline === 1 || transport !== RATE_TRANSPORT) return undefined;
  const least = RATE_RATIO_MIN_OF[row.scenario] ?? RATE_RATIO_MIN;
  return {
    what: `requests a second, -P ${row.pipeline}`,
    goal: `≥ ${times(least)}`,
    figure: times(row.rateRatio),
    isMet: row.rateRatio >= least,
  };
}

/** Of rows without a pipeline. */
export function judgeLatency(row: LoadRow, transport: string): Verdict | undefined {
  if (row.cpuRatioMax !== undefined || row.pipeline !== 1 || transport !== RATE_TRANSPORT) return undefined;
  return atMost('p99 latency, no pipeline', row.p99Ratio, P99_RATIO_MAX);
}

export function judgeThreads(row: ThreadsRow): Verdict {
  return atMost('server CPU per request, two I/O threads beside one', row.cpuRatio, THREADS_RATIO_MAX);
}

export function judgeUsage(row: UsageRow): Verdict {
  return atMost('memory of values', row.ratio, USAGE_RATIO_MAX);
}

export function judgeMemory(row: MemoryRow): Verdict {
  return atMost('memory per key', row.usedRatio, MEMORY_RATIO_MAX);
}

export function judgeFigure(row: FigureRow): Verdict | undefined {
  const wanted = FIGURES_MAX[row.name];
  if (wanted === undefined) return undefined;
  if (wanted.kind === 'ratio') return atMost(row.title, row.ratio, wanted.most);
  const figure = `${row.mayfly.toFixed(row.mayfly < 100 ? 1 : 0)} ${row.unit}`;
  return { what: row.title, goal: `≤ ${wanted.most} ${row.unit}`, figure, isMet: row.mayfly <= wanted.most };
}

function atMost(what: string, ratio: number, most: number): Verdict {
  return { what, goal: `≤ ${times(most)}`, figure: times(ratio), isMet: ratio <= most };
}

/** Every figure of a page that has a goal. */
export function verdictsOf({ load, threads, memory, usage, figures, transport }: Results): Verdict[] {
  return [
    ...[judgeLoad, judgeRate, judgeLatency].flatMap((judge) => load.map((row) => judge(row, transport))),
    ...threads.map(judgeThreads),
    ...memory.map(judgeMemory),
    ...usage.map(judgeUsage),
    ...figures.map(judgeFigure),
  ].filter((verdict) => verdict !== undefined);
}
