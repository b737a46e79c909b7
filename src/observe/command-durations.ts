/**
 * How long commands take: histograms in shared memory, two a command and thread: of the sample of short calls, each of
 * which stands for several, and of long calls, which are timed each (executor.ts).
 *
 *     bucket     eight a doubling, from 1 µs on: at most an eighth too high
 */
const STEPS = 8;
const DOUBLINGS = 30;
const BUCKETS = STEPS * DOUBLINGS;

const bucketOf = (microseconds: number): number => {
  const whole = Math.max(1, Math.min(Math.floor(microseconds), 2 ** DOUBLINGS - 1));
  const power = 31 - Math.clz32(whole);
  return power * STEPS + Math.floor((whole / 2 ** power - 1) * STEPS);
};

/** The longest duration in a bucket. */
const ceilingOf = (bucket: number): number => {
  const power = Math.floor(bucket / STEPS);
  return 2 ** power * (1 + ((bucket % STEPS) + 1) / STEPS);
};

/** Bytes for the histograms of so many rows of commands. */
export const durationsBytes = (rows: number): number => rows * 2 * BUCKETS * 4;

/** Durations of one command, over all threads. */
export class Durations {
  /** By bucket. */
  private readonly counts: Float64Array;
  readonly count: number;

  constructor(counts: Float64Array) {
    this.counts = counts;
    this.count = Math.round(counts.reduce((sum, n) => sum + n, 0));
  }

  /** The µs that so many percent of the calls didn't exceed. */
  percentile(percent: number): number {
    const wanted = (this.count * percent) / 100;
    let seen = 0;
    let last = 0;
    for (let bucket = 0; bucket < BUCKETS && (seen < wanted || seen === 0); bucket++) {
      seen += this.counts[bucket];
      if (this.counts[bucket] > 0) last = bucket;
    }
    return seen === 0 ? 0 : ceilingOf(last);
  }

  /** Calls up to each power of two of µs at which there are more than before it. */
  cumulative(): [upToMicroseconds: number, calls: number][] {
    const rows: [number, number][] = [];
    let seen = 0;
    for (let power = 0; power < DOUBLINGS; power++) {
      const before = seen;
      for (let step = 0; step < STEPS; step++) seen += this.counts[power * STEPS + step];
      if (seen > before) rows.push([2 ** (power + 1), Math.round(seen)]);
    }
    return rows;
  }
}

export class DurationHistograms {
  private readonly counts: Uint32Array;

  /** @param at in bytes, a multiple of 4 */
  constructor(buffer: SharedArrayBuffer, at: number, rows: number) {
    this.counts = new Uint32Array(buffer, at, durationsBytes(rows) / 4);
  }

  record(row: number, long: boolean, microseconds: number): void {
    this.counts[(row * 2 + (long ? 1 : 0)) * BUCKETS + bucketOf(microseconds)]++;
  }

  /** Adds a row to `sums`. @param callsPerSample what each short call that was timed stands for */
  addTo(sums: Float64Array, row: number, callsPerSample: number): void {
    const at = row * 2 * BUCKETS;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      sums[bucket] += this.counts[at + bucket] * callsPerSample + this.counts[at + BUCKETS + bucket];
    }
  }

  reset(): void {
    this.counts.fill(0);
  }
}

export const emptySums = (): Float64Array => new Float64Array(BUCKETS);
