import { describe, expect, it } from 'vitest';
import { formatDouble, writeDouble } from '../../../src/base/double-write.ts';
import { parseDouble } from '../../../src/base/numbers.ts';

const parse = (text: string) => parseDouble(Buffer.from(`1${text}2`, 'latin1'), 1, text.length);

describe('parseDouble', () => {
  it.each([
    ['0', 0],
    ['-0', -0],
    ['+5', 5],
    ['.5', 0.5],
    ['5.', 5],
    ['-12.25', -12.25],
    ['007', 7],
    ['123456789012345', 123456789012345],
    ['0.1234567890123456789', 0.12345678901234568],
    ['1e3', 1000],
    ['1E-2', 0.01],
    ['-1.5e+300', -1.5e300],
    ['5e-324', 5e-324],
    ['2.5e-324', 5e-324],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['0e99999999999', 0],
    ['0x10', 16],
    ['-0X.8p1', -1],
    ['0x1.8', 1.5],
    ['0x1p-1074', 5e-324],
    ['0x1.8p-1075', 5e-324],
    ['0x10000000000000800', 2 ** 64],
    ['0x10000000000000801', 2 ** 64 + 2 ** 12],
    ['0x1.fffffffffffff7p1023', Number.MAX_VALUE],
    ['0x0p99999999999', 0],
    ['inf', Number.POSITIVE_INFINITY],
    ['+Inf', Number.POSITIVE_INFINITY],
    ['-INFINITY', Number.NEGATIVE_INFINITY],
  ])('reads %s', (text, value) => {
    expect(parse(text)).toBe(value);
  });

  it.each([
    ...['', '+', '-', '.', '-.', ' 1', '1 ', '\t1', '1\n', '1\0', '1,5', '1.2.3', '--1', '1e', '1e+', 'e5', '1_000'],
    ...['0x', '0x.', '0xp1', '0x1p', '0b1', 'in', 'infi', 'infinit', 'infinityy', 'nan', '-nan', 'NaN', 'nan(1)'],
    ...['1e400', '-1e309', '1e-400', '2e-324', '0x1p1024', '0x1p-1075', '0x1.fffffffffffff8p1023', '0x1p-99999999999'],
  ])('refuses %j', (text) => {
    expect(parse(text)).toBeUndefined();
  });
});

describe('writeDouble', () => {
  it.each([
    [0, '0'],
    [-0, '-0'],
    [3, '3'],
    [-17, '-17'],
    [Number.NaN, 'nan'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
    [0.1, '0.1'],
    [-0.1, '-0.1'],
    [1.5, '1.5'],
    [123456.789, '123456.789'],
    [0.0001, '0.0001'],
    [0.00012345, '1.2345e-4'],
    [0.00001, '0.00001'],
    [0.000001, '0.000001'],
    [0.0000001, '1e-7'],
    [1.5e-7, '1.5e-7'],
    [0.000012345678, '1.2345678e-5'],
    [0.0012345678, '0.0012345678'],
    [Math.PI, '3.141592653589793'],
    // Whole numbers are printed in full up to 2^62, behind that only while few zeros follow the digits.
    [2 ** 53 + 2, '9007199254740994'],
    [-1e18, '-1000000000000000000'],
    [2 ** 62, '4611686018427387904'],
    [2 ** 63, '9223372036854776000'],
    [1e19, '1e+19'],
    [1.2345678901234567e20, '123456789012345670000'],
    [1e21, '1e+21'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [5e-324, '5e-324'],
    [-2.2250738585072014e-308, '-2.2250738585072014e-308'],
  ])('writes %d as %s', (value, text) => {
    expect(formatDouble(value)).toBe(text);
  });

  // What the C original prints for these, though fewer digits or a nearer last one would do.
  it.each([
    [0.0775186, '0.07751859999999999'],
    [0.002229298, '0.0022292979999999998'],
    [5470.900000000001, '5470.9000000000005'],
    [50.82268872002658, '50.822688720026576'],
    [6.257756e-17, '6.257756000000001e-17'],
    [9.369264e-9, '9.369263999999999e-9'],
    [2236536999999999.8, '2236536999999999.7'],
  ])('follows Grisu2 where that misses the shortest: %d', (value, text) => {
    expect(formatDouble(value)).toBe(text);
  });

  it('writes nothing outside of what it returns', () => {
    const u8 = Buffer.alloc(40, '.');
    const end = writeDouble(u8, 5, -1.2345678901234568e-300);
    expect(u8.toString('latin1')).toBe(`.....-1.2345678901234568e-300${'.'.repeat(40 - end)}`);
  });
});
