import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LcsTable } from '../../../src/commands/string-lcs-table.ts';

const textOf = (bytes: Uint8Array) => ({ u8: bytes, at: 0, length: bytes.length });

/** The table of lengths as the textbook has it, and the way back through it that Redis takes. */
function plainly(first: Uint8Array, second: Uint8Array): { length: number; path: [number, number][] } {
  const table = Array.from({ length: first.length + 1 }, () => Array<number>(second.length + 1).fill(0));
  for (let i = 1; i <= first.length; i++) {
    for (let j = 1; j <= second.length; j++) {
      const isSame = first[i - 1] === second[j - 1];
      table[i][j] = isSame ? table[i - 1][j - 1] + 1 : Math.max(table[i - 1][j], table[i][j - 1]);
    }
  }
  const path: [number, number][] = [];
  for (let i = first.length, j = second.length; i > 0 && j > 0; ) {
    if (first[i - 1] === second[j - 1]) path.push([--i, --j]);
    else if (table[i - 1][j] > table[i][j - 1]) i--;
    else j--;
  }
  return { length: table[first.length][second.length], path };
}

const bytes = (kinds: number) => fc.uint8Array({ max: kinds - 1, maxLength: 100 });

it('a bit a cell says what lengths in every cell say', () => {
  const pair = fc.integer({ min: 1, max: 256 }).chain((kinds) => fc.tuple(bytes(kinds), bytes(kinds)));
  fc.assert(
    fc.property(pair, ([first, second]) => {
      const expected = plainly(first, second);
      const table = new LcsTable(textOf(first), textOf(second));
      const path: [number, number][] = [];
      table.walkBack((i, j) => path.push([i, j]));
      expect({ length: table.length, path }).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});
