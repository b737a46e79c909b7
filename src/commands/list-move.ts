/** LMOVE, RPOPLPUSH and LMOVEM. */
import { TYPE_LIST } from '../store/entry.ts';
import type { Keyspace } from '../store/keyspace.ts';
import { List } from '../types/list.ts';
import { listValueType } from '../types/list-value-type.ts';
import { elementBytes } from '../types/listpack-element.ts';
import { Slice } from '../types/slice.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { integerAtLeast } from './integer-arguments.ts';
import { isLeft, LPOP, LPUSH, lookupList, RPOP, RPUSH, saveShrunk } from './list-access.ts';
import { putValue, saveValue } from './value-entry.ts';

const COUNT_TOO_SMALL = error('ERR count should be greater than 0');

/** Both keys are these arguments, in every command here. */
const FROM = 1;
const TO = 2;

const CRLF_BYTES = 2;

const source = new List();
const target = new List();
const slice = new Slice();

let fromEntry = 0;
let toEntry = 0;
let isRotation = false;

/** The elements on their way lie in the reply, in the order in which they are to stand in list TO. */
const places: number[] = [];
const lengths: number[] = [];
let movedBytes = 0;
/** What the elements take in their listpacks. */
let packedBytes = 0;

/**
 * Opens both lists; list TO only if there is something to move. @param least how many elements the source must have
 * @returns false if there is no source or it has fewer  @throws WRONG_TYPE
 */
function openBoth(ctx: Context, least: number): boolean {
  fromEntry = lookupList(ctx, FROM, source);
  if (fromEntry === 0 || source.length < least) return false;
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
  if (!openBoth(ctx, 1)) return false;
  source.toEnd(fromFirst);
  collect(ctx, 1, false);
  move(ctx, fromFirst, toFirst, false);
  return true;
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
    this.count = integerAtLeast(ctx, optionsArg + 1, 1, COUNT_TOO_SMALL);
    this.oneByOne = ctx.isWord(optionsArg + 2, 'OBO');
    if (!this.oneByOne && !ctx.isWord(optionsArg + 2, 'BULK')) throw SYNTAX_ERROR;
  }
}

/**
 * Moves elements and replies with them, in the order in which they stand in list TO. For LMOVEM and BLMOVEM.
 * @returns false if there is no source or it has too few: nothing is replied  @throws WRONG_TYPE
 */
export function moveMany(ctx: Context, how: MoveManyArguments): boolean {
  if (!openBoth(ctx, how.exactly ? how.count : 1)) return false;
  const { length } = source;
  const count = Math.min(how.count, length);
  ctx.weigh(count);
  const turned = how.oneByOne && how.fromFirst === how.toFirst;
  const first = how.fromFirst ? 0 : length - count;
  ctx.reply.array(count);
  source.seek(turned ? first + count - 1 : first);
  collect(ctx, count, turned);
  move(ctx, how.fromFirst, how.toFirst, turned);
  return true;
}

/** Replies with `count` elements from the source's cursor on, backwards if `turned`, and notes where they lie. */
function collect(ctx: Context, count: number, turned: boolean): void {
  const { region } = source.allocator.arena;
  places.length = count;
  lengths.length = count;
  movedBytes = 0;
  packedBytes = 0;
  for (let i = 0; i < count; i++) {
    const { at } = source;
    slice.setPacked(region, at);
    ctx.reply.bulk(slice.region, slice.at, slice.length);
    lengths[i] = slice.length;
    places[i] = ctx.reply.at - CRLF_BYTES - slice.length;
    movedBytes += slice.length;
    packedBytes += elementBytes(region.u8, at);
    if (turned) source.previous();
    else source.next();
  }
}

/** Moves what was collected. Nothing is taken out before everything is put in, since only that can fail. */
function move(ctx: Context, fromFirst: boolean, toFirst: boolean, turned: boolean): void {
  const count = places.length;
  if (!isRotation) {
    putIn(ctx, toFirst);
    ctx.select(FROM);
    source.removeRange(fromFirst ? 0 : source.length - count, count);
  } else {
    if (fromFirst !== toFirst || turned) rotate(ctx, fromFirst, toFirst);
    saveValue(ctx, fromEntry, source);
    ctx.touch(TO, toFirst ? LPUSH : RPUSH);
  }
  saveShrunk(ctx, FROM, fromEntry, source, fromFirst ? LPOP : RPOP);
}

/** Puts what was collected into list TO, the selected key. @throws OutOfMemoryError */
function putIn(ctx: Context, first: boolean): void {
  const count = places.length;
  if (toEntry === 0) {
    target.create(ctx.ks.allocator, movedBytes, count);
    fillNew(ctx, first);
    putValue(ctx, TO, 0, TYPE_LIST, target, listValueType.free);
  } else {
    try {
      target.grow(movedBytes, count);
      push(ctx, target, first);
    } finally {
      saveValue(ctx, toEntry, target);
    }
  }
  ctx.touch(TO, first ? LPUSH : RPUSH);
}

function fillNew(ctx: Context, first: boolean): void {
  try {
    push(ctx, target, first);
  } catch (error) {
    listValueType.free(target.allocator, target.root, target.encoding);
    throw error;
  }
}

function push(ctx: Context, list: List, first: boolean): void {
  const { region } = ctx.reply;
  if (first) for (let i = places.length - 1; i >= 0; i--) list.pushFirst(region, places[i], lengths[i]);
  else for (let i = 0; i < places.length; i++) list.pushLast(region, places[i], lengths[i]);
}

/** Moves what was collected within its list. */
function rotate(ctx: Context, fromFirst: boolean, toFirst: boolean): void {
  const count = places.length;
  const { length } = source;
  try {
    source.assure(movedBytes, count);
    // As in Redis the encoding follows from what the list has without the elements, and with them again.
    source.grow(movedBytes - packedBytes, 0);
    push(ctx, source, toFirst);
  } finally {
    saveValue(ctx, fromEntry, source);
  }
  const before = fromFirst ? 0 : length - count;
  source.removeRange(toFirst ? before + count : before, count);
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
  if (!moveMany(ctx, how)) ctx.reply.nullArray();
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
