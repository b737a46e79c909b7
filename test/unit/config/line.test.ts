import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteArgument, splitLine } from '../../../src/config/line.ts';

describe('a line of configuration', () => {
  it.each<[string, string[] | undefined]>([
    ['port 6379', ['port', '6379']],
    ['  save\t60   1 ', ['save', '60', '1']],
    ['save ""', ['save', '']],
    ['x "a b" c', ['x', 'a b', 'c']],
    [String.raw`x "\x41\n\t\"\\\q"`, ['x', 'A\n\t"\\q']],
    [String.raw`x '\n it\'s'`, ['x', String.raw`\n it's`]],
    ['x a"b c"', ['x', 'ab c']],
    ['x "a', undefined],
    ['x "a"b', undefined],
    ["x 'a", undefined],
    ["x 'a''b'", undefined],
    ['x \\', ['x', '\\']],
    [String.raw`x "\x4"`, ['x', 'x4']],
    ['', []],
  ])('%j is %j', (line, words) => {
    expect(splitLine(line)).toEqual(words);
  });

  it('reads back whatever bytes it quotes', () => {
    const bytes = fc.uint8Array().map((array) => Buffer.from(array).toString('latin1'));
    fc.assert(
      fc.property(fc.array(bytes), (args) => {
        expect(splitLine(args.map(quoteArgument).join(' '))).toEqual(args);
      }),
    );
  });
});
