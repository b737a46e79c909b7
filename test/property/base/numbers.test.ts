import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BEYOND_SAFE,
  formatDouble,
  INT64_MAX,
  INT64_MIN,
  integerLength,
  parseDouble,
  parseInt64,
  parseInteger,
  writeInteger,
} from '../../../src/base/numbers.ts';

const bytesOf = (text: string) => Buffer.from(`0${text}0`, 'latin1');

describe('integers', () => {
  it('written and read again are themselves', () => {
    const u8 = Buffer.alloc(30);
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat(10), (value, at) => {
        const end = writeInteger(u8, at, value);
        expect(u8.toString('latin1', at, end)).toBe(String(value));
        expect(end - at).toBe(integerLength(value));
        expect(parseInteger(u8, at, end - at)).toBe(value);
      }),
    );
  });

  it('are accepted if and only if printing an int64 gives the same text', () => {
    const aroundLimits = fc
      .tuple(
        fc.constantFrom(0n, 2n ** 53n, -(2n ** 53n), INT64_MAX, INT64_MIN, 10n ** 19n),
        fc.integer({ min: -3, max: 3 }),
      )
      .map(([limit, off]) => String(limit + BigInt(off)));
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789-+ .'), maxLength: 22 });
    const numerals = fc.stringMatching(/^-?[0-9]{0,21}$/);
    fc.assert(
      fc.property(fc.oneof(aroundLimits, digits, numerals), (text) => {
        const u8 = bytesOf(text);
        const exact = /^(?:0|-?[1-9][0-9]*)$/.test(text) ? BigInt(text) : undefined;
        const valid = exact !== undefined && exact >= INT64_MIN && exact <= INT64_MAX;
        expect(parseInt64(u8, 1, text.length)).toBe(valid ? exact : undefined);
        const value = parseInteger(u8, 1, text.length);
        if (!valid) expect(value).toBeNaN();
        else expect(value).toBe(Number.isSafeInteger(Number(exact)) ? Number(exact) : BEYOND_SAFE);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('doubles', () => {
  const double = fc.double({ noNaN: true });

  it('written and read again are themselves, bit for bit', () => {
    fc.assert(
      fc.property(double, (value) => {
        const text = formatDouble(value);
        expect(parseDouble(bytesOf(text), 1, text.length)).toBe(value);
      }),
      { numRuns: 5000 },
    );
  });

  it('are written with the digits that Grisu2 in BigInts finds', () => {
    fc.assert(
      fc.property(
        double,
        fc.integer({ min: 1, max: 1e9 }),
        fc.integer({ min: -30, max: 30 }),
        (any, digits, exponent) => {
          for (const value of [Math.abs(any), Number(`${digits}e${exponent}`)]) {
            if (value === 0 || !Number.isFinite(value) || (Number.isInteger(value) && value <= 2 ** 62)) continue;
            const [found, power] = modelGrisu(value);
            const [mantissa, shown = '0'] = formatDouble(value).split('e');
            const [whole, fraction = ''] = mantissa.split('.');
            const shownDigits = BigInt(whole + fraction);
            const shownPower = Number(shown) - fraction.length;
            // The same number, whatever zeros are at its end.
            const low = Math.min(shownPower, power);
            expect(shownDigits * 10n ** BigInt(shownPower - low)).toBe(found * 10n ** BigInt(power - low));
          }
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('are read as JavaScript reads decimals, whatever their length', () => {
    const decimal = fc
      .tuple(fc.stringMatching(/^[+-]?[0-9]{1,25}(?:\.[0-9]{0,25})?$/), fc.option(fc.integer({ min: -340, max: 340 })))
      .map(([mantissa, exponent]) => mantissa + (exponent === null ? '' : `e${exponent}`));
    fc.assert(
      fc.property(decimal, (text) => {
        const expected = Number(text);
        const outOfRange = !Number.isFinite(expected) || (expected === 0 && /[1-9]/.test(text.split('e')[0]));
        expect(parseDouble(bytesOf(text), 1, text.length)).toBe(outOfRange ? undefined : expected);
      }),
      { numRuns: 5000 },
    );
  });
});

/** Grisu2 as its paper has it, in 64-bit BigInts: the digits and the power of ten that they are multiplied by. */
function modelGrisu(value: number): [bigint, number] {
  const [bits] = new BigUint64Array(new Float64Array([value]).buffer);
  const biased = Number(bits >> 52n);
  let fraction = (bits & 0xfffffffffffffn) | (biased === 0 ? 0n : 1n << 52n);
  let exponent = Math.max(biased, 1) - 1075;
  const closer = biased !== 0 && fraction === 1n << 52n;
  // Two bits of room, so that both boundaries are whole.
  let upper = 4n * fraction + 2n;
  let lower = 4n * fraction - (closer ? 1n : 2n);
  fraction *= 4n;
  exponent -= 2;
  while (fraction < 1n << 63n) {
    fraction *= 2n;
    upper *= 2n;
    lower *= 2n;
    exponent--;
  }
  // The power of ten of the table, by eights, that brings the exponent into [-60, -32].
  let power = -348;
  while (exponent + binaryExponent(power) + 64 < -60) power += 8;
  // Where two of the table do, the original's guess settles which.
  const guess = Math.trunc((Math.trunc(-(exponent + 87) * 0.30102999566398114) + 348) / 8) * 8 - 348;
  if (guess > power && exponent + binaryExponent(guess) + 64 <= -32) power = guess;
  const ten = significand(power);
  const times = (a: bigint) => (a * ten + (1n << 63n)) >> 64n;
  const high = times(upper) - 1n;
  let delta = high - (times(lower) + 1n);
  let distance = high - times(fraction);
  const point = BigInt(-(exponent + binaryExponent(power) + 64));
  let rest = high;
  let unit = (10n ** 9n) << point;
  let digits = 0n;
  let place = 9;
  for (; ; place--) {
    if (place < 0) {
      unit = 1n << point;
      rest *= 10n;
      delta *= 10n;
      distance *= 10n;
    }
    digits = digits * 10n + rest / unit;
    rest %= unit;
    if (place < 0 ? rest < delta : rest <= delta) break;
    if (place > 0) unit /= 10n;
  }
  while (
    rest < distance &&
    delta - rest >= unit &&
    (rest + unit < distance || distance - rest > rest + unit - distance)
  ) {
    digits--;
    rest += unit;
  }
  return [digits, place - power];
}

/** 10^power is significand × 2^exponent with 64 bits of significand, rounded. */
function significand(power: number): bigint {
  const exponent = binaryExponent(power);
  const numerator = (power >= 0 ? 10n ** BigInt(power) : 1n) << BigInt(Math.max(0, 1 - exponent));
  const denominator = (power >= 0 ? 1n : 10n ** BigInt(-power)) << BigInt(Math.max(0, exponent - 1));
  return (numerator / denominator + 1n) / 2n;
}

function binaryExponent(power: number): number {
  return Math.floor(power * Math.log2(10)) - 63;
}
