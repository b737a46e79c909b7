/**
 * Latencies in whole microseconds, in buckets that keep three significant digits: exact up to 2,047 µs, then 1,024
 * buckets for each doubling. Recording is two shifts and an increment.
 */

const EXACT = 2048;
const HALF = EXACT / 2;
const HALF_BITS = 10;
/** 2^31 µs is 36 minutes: more than any request of a benchmark waits. */
const DOUBLINGS = 20;
const VALUE_MAX = 2 ** 31 - 1;

export interface Step {
  /** Latencies up to this many microseconds… */
  readonly upToUs: number;
  /** …are so many requests… */
  readonly cumulative: number;
  /** …which is this share of all. */
  readonly percent: number;
}

export class Histogram {
  readonly #counts = new Float64Array(EXACT + DOUBLINGS * HALF);
  count = 0;
  minUs = 0;
  maxUs = 0;
  sumUs = 0;

  record(latencyUs: number): void {
    const value = Math.min(VALUE_MAX, Math.max(0, Math.round(latencyUs)));
    this.#counts[bucketOf(value)]++;
    this.minUs = this.count === 0 ? value : Math.min(this.minUs, value);
    this.maxUs = Math.max(this.maxUs, value);
    this.sumUs += value;
    this.count++;
  }

  get meanUs(): number {
    return this.count === 0 ? 0 : this.sumUs / this.count;
  }

  /** The latency that `percent` of the requests did not exceed (the top of its bucket, never above the maximum). */
  percentileUs(percent: number): number {
    return this.#stepAt(percent).upToUs;
  }

  /** Percentiles at 0, 50, 75, 87.5, … until the slowest request: the ladder redis-benchmark prints. */
  percentileSteps(): Step[] {
    const steps: Step[] = [];
    if (this.count === 0) return steps;
    for (let percent = 0, gap = 100; ; gap /= 2, percent = 100 - gap) {
      const step = { ...this.#stepAt(percent), percent };
      steps.push(step);
      if (step.cumulative >= this.count) break;
    }
    steps.push({ upToUs: this.maxUs, cumulative: this.count, percent: 100 });
    return steps;
  }

  /** Cumulative counts every 100 µs up to 2 ms and every 1 ms above, steps that add nothing left out. */
  linearSteps(): Step[] {
    const steps: Step[] = [];
    let cumulative = 0;
    let bucket = 0;
    for (let upToUs = 100; cumulative < this.count; upToUs += upToUs < 2000 ? 100 : 1000) {
      const before = cumulative;
      while (bucket < this.#counts.length && highestOf(bucket) <= upToUs) cumulative += this.#counts[bucket++];
      // The step in which a wide bucket begins also takes the bucket: its top may lie a little above the step.
      if (this.maxUs <= upToUs) cumulative = this.count;
      if (cumulative > before) steps.push({ upToUs, cumulative, percent: (100 * cumulative) / this.count });
    }
    return steps;
  }

  #stepAt(percent: number): Step {
    const wanted = Math.max(1, Math.ceil((percent / 100) * this.count));
    let cumulative = 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      cumulative += this.#counts[bucket];
      if (cumulative >= wanted) return { upToUs: Math.min(highestOf(bucket), this.maxUs), cumulative, percent };
    }
    return { upToUs: this.maxUs, cumulative, percent };
  }
}

function bucketOf(value: number): number {
  if (value < EXACT) return value;
  const shift = 32 - Math.clz32(value) - HALF_BITS - 1;
  return EXACT + (shift - 1) * HALF + (value >> shift) - HALF;
}

/** The largest value that falls into `bucket`. */
function highestOf(bucket: number): number {
  if (bucket < EXACT) return bucket;
  const shift = Math.floor((bucket - EXACT) / HALF) + 1;
  const head = ((bucket - EXACT) % HALF) + HALF;
  return (head + 1) * 2 ** shift - 1;
}
