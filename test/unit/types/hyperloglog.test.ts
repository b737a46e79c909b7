import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Region } from '../../../src/base/region.ts';
import {
  countValues,
  DENSE,
  DENSE_BYTES,
  denseGet,
  denseRaise,
  denseSet,
  eachRun,
  estimateIn,
  exactEstimateIn,
  HEADER_BYTES,
  hasEstimate,
  isSketch,
  keepEstimate,
  LANE_COUNTS,
  REGISTERS,
  Registers,
  runValue,
  SparsePlace,
  writeHeader,
} from '../../../src/types/hyperloglog.ts';
import { DAMAGED, RAISED, SketchEditor, UNCHANGED } from '../../../src/types/hyperloglog-editor.ts';
import { estimate } from '../../../src/types/hyperloglog-estimate.ts';
import { INDEX_BITS, registerOf } from '../../../src/types/hyperloglog-hash.ts';
import { typeLimits } from '../../../src/types/limits.ts';

const MASK = (1n << 64n) - 1n;

/** MurmurHash64A as it is defined, and what Redis makes of it. */
function registerByDefinition(bytes: Uint8Array): { index: number; rank: number } {
  const factor = 0xc6a4a7935bd1e995n;
  let hash = (0xadc83b19n ^ (BigInt(bytes.length) * factor)) & MASK;
  const words = bytes.length >> 3;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < words; i++) {
    let word = (view.getBigUint64(i * 8, true) * factor) & MASK;
    word = ((word ^ (word >> 47n)) * factor) & MASK;
    hash = ((hash ^ word) * factor) & MASK;
  }
  if (bytes.length & 7) {
    for (let i = words * 8; i < bytes.length; i++) hash ^= BigInt(bytes[i]) << BigInt((i & 7) * 8);
    hash = (hash * factor) & MASK;
  }
  hash = ((hash ^ (hash >> 47n)) * factor) & MASK;
  hash ^= hash >> 47n;
  let rest = (hash >> 14n) | (1n << 50n);
  let rank = 1;
  for (; (rest & 1n) === 0n; rest >>= 1n) rank++;
  return { index: Number(hash & 0x3fffn), rank };
}

function newDense(): Region {
  const region = Region.allocate(DENSE_BYTES);
  writeHeader(region, 0, DENSE);
  return region;
}

function estimateOf(region: Region, length: number): number {
  const counts = new Int32Array(LANE_COUNTS);
  expect(countValues(counts, region, 0, length)).toBe(true);
  return estimate(counts);
}

const together = (lanes: Int32Array) =>
  Array.from({ length: 64 }, (_, value) => lanes.filter((_count, i) => i % 64 === value).reduce((a, b) => a + b));

