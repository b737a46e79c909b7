/**
 * How late keys go, as a histogram in shared memory, a row a thread: milliseconds from deadline to removal.
 * Buckets are exact up to 15 ms, then four a doubling.
 */
const BUCKETS = 64;
const EXACT = 16;

const bucketOf = (ms: number): number => {
  if (ms < EXACT) return ms < 0 ? 0 : Math.floor(ms);
  const whole = Math.min(Math.floor(ms), 2 ** 30);
  const power = 31 - Math.clz32(whole);
  return Math.min(BUCKETS - 2, EXACT + (power - 4) * 4 + ((whole >> (power - 2)) & 3));
};

const ceilingOf = (bucket: number): number => {
  if (bucket < EXACT) return bucket;
  const power = ((bucket - EXACT) >> 2) + 4;
  return 2 ** power + (((bucket - EXACT) & 3) + 1) * 2 ** (power - 2) - 1;
};

export const createLatenessBuffer = (threads: number): SharedArrayBuffer =>
  new SharedArrayBuffer(threads * BUCKETS * 8);

export class Lateness {
  private readonly counts: Float64Array;
  private readonly base: number;

  constructor(buffer: SharedArrayBuffer, threadId = 0) {
    this.counts = new Float64Array(buffer);
    this.base = threadId * BUCKETS;
  }

  record(ms: number): void {
    this.counts[this.base + bucketOf(ms)]++;
    const max = this.base + BUCKETS - 1;
    if (ms > this.counts[max]) this.counts[max] = ms;
  }

  /** Over all threads, in ms; zeroes when nothing has expired yet. */
  summary(): { count: number; p50Ms: number; p99Ms: number; maxMs: number } {
    const sums = new Array<number>(BUCKETS - 1).fill(0);
    let maxMs = 0;
    for (let row = 0; row < this.counts.length; row += BUCKETS) {
      for (let bucket = 0; bucket < BUCKETS - 1; bucket++) sums[bucket] += this.counts[row + bucket];
      maxMs = Math.max(maxMs, this.counts[row + BUCKETS - 1]);
    }
    const count = sums.reduce((sum, n) => sum + n, 0);
    const percentile = (share: number): number => {
      let seen = 0;
      for (let bucket = 0; bucket < sums.length; bucket++) {
        seen += sums[bucket];
        if (seen > 0 && seen >= count * share) return Math.min(ceilingOf(bucket), maxMs);
      }
      return 0;
    };
    return { count, p50Ms: percentile(0.5), p99Ms: percentile(0.99), maxMs };
  }

  reset(): void {
    this.counts.fill(0);
  }
}
