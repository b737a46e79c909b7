/** LMOVE, RPOPLPUSH and LMOVEM. */
import { copy, Region } from '../base/region.ts';
import { TYPE_LIST } from '../store/entry.ts';
import type { Keyspace } from '../store/keyspace.ts';
import { List } from '../types/list.ts';
import { listValueType } from '../types/list-value-type.ts';
import { Slice } from '../types/slice.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { countArgument, isLeft, LPOP, LPUSH, lookupList, RPOP, RPUSH, saveShrunk } from './list-access.ts';
import { putValue, saveValue } from './value-entry.ts';

const COUNT_TOO_SMALL = error('ERR count should be greater than 0');

/** Both keys are these arguments, in every command here. */
const FROM = 1;
const TO = 2;

const source = new List();
const target = new List();
const slice = new Slice();

let fromEntry = 0;
let toEntry = 0;
let isRotation = false;

/** Opens both lists. @returns false if there is no source  @throws WRONG_TYPE */
function openBoth(ctx: Context): boolean {
  fromEntry = lookupList(ctx, FROM, source);
  if (fromEntry === 0) return false;
  const fromSpace: Keyspace = ctx.ks;
  toEntry = lookupList(ctx, TO, target);
  isRotation = toEntry === fromEntry && ctx.ks === fromSpace;
  return true;
}

/**
 * Moves one element from an end of list FROM to an end of list TO and replies with it. For LMOVE, RPOPLPUSH and their
 * blocking forms. @returns false if there is no source: nothing is replied  @throws WRONG_TYPE
 */
export function moveOne(ctx: Context, fromFirst: boolean, toFirst: boolean): boolean {
  if (!openBoth(ctx)) return false;
  if (isRotation) {
    rotate(ctx, fromFirst, toFirst);
  } else {
    source.toEnd(fromFirst);
    slice.setPacked(source.allocator.arena.region, source.at);
    readyTarget(ctx, slice.length, 1);
    pushSlice(target, toFirst);
    ctx.reply.bulk(slice.region, slice.at, slice.length);
    finishTarget(ctx, toFirst);
    ctx.select(FROM);
    source.remove();
    saveShrunk(ctx, FROM, fromEntry, source, fromFirst ? LPOP : RPOP);
  }
  return true;
}

/** Moves an element within its list; it must be taken out, and so copied, first. */
function rotate(ctx: Context, fromFirst: boolean, toFirst: boolean): void {
  source.toEnd(fromFirst);
  slice.setPacked(source.allocator.arena.region, source.at);
  source.assure(slice.length, 1);
  // The reply serves as the copy: it is bytes of this thread's own.
  const { reply } = ctx;
  const at = reply.bulkSpace(slice.length);
  copy(slice.region, slice.at, reply.region, at, slice.length);
  slice.set(reply.region, at, slice.length);
  source.remove();
  source.grow(slice.length, 1);
  pushSlice(source, toFirst);
  finishRotation(ctx, fromFirst, toFirst);
}

/** What there is to know of LMOVEM and BLMOVEM beyond keys and ends. */
export class MoveManyArguments {
  fromFirst = false;
  toFirst = false;
  count = 1;
  /** Whether `count` elements are to be moved or none. */
  exactly = false;
  /** Whether each element is moved before the next one: moving between like ends then turns their order. */
  oneByOne = false;

  /** @param optionsArg where COUNT or EXACTLY may stand  @throws CommandError */
  read(ctx: Context, optionsArg: number): void {
    this.fromFirst = isLeft(ctx, 3);
    this.toFirst = isLeft(ctx, 4);
    this.count = 1;
    this.exactly = false;
    this.oneByOne = false;
    if (ctx.argc === optionsArg) return;
    if (ctx.argc !== optionsArg + 3) throw SYNTAX_ERROR;
    this.exactly = ctx.isWord(optionsArg, 'EXACTLY');
    if (!this.exactly && !ctx.isWord(optionsArg, 'COUNT')) throw SYNTAX_ERROR;
    this.count = countArgument(ctx, optionsArg + 1, 1, COUNT_TOO_SMALL);
    this.oneByOne = ctx.isWord(optionsArg + 2, 'OBO');
    if (!this.oneByOne && !ctx.isWord(optionsArg + 2, 'BULK')) throw SYNTAX_ERROR;
  }
}

/**
 * Moves elements and replies with them, in the order in which they stand in list TO. For LMOVEM and BLMOVEM.
 * @returns false if there is no source or it has too few: nothing is replied  @throws WRONG_TYPE
 */