describe('HyperLogLog', () => {
  it('hashes as defined', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(7), (bytes, offset) => {
        const region = Region.allocate(bytes.length + offset);
        region.u8.set(bytes, offset);
        const register = registerOf(region, offset, bytes.length);
        const { index, rank } = registerByDefinition(bytes);
        expect([register & (REGISTERS - 1), register >>> INDEX_BITS]).toEqual([index, rank]);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps registers apart', () => {
    const dense = newDense();
    const model = Array.from({ length: REGISTERS }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 26);
    for (const [index, value] of model.entries()) denseSet(dense, 0, index, value);
    expect(model.map((_, index) => denseGet(dense, 0, index))).toEqual(model);
    const counts = new Int32Array(LANE_COUNTS);
    countValues(counts, dense, 0, DENSE_BYTES);
    const histogram = Array.from({ length: 64 }, (_, value) => model.filter((one) => one === value).length);
    expect(together(counts)).toEqual(histogram);
    const registers = new Registers();
    registers.merge(dense, 0, DENSE_BYTES);
    expect([...registers.bytes]).toEqual(model);
    const stored = newDense();
    registers.store(stored, 0);
    expect(Buffer.compare(stored.u8, dense.u8)).toBe(0);
    counts.fill(0);
    registers.count(counts);
    expect(together(counts)).toEqual(histogram);
  });

  it('unites dense sketches by the higher register', () => {
    const value = fc.oneof(fc.constantFrom(0, 63), fc.nat(63));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(40), value, value), { maxLength: 60 }),
        fc.nat(REGISTERS - 41),
        (sets, from) => {
          const sketches = [newDense(), newDense()];
          const model = new Uint8Array(REGISTERS);
          for (const [at, ...values] of sets) {
            values.forEach((one, i) => {
              denseSet(sketches[i], 0, from + at, one);
            });
          }
          for (let at = from; at <= from + 40; at++) {
            model[at] = Math.max(...sketches.map((sketch) => denseGet(sketch, 0, at)));
          }
          const registers = new Registers();
          for (const sketch of sketches) registers.merge(sketch, 0, DENSE_BYTES);
          expect(Buffer.compare(registers.bytes, model)).toBe(0);
        },
      ),
    );
  });

  it('is the same sparse and dense, in whatever order registers are raised', () => {
    const index = fc.oneof(fc.nat(REGISTERS - 1), fc.nat(40), fc.integer({ min: REGISTERS - 40, max: REGISTERS - 1 }));
    const raise = fc.tuple(
      index,
      fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 1, max: 6 }) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 32 }) },
      ),
    );
    const editor = new SketchEditor();
    const place = new SparsePlace();
    fc.assert(
      fc.property(fc.array(raise, { maxLength: 300 }), fc.boolean(), (raises, ascending) => {
        if (ascending) raises.sort((a, b) => a[0] - b[0]);
        const model = new Uint8Array(REGISTERS);
        editor.create();
        for (const [at, rank] of raises) {
          expect(editor.raise(at, rank)).toBe(rank > model[at] ? RAISED : UNCHANGED);
          model[at] = Math.max(model[at], rank);
        }
        expect(editor.isDense).toBe(false);
        expect(isSketch(editor.region, 0, editor.length)).toBe(true);
        const merged = new Registers();
        expect(merged.merge(editor.region, 0, editor.length)).toBe(true);
        expect(Buffer.compare(merged.bytes, model)).toBe(0);
        for (const [at] of raises) {
          place.seek(editor.region, 0, editor.length, at, HEADER_BYTES, 0);
          expect(runValue(editor.region.u8[place.run])).toBe(model[at]);
        }
        const count = estimateOf(editor.region, editor.length);
        expect(editor.toDense()).toBe(true);
        const dense = Uint8Array.from(model, (_, at) => denseGet(editor.region, 0, at));
        expect(Buffer.compare(dense, model)).toBe(0);
        expect(estimateOf(editor.region, editor.length)).toBe(count);
      }),
      { numRuns: 200 },
    );
  });

  it('becomes dense when it is too long or a rank too high for runs', () => {
    const editor = new SketchEditor();
    editor.create();
    expect(editor.raise(5, 33)).toBe(RAISED);
    expect(editor.isDense).toBe(true);
    editor.create();
    for (let i = 0; i < REGISTERS && !editor.isDense; i += 5) editor.raise(i, 1 + (i % 3));
    expect(editor.isDense).toBe(true);
    editor.create();
    typeLimits.hllSparseMaxBytes = 20;
    editor.raise(100, 1);
    expect(editor.isDense).toBe(true);
    typeLimits.hllSparseMaxBytes = 3000;
  });

  it('estimates within what was promised', () => {
    const dense = newDense();
    const element = Region.allocate(4);
    const checkpoints = new Map([1, 10, 100, 1000, 10_000, 100_000].map((count) => [count, 0]));
    for (let i = 1; i <= 100_000; i++) {
      element.view.setInt32(0, i);
      const register = registerOf(element, 0, 4);
      denseRaise(dense, 0, register & (REGISTERS - 1), register >>> INDEX_BITS);
      if (checkpoints.has(i)) checkpoints.set(i, estimateOf(dense, DENSE_BYTES));
    }
    for (const [count, counted] of checkpoints) expect(Math.abs(counted - count)).toBeLessThanOrEqual(count * 0.03);
  });

  it('estimates what no hash leads to as the most there is', () => {
    const dense = newDense();
    dense.u8.fill(0xff, 16);
    const count = estimateOf(dense, DENSE_BYTES);
    keepEstimate(dense, 0, count);
    expect(hasEstimate(dense, 0)).toBe(true);
    expect([estimateIn(dense, 0), exactEstimateIn(dense, 0)]).toEqual([count, BigInt(count)]);
  });

  it('is told from what only looks like it', () => {
    const editor = new SketchEditor();
    editor.create();
    const bytes = editor.region.u8.slice(0, editor.length);
    const damage = (change: (bytes: Uint8Array) => void): Region => {
      const region = Region.allocate(bytes.length);
      region.u8.set(bytes);
      change(region.u8);
      return region;
    };
    expect(
      isSketch(
        damage((b) => b.fill(65, 0, 1)),
        0,
        bytes.length,
      ),
    ).toBe(false);
    expect(
      isSketch(
        damage((b) => b.fill(2, 4, 5)),
        0,
        bytes.length,
      ),
    ).toBe(false);
    expect(
      isSketch(
        damage((b) => b.fill(DENSE, 4, 5)),
        0,
        bytes.length,
      ),
    ).toBe(false);
    expect(
      isSketch(
        damage(() => {}),
        0,
        15,
      ),
    ).toBe(false);
    for (const [first, second] of [
      [0x7f, 0xfe],
      [0x00, 0x00],
      [0xff, 0xff],
    ]) {
      const region = damage((b) => b.set([first, second], 16));
      expect(eachRun(region, 0, bytes.length, () => {})).toBe(false);
      editor.open(region, 0, bytes.length);
      expect(editor.raise(REGISTERS - 1, 1)).toBe(DAMAGED);
      expect(editor.toDense()).toBe(false);
    }
  });
});
