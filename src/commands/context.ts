/**
 * What a command sees while it runs: its arguments where they were received, the keyspaces of its keys, and the reply.
 * One object a thread, reused by every command. `ks` and `hash` are those of the key looked at last.
 */

import { hashBytes } from '../base/hash.ts';
import { parseInteger } from '../base/numbers.ts';
import type { Region } from '../base/region.ts';
import { latin1, utf8 } from '../base/region.ts';
import { Arguments } from '../protocol/arguments.ts';
import type { Writer } from '../protocol/writer.ts';
import type { AccessClock } from '../store/access.ts';
import { addToCounter, COUNTER_DIRTY } from '../store/counters.ts';
import { typeOf } from '../store/entry.ts';
import type { Keyspace } from '../store/keyspace.ts';
import type { LockSet } from '../store/lock-set.ts';
import type { Shard } from '../store/shard.ts';
import type { Command } from './define.ts';
import { BLOCKED, HAND_OFF, NOT_AN_INTEGER, WRONG_TYPE } from './errors.ts';
import { type KeyEvent, OVERWRITTEN, TYPE_CHANGED } from './events.ts';

/** What a command that finds nothing to do yet waits for; see `block`. */
export interface Blocking {
  /** Arguments that name the keys. */
  readonly keys: readonly number[];
  /** When to give up, ms since 1970; Infinity: never. */
  readonly deadlineMs: number;
  /** What the command wants back when it is tried again (`ctx.resumed`). */
  readonly state: unknown;
  /** When to try again though no key has changed, ms since 1970; Infinity: never. */
  readonly retryAtMs: number;
  /** Writes the reply when the time is over, if it is not to be a null array. */
  readonly onTimeout: (() => void) | undefined;
}

/** A command that will look at more elements than this is long: about 0.2 ms of work. */
export const LONG_ELEMENTS = 10_000;
/** From here on it is worth timing. */
const TIMED_ELEMENTS = 500;

/** Told of every change to a key, under its shard's lock. */
export interface TouchObserver {
  /** Whether it wants to know of the parts of values that changed. */
  readonly wantsParts: boolean;
  /** @param parts names of parts of the value, byte strings */
  touched(
    keyspace: Keyspace,
    key: Region,
    at: number,
    length: number,
    hash: number,
    event: KeyEvent,
    parts?: readonly string[],
  ): void;
}

export class Context extends Arguments {
  readonly reply: Writer;
  readonly shards: readonly Shard[];
  readonly locks: LockSet;
  readonly access: AccessClock;
  /** A number in [0, 1). */
  readonly random: () => number;
  command!: Command;
  db = 0;
  /** The keyspace and the hash of the key selected last. */
  ks: Keyspace;
  hash = 0;
  /** When the running command began, if it is timed: `performance.now()`; else 0. */
  startedMs = 0;
  /** True where a long command can still go to a worker: on I/O threads, outside transactions and scripts. */
  mayHandOff = false;
  /** True where a command may wait for its keys: not in transactions and scripts. */
  mayBlock = false;
  /** Set by `block`. */
  blocking: Blocking | undefined = undefined;
  /** The `state` that the command gave to `block`, when it is tried again. */
  resumed: unknown = undefined;
  /** The client's connection on the I/O thread that owns it; undefined on workers. Its shape is the server's business. */
  session: unknown = undefined;
  /** Lets others in between two pieces of a long command that holds no lock; nothing on I/O threads. */
  breathe: () => void = () => {};
  observer: TouchObserver | undefined = undefined;

  private readonly shardMask: number;
  private readonly seed: number;
  private hashes = new Int32Array(this.at.length);
  private stamps = new Int32Array(this.at.length);
  private stamp = 0;
  /** Of what was read ahead: kept lest the compiler leave the reading out. */
  seen = 0;
  /** The argument that `ks` and `hash` are of; −1: of none. */
  private selected = -1;

  constructor(reply: Writer, shards: readonly Shard[], locks: LockSet, access: AccessClock, random: () => number) {
    super();
    this.reply = reply;
    this.shards = shards;
    this.locks = locks;
    this.access = access;
    this.random = random;
    this.shardMask = shards.length - 1;
    this.seed = shards[0].seed;
    this.ks = shards[0].keyspaces[0];
  }

  override reserve(count: number): void {
    super.reserve(count);
    if (this.hashes.length >= this.at.length) return;
    this.hashes = new Int32Array(this.at.length);
    this.stamps = new Int32Array(this.at.length);
  }

  /** The time of this batch, ms since 1970. */
  get nowMs(): number {
    return this.access.nowMs;
  }

  /** Begins another command: what was known of the last one's arguments is void. */
  renew(): void {
    this.stamp = (this.stamp + 1) | 0;
    this.selected = -1;
  }

  // --- keys -------------------------------------------------------------------------------------------------------

