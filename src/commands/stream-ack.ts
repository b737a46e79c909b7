/** XACK, XACKDEL, XDELEX and XNACK: what becomes of entries that were delivered. */
import { INT64_MAX } from '../base/numbers.ts';
import { STREAM_GROUPS, Stream } from '../types/stream.ts';
import { exactCounterAt, setExactCounter } from '../types/stream-counter.ts';
import {
  addPending,
  findPending,
  handOver,
  isReferenced,
  PENDING_COUNT,
  removePending,
  removeReferences,
  reservePending,
} from '../types/stream-group.ts';
import { StreamId } from '../types/stream-id.ts';
import { argumentText } from './argument-text.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { UNANNOUNCED } from './events.ts';
import { saturatedInteger } from './saturated-integer.ts';
import { countChange, idArgument, lookupStream, noSuchKeyOrGroup } from './stream-access.ts';
import { findGroup } from './stream-group.ts';
import { exactInteger } from './stream-range.ts';
import { XDEL } from './stream-trim.ts';
import { ACKED, DELREF, KEEPREF, refPolicyArgument } from './stream-trim-arguments.ts';

const BAD_NUMBER = error('ERR Number of IDs must be a positive integer');
const NUMBER_MISMATCH = error('ERR The `numids` parameter must match the number of arguments');
const BAD_MODE = error('ERR mode must be SILENT, FAIL, or FATAL');
const NO_IDS = error('ERR syntax error, expected IDS keyword');
const BAD_NUMIDS = error('ERR numids must be a positive integer');
const NUMIDS_MISMATCH = error("ERR number of IDs doesn't match numids");
const RETRYCOUNT_NEGATIVE = error('ERR Invalid RETRYCOUNT value, must be >= 0');

const INT32_MAX = 0x7fffffff;
const NOT_FOUND = -1;
const DONE = 1;
const STILL_REFERENCED = 2;
/** When an entry that was given back counts as delivered: long enough ago for any claim. */
const GIVEN_BACK_MS = 0;

const stream = new Stream();
const id = new StreamId();

function xack(ctx: Context): void {
  const group = lookupStream(ctx, 1, stream) === 0 ? 0 : findGroup(ctx, stream, 2);
  if (group === 0) return ctx.reply.integer(0);
  for (let arg = 3; arg < ctx.argc; arg++) idArgument(ctx, arg, id);
  let acknowledged = 0;
  for (let arg = 3; arg < ctx.argc; arg++) {
    if (ctx.argc > 4) idArgument(ctx, arg, id);
    const entry = findPending(stream.allocator.arena, group, id);
    if (entry === 0) continue;
    removePending(stream.allocator, group, entry);
    countChange(ctx);
    acknowledged++;
  }
  ctx.reply.integer(acknowledged);
}

/** @throws INVALID_ID */
function checkIds(ctx: Context, first: number, ids: number): void {
  for (let i = 0; i < ids; i++) idArgument(ctx, first + i, id);
}

/** What XDELEX and XACKDEL have in common: `[KEEPREF | DELREF | ACKED] IDS numids id...` in any order. */
class DeleteArguments {
  refs = KEEPREF;
  firstId = 0;
  ids = 0;

  /** Reads all but the IDs themselves. @throws CommandError */
  read(ctx: Context, first: number): void {
    this.refs = KEEPREF;
    this.firstId = 0;
    let given = false;
    for (let arg = first; arg < ctx.argc; ) {
      const refs = refPolicyArgument(ctx, arg);
      if (refs >= 0) {
        if (given) throw SYNTAX_ERROR;
        given = true;
        this.refs = refs;
        arg++;
      } else if (ctx.isWord(arg, 'IDS') && arg + 1 < ctx.argc) {
        this.ids = saturatedInteger(ctx, arg + 1, BAD_NUMBER);
        if (this.ids <= 0) throw BAD_NUMBER;
        this.firstId = arg + 2;
        arg = this.firstId + this.ids;
        if (arg > ctx.argc) throw NUMBER_MISMATCH;
      } else {
        throw SYNTAX_ERROR;
      }
    }
    if (this.firstId === 0) throw SYNTAX_ERROR;
  }
}

const given = new DeleteArguments();

/** Deletes the entry `id` as far as references allow. @returns DONE, NOT_FOUND or STILL_REFERENCED */
function deleteEntry(refs: number): number {
  const { allocator, base } = stream;
  // Whether there is such an entry is not asked first: a group is yet to be given every ID above its last one.
  if (refs === ACKED && isReferenced(allocator.arena, base + STREAM_GROUPS, id)) return STILL_REFERENCED;
  // References may be left of an entry that is gone.
  if (refs === DELREF) removeReferences(allocator, base + STREAM_GROUPS, id);
  return stream.remove(id) ? DONE : NOT_FOUND;
}

function replyAllMissing(ctx: Context): void {
  ctx.reply.array(given.ids);
  for (let i = 0; i < given.ids; i++) ctx.reply.integer(NOT_FOUND);
}

function xdelex(ctx: Context): void {
  const entry = lookupStream(ctx, 1, stream);
  given.read(ctx, 2);
  if (entry === 0) return replyAllMissing(ctx);
  checkIds(ctx, given.firstId, given.ids);
  ctx.reply.array(given.ids);
  let deleted = 0;
  for (let i = 0; i < given.ids; i++) {
    idArgument(ctx, given.firstId + i, id);
    const result = deleteEntry(given.refs);
    if (result === DONE) deleted++;
    ctx.reply.integer(result);
  }
  if (deleted > 0) ctx.touch(1, XDEL);
}

