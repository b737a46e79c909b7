import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addLongDoubles,
  compareLongDoubles,
  formatLongDouble,
  formatLongDoubleShort,
  longDoubleOf,
  parseLongDouble,
} from '../../../src/base/long-double.ts';

const parse = (text: string) => parseLongDouble(Buffer.from(`1${text}2`, 'latin1'), 1, text.length);

function sum(a: string, b: string): string | undefined {
  const result = addLongDoubles(parse(a)!, parse(b)!);
  return result === undefined ? undefined : formatLongDouble(result);
}

describe('addition in extended precision', () => {
  // Each line as redis-server on x86-64 answers SET k a, INCRBYFLOAT k b.
  it.each([
    ['10.50', '0.1', '10.6'],
    ['0.1', '0.2', '0.3'],
    ['128', '0.1', '128.10000000000000001'],
    ['1000', '-0.1', '999.90000000000000002'],
    ['1000', '1.8', '1001.79999999999999999'],
    ['5.0e3', '2.0e2', '5200'],
    ['3', '1.1', '4.1'],
    ['0', '1e-18', '0'],
    ['0', '-1e-18', '0'],
    ['0', '-0', '0'],
    ['1', '-1', '0'],
    ['0x10', '0x.8', '16.5'],
    ['18446744073709551615', '1', '18446744073709551616'],
    ['18446744073709551616', '1', '18446744073709551616'],
    ['18446744073709551616', '3', '18446744073709551620'],
    ['1e30', '1', '1000000000000000000024696061952'],
    // Half of the 17th digit, exactly: to even.
    ['0', '0x1p-18', '0.00000381469726562'],
  ])('%s + %s = %s', (a, b, text) => {
    expect(sum(a, b)).toBe(text);
  });

  it('says so when there is no finite sum', () => {
    expect(sum('inf', '1')).toBeUndefined();
    expect(sum('-Infinity', '1')).toBeUndefined();
    expect(sum('inf', '-inf')).toBeUndefined();
    expect(sum('1.1e4932', '1.1e4932')).toBeUndefined();
  });
});

describe('parseLongDouble', () => {
  it('has the range of x87', () => {
    expect(formatLongDouble(parse('1.1e4932') as never)).toHaveLength(4933);
    expect(parse('1.2e4932')).toBeUndefined();
    expect(parse('4e-4951')).toMatchObject({ significand: 1n, exponent: -16445 });
    expect(parse('1e-4951')).toBeUndefined();
    expect(parse('0e-99999999999')).toMatchObject({ significand: 0n });
    expect(parse('1e99999999999')).toBeUndefined();
    expect(parse('0x1p-99999999999')).toBeUndefined();
  });

  it('reads no text of 5 KiB or more', () => {
    expect(parse('0'.repeat(5119))).toMatchObject({ significand: 0n });
    expect(parse('0'.repeat(5120))).toBeUndefined();
  });

  it.each(['', ' 1', '1 ', '1\0', '1e', '0x', 'nan', '-nan', 'abc', '1,5'])('refuses %j', (text) => {
    expect(parse(text)).toBeUndefined();
  });
});

it('longDoubleOf is exact', () => {
  expect(formatLongDouble(longDoubleOf(0.1))).toBe('0.10000000000000001');
  expect(formatLongDouble(longDoubleOf(13.361389338970184))).toBe('13.36138933897018433');
  expect(formatLongDouble(longDoubleOf(-2.5))).toBe('-2.5');
  expect(formatLongDouble(longDoubleOf(-0))).toBe('0');
  expect(longDoubleOf(5e-324)).toMatchObject({ negative: false });
  expect(formatLongDouble(longDoubleOf(2 ** 70))).toBe('1180591620717411303424');
});

describe('printing 17 digits that count', () => {
  // As C's printf prints %.17Lg.
  it.each([
    ['0.1', '0.1'],
    ['0.3', '0.3'],
    ['1e16', '10000000000000000'],
    ['1e17', '1e+17'],
    ['123456789012345678', '1.2345678901234568e+17'],
    ['0.0001', '0.0001'],
    ['0.00001', '1e-05'],
    ['9.9999999999999999999', '10'],
    ['9.9999999999999996', '9.9999999999999996'],
    ['1e-4900', '1e-4900'],
    ['827860671157297.625', '827860671157297.62'],
    ['1e4000', '1e+4000'],
    ['-2.50', '-2.5'],
    ['-0', '-0'],
  ])('%s is printed as %s', (text, printed) => {
    expect(formatLongDoubleShort(parse(text) as never)).toBe(printed);
  });

  it('prints what JavaScript prints of a double in 17 digits', () => {
    const shorter = (text: string): string => {
      const [digits, exponent] = text.split('e');
      const cut = digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
      return exponent === undefined ? cut : `${cut}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
    };
    // JavaScript rounds halves up, and prints what is small plainly for two powers of ten more.
    const isHalf = (x: number): boolean => /^0*[1-9]\d{16}50*$/.test(x.toPrecision(100).replace(/e.*|[-.]/g, ''));
    const value = fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((x) => x !== 0 && Math.abs(x) >= 1e-4 && !isHalf(x));
    fc.assert(
      fc.property(value, (x) => {
        expect(formatLongDoubleShort(longDoubleOf(x))).toBe(shorter(x.toPrecision(17)));
      }),
      { numRuns: 2000 },
    );
  });
});

it('comparing knows infinities and what doubles do not tell apart', () => {
  const order = ['-inf', '-2', '-1.00000000000000000011', '-1', '0', '1e-4940', '1', '1.00000000000000000011', 'inf'];
  const values = order.map((text) => parse(text)!);
  values.forEach((a, i) => {
    values.forEach((b, j) => {
      expect(Math.sign(compareLongDoubles(a, b))).toBe(Math.sign(i - j));
    });
  });
});
