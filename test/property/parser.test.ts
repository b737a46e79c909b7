import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { latin1, Region } from '../../src/base/region.ts';
import { Arguments } from '../../src/protocol/arguments.ts';
import { INCOMPLETE, PARSED, Parser, PROTOCOL_ERROR } from '../../src/protocol/parser.ts';

const words = fc.array(fc.string({ unit: fc.constantFrom('a', '\r', '\n', '$', '*', '7'), maxLength: 130 }), {
  minLength: 1,
  maxLength: 14,
});
const encode = (command: readonly string[]): string =>
  `*${command.length}\r\n${command.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
const read = (args: Arguments): string[] =>
  Array.from({ length: args.argc }, (_, arg) => latin1(args.source, args.at[arg], args.size[arg]));

describe('Requests are offsets into received bytes', () => {
  test('whatever their lengths, one after the other', () => {
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 5 }), (commands) => {
        const region = Region.of(commands.map(encode).join(''));
        const parser = new Parser({ bulkBytesMax: 1 << 20 });
        const args = new Arguments();
        let from = 0;
        for (const command of commands) {
          expect(parser.parse(region, from, region.length, args)).toBe(PARSED);
          expect(read(args)).toEqual(command);
          from = parser.end;
        }
        expect(from).toBe(region.length);
      }),
    );
  });

  test('cut off anywhere, they say that more is wanted, and never more than there is to come', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 0, max: 9 }), (command, from) => {
        const text = encode(command);
        const region = Region.of(`${'.'.repeat(from)}${text}`);
        const parser = new Parser({ bulkBytesMax: 1 << 20 });
        const args = new Arguments();
        for (let length = 1; length < text.length; length++) {
          expect(parser.parse(region, from, from + length, args)).toBe(INCOMPLETE);
          expect(parser.wantedBytes).toBeGreaterThan(length);
          expect(parser.wantedBytes).toBeLessThanOrEqual(text.length);
        }
        expect(parser.parse(region, from, from + text.length, args)).toBe(PARSED);
        expect(read(args)).toEqual(command);
      }),
    );
  });

  test.each([
    ['*1\r\n$01\r\na\r\n', 'invalid bulk length'],
    ['*1\r\n$-1\r\na\r\n', 'invalid bulk length'],
    ['*1\r\n$21\r\n', 'invalid bulk length'],
    ['*1\r\n$200\r\n', 'invalid bulk length'],
    ['*01\r\n$1\r\na\r\n', 'invalid multibulk length'],
    ['*1\r\n:1\r\na\r\n', "expected '$', got ':'"],
    ['*1\r\n$x\r\nxx', 'invalid bulk length'],
  ])('%j is refused: %s', (text, message) => {
    const region = Region.of(text);
    const parser = new Parser({ bulkBytesMax: 20 });
    expect(parser.parse(region, 0, region.length, new Arguments())).toBe(PROTOCOL_ERROR);
    expect(parser.message).toBe(`Protocol error: ${message}`);
  });

  test('an empty array is an empty request', () => {
    const region = Region.of('*0\r\n*-1\r\n');
    const parser = new Parser({ bulkBytesMax: 20 });
    const args = new Arguments();
    expect(parser.parse(region, 0, region.length, args)).toBe(PARSED);
    expect([args.argc, parser.end]).toEqual([0, 4]);
    expect(parser.parse(region, 4, region.length, args)).toBe(PARSED);
    expect([args.argc, parser.end]).toEqual([0, 9]);
  });
});
