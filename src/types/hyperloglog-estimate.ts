/**
 * How many different elements a sketch has seen, from how many of its registers have each value: the improved estimator of
 * Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), as Redis has it since 5.0.
 */
import { LANE_COUNTS, REGISTERS } from './hyperloglog.ts';

/** Registers reach 51, but damaged ones may hold any 6 bits. */
const VALUES = 64;
/** Bits of a hash behind a register's index. */
const RANK_BITS = 50;
/** 1 / (2 ln 2). */
const ALPHA_INFINITE = 0.7213475204444817;

/** What no hash leads to, but damaged registers do: as much as the header can hold beside its mark. */
const ESTIMATE_MAX = 2 ** 63 - 1024;

const histogram = new Int32Array(VALUES);

/** @param lanes how many registers have each value, in parts: LANE_COUNTS of them */
export function estimate(lanes: Int32Array): number {
  histogram.fill(0);
  for (let i = 0; i < LANE_COUNTS; i++) histogram[i % VALUES] += lanes[i];
  let z = REGISTERS * tau((REGISTERS - histogram[RANK_BITS + 1]) / REGISTERS);
  for (let value = RANK_BITS; value >= 1; value--) z = (z + histogram[value]) * 0.5;
  z += REGISTERS * sigma(histogram[0] / REGISTERS);
  return Math.min(Math.round((ALPHA_INFINITE * REGISTERS * REGISTERS) / z), ESTIMATE_MAX);
}

/** x + Σ x^(2^k) · 2^(k−1), as far as doubles tell a difference. */
function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY;
  let power = x;
  let factor = 1;
  let sum = x;
  for (let before = Number.NaN; before !== sum; factor += factor) {
    power *= power;
    before = sum;
    sum += power * factor;
  }
  return sum;
}

/** (1 − x − Σ (1 − x^(2^−k))² · 2^−k) / 3, as far as doubles tell a difference. */
function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let root = x;
  let factor = 1;
  let sum = 1 - x;
  for (let before = Number.NaN; before !== sum; ) {
    root = Math.sqrt(root);
    before = sum;
    factor *= 0.5;
    sum -= (1 - root) ** 2 * factor;
  }
  return sum / 3;
}
