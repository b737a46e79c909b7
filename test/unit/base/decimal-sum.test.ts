import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDecimals, DECIMAL_SUM_BYTES_MAX } from '../../../src/base/decimal-sum.ts';
import { addLongDoubles, formatLongDouble, parseLongDouble } from '../../../src/base/long-double.ts';

const into = new Uint8Array(DECIMAL_SUM_BYTES_MAX);

function fastSum(a: string, b: string): string | undefined {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  const length = addDecimals(one, 0, one.length, other, 0, other.length, into);
  return length === 0 ? undefined : Buffer.from(into.slice(0, length)).toString();
}

function exactSum(a: string, b: string): string | undefined {
  const [one, other] = [a, b].map((text) => parseLongDouble(Buffer.from(text), 0, text.length));
  const sum = one === undefined || other === undefined ? undefined : addLongDoubles(one, other);
  return sum === undefined ? undefined : formatLongDouble(sum);
}

describe('sums of decimals', () => {
  const decimal = fc
    .tuple(fc.boolean(), fc.maxSafeNat(), fc.integer({ min: 0, max: 18 }), fc.integer({ min: 0, max: 18 }))
    .map(([negative, number, size, places]) => {
      const digits = String(number)
        .slice(0, Math.max(1, size))
        .padStart(places + 1, '0');
      const point = digits.length - places;
      return (negative ? '-' : '') + digits.slice(0, point) + (places === 0 ? '' : `.${digits.slice(point)}`);
    });
  const halves = fc.integer({ min: -(2 ** 40), max: 2 ** 40 }).map((eighths) => String(eighths / 8));

  test('are those of long doubles wherever they are given', () => {
    let given = 0;
    fc.assert(
      fc.property(fc.oneof(decimal, halves), fc.oneof(decimal, halves), (a, b) => {
        const sum = fastSum(a, b);
        if (sum === undefined) return;
        given++;
        expect(sum).toBe(exactSum(a, b));
      }),
      { numRuns: 20_000 },
    );
    expect(given).toBeGreaterThan(2_000);
  });

  test.each([
    ['0', '0.1', '0.1'],
    ['0.1', '0.2', '0.3'],
    ['10.5', '0.1', '10.6'],
    ['1000000', '0.25', '1000000.25'],
    ['-1.50', '1.5', '0'],
    ['15.9', '0.1', undefined],
    ['15.5', '0.5', '16'],
    ['-0', '-0', '0'],
  ])('%s + %s', (a, b, sum) => {
    expect(fastSum(a, b)).toBe(sum);
    if (sum !== undefined) expect(exactSum(a, b)).toBe(sum);
  });

  test.each(['', '-', '.', '1.', '.5', '+1', ' 1', '1e3', '0x1', 'inf', '1.2.3', '12345678901234567'])(
    '%j is left to long doubles',
    (text) => {
      expect(fastSum(text, '1')).toBe(undefined);
      expect(fastSum('1', text)).toBe(undefined);
    },
  );
});
