/** LCS: the longest common subsequence of two strings, its length, or where it lies in both. */
import { TYPE_STRING, typeOf, valueAt, valueLength } from '../store/entry.ts';
import { typeLimits } from '../types/limits.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { saturatedInteger } from './saturated-integer.ts';
import { LcsTable, type Text } from './string-lcs-table.ts';

const NOT_STRINGS = error('ERR The specified keys must contain string values');
const LENGTH_AND_INDEXES = error('ERR If you want both the length and indexes, please just use IDX.');
const TABLE_TOO_LARGE = error('ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len');
const NO_MEMORY = error('ERR Insufficient memory, failed allocating transient memory for LCS');

/** What Redis takes for a cell of the table, which it limits. */
const REDIS_CELL_BYTES = 4;
/** Cells of the table that are filled, and bytes that are gone through, in the time in which a command looks at an element. */
const CELLS_PER_ELEMENT = 100;
const BYTES_PER_ELEMENT = 4;

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
  if (cells * REDIS_CELL_BYTES > typeLimits.stringBytesMax) throw TABLE_TOO_LARGE;
  ctx.weigh(cells / CELLS_PER_ELEMENT + (first.length + second.length) / BYTES_PER_ELEMENT);
  const table = makeTable(first, second);
  if (options.wantsIndexes) replyIndexes(ctx, table, options);
  else if (options.wantsLength) ctx.reply.integer(table.length);
  else replySequence(ctx, first, table);
}

function makeTable(first: Text, second: Text): LcsTable {
  try {
    return new LcsTable(first, second);
  } catch (thrown) {
    if (thrown instanceof RangeError) throw NO_MEMORY;
    throw thrown;
  }
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

function matchesOf(table: LcsTable): Match[] {
  const matches: Match[] = [];
  let inFirst = -1;
  let inSecond = -1;
  let length = 0;
  table.walkBack((i, j) => {
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

function replyIndexes(ctx: Context, table: LcsTable, options: Options): void {
  const { reply } = ctx;
  const matches = matchesOf(table).filter((match) => match.length >= options.matchLengthMin);
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
  reply.integer(table.length);
}

function replySequence(ctx: Context, first: Text, table: LcsTable): void {
  let left = table.length;
  const at = ctx.reply.bulkSpace(left);
  const { u8 } = ctx.reply.region;
  table.walkBack((i) => {
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
