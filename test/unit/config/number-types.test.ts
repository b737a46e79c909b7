import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { integer, LONG_MAX, memory, memoryOrPercent, octal, ULONG_MAX } from '../../../src/config/number-types.ts';
import type { Setting, ValueType } from '../../../src/config/value-type.ts';
import { TestHost } from './test-host.ts';

function parse<T>(type: ValueType<T>, argument: string): Setting<T> {
  return type.parse([argument], { current: undefined, repeated: false, host: new TestHost() });
}

describe('integers', () => {
  it.each(['01', '+1', ' 1', '1 ', '', '-', '-0', '1.0', '0x1', '9223372036854775808'])('refuse %j', (text) => {
    expect(() => parse(integer(0, LONG_MAX), text)).toThrow("argument couldn't be parsed into an integer");
  });

  it('keep every digit of what a double cannot hold', () => {
    expect(parse(integer(0, LONG_MAX), '9223372036854775807')).toEqual({ value: 2 ** 63, text: '9223372036854775807' });
  });

  it('name their range', () => {
    expect(() => parse(integer(-1, LONG_MAX), '-2')).toThrow(
      'argument must be between -1 and 9223372036854775807 inclusive',
    );
  });

  it('can be brought into a narrower range than is accepted', () => {
    expect(parse(integer(0, 100000, { clampTo: [1, 500] }), '0').text).toBe('1');
    expect(parse(integer(0, 100000, { clampTo: [1, 500] }), '501').text).toBe('500');
  });
});

describe('amounts of memory', () => {
  it.each<[string, string]>([
    ['0', '0'],
    ['1', '1'],
    ['5b', '5'],
    ['1k', '1000'],
    ['1KB', '1024'],
    ['2m', '2000000'],
    ['2mB', '2097152'],
    ['3g', '3000000000'],
    ['3gb', '3221225472'],
    ['', '0'],
    ['mb', '0'],
    ['18446744073709551615', '18446744073709551615'],
  ])('%j is %s bytes', (text, bytes) => {
    expect(parse(memory(0, ULONG_MAX), text).text).toBe(bytes);
  });

  it.each(['-1', '1tb', '1.5gb', '1 gb', 'x', '18446744073709551616', '18446744073709551615kb'])(
    'refuse %j',
    (text) => {
      expect(() => parse(memory(0, ULONG_MAX), text)).toThrow('argument must be a memory value');
    },
  );

  it('come back from a configuration file as they were', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: ULONG_MAX }), (bytes) => {
        const type = memory(0, ULONG_MAX);
        const setting = parse(type, bytes.toString());
        expect(parse(type, type.toLines(setting, setting)[0]).text).toBe(bytes.toString());
      }),
    );
  });

  it('may be a share', () => {
    expect(parse(memoryOrPercent(LONG_MAX), '5%')).toEqual({ value: { percent: 5 }, text: '5%' });
    expect(parse(memoryOrPercent(LONG_MAX), '1mb')).toEqual({ value: { bytes: 2 ** 20 }, text: '1048576' });
    expect(() => parse(memoryOrPercent(LONG_MAX), '101%')).toThrow('percentage argument must be less or equal to 100');
    expect(() => parse(memoryOrPercent(LONG_MAX), '-5%')).toThrow('argument must be a memory or percent value');
  });
});

describe('permissions', () => {
  it('are octal', () => {
    expect(parse(octal(0o777), '0755')).toEqual({ value: 0o755, text: '755' });
    expect(() => parse(octal(0o777), '8')).toThrow("argument couldn't be parsed as an octal number");
    expect(() => parse(octal(0o777), '1000')).toThrow('argument must be between 0 and 777 inclusive');
  });
});
