/** When and how figures were taken: a figure without that can't be judged by who reads it later. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { haveCoresOfTheirOwn } from './server.ts';

/** A run of the tool. */
export interface Run {
  /** ISO 8601 in UTC, to the second; rows name their run by it. */
  readonly startedAt: string;
  /** Short hash; ends in `+` if src/ held what was not committed. */
  readonly commit: string;
  readonly machine: string;
  readonly node: string;
  readonly redis: string;
  readonly mayflyFlags: string;
  readonly rounds: number;
  /** Server and load each had a core to itself. */
  readonly isPinned: boolean;
  readonly isQuick: boolean;
}

/** What every row of a table tells about itself. */
export interface Taken {
  /** `startedAt` of its run. */
  readonly run: string;
  /** Processes that wanted a core in the minute before: above 1 says that the machine was not quiet. */
  readonly loadAverage: number;
  /**
   * Share of the cores' time, 0 to 1, that the machine's host gave to others meanwhile (`steal` of /proc/stat): it makes
   * rates and latencies worse and shows in no account of CPU time. Null where there is no /proc/stat.
   */
  readonly stealShare: number | null;
}

/** A row as it is kept. */
export type Measured<Row> = Row & { readonly taken: Taken };

export function thisRun(mayflyFlags: readonly string[], rounds: number, isQuick: boolean): Run {
  const [, redis = 'unknown'] = /v=(\S+)/.exec(outputOf('redis-server', ['--version'])) ?? [];
  return {
    startedAt: `${new Date().toISOString().slice(0, 19)}Z`,
    commit: commitOfTree(),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, Linux ${release()}`,
    node: process.versions.node,
    redis,
    mayflyFlags: mayflyFlags.join(' '),
    rounds,
    isPinned: haveCoresOfTheirOwn,
    isQuick,
  };
}

const outputOf = (program: string, args: readonly string[]): string =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

function commitOfTree(): string {
  try {
    const hash = outputOf('git', ['rev-parse', '--short', 'HEAD']).trim();
    return outputOf('git', ['status', '--porcelain', '--', 'src']) === '' ? hash : `${hash}+`;
  } catch {
    // A copy without git, or no git: figures are no worse for it.
    return 'unknown';
  }
}

/** Time of all cores since the machine's start, in the kernel's ticks. */
interface CoreTime {
  readonly all: number;
  readonly stolen: number;
}

/** @param text of /proc/stat */
export function coreTimeIn(text: string): CoreTime {
  const ticks = text.slice(0, text.indexOf('\n')).split(/\s+/).slice(1, 9).map(Number);
  return { all: ticks.reduce((sum, each) => sum + each, 0), stolen: ticks[7] };
}

/** Says what share of the cores' time was stolen since it was called. */
export function meterSteal(): () => number | null {
  const before = coreTime();
  return () => {
    const now = coreTime();
    if (before === undefined || now === undefined || now.all === before.all) return null;
    return (now.stolen - before.stolen) / (now.all - before.all);
  };
}

function coreTime(): CoreTime | undefined {
  try {
    return coreTimeIn(readFileSync('/proc/stat', 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
