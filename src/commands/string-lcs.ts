/**
 * LCS: the longest common subsequence of two strings, by the table of its length for every pair of prefixes. Where there
 * are several, Redis' own way back through the table decides which is answered.
 */
import { TYPE_STRING, typeOf, valueAt, valueLength } from '../store/entry.ts';
import { typeLimits } from '../types/limits.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { saturatedInteger } from './saturated-integer.ts';

const NOT_STRINGS = error('ERR The specified keys must contain string values');
const LENGTH_AND_INDEXES = error('ERR If you want both the length and indexes, please just use IDX.');
const TABLE_TOO_LARGE = error('ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len');
const NO_MEMORY = error('ERR Insufficient memory, failed allocating transient memory for LCS');

const CELL_BYTES = 4;
/** Cells of the table that are filled in the time in which a command looks at an element. */
const CELLS_PER_ELEMENT = 10;

/** Bytes of a string, wherever they lie. */
interface Text {
  readonly u8: Uint8Array;
  readonly at: number;
  readonly length: number;
}

interface Options {
  wantsLength: boolean;
  wantsIndexes: boolean;
  wantsMatchLengths: boolean;
  matchLengthMin: number;
}

/** A stretch that both strings have, places included. */
interface Match {
  readonly inFirst: number;
  readonly inSecond: number;
  readonly length: number;
}

function lcs(ctx: Context): void {
  const first = textAt(ctx, 1);
  const second = textAt(ctx, 2);
  const options = parseOptions(ctx);
  const cells = (first.length + 1) * (second.length + 1);
  if (cells * CELL_BYTES > typeLimits.stringBytesMax) throw TABLE_TOO_LARGE;
  ctx.weigh(cells / CELLS_PER_ELEMENT);
  const table = fillTable(first, second, cells);
  const length = table[cells - 1];
  if (options.wantsIndexes) replyIndexes(ctx, matchesOf(first, second, table), length, options);
  else if (options.wantsLength) ctx.reply.integer(length);
  else replySequence(ctx, first, second, table);
}

/** The string at the key in `arg`; an absent key counts as empty. */
function textAt(ctx: Context, arg: number): Text {
  const entry = ctx.read(arg);
  const { arena } = ctx.ks;
  if (entry === 0) return { u8: arena.u8, at: 0, length: 0 };
  if (typeOf(arena, entry) !== TYPE_STRING) throw NOT_STRINGS;
  return { u8: arena.u8, at: valueAt(arena, entry), length: valueLength(arena, entry) };
}

function parseOptions(ctx: Context): Options {
  const options = { wantsLength: false, wantsIndexes: false, wantsMatchLengths: false, matchLengthMin: 0 };
  for (let arg = 3; arg < ctx.argc; arg++) {
    if (ctx.isWord(arg, 'IDX')) options.wantsIndexes = true;
    else if (ctx.isWord(arg, 'LEN')) options.wantsLength = true;
    else if (ctx.isWord(arg, 'WITHMATCHLEN')) options.wantsMatchLengths = true;
    else if (ctx.isWord(arg, 'MINMATCHLEN') && arg + 1 < ctx.argc)
      options.matchLengthMin = saturatedInteger(ctx, ++arg);
    else throw SYNTAX_ERROR;
  }
  if (options.wantsLength && options.wantsIndexes) throw LENGTH_AND_INDEXES;
  return options;
}

/** Row i, column j: the length for the first i bytes of one string and the first j of the other. */
function fillTable(first: Text, second: Text, cells: number): Uint32Array {
  let table: Uint32Array;
  try {
    table = new Uint32Array(cells);
  } catch (thrown) {
    if (thrown instanceof RangeError) throw NO_MEMORY;
    throw thrown;
  }
  const width = second.length + 1;
  const bytes = second.u8.slice(second.at, second.at + second.length);
  for (let i = 1; i <= first.length; i++) {
    const byte = first.u8[first.at + i - 1];
    let cell = i * width + 1;
    let left = 0;
    let aboveLeft = 0;
    for (let j = 0; j < bytes.length; j++, cell++) {
      const above = table[cell - width];
      if (bytes[j] === byte) left = aboveLeft + 1;
      else {
        // The greater of both, by no branch: which it is can't be foreseen.
        const more = above - left;
        left += more & ~(more >> 31);
      }
      table[cell] = left;
      aboveLeft = above;
    }
  }
  return table;
}

/** Goes back through the table from its end, telling of every byte of the sequence, the last one first. */
function walkBack(first: Text, second: Text, table: Uint32Array, visit: (i: number, j: number) => void): void {
  const width = second.length + 1;
  let i = first.length;
  let j = second.length;
  while (i > 0 && j > 0) {
    if (first.u8[first.at + i - 1] === second.u8[second.at + j - 1]) {
      i--;
      j--;
      visit(i, j);
    } else if (table[(i - 1) * width + j] > table[i * width + j - 1]) {
      i--;
    } else {
      j--;
    }
  }
}

function matchesOf(first: Text, second: Text, table: Uint32Array): Match[] {
  const matches: Match[] = [];
  let inFirst = -1;
  let inSecond = -1;
  let length = 0;
  walkBack(first, second, table, (i, j) => {
    if (length > 0 && (i !== inFirst - 1 || j !== inSecond - 1)) {
      matches.push({ inFirst, inSecond, length });
      length = 0;
    }
    inFirst = i;
    inSecond = j;
    length++;
  });
  if (length > 0) matches.push({ inFirst, inSecond, length });
  return matches;
}

function replyIndexes(ctx: Context, all: readonly Match[], length: number, options: Options): void {
  const { reply } = ctx;
  const matches = all.filter((match) => match.length >= options.matchLengthMin);
  reply.map(2);
  reply.bulkText('matches');
  reply.array(matches.length);
  for (const match of matches) {
    reply.array(options.wantsMatchLengths ? 3 : 2);
    for (const start of [match.inFirst, match.inSecond]) {
      reply.array(2);
      reply.integer(start);
      reply.integer(start + match.length - 1);
    }
    if (options.wantsMatchLengths) reply.integer(match.length);
  }
  reply.bulkText('len');
  reply.integer(length);
}

function replySequence(ctx: Context, first: Text, second: Text, table: Uint32Array): void {
  let left = table[table.length - 1];
  const at = ctx.reply.bulkSpace(left);
  const { u8 } = ctx.reply.region;
  walkBack(first, second, table, (i) => {
    u8[at + --left] = first.u8[first.at + i];
  });
}

export const stringLcsCommands = [
  command({
    name: 'LCS',
    since: '7.0.0',
    group: 'string',
    complexity: 'O(N*M) for strings of N and M bytes',
    summary: 'Finds the longest sequence of bytes that two strings have in common, in order but not in one piece.',
    syntax: 'key1:key key2:key [LEN] [IDX] [MINMATCHLEN min-match-len:integer] [WITHMATCHLEN]',
    keys: 'RO access 1..2',
    flags: 'readonly',
    run: lcs,
  }),
];
