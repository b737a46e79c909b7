/**
 * What COMMANDSTATS tells: a row a command and thread, in shared memory, written by that thread alone and summed by whoever
 * asks.
 *
 *     double 0   calls        double 3   failed
 *     double 1   timed calls  double 4   rejected
 *     double 2   µs of those  double 5   calls that were timed because they were long
 *                             double 6   µs of those
 *
 * Behind the rows lie the histograms of durations, in the same order.
 *
 * Reading the clock costs as much as a GET, so not every call is timed (executor.ts): of short calls a sample is, whose µs
 * stand for all of them; long ones are timed each.
 */
import { DurationHistograms, Durations, durationsBytes, emptySums } from './command-durations.ts';

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

const createdBytesPerThread = COMMANDS_MAX * ROW * 8 + durationsBytes(COMMANDS_MAX);

export interface CommandTotals {
  calls: number;
  microseconds: number;
  failed: number;
  rejected: number;
}

export const createStatsBuffer = (threads: number): SharedArrayBuffer =>
  new SharedArrayBuffer(rowBytes(threads) + durationsBytes(threads * COMMANDS_MAX));

const rowBytes = (threads: number): number => threads * COMMANDS_MAX * ROW * 8;

export class CommandStats {
  private readonly rows: Float64Array;
  private readonly base: number;
  private readonly threads: number;
  private readonly threadId: number;
  private readonly durations: DurationHistograms;
  /** Whether durations are kept (latency-tracking). */
  tracksDurations = true;

  constructor(buffer: SharedArrayBuffer, threadId: number) {
    this.threads = buffer.byteLength / createdBytesPerThread;
    this.threadId = threadId;
    this.rows = new Float64Array(buffer, 0, rowBytes(this.threads) / 8);
    this.base = threadId * COMMANDS_MAX * ROW;
    this.durations = new DurationHistograms(buffer, rowBytes(this.threads), this.threads * COMMANDS_MAX);
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
    this.noteDuration(id, false, microseconds);
  }

  /** A call outside of the sample, timed because it was going to be long. */
  timedLong(id: number, microseconds: number): void {
    const row = this.base + id * ROW;
    this.rows[row + LONG]++;
    this.rows[row + LONG_MICROSECONDS] += microseconds;
    this.noteDuration(id, true, microseconds);
  }

  private noteDuration(id: number, long: boolean, microseconds: number): void {
    if (this.tracksDurations) this.durations.record(this.threadId * COMMANDS_MAX + id, long, microseconds);
  }

  /** How long calls of a command took, on all threads. */
  durationsOf(id: number): Durations {
    const sums = emptySums();
    for (let thread = 0; thread < this.threads; thread++) {
      const row = thread * COMMANDS_MAX + id;
      const { rows } = this;
      const timed = rows[row * ROW + TIMED];
      const short = rows[row * ROW + CALLS] - rows[row * ROW + LONG];
      this.durations.addTo(sums, row, timed === 0 ? 0 : short / timed);
    }
    return new Durations(sums);
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
    this.durations.reset();
  }
}