export function moveMany(ctx: Context, how: MoveManyArguments): boolean {
  if (!openBoth(ctx)) return false;
  const { length } = source;
  if (how.exactly && length < how.count) return false;
  const count = Math.min(how.count, length);
  ctx.weigh(count);
  const from = how.fromFirst ? 0 : length - count;
  const turned = how.oneByOne && how.fromFirst === how.toFirst;
  const moved = collect(ctx, from, count, turned);
  const list = isRotation ? source : target;
  if (isRotation) {
    source.assure(moved.bytes.length, count);
    source.removeRange(from, count);
    source.grow(moved.bytes.length, count);
  } else {
    readyTarget(ctx, moved.bytes.length, count);
  }
  for (let i = 0; i < count; i++) {
    const index = how.toFirst ? count - 1 - i : i;
    const at = moved.ends[index];
    slice.set(moved.bytes, at, moved.ends[index + 1] - at);
    pushSlice(list, how.toFirst);
  }
  if (isRotation) {
    finishRotation(ctx, how.fromFirst, how.toFirst);
    return true;
  }
  finishTarget(ctx, how.toFirst);
  ctx.select(FROM);
  source.removeRange(from, count);
  saveShrunk(ctx, FROM, fromEntry, source, how.fromFirst ? LPOP : RPOP);
  return true;
}

/** Replies with `count` elements from an index on, in turned order if asked to. @returns copies, and where each ends */
function collect(ctx: Context, from: number, count: number, turned: boolean): { bytes: Region; ends: number[] } {
  const { region } = source.allocator.arena;
  const step = turned ? () => source.previous() : () => source.next();
  const first = turned ? from + count - 1 : from;
  const ends = [0];
  ctx.reply.array(count);
  source.seek(first);
  for (let i = 0; i < count; i++, step()) {
    slice.setPacked(region, source.at);
    ctx.reply.bulk(slice.region, slice.at, slice.length);
    ends.push(ends[i] + slice.length);
  }
  const bytes = Region.allocate(ends[count]);
  source.seek(first);
  for (let i = 0; i < count; i++, step()) {
    slice.setPacked(region, source.at);
    copy(slice.region, slice.at, bytes, ends[i], slice.length);
  }
  return { bytes, ends };
}

/** Makes list TO, the selected key, ready for elements. @throws OutOfMemoryError */
function readyTarget(ctx: Context, bytes: number, elements: number): void {
  if (toEntry === 0) target.create(ctx.ks.allocator, bytes, elements);
  else target.grow(bytes, elements);
}

function pushSlice(list: List, first: boolean): void {
  if (first) list.pushFirst(slice.region, slice.at, slice.length);
  else list.pushLast(slice.region, slice.at, slice.length);
}

/** Puts list TO, the selected key, in its place and says what happened. @throws OutOfMemoryError if it is new */
function finishTarget(ctx: Context, toFirst: boolean): void {
  if (toEntry === 0) putValue(ctx, TO, 0, TYPE_LIST, target, listValueType.free);
  else saveValue(ctx, toEntry, target);
  ctx.touch(TO, toFirst ? LPUSH : RPUSH);
}

/** Notes what became of a list whose elements moved within it, and says what happened. */
function finishRotation(ctx: Context, fromFirst: boolean, toFirst: boolean): void {
  saveValue(ctx, fromEntry, source);
  ctx.touch(TO, toFirst ? LPUSH : RPUSH);
  saveShrunk(ctx, FROM, fromEntry, source, fromFirst ? LPOP : RPOP);
}

function lmove(ctx: Context): void {
  const fromFirst = isLeft(ctx, 3);
  const toFirst = isLeft(ctx, 4);
  if (!moveOne(ctx, fromFirst, toFirst)) ctx.reply.null();
}

function rpoplpush(ctx: Context): void {
  if (!moveOne(ctx, false, true)) ctx.reply.null();
}

const how = new MoveManyArguments();

function lmovem(ctx: Context): void {
  how.read(ctx, 5);
  if (moveMany(ctx, how)) return;
  if (how.exactly) ctx.reply.nullArray();
  else ctx.reply.array(0);
}

export const listMoveCommands = [
  command({
    name: 'LMOVE',
    since: '6.2.0',
    group: 'list',
    complexity: 'O(1)',
    summary: 'Moves an element from an end of one list to an end of another and returns it; an emptied list goes.',
    syntax: 'source:key destination:key#1 wherefrom(LEFT | RIGHT) whereto(LEFT | RIGHT)',
    keys: 'RW access delete 1 ; RW insert 2',
    flags: 'write denyoom',
    run: lmove,
  }),
  command({
    name: 'RPOPLPUSH',
    since: '1.2.0',
    group: 'list',
    complexity: 'O(1)',
    summary: 'Moves the last element of one list to the front of another and returns it; an emptied list goes.',
    syntax: 'source:key destination:key#1',
    keys: 'RW access delete 1 ; RW insert 2',
    flags: 'write denyoom',
    deprecatedSince: '6.2.0',
    replacedBy: '`LMOVE` with the `RIGHT` and `LEFT` arguments',
    run: rpoplpush,
  }),
  command({
    name: 'LMOVEM',
    since: '8.10.0',
    group: 'list',
    complexity: 'O(N) for N elements moved',
    summary:
      'Moves several elements from an end of one list to an end of another and returns them; an emptied list goes.',
    syntax:
      'source:key destination:key#1 wherefrom(LEFT | RIGHT) whereto(LEFT | RIGHT) [how-many{selector(COUNT count:integer | EXACTLY exactly:integer) ordering(OBO | BULK)}]',
    keys: 'RW access delete 1 ; RW insert 2',
    flags: 'write denyoom',
    run: lmovem,
  }),
];
