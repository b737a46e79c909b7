/**
 * What COMMANDSTATS tells: a row a command and thread, in shared memory, written by that thread alone and summed by whoever
 * asks.
 *
 *     double 0   calls        double 3   failed
 *     double 1   timed calls  double 4   rejected
 *     double 2   µs of those  double 5   calls that were timed because they were long
 *                             double 6   µs of those
 *
 * Reading the clock costs as much as a GET, so not every call is timed (executor.ts): of short calls a sample is, whose µs
 * stand for all of them; long ones are timed each.
 */
const ROW = 8;
const CALLS = 0;
const TIMED = 1;
const MICROSECONDS = 2;
const FAILED = 3;
const REJECTED = 4;
const LONG = 5;
const LONG_MICROSECONDS = 6;

/** Room for commands; subcommands count. */
export const COMMANDS_MAX = 640;

export interface CommandTotals {
  calls: number;
  microseconds: number;
  failed: number;
  rejected: number;
}

export const createStatsBuffer = (threads: number): SharedArrayBuffer =>
  new SharedArrayBuffer(threads * COMMANDS_MAX * ROW * 8);

export class CommandStats {
  private readonly rows: Float64Array;
  private readonly base: number;
  private readonly threads: number;

  constructor(buffer: SharedArrayBuffer, threadId: number) {
    this.rows = new Float64Array(buffer);
    this.base = threadId * COMMANDS_MAX * ROW;
    this.threads = this.rows.length / (COMMANDS_MAX * ROW);
  }

  /** @returns how often this thread has called the command by now */
  called(id: number): number {
    return ++this.rows[this.base + id * ROW + CALLS];
  }

  /** The call did not happen after all. */
  uncalled(id: number): void {
    this.rows[this.base + id * ROW + CALLS]--;
  }

  timed(id: number, microseconds: number): void {
    const row = this.base + id * ROW;
    this.rows[row + TIMED]++;
    this.rows[row + MICROSECONDS] += microseconds;
  }

  /** A call outside of the sample, timed because it was going to be long. */
  timedLong(id: number, microseconds: number): void {
    const row = this.base + id * ROW;
    this.rows[row + LONG]++;
    this.rows[row + LONG_MICROSECONDS] += microseconds;
  }

  failed(id: number): void {
    this.rows[this.base + id * ROW + FAILED]++;
  }

  rejected(id: number): void {
    this.rows[this.base + id * ROW + REJECTED]++;
  }

  /** Over all threads. */
  totals(id: number): CommandTotals {
    const totals = { calls: 0, microseconds: 0, failed: 0, rejected: 0 };
    for (let thread = 0; thread < this.threads; thread++) {
      const row = (thread * COMMANDS_MAX + id) * ROW;
      const { rows } = this;
      totals.calls += rows[row + CALLS];
      totals.failed += rows[row + FAILED];
      totals.rejected += rows[row + REJECTED];
      totals.microseconds += rows[row + LONG_MICROSECONDS];
      const short = rows[row + CALLS] - rows[row + LONG];
      if (rows[row + TIMED] > 0) totals.microseconds += rows[row + MICROSECONDS] * (short / rows[row + TIMED]);
    }
    return totals;
  }

  /** All threads' rows; CONFIG RESETSTAT. A call counted at this very moment may survive it. */
  reset(): void {
    this.rows.fill(0);
  }
}
