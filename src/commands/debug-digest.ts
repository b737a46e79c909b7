/**
 * DEBUG DIGEST and DIGEST-VALUE: twenty bytes that are the same for the same data, wherever and in whatever form it lies.
 * Data whose order matters is mixed in (SHA-1 of what there is, xored with the SHA-1 of the new), the rest is xored.
 */
import { formatDouble } from '../base/numbers.ts';
import { sha1 } from '../base/sha1.ts';
import {
  encodingOf,
  hasDeadline,
  keyAt,
  keyLength,
  rootOf,
  TYPE_ARRAY,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_SORTED_SET,
  TYPE_STREAM,
  TYPE_STRING,
  typeOf,
  valueAt,
  valueLength,
} from '../store/entry.ts';
import type { Keyspace } from '../store/keyspace.ts';
import { SparseArray } from '../types/array.ts';
import { ArrayCursor } from '../types/array-cursor.ts';
import { ArrayElement } from '../types/array-element.ts';
import { ArrayIndex } from '../types/array-index.ts';
import { HashCursor, hashDeadline, hashReadField, hashReadValue } from '../types/hash.ts';
import { List } from '../types/list.ts';
import { encodedBytes } from '../types/listpack-element.ts';
import { SetCursor } from '../types/set.ts';
import { Slice } from '../types/slice.ts';
import { SortedSetCursor, sortedSetCount } from '../types/sorted-set.ts';
import { STREAM_NODES } from '../types/stream.ts';
import { StreamEntries } from '../types/stream-entries.ts';
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { internalDebug } from './debug-data.ts';
import type { Command } from './define.ts';
import { error } from './errors.ts';
import { keyCount } from './generic-database.ts';

const NO_DIGEST = error('ERR values of some type here have no digest');
const DIGEST_BYTES = 20;
/** More elements than any command does in place. */
const FOR_A_WORKER = Number.POSITIVE_INFINITY;
/** Entries looked at in one hold of a shard's lock. */
const PIECE = 1024;
const HASH_END = 2 ** 32;

const value = new Value();
const slice = new Slice();
const other = new Slice();

class Digest {
  bytes: Uint8Array = new Uint8Array(DIGEST_BYTES);

  /** Adds data whose place doesn't matter. */
  xor(data: Uint8Array): void {
    const hash = sha1(data);
    for (let i = 0; i < DIGEST_BYTES; i++) this.bytes[i] ^= hash[i];
  }

  /** Adds data at its place. */
  mix(data: Uint8Array): void {
    this.xor(data);
    this.bytes = sha1(this.bytes);
  }

  mixNumber(number: number): void {
    this.mix(Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number));
  }

  get hex(): string {
    return Buffer.from(this.bytes).toString('hex');
  }
}

const bytesOf = ({ region, at, length }: Slice): Uint8Array => region.u8.subarray(at, at + length);

/** A digest of its own for what belongs together within data without order. */
function together(...parts: readonly Uint8Array[]): Digest {
  const digest = new Digest();
  for (const part of parts) digest.mix(part);
  return digest;
}

function addList(digest: Digest): void {
  const list = new List();
  list.become(value);
  list.toEnd(true);
  do {
    slice.setPacked(list.allocator.arena.region, list.at);
    digest.mix(bytesOf(slice));
  } while (list.next());
}

function addSet(digest: Digest): void {
  const cursor = new SetCursor();
  cursor.start(value);
  while (cursor.next(slice)) digest.xor(bytesOf(slice));
}

function addSortedSet(digest: Digest): void {
  const cursor = new SortedSetCursor();
  let more = sortedSetCount(value) > 0;
  if (more) cursor.seek(value, 0);
  for (; more; more = cursor.next()) {
    cursor.read(slice);
    digest.xor(together(bytesOf(slice), Buffer.from(formatDouble(cursor.score()))).bytes);
  }
}

function addHash(digest: Digest): void {
  const cursor = new HashCursor();
  cursor.start(value);
  while (cursor.next()) {
    hashReadField(value, cursor.position, slice);
    hashReadValue(value, cursor.position, other);
    const pair = together(bytesOf(slice), bytesOf(other));
    if (hashDeadline(value, cursor.position) !== 0) pair.xor(Buffer.from('!!hexpire!!'));
    digest.xor(pair.bytes);
  }
}

