import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../native-free-bench/load/histogram.ts';

function of(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe('Histogram', () => {
  it('keeps three significant digits of every percentile', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (values, percent) => {
          const sorted = [...values].sort((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1];
          const told = of(values).percentileUs(percent);
          expect(told).toBeGreaterThanOrEqual(exact);
          expect(told).toBeLessThanOrEqual(exact * 1.001);
        },
      ),
    );
  });

  it('tells average, least and greatest', () => {
    const histogram = of([10, 20, 30]);
    expect([histogram.meanUs, histogram.minUs, histogram.maxUs, histogram.count]).toEqual([20, 10, 30, 3]);
  });

  it('climbs the ladder of percentiles until the slowest request', () => {
    const steps = of([1, 2, 3, 4]).percentileSteps();
    expect(steps.map(({ percent }) => percent)).toEqual([0, 50, 75, 87.5, 100]);
    expect(steps.map(({ upToUs }) => upToUs)).toEqual([1, 2, 3, 4, 4]);
  });

  it('ends both distributions at the number of requests', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5_000_000 }), { minLength: 1, maxLength: 100 }), (values) => {
        const histogram = of(values);
        expect(histogram.linearSteps().at(-1)?.cumulative).toBe(values.length);
        expect(histogram.percentileSteps().at(-1)?.cumulative).toBe(values.length);
      }),
    );
  });
});