  /** The hash of the key in argument `arg`, computed once a command. */
  hashOf(arg: number): number {
    if (this.stamps[arg] === this.stamp) return this.hashes[arg];
    const hash = hashBytes(this.source.view, this.at[arg], this.size[arg], this.seed);
    this.hashes[arg] = hash;
    this.stamps[arg] = this.stamp;
    return hash;
  }

  shardIndexOf(hash: number): number {
    return hash & this.shardMask;
  }

  /** Points `ks` and `hash` at the key in argument `arg`, in the selected database. */
  select(arg: number): Keyspace {
    if (arg === this.selected) return this.ks;
    this.selected = arg;
    this.hash = this.hashOf(arg);
    this.ks = this.shards[this.hash & this.shardMask].keyspaces[this.db];
    return this.ks;
  }

  /** Points `ks` and `hash` at a key that is no argument; its shard must be locked (`extraShards`, scope all). */
  selectKey(key: Region, at: number, length: number, db: number = this.db): Keyspace {
    this.selected = -1;
    this.hash = hashBytes(key.view, at, length, this.seed);
    this.ks = this.shards[this.hash & this.shardMask].keyspaces[db];
    return this.ks;
  }

  /** The live entry of the key in `arg`, or 0, without noting a use. */
  peek(arg: number): number {
    return this.select(arg).peek(this.source, this.at[arg], this.size[arg], this.hash);
  }

  /** The live entry of the key in `arg`, or 0, to be changed. */
  lookup(arg: number): number {
    return this.select(arg).lookup(this.source, this.at[arg], this.size[arg], this.hash);
  }

  /** The live entry of the key in `arg`, or 0, to be read: counts a hit or a miss. */
  read(arg: number): number {
    return this.select(arg).read(this.source, this.at[arg], this.size[arg], this.hash);
  }

  /** Like `lookup`; throws WRONGTYPE if the key holds another type. */
  lookupTyped(arg: number, type: number): number {
    const entry = this.lookup(arg);
    if (entry !== 0 && typeOf(this.ks.arena, entry) !== type) throw WRONG_TYPE;
    return entry;
  }

  /** Like `read`; throws WRONGTYPE if the key holds another type. */
  readTyped(arg: number, type: number): number {
    const entry = this.read(arg);
    if (entry !== 0 && typeOf(this.ks.arena, entry) !== type) throw WRONG_TYPE;
    return entry;
  }

  /**
   * Reads what looking up the keys in arguments `first`, `first + step` … will read: first the slots of all, then all
   * entries. Each is a wait for memory, and so they are waited for together instead of one after the other. MSET of ten
   * keys: 5–9 % less CPU.
   */
  readAhead(first: number, step: number): void {
    const { argc, shards, shardMask, db } = this;
    let seen = 0;
    for (let arg = first; arg < argc; arg += step) {
      const hash = this.hashOf(arg);
      seen ^= shards[hash & shardMask].keyspaces[db].table.readHome(hash);
    }
    for (let arg = first; arg < argc; arg += step) {
      const hash = this.hashes[arg];
      seen ^= shards[hash & shardMask].keyspaces[db].table.readEntry(hash);
    }
    this.seen = seen;
  }

  /** Makes the selected key (argument `arg`) a string; see Keyspace.putString. The caller writes the value. */
  putString(arg: number, old: number, valueBytes: number, deadlineMs: number): number {
    return this.ks.putString(this.source, this.at[arg], this.size[arg], this.hash, old, valueBytes, deadlineMs);
  }

  /** Makes the selected key (argument `arg`) a value with a root; see Keyspace.putRoot. */
  putRoot(arg: number, old: number, kind: number, root: number, deadlineMs: number): number {
    return this.ks.putRoot(this.source, this.at[arg], this.size[arg], this.hash, old, kind, root, deadlineMs);
  }

  /**
   * Tells everyone concerned that the key in `arg` has changed: the only thing a command says about a change.
   * Leaves `ks` and `hash` at that key.
   * @param parts the parts of the value (fields of a hash) that changed, where `partsWanted` or `partsFrom` asks for them
   */
  touch(arg: number, event: KeyEvent, parts?: readonly string[]): void {
    const keyspace = this.select(arg);
    this.touchKey(keyspace, this.source, this.at[arg], this.size[arg], this.hash, event, parts);
  }

  /** Where to gather the names of parts that change, byte strings; undefined while nobody wants to know. */
  partsWanted(): string[] | undefined {
    return this.observer?.wantsParts ? [] : undefined;
  }

  /** The parts that every `step`th argument names, from `first` on. */
  partsFrom(first: number, step: number, end = this.argc): string[] | undefined {
    const parts = this.partsWanted();
    if (parts !== undefined) for (let arg = first; arg < end; arg += step) parts.push(this.bytes(arg));
    return parts;
  }

