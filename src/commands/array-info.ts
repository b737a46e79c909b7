/** ARINFO: how an array lies in memory. */
import { ARRAY_DIRECTORY, SparseArray } from '../types/array.ts';
import { densePlaces } from '../types/array-dense.ts';
import { DirectoryCursor } from '../types/array-directory.ts';
import { ArrayIndex } from '../types/array-index.ts';
import { isDense, sliceCount } from '../types/array-slice-header.ts';
import { typeLimits } from '../types/limits.ts';
import { readArray, replyIndex } from './array-access.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { NO_SUCH_KEY, SYNTAX_ERROR } from './errors.ts';

const FIELDS = 7;
const FIELDS_FULL = 12;
/** Slices that Redis' directory has one table for. */
const BLOCK_BITS = 11;
const SUPER_DIRECTORY_MIN = 4;
/** Elements that Redis makes room for in a new sparse slice. */
const SPARSE_ROOM_MIN = 4;

const array = new SparseArray();
const index = new ArrayIndex();
const last = new ArrayIndex();
const slices = new DirectoryCursor();

/** The least power of two, from `least` on, that is not below `value`. */
const powerFrom = (least: number, value: number): number => Math.max(least, 2 ** Math.ceil(Math.log2(value)));

/** How many elements Redis has room for in a sparse slice that has only grown: the room doubles until it is the greatest. */
const sparseRoom = (elements: number): number =>
  Math.max(elements, Math.min(typeLimits.arraySparseKmax, powerFrom(SPARSE_ROOM_MIN, elements)));

/** How many of the blocks into which Redis puts the slices of a wide array hold any. */
function countBlocks(): number {
  const { arena } = array.allocator;
  const directory = array.base + ARRAY_DIRECTORY;
  let blocks = 0;
  let slice = slices.toFirst(arena, directory);
  while (slice !== 0) {
    blocks++;
    const high = arena.i32[slice >> 2];
    const low = arena.i32[(slice >> 2) + 1] | ((1 << BLOCK_BITS) - 1);
    index.set(high, low);
    index.increment();
    slice = slices.seekFrom(arena, directory, index.high, index.low);
  }
  return blocks;
}

function arinfo(ctx: Context): void {
  const full = ctx.argc > 2;
  if (full && (ctx.argc > 3 || !ctx.isWord(2, 'FULL'))) throw SYNTAX_ERROR;
  if (readArray(ctx, 1, array) === 0) throw NO_SUCH_KEY;
  const bits = array.sliceBits;
  array.loadLast(last);
  const highestSlice = last.toBigInt() >> BigInt(bits);
  const isWide = highestSlice >> BigInt(BLOCK_BITS) !== 0n;
  ctx.weigh(full || isWide ? array.slices : 0);
  const blocks = isWide ? countBlocks() : 0;
  const { reply } = ctx;
  const integer = (name: string, value: number): void => {
    reply.bulkText(name);
    reply.integer(value);
  };
  reply.map(full ? FIELDS_FULL : FIELDS);
  integer('count', array.count);
  reply.bulkText('len');
  last.increment();
  replyIndex(reply, last);
  reply.bulkText('next-insert-index');
  array.loadInserted(index);
  index.increment();
  if (index.isMax) index.set(0, 0);
  replyIndex(reply, index);
  integer('slices', array.slices);
  integer('directory-size', isWide ? powerFrom(SUPER_DIRECTORY_MIN, blocks) : powerFrom(1, Number(highestSlice) + 1));
  integer('super-dir-entries', blocks);
  integer('slice-size', 2 ** bits);
  if (full) replySliceFigures(ctx, integer);
}

function replySliceFigures({ reply }: Context, integer: (name: string, value: number) => void): void {
  const { arena } = array.allocator;
  let dense = 0;
  let densePlacesAll = 0;
  let denseElements = 0;
  let sparseRoomAll = 0;
  for (let slice = slices.toFirst(arena, array.base + ARRAY_DIRECTORY); slice !== 0; slice = slices.next(arena)) {
    if (isDense(arena, slice)) {
      dense++;
      densePlacesAll += densePlaces(arena, slice);
      denseElements += sliceCount(arena, slice);
    } else {
      sparseRoomAll += sparseRoom(sliceCount(arena, slice));
    }
  }
  const sparse = array.slices - dense;
  const average = (name: string, sum: number, count: number): void => {
    reply.bulkText(name);
    reply.double(count === 0 ? 0 : sum / count);
  };
  integer('dense-slices', dense);
  integer('sparse-slices', sparse);
  average('avg-dense-size', densePlacesAll, dense);
  average('avg-dense-fill', denseElements, densePlacesAll);
  average('avg-sparse-size', sparseRoomAll, sparse);
}

export const arrayInfoCommands = [
  command({
    name: 'ARINFO',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(log N), with FULL O(N), N being the slices of the array',
    summary: 'Tells how an array lies in memory.',
    syntax: 'key:key [FULL]',
    keys: 'RO access 1',
    flags: 'readonly',
    run: arinfo,
  }),
];
