/**
 * Keys that somebody has asked to hear about, whether they exist or not: watched ones (WATCH) and ones that clients wait
 * for (BLPOP). In shared memory, so that whichever thread changes a key finds out; nearly always empty, and then it costs
 * that thread one load.
 *
 *     registry   word 0   address of the buckets   word 1   buckets (a power of two)   word 2   nodes
 *     buckets    a word each: the first node
 *     node       word 0   next of its bucket       word 3   who asked: references
 *                word 1   hash                     word 4   note: of a watched key its version, one up with every change
 *                word 2   database                 word 5   key length        byte 24…  key
 *
 * Under the shard's lock, all of it.
 */
import { copy, equal, type Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';

const BUCKETS = 0;
const BUCKET_COUNT = 1;
const NODES = 2;
/** Words of a registry in the shard's header. */
export const REGISTRY_WORDS = 4;

const NEXT = 0;
const HASH = 1;
const DATABASE = 2;
const REFERENCES = 3;
const NOTE = 4;
const KEY_BYTES = 5;
const NODE_HEAD_BYTES = 24;

const BUCKETS_MIN = 16;

export class KeyRegistry {
  private readonly allocator: Allocator;
  private readonly i32: Int32Array;
  private readonly base: number;

  /** @param base the registry's first word in the shard's header */
  constructor(allocator: Allocator, base: number) {
    this.allocator = allocator;
    this.i32 = allocator.arena.i32;
    this.base = base;
  }

  get count(): number {
    return this.i32[this.base + NODES];
  }

  /** The node of this key, or 0. */
  find(db: number, key: Region, at: number, length: number, hash: number): number {
    if (this.count === 0) return 0;
    const { i32 } = this;
    for (let node = i32[this.bucketOf(hash)]; node !== 0; node = i32[(node >> 2) + NEXT]) {
      if (this.isKey(node, db, key, at, length, hash)) return node;
    }
    return 0;
  }

  /**
   * Adds a reference to this key. @returns its node, which stays where it is until `release`
   * @throws OutOfMemoryError, the registry as it was: without nodes it holds no memory, which `Shard.clear` relies on
   */
  acquire(db: number, key: Region, at: number, length: number, hash: number): number {
    const found = this.find(db, key, at, length, hash);
    const { i32 } = this;
    if (found !== 0) {
      i32[(found >> 2) + REFERENCES]++;
      return found;
    }
    const node = this.allocator.allocate(NODE_HEAD_BYTES + length);
    try {
      this.growIfFull();
    } catch (error) {
      this.allocator.free(node);
      throw error;
    }
    const word = node >> 2;
    const bucket = this.bucketOf(hash);
    i32[word + NEXT] = i32[bucket];
    i32[word + HASH] = hash;
    i32[word + DATABASE] = db;
    i32[word + REFERENCES] = 1;
    i32[word + NOTE] = 0;
    i32[word + KEY_BYTES] = length;
    copy(key, at, this.allocator.arena.region, node + NODE_HEAD_BYTES, length);
    i32[bucket] = node;
    i32[this.base + NODES]++;
    return node;
  }

  /** Takes a reference back. */
  release(node: number): void {
    const { i32 } = this;
    const word = node >> 2;
    if (--i32[word + REFERENCES] > 0) return;
    let link = this.bucketOf(i32[word + HASH]);
    while (i32[link] !== node) link = (i32[link] >> 2) + NEXT;
    i32[link] = i32[word + NEXT];
    this.allocator.free(node);
    if (--i32[this.base + NODES] === 0) this.drop();
  }

  /** The addresses of all of the registry's blocks, for checks and sums; of a damaged one, not too many. */
  blocks(): number[] {
    const { i32 } = this;
    const buckets = i32[this.base + BUCKETS];
    if (buckets === 0) return [];
    const addresses = [buckets];
    for (let bucket = 0; bucket < i32[this.base + BUCKET_COUNT]; bucket++) {
      for (let node = i32[(buckets >> 2) + bucket]; node !== 0; node = i32[(node >> 2) + NEXT]) {
        if (addresses.push(node) > this.count + 1) return addresses;
      }
    }
    return addresses;
  }

  /** A word for whatever is to be known of a key: at first 0. */
  note(node: number): number {
    return this.i32[(node >> 2) + NOTE];
  }

  setNote(node: number, note: number): void {
    this.i32[(node >> 2) + NOTE] = note;
  }

  references(node: number): number {
    return this.i32[(node >> 2) + REFERENCES];
  }

  version(node: number): number {
    return this.note(node);
  }

  hash(node: number): number {
    return this.i32[(node >> 2) + HASH];
  }

  keyAt(node: number): number {
    return node + NODE_HEAD_BYTES;
  }

  keyBytes(node: number): number {
    return this.i32[(node >> 2) + KEY_BYTES];
  }

  /** Notes a change of the key. */
  bump(node: number): void {
    this.i32[(node >> 2) + NOTE]++;
  }

  /** Calls `visit` for every node of a database; it must not add or release any. */
  each(db: number, visit: (node: number, hash: number, keyAt: number, keyBytes: number) => void): void {
    const { i32 } = this;
    this.eachNode((node) => {
      const word = node >> 2;
      if (i32[word + DATABASE] === db) visit(node, i32[word + HASH], node + NODE_HEAD_BYTES, i32[word + KEY_BYTES]);
    });
  }

  /** Calls `visit` for every node; it must not add or release any. */
  eachNode(visit: (node: number) => void): void {
    const { i32 } = this;
    const buckets = i32[this.base + BUCKETS] >> 2;
    for (let bucket = 0; bucket < i32[this.base + BUCKET_COUNT]; bucket++) {
      for (let node = i32[buckets + bucket]; node !== 0; node = i32[(node >> 2) + NEXT]) visit(node);
    }
  }

  private isKey(node: number, db: number, key: Region, at: number, length: number, hash: number): boolean {
    const { i32 } = this;
    const word = node >> 2;
    return (
      i32[word + HASH] === hash &&
      i32[word + DATABASE] === db &&
      i32[word + KEY_BYTES] === length &&
      equal(this.allocator.arena.region, node + NODE_HEAD_BYTES, key, at, length)
    );
  }

  private bucketOf(hash: number): number {
    return (this.i32[this.base + BUCKETS] >> 2) + ((hash >>> 8) & (this.i32[this.base + BUCKET_COUNT] - 1));
  }

  private growIfFull(): void {
    const { i32 } = this;
    const have = i32[this.base + BUCKET_COUNT];
    if (have > 0 && this.count < have) return;
    const old = i32[this.base + BUCKETS];
    const want = Math.max(BUCKETS_MIN, have * 2);
    const added = this.allocator.allocate(want * 4);
    i32.fill(0, added >> 2, (added >> 2) + want);
    i32[this.base + BUCKETS] = added;
    i32[this.base + BUCKET_COUNT] = want;
    for (let bucket = 0; bucket < have; bucket++) {
      for (let node = i32[(old >> 2) + bucket]; node !== 0; ) {
        const next = i32[(node >> 2) + NEXT];
        const to = this.bucketOf(i32[(node >> 2) + HASH]);
        i32[(node >> 2) + NEXT] = i32[to];
        i32[to] = node;
        node = next;
      }
    }
    if (old !== 0) this.allocator.free(old);
  }

  private drop(): void {
    this.allocator.free(this.i32[this.base + BUCKETS]);
    this.i32[this.base + BUCKETS] = 0;
    this.i32[this.base + BUCKET_COUNT] = 0;
  }
}