  /** `touch` for what matters to who waits, but is no change of the value to Redis: WATCH doesn't hear of it. */
  touchBeside(arg: number, event: KeyEvent): void {
    const { arena, shard, db } = this.select(arg);
    const { source, at, size, hash, ks } = this;
    addToCounter(arena, COUNTER_DIRTY, 1);
    shard.tellAwaiting(db, source, at[arg], size[arg], hash);
    if (this.observer !== undefined) this.observer.touched(ks, source, at[arg], size[arg], hash, event);
  }

  /** `touch` for a key that is no argument. */
  touchKey(
    keyspace: Keyspace,
    key: Region,
    at: number,
    length: number,
    hash: number,
    event: KeyEvent,
    parts?: readonly string[],
  ): void {
    addToCounter(keyspace.arena, COUNTER_DIRTY, 1);
    keyspace.shard.changed(keyspace.db, key, at, length, hash);
    if (this.observer !== undefined) this.observer.touched(keyspace, key, at, length, hash, event, parts);
  }

  /** Tells those who listen to what happens to keys, and nobody else. */
  announce(keyspace: Keyspace, arg: number, hash: number, event: KeyEvent): void {
    if (this.observer === undefined) return;
    this.observer.touched(keyspace, this.source, this.at[arg], this.size[arg], hash, event);
  }

  /** Tells listeners that a value of `oldType` at the key in `arg` has been replaced, as a whole, by one of `type`. */
  announceReplaced(keyspace: Keyspace, arg: number, hash: number, oldType: number, type: number): void {
    if (this.observer === undefined) return;
    this.announce(keyspace, arg, hash, OVERWRITTEN);
    if (type !== oldType) this.announce(keyspace, arg, hash, TYPE_CHANGED);
  }

  // --- length and place of work -------------------------------------------------------------------------------------

  /**
   * Says, before anything is written or replied, that the command will look at so many elements. A long command on an
   * I/O thread ends here and begins again on a worker.
   */
  weigh(elements: number): void {
    if (elements > TIMED_ELEMENTS && this.startedMs === 0) this.startedMs = performance.now();
    if (elements > LONG_ELEMENTS && this.mayHandOff) throw HAND_OFF;
  }

  /**
   * Ends a command of flag `blocking` that finds nothing to do: it is tried again when one of its keys changes, and replies
   * with a null array when its time is over.
   * @param keys arguments that name the keys  @param timeoutMs 0: no end  @param otherwise the reply where it can't wait
   * @param retryAtMs when time alone may have brought something to do, ms since 1970
   */
  block(
    keys: readonly number[],
    timeoutMs: number,
    otherwise: 'null' | 'nullArray',
    state?: unknown,
    retryAtMs = Number.POSITIVE_INFINITY,
  ): void {
    if (!this.mayBlock) {
      if (otherwise === 'null') this.reply.null();
      else this.reply.nullArray();
      return;
    }
    this.blocking = { keys, deadlineMs: this.deadlineAfter(timeoutMs), state, retryAtMs, onTimeout: undefined };
    throw BLOCKED;
  }

  /** Waits for nothing but time, 0 ms for ever; then `onTimeout` writes the reply. Only where `mayBlock`. */
  waitOut(timeoutMs: number, onTimeout: () => void): never {
    const retryAtMs = Number.POSITIVE_INFINITY;
    this.blocking = { keys: [], deadlineMs: this.deadlineAfter(timeoutMs), state: undefined, retryAtMs, onTimeout };
    throw BLOCKED;
  }

  private deadlineAfter(timeoutMs: number): number {
    return timeoutMs === 0 ? Number.POSITIVE_INFINITY : this.nowMs + timeoutMs;
  }

  /** Runs `piece` with one shard locked: for commands of scope each. */
  inShard<T>(index: number, piece: (shard: Shard) => T): T {
    const bit = 1 << index;
    if ((this.locks.held & bit) !== 0) return piece(this.shards[index]);
    this.locks.acquire(bit);
    try {
      return piece(this.shards[index]);
    } finally {
      this.locks.release(bit);
      this.breathe();
    }
  }

  // --- arguments ----------------------------------------------------------------------------------------------------

  /** Argument `arg` as an integer. @throws NOT_AN_INTEGER, also beyond 2^53 */
  integer(arg: number): number {
    const value = parseInteger(this.source.u8, this.at[arg], this.size[arg]);
    if (!Number.isSafeInteger(value)) throw NOT_AN_INTEGER;
    return value;
  }

  /** Argument `arg` in capitals, for a switch over options; cold. */
  word(arg: number): string {
    return this.size[arg] > 64 ? '' : latin1(this.source, this.at[arg], this.size[arg]).toUpperCase();
  }

  /** Argument `arg` as a byte string, one character a byte; cold. */
  bytes(arg: number): string {
    return latin1(this.source, this.at[arg], this.size[arg]);
  }

  /** Argument `arg` as text; cold. */
  text(arg: number): string {
    return utf8(this.source, this.at[arg], this.size[arg]);
  }
}