function xackdel(ctx: Context): void {
  const group = lookupStream(ctx, 1, stream) === 0 ? 0 : findGroup(ctx, stream, 2);
  given.read(ctx, 3);
  if (group === 0) return replyAllMissing(ctx);
  checkIds(ctx, given.firstId, given.ids);
  ctx.reply.array(given.ids);
  let deleted = 0;
  for (let i = 0; i < given.ids; i++) {
    idArgument(ctx, given.firstId + i, id);
    const entry = findPending(stream.allocator.arena, group, id);
    if (entry === 0) {
      ctx.reply.integer(NOT_FOUND);
      continue;
    }
    removePending(stream.allocator, group, entry);
    countChange(ctx);
    const result = deleteEntry(given.refs);
    if (result === DONE) deleted++;
    ctx.reply.integer(result === STILL_REFERENCED ? STILL_REFERENCED : DONE);
  }
  if (deleted > 0) ctx.touch(1, XDEL);
}

/** The options of XNACK, before and behind the IDs. To be used again and again. */
class NackArguments {
  silent = false;
  fatal = false;
  force = false;
  /** −1: as the mode says. */
  retryCount = -1n;
  firstId = 0;
  ids = 0;

  /** @throws CommandError */
  read(ctx: Context): void {
    this.silent = ctx.isWord(3, 'SILENT');
    this.fatal = ctx.isWord(3, 'FATAL');
    if (!this.silent && !this.fatal && !ctx.isWord(3, 'FAIL')) throw BAD_MODE;
    this.force = false;
    this.retryCount = -1n;
    this.firstId = 0;
    for (let arg = 4; arg < ctx.argc; ) arg = this.readOption(ctx, arg);
    if (this.firstId === 0) throw NO_IDS;
    checkIds(ctx, this.firstId, this.ids);
  }

  /** @returns the argument behind */
  private readOption(ctx: Context, arg: number): number {
    const more = arg + 1 < ctx.argc;
    if (ctx.isWord(arg, 'FORCE')) {
      this.force = true;
      return arg + 1;
    }
    if (more && ctx.isWord(arg, 'RETRYCOUNT')) {
      this.retryCount = exactInteger(ctx, arg + 1);
      if (this.retryCount < 0n) throw RETRYCOUNT_NEGATIVE;
      return arg + 2;
    }
    if (more && ctx.isWord(arg, 'IDS')) {
      this.ids = saturatedInteger(ctx, arg + 1, BAD_NUMIDS);
      if (this.ids <= 0 || this.ids > INT32_MAX) throw BAD_NUMIDS;
      this.firstId = arg + 2;
      if (this.firstId + this.ids > ctx.argc) throw NUMIDS_MISMATCH;
      return this.firstId + this.ids;
    }
    throw error(`ERR Unrecognized XNACK option '${argumentText(ctx, arg)}'`);
  }

  /** How often an entry counts as delivered that was delivered so often. */
  countAfter(times: bigint): bigint {
    if (this.retryCount >= 0n) return this.retryCount;
    if (this.fatal) return INT64_MAX;
    return this.silent && times > 0n ? times - 1n : times;
  }
}

const nack = new NackArguments();

function xnack(ctx: Context): void {
  const group = lookupStream(ctx, 1, stream) === 0 ? 0 : findGroup(ctx, stream, 2);
  if (group === 0) throw noSuchKeyOrGroup(ctx, 1);
  nack.read(ctx);
  const { allocator } = stream;
  const { arena } = allocator;
  if (nack.force) reservePending(allocator, nack.ids);
  let released = 0;
  for (let i = 0; i < nack.ids; i++) {
    idArgument(ctx, nack.firstId + i, id);
    let entry = findPending(arena, group, id);
    if (entry !== 0) handOver(allocator, group, entry, 0, GIVEN_BACK_MS);
    else if (nack.force && stream.has(id)) entry = addPending(allocator, group, 0, id, GIVEN_BACK_MS, 0);
    else continue;
    const count = (entry >> 2) + PENDING_COUNT;
    setExactCounter(arena, count, nack.countAfter(exactCounterAt(arena, count)));
    released++;
  }
  // Whoever waits for something to claim is woken.
  if (released > 0) ctx.touchBeside(1, UNANNOUNCED);
  ctx.reply.integer(released);
}

export const streamAckCommands = [
  command({
    name: 'XACK',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(1) for each ID',
    summary: 'Acknowledges entries that a group was given: they are no longer pending.',
    syntax: 'key:key group id...',
    keys: 'RW update 1',
    flags: 'write fast',
    run: xack,
  }),
  command({
    name: 'XACKDEL',
    since: '8.2.0',
    group: 'stream',
    complexity: 'O(1) for each ID',
    summary: 'Acknowledges entries that a group was given, and deletes them from the stream.',
    syntax: 'key:key group [condition(KEEPREF | DELREF | ACKED)] IDS ids{numids:integer id...}',
    keys: 'RW update delete 1',
    flags: 'write fast',
    run: xackdel,
  }),
  command({
    name: 'XDELEX',
    since: '8.2.0',
    group: 'stream',
    complexity: 'O(1) for each ID',
    summary: 'Removes entries of a stream, with a choice of what becomes of references to them.',
    syntax: 'key:key [condition(KEEPREF | DELREF | ACKED)] IDS ids{numids:integer id...}',
    keys: 'RW delete 1',
    flags: 'write fast',
    run: xdelex,
  }),
  command({
    name: 'XNACK',
    since: '8.8.0',
    group: 'stream',
    complexity: 'O(1) for each ID',
    summary: 'Gives entries back to their group, for others to claim at once.',
    syntax:
      'key:key group mode(SILENT | FAIL | FATAL) IDS ids{numids:integer id...} [RETRYCOUNT count:integer] [FORCE]',
    keys: 'RW update 1',
    flags: 'write fast',
    run: xnack,
  }),
];
