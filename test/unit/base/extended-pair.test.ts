import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExtendedPair } from '../../../src/base/extended-pair.ts';
import {
  addLongDoubles,
  compareLongDoubles,
  formatLongDoubleShort,
  longDoubleOf,
  parseLongDouble,
} from '../../../src/base/long-double.ts';
import type { SoftFloat } from '../../../src/base/soft-float.ts';

const parse = (text: string): SoftFloat => {
  const bytes = Buffer.from(text, 'latin1');
  return parseLongDouble(bytes, 0, bytes.length) as SoftFloat;
};

const aDecimal = fc.tuple(
  fc.oneof(fc.maxSafeNat(), fc.nat(1_000_000)).map((value) => value % 10 ** 15),
  fc.nat(15),
  fc.boolean(),
);
const decimalText = ([mantissa, places, negative]: [number, number, boolean]): string =>
  `${negative && mantissa > 0 ? '-' : ''}${mantissa}e-${places}`;

function pairOf(text: string): ExtendedPair {
  const pair = new ExtendedPair();
  expect(pair.setLongDouble(parse(text))).toBe(true);
  return pair;
}

describe('extended numbers as pairs of doubles', () => {
  it('are the decimals that BigInts make', () => {
    fc.assert(
      fc.property(aDecimal, ([mantissa, places, negative]) => {
        const pair = new ExtendedPair();
        pair.setDecimal(negative && mantissa > 0 ? -mantissa : mantissa, places);
        expect(compareLongDoubles(pair.toLongDouble(), parse(decimalText([mantissa, places, negative])))).toBe(0);
      }),
      { numRuns: 5000 },
    );
  });

  it('come out of long doubles and go back into them', () => {
    const text = fc.tuple(fc.bigInt(-(2n ** 64n), 2n ** 64n), fc.integer({ min: -250, max: 240 }));
    fc.assert(
      fc.property(text, ([mantissa, exponent]) => {
        const value = parse(`${mantissa}e${exponent}`);
        expect(compareLongDoubles(pairOf(`${mantissa}e${exponent}`).toLongDouble(), value)).toBe(0);
      }),
    );
    for (const beyond of ['inf', '-inf', '1e300', '1e-300', '1e4000']) {
      expect(new ExtendedPair().setLongDouble(parse(beyond))).toBe(false);
    }
  });

  it('add up, rounded each time, as BigInts do', () => {
    const number = fc.oneof(
      { weight: 4, arbitrary: aDecimal.map(decimalText) },
      {
        weight: 1,
        arbitrary: fc.double({ noNaN: true, min: -1e18, max: 1e18 }).filter(ExtendedPair.holds).map(String),
      },
      { weight: 1, arbitrary: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String) },
      { weight: 1, arbitrary: fc.integer({ min: -200, max: 200 }).map((power) => `1e${power}`) },
      // Halves of last places, where rounding is to even.
      { weight: 2, arbitrary: fc.integer({ min: -70, max: 70 }).map((power) => String(2 ** power)) },
      { weight: 1, arbitrary: fc.integer({ min: -70, max: 70 }).map((power) => String(-(2 ** power))) },
    );
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 30 }), fc.boolean(), (texts, cancel) => {
        const all = cancel
          ? [...texts, ...texts.map((text) => (text.startsWith('-') ? text.slice(1) : `-${text}`))]
          : texts;
        const pair = new ExtendedPair();
        let sum: SoftFloat = longDoubleOf(0);
        for (const text of all) {
          pair.add(pairOf(text));
          sum = addLongDoubles(sum, parse(text)) as SoftFloat;
          expect(formatLongDoubleShort(pair.toLongDouble())).toBe(formatLongDoubleShort(sum));
          expect(compareLongDoubles(pair.toLongDouble(), sum)).toBe(0);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('have the order of numbers, and a zero below none', () => {
    const order = ['-2', '-1.0000000000000000001', '-1', '0', '1', '1.0000000000000000001', '2'];
    order.forEach((a, i) => {
      order.forEach((b, j) => {
        expect(Math.sign(pairOf(a).compare(pairOf(b)))).toBe(Math.sign(i - j));
      });
    });
    const zero = new ExtendedPair();
    zero.setDouble(-0);
    zero.add(zero);
    expect(Object.is(zero.high, -0)).toBe(true);
  });
});
