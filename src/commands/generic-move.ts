/** Values that get another key: RENAME, RENAMENX, MOVE, COPY. */
import { copy, equal } from '../base/region.ts';
import {
  accessOf,
  encodingOf,
  FLAG_RAW,
  flagsOf,
  rootOf,
  setAccess,
  setEncoding,
  setFlag,
  TYPE_STRING,
  typeOf,
  valueAt,
  valueLength,
} from '../store/entry.ts';
import type { Keyspace } from '../store/keyspace.ts';
import { valueType } from '../store/value-types.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, NO_SUCH_KEY, SYNTAX_ERROR } from './errors.ts';
import { genericEvent, NEW, RENAME_FROM, RENAME_TO } from './events.ts';
import { elementsOf } from './generic-exists.ts';
import { int32Argument, requireDatabase } from './saturated-integer.ts';

const COPY_TO = genericEvent('copy_to');
const MOVE_FROM = genericEvent('move_from');
const MOVE_TO = genericEvent('move_to');
const SAME_OBJECT = error('ERR source and destination objects are the same');

/** Bytes of a string that are copied in the time of one element. */
const BYTES_PER_ELEMENT = 64;

/** Where a value goes: a key and what it holds now. */
interface Destination {
  readonly keyspace: Keyspace;
  /** The argument that is the key. */
  readonly arg: number;
  readonly hash: number;
  /** Its entry, or 0. */
  readonly old: number;
  /** Of what it holds now. */
  readonly oldType: number;
}

/** Looks up the key in `arg` in database `db`. */
function destination(ctx: Context, arg: number, db: number): Destination {
  const keyspace = ctx.select(arg).shard.keyspaces[db];
  const { hash } = ctx;
  const old = keyspace.peek(ctx.source, ctx.at[arg], ctx.size[arg], hash);
  return { keyspace, arg, hash, old, oldType: old === 0 ? 0 : typeOf(keyspace.arena, old) };
}

const sameKey = (ctx: Context): boolean =>
  ctx.size[1] === ctx.size[2] && equal(ctx.source, ctx.at[1], ctx.source, ctx.at[2], ctx.size[1]);

/** Says how much work copying an entry and replacing another will be. */
function weighCopy(ctx: Context, from: Keyspace, entry: number, to: Destination): void {
  const isString = typeOf(from.arena, entry) === TYPE_STRING;
  const copied = isString ? valueLength(from.arena, entry) / BYTES_PER_ELEMENT : elementsOf(from, entry);
  ctx.weigh(copied + (to.old === 0 ? 0 : elementsOf(to.keyspace, to.old)));
}

/** Gives `to` a copy of an entry's value and its deadline. @returns the new entry  @throws OutOfMemoryError */
function copyEntry(ctx: Context, from: Keyspace, entry: number, to: Destination): number {
  const type = typeOf(from.arena, entry);
  const encoding = encodingOf(from.arena, entry);
  if (type === TYPE_STRING) return copyString(ctx, from, entry, to, encoding);
  const { allocator } = to.keyspace;
  const root = valueType(type).copy(from.allocator, rootOf(from.arena, entry), encoding, allocator);
  try {
    return putRoot(ctx, from, entry, to, root);
  } catch (thrown) {
    valueType(type).free(allocator, root, encoding);
    throw thrown;
  }
}

function copyString(ctx: Context, from: Keyspace, entry: number, to: Destination, encoding: number): number {
  const { keyspace, arg, hash, old } = to;
  const bytes = valueLength(from.arena, entry);
  const isRaw = (flagsOf(from.arena, entry) & FLAG_RAW) !== 0;
  const deadlineMs = from.deadlineOf(entry);
  const made = keyspace.putString(ctx.source, ctx.at[arg], ctx.size[arg], hash, old, bytes, deadlineMs);
  copy(from.region, valueAt(from.arena, entry), keyspace.region, valueAt(keyspace.arena, made), bytes);
  setEncoding(keyspace.arena, made, encoding);
  if (isRaw) setFlag(keyspace.arena, made, FLAG_RAW);
  return made;
}

function putRoot(ctx: Context, from: Keyspace, entry: number, to: Destination, root: number): number {
  const { keyspace, arg, hash, old } = to;
  const kind = typeOf(from.arena, entry) | (encodingOf(from.arena, entry) << 4);
  return keyspace.putRoot(ctx.source, ctx.at[arg], ctx.size[arg], hash, old, kind, root, from.deadlineOf(entry));
}

/** Moves an entry's value, deadline and access clock to `to`. Within an arena a value keeps its blocks. */
function moveEntry(ctx: Context, from: Keyspace, entry: number, hash: number, to: Destination): void {
  const { keyspace } = to;
  const access = accessOf(from.arena, entry);
  const staysInArena = from.arena === keyspace.arena && typeOf(from.arena, entry) !== TYPE_STRING;
  if (!staysInArena) weighCopy(ctx, from, entry, to);
  else if (to.old !== 0) ctx.weigh(elementsOf(keyspace, to.old));
  const moved = staysInArena
    ? putRoot(ctx, from, entry, to, rootOf(from.arena, entry))
    : copyEntry(ctx, from, entry, to);
  setAccess(keyspace.arena, moved, access);
  if (staysInArena) from.detach(entry, hash);
  else from.remove(entry, hash);
}