function addStream(digest: Digest): void {
  const entries = new StreamEntries();
  const { arena } = value.allocator;
  const base = (value.root >> 2) + STREAM_NODES;
  for (let more = entries.toFirst(value.allocator, base); more; more = entries.next()) {
    digest.mix(Buffer.from(entries.id.toString().replace('-', '.')));
    let fieldAt = entries.masterFieldsAt;
    let at = entries.dataAt;
    const mix = (position: number): number => {
      slice.setPacked(arena.region, position);
      digest.mix(bytesOf(slice));
      return position + encodedBytes(arena.u8, position);
    };
    for (let pair = 0; pair < entries.pairs; pair++) {
      if (entries.hasMasterFields) fieldAt = mix(fieldAt);
      else at = mix(at);
      at = mix(at);
    }
  }
}

function addArray(digest: Digest): void {
  const array = new SparseArray();
  const element = new ArrayElement();
  const cursor = new ArrayCursor();
  const last = new ArrayIndex();
  array.become(value);
  array.loadLast(last);
  cursor.start(array, new ArrayIndex(), last);
  while (cursor.next()) {
    element.readText(array.allocator.arena, cursor.at, slice);
    digest.mix(Buffer.from(String(cursor.index.toBigInt())));
    digest.mix(bytesOf(slice));
  }
}

/** What is mixed in first, Redis' number of the type, and how to add a value of it. */
const TYPES: ReadonlyMap<number, readonly [redisType: number, add: (digest: Digest) => void]> = new Map([
  [TYPE_LIST, [1, addList]],
  [TYPE_SET, [2, addSet]],
  [TYPE_SORTED_SET, [3, addSortedSet]],
  [TYPE_HASH, [4, addHash]],
  [TYPE_STREAM, [6, addStream]],
  [TYPE_ARRAY, [8, addArray]],
]);

/** Adds an entry's type, value, and whether it has a deadline. @throws CommandError if its type has no digest */
function addValue(digest: Digest, { arena, allocator }: Keyspace, entry: number): void {
  const type = typeOf(arena, entry);
  if (type === TYPE_STRING) {
    const at = valueAt(arena, entry);
    digest.mixNumber(0);
    digest.mix(arena.u8.subarray(at, at + valueLength(arena, entry)));
  } else {
    const known = TYPES.get(type);
    if (known === undefined) throw NO_DIGEST;
    value.set(allocator, rootOf(arena, entry), encodingOf(arena, entry));
    digest.mixNumber(known[0]);
    known[1](digest);
  }
  if (hasDeadline(arena, entry)) digest.xor(Buffer.from('!!expire!!'));
}

/** DEBUG DIGEST: of all keys of all databases. */
function digestAll(ctx: Context): void {
  ctx.weigh(FOR_A_WORKER);
  const all = new Digest();
  for (let db = 0; db < ctx.shards[0].keyspaces.length; db++) {
    if (keyCount(ctx, db) === 0) continue;
    all.mixNumber(db);
    eachEntry(ctx, db, (keyspace, entry) => {
      const { arena } = keyspace;
      const at = keyAt(arena, entry);
      const digest = together(arena.u8.subarray(at, at + keyLength(arena, entry)));
      addValue(digest, keyspace, entry);
      all.xor(digest.bytes);
    });
  }
  ctx.reply.simple(all.hex);
}

/** Visits all keys of a database, shard by shard, a piece at a time. */
function eachEntry(ctx: Context, db: number, visit: (keyspace: Keyspace, entry: number) => void): void {
  ctx.shards.forEach((_, index) => {
    for (let from = 0; from < HASH_END; ) {
      from = ctx.inShard(index, ({ keyspaces }) =>
        keyspaces[db].table.scan(from, PIECE, (entry) => visit(keyspaces[db], entry)),
      );
    }
  });
}

/** DEBUG DIGEST-VALUE key…: of each value; zeros where there is no such key. */
function digestValues(ctx: Context): void {
  ctx.reply.array(ctx.argc - 2);
  for (let arg = 2; arg < ctx.argc; arg++) {
    const digest = new Digest();
    const entry = ctx.peek(arg);
    if (entry !== 0) addValue(digest, ctx.ks, entry);
    ctx.reply.simple(digest.hex);
  }
}

export const debugDigestCommands: readonly Command[] = [
  internalDebug('DIGEST', digestAll, '', 'each'),
  internalDebug('DIGEST-VALUE', digestValues, 'RO 2..-1'),
];