/** @returns false if `onlyNew` and the new key is taken  @throws NO_SUCH_KEY */
function renameKey(ctx: Context, onlyNew: boolean): boolean {
  const entry = ctx.lookup(1);
  if (entry === 0) throw NO_SUCH_KEY;
  if (sameKey(ctx)) return !onlyNew;
  const from = ctx.ks;
  const to = destination(ctx, 2, ctx.db);
  if (to.old !== 0 && onlyNew) return false;
  const type = typeOf(from.arena, entry);
  moveEntry(ctx, from, entry, ctx.hashOf(1), to);
  if (to.old !== 0) ctx.announce(to.keyspace, 2, to.hash, NEW);
  ctx.touch(1, RENAME_FROM);
  ctx.touch(2, RENAME_TO);
  if (to.old !== 0) ctx.announceReplaced(to.keyspace, 2, to.hash, to.oldType, type);
  return true;
}

function rename(ctx: Context): void {
  renameKey(ctx, false);
  ctx.reply.ok();
}

function renamenx(ctx: Context): void {
  ctx.reply.integer(renameKey(ctx, true) ? 1 : 0);
}

function move(ctx: Context): void {
  const db = int32Argument(ctx, 2);
  requireDatabase(ctx, db);
  if (db === ctx.db) throw SAME_OBJECT;
  const entry = ctx.lookup(1);
  const from = ctx.ks;
  if (entry === 0) return ctx.reply.integer(0);
  const to = destination(ctx, 1, db);
  if (to.old !== 0) return ctx.reply.integer(0);
  moveEntry(ctx, from, entry, to.hash, to);
  ctx.touch(1, MOVE_FROM);
  ctx.touchKey(to.keyspace, ctx.source, ctx.at[1], ctx.size[1], to.hash, MOVE_TO);
  ctx.reply.integer(1);
}

function copyKey(ctx: Context): void {
  let db = ctx.db;
  let replaces = false;
  for (let arg = 3; arg < ctx.argc; arg++) {
    if (ctx.isWord(arg, 'REPLACE')) {
      replaces = true;
    } else if (ctx.isWord(arg, 'DB') && arg + 1 < ctx.argc) {
      db = int32Argument(ctx, ++arg);
      requireDatabase(ctx, db);
    } else {
      throw SYNTAX_ERROR;
    }
  }
  if (db === ctx.db && sameKey(ctx)) throw SAME_OBJECT;
  const entry = ctx.read(1);
  const from = ctx.ks;
  if (entry === 0) return ctx.reply.integer(0);
  const to = destination(ctx, 2, db);
  if (to.old !== 0 && !replaces) return ctx.reply.integer(0);
  weighCopy(ctx, from, entry, to);
  const type = typeOf(from.arena, entry);
  copyEntry(ctx, from, entry, to);
  if (to.old !== 0) ctx.announce(to.keyspace, 2, to.hash, NEW);
  ctx.touchKey(to.keyspace, ctx.source, ctx.at[2], ctx.size[2], to.hash, COPY_TO);
  if (to.old !== 0) ctx.announceReplaced(to.keyspace, 2, to.hash, to.oldType, type);
  ctx.reply.integer(1);
}

export const genericMoveCommands = [
  command({
    name: 'RENAME',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(1); O(N) for a value of N elements whose new key lies in another shard',
    summary: 'Gives a key another name, replacing what had that name.',
    syntax: 'key:key newkey:key#1',
    keys: 'RW access delete 1 ; OW update 2',
    flags: 'write',
    run: rename,
  }),
  command({
    name: 'RENAMENX',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(1); O(N) for a value of N elements whose new key lies in another shard',
    summary: 'Gives a key another name unless that is taken.',
    syntax: 'key:key newkey:key#1',
    keys: 'RW access delete 1 ; OW insert 2',
    flags: 'write fast',
    history: [['3.2.0', 'The same name twice is no error any more.']],
    run: renamenx,
  }),
  command({
    name: 'MOVE',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(1)',
    summary: 'Moves a key to another database unless it is there already.',
    syntax: 'key:key db:integer',
    keys: 'RW access update 1',
    flags: 'write fast',
    run: move,
  }),
  command({
    name: 'COPY',
    since: '6.2.0',
    group: 'generic',
    complexity: 'O(N) for a value of N elements',
    summary: 'Copies the value of a key, with its deadline, to another key.',
    syntax: 'source:key destination:key#1 [DB destination-db:integer] [REPLACE]',
    keys: 'RO access 1 ; OW update 2',
    flags: 'write denyoom',
    run: copyKey,
  }),
];
