/**
 * Reads a whole shard and says what in it does not fit together: memory, tables, heaps, entries. Slow, under the lock; for
 * DEBUG, for tests, and for after the death of a thread that held the lock.
 */
import { type BlockMap, checkMemory, Problems } from '../memory/check.ts';
import { KEYSPACE_WORDS, WORD_KEYSPACES } from '../memory/layout.ts';
import {
  encodingOf,
  entryBytes,
  flagsFor,
  flagsOf,
  hasDeadline,
  hasPartDeadlines,
  keyAt,
  keyLength,
  rootOf,
  TYPE_STRING,
  typeOf,
  valueLength,
  WORD_HEAP_INDEX,
} from './entry.ts';
import {
  CHUNK_NODES,
  type ExpiryHeap,
  HEAP_CHUNKS,
  HEAP_COUNT,
  HEAP_DIRECTORY,
  HEAP_DIRECTORY_CHUNKS,
  PART_HEAP,
} from './expiry-heap.ts';
import type { KeyRegistry } from './key-registry.ts';
import type { Keyspace } from './keyspace.ts';
import type { Shard } from './shard.ts';
import {
  DEPTH_MASK,
  homeWord,
  SEGMENT_BYTES,
  SEGMENT_WORDS,
  TABLE_COUNT,
  TABLE_DEPTH,
  TABLE_DIRECTORY,
  TABLE_SEGMENTS,
} from './table.ts';
import { type SharedBlocks, valueType, valueTypes } from './value-types.ts';

/** A ring of waiters that doesn't close must not keep the check busy for ever. */
const WAITERS_MAX = 1_000_000;

/** @returns what is wrong, in words, at most a hundred; empty if all is well. Never throws. */
export function checkShard(shard: Shard): string[] {
  const problems = new Problems();
  try {
    const blocks = checkMemory(shard.arena, problems);
    const uses = new Map<number, number>();
    for (const keyspace of shard.keyspaces) new KeyspaceCheck(keyspace, blocks, uses, problems).run();
    for (const { shared } of valueTypes()) if (shared !== undefined) checkShared(shard, shared, uses, blocks, problems);
    for (const block of uses.keys()) problems.add(`values use the block at ${block}, which is not one to be shared`);
    checkRegistry('watched keys', shard.watched, blocks, problems);
    checkRegistry('awaited keys', shard.awaited, blocks, problems);
    for (const waiter of shard.awaited.waiterBlocks(WAITERS_MAX)) blocks.claim(waiter, 'waiters', problems);
  } catch (error) {
    problems.add(`the check itself failed: ${error}`);
  }
  return problems.list;
}

function checkRegistry(name: string, registry: KeyRegistry, blocks: BlockMap, problems: Problems): void {
  const addresses = registry.blocks();
  const wanted = registry.count === 0 ? 0 : registry.count + 1;
  problems.expect(addresses.length === wanted, `${name}: ${registry.count} nodes in ${addresses.length} blocks`);
  for (const address of addresses) blocks.claim(address, name, problems);
}

/** @param uses by block, how many values use it; those found to be right are taken out */
function checkShared(
  { allocator }: Shard,
  shared: SharedBlocks,
  uses: Map<number, number>,
  blocks: BlockMap,
  problems: Problems,
): void {
  for (const block of shared.blocks(allocator)) {
    if (!blocks.claim(block, 'shared by values', problems)) continue;
    const told = shared.users(allocator, block);
    const counted = uses.get(block) ?? 0;
    problems.expect(told === counted, `${counted} values share the block at ${block}, told as ${told}`);
    uses.delete(block);
  }
}

/**
 * Bytes in use that no key, table, heap or registry accounts for. What else a shard keeps in its arena is the caller's to take off;
 * the rest is lost. Only for a shard that `checkShard` finds nothing wrong with.
 */
export function unaccountedBytes(shard: Shard): number {
  const { allocator, arena } = shard;
  let bytes = allocator.usedBytes;
  const take = (address: number): void => {
    bytes -= allocator.sizeOf(address);
  };
  for (const registry of [shard.watched, shard.awaited]) registry.blocks().forEach(take);
  shard.awaited.waiterBlocks(WAITERS_MAX).forEach(take);
  for (const { shared } of valueTypes()) bytes -= shared?.bytes(allocator) ?? 0;
  for (const { db, table } of shard.keyspaces) {
    const record = recordOf(shard, db);
    for (const address of segmentsOf(shard, record)) take(address);
    if (record[TABLE_DIRECTORY] !== 0) take(record[TABLE_DIRECTORY]);
    for (const heap of HEAPS) {
      for (const address of chunksOf(shard, record, heap)) take(address);
      if (record[heap + HEAP_DIRECTORY] !== 0) take(record[heap + HEAP_DIRECTORY]);
    }
    table.scan(0, Number.POSITIVE_INFINITY, (entry) => {
      take(entry);
      const type = typeOf(arena, entry);
      if (type === TYPE_STRING) return;
      bytes -= valueType(type).sizeOf(allocator, rootOf(arena, entry), encodingOf(arena, entry), 0);
    });
  }
  return bytes;
}

const recordOf = ({ arena }: Shard, db: number): Int32Array =>
  arena.i32.subarray(WORD_KEYSPACES + db * KEYSPACE_WORDS, WORD_KEYSPACES + (db + 1) * KEYSPACE_WORDS);

/** Each segment once. */
function segmentsOf({ arena }: Shard, record: Int32Array): Set<number> {
  if (record[TABLE_DIRECTORY] === 0) return new Set();
  const first = record[TABLE_DIRECTORY] >> 2;
  const tagged = arena.i32.subarray(first, first + 2 ** record[TABLE_DEPTH]);
  return new Set(Array.from(tagged, (word) => word & ~DEPTH_MASK));
}

/** Where in the record the words of a heap begin: of keys, of parts. */
const HEAPS = [0, PART_HEAP] as const;

function chunksOf({ arena }: Shard, record: Int32Array, heap: number): Int32Array {
  const first = record[heap + HEAP_DIRECTORY] >> 2;
  return arena.i32.subarray(first, first + record[heap + HEAP_CHUNKS]);
}

class KeyspaceCheck {
  private readonly keyspace: Keyspace;
  private readonly shard: Shard;
  private readonly record: Int32Array;
  private readonly blocks: BlockMap;
  private readonly uses: Map<number, number>;
  private readonly problems: Problems;
  private readonly name: string;
  private volatileEntries = 0;
  private entriesWithParts = 0;

  /** @param uses by block that values share, how many do: counted on */
  constructor(keyspace: Keyspace, blocks: BlockMap, uses: Map<number, number>, problems: Problems) {
    this.keyspace = keyspace;
    this.shard = keyspace.shard;
    this.record = recordOf(keyspace.shard, keyspace.db);
    this.blocks = blocks;
    this.uses = uses;
    this.problems = problems;
    this.name = `database ${keyspace.db}`;
  }

  run(): void {
    if (!HEAPS.every((heap) => this.checkHeapMemory(heap))) return;
    this.checkTable();
    this.checkHeapOrder(this.keyspace.heap);
    this.checkHeapOrder(this.keyspace.partHeap);
    this.expect(
      this.volatileEntries === this.record[HEAP_COUNT],
      `${this.volatileEntries} entries have a deadline, the heap has ${this.record[HEAP_COUNT]}`,
    );
    const parts = this.record[PART_HEAP + HEAP_COUNT];
    this.expect(
      this.entriesWithParts === parts,
      `${this.entriesWithParts} entries have deadlines in their values, the heap of those has ${parts}`,
    );
  }

  private expect(condition: boolean, text: string): boolean {
    return condition || this.problems.expect(false, `${this.name}: ${text}`);
  }

  private claim(address: number, bytes: number, what: string): boolean {
    if (!this.blocks.claim(address, `${this.name}, ${what}`, this.problems)) return false;
    const size = this.shard.allocator.sizeOf(address);
    return this.expect(size >= bytes, `${what} at ${address} needs ${bytes} bytes, its block has ${size}`);
  }

  private checkTable(): void {
    const { record, shard } = this;
    const directory = record[TABLE_DIRECTORY];
    const depth = record[TABLE_DEPTH];
    if (directory === 0) {
      const empty = depth === 0 && record[TABLE_COUNT] === 0 && record[TABLE_SEGMENTS] === 0;
      this.expect(empty, 'there is no directory, but the record is not empty');
      return;
    }
    if (!this.expect(depth >= 0 && depth <= DEPTH_MASK, `the depth is ${depth}`)) return;
    if (!this.claim(directory, 4 * 2 ** depth, 'directory')) return;
    let segments = 0;
    let entries = 0;
    for (let index = 0; index < 2 ** depth; ) {
      const tagged = shard.arena.i32[(directory >> 2) + index];
      const localDepth = tagged & DEPTH_MASK;
      if (!this.expect(localDepth <= depth, `word ${index} of the directory has the depth ${localDepth}`)) return;
      const width = 2 ** (depth - localDepth);
      this.expect(index % width === 0, `the segment of word ${index} lies across two of its size`);
      for (let i = 1; i < width; i++) {
        const same = shard.arena.i32[(directory >> 2) + index + i] === tagged;
        this.expect(same, `words ${index} and ${index + i} of the directory differ`);
      }
      const segment = tagged & ~DEPTH_MASK;
      if (this.claim(segment, SEGMENT_BYTES, 'segment'))
        entries += this.checkSegment(segment, localDepth, index / width);
      segments++;
      index += width;
    }
    this.expect(record[TABLE_SEGMENTS] === segments, `${segments} segments, told as ${record[TABLE_SEGMENTS]}`);
    this.expect(record[TABLE_COUNT] === entries, `${entries} keys, told as ${record[TABLE_COUNT]}`);
  }

  /** @param prefix the top bits that every hash in the segment must have  @returns entries */
  private checkSegment(segment: number, localDepth: number, prefix: number): number {
    const { i32 } = this.shard.arena;
    const first = segment >> 2;
    let entries = 0;
    for (let word = 2; word < SEGMENT_WORDS; word += 2) {
      const hash = i32[first + word];
      const entry = i32[first + word + 1];
      if (entry === 0) continue;
      entries++;
      const at = `the entry at ${entry} in segment ${segment}`;
      const own = localDepth === 0 || hash >>> (32 - localDepth) === prefix;
      this.expect(own, `${at} belongs to another segment`);
      for (
        let probe = homeWord(hash, localDepth);
        probe !== word;
        probe = probe + 2 === SEGMENT_WORDS ? 2 : probe + 2
      ) {
        if (!this.expect(i32[first + probe + 1] !== 0, `${at} can't be reached from its home slot`)) break;
      }
      this.checkEntry(entry, hash);
    }
    this.expect(i32[first] === localDepth, `segment ${segment} has the depth ${i32[first]}, not ${localDepth}`);
    this.expect(i32[first + 1] === entries, `segment ${segment} has ${entries} keys, told as ${i32[first + 1]}`);
    this.expect(entries < SEGMENT_WORDS / 2 - 1, `segment ${segment} has no empty slot`);
    return entries;
  }

  private checkEntry(entry: number, hash: number): void {
    const { arena } = this.shard;
    if (!this.claim(entry, 8, 'entry')) return;
    const type = typeOf(arena, entry);
    const keyBytes = keyLength(arena, entry);
    const isString = type === TYPE_STRING;
    const valueBytes = isString ? valueLength(arena, entry) : 0;
    const flags = flagsOf(arena, entry);
    const bytes = entryBytes(flags, keyBytes, valueBytes);
    const size = this.shard.allocator.sizeOf(entry);
    const fits = keyBytes >= 0 && valueBytes >= 0 && bytes <= size;
    if (!this.expect(fits, `the entry at ${entry} has ${bytes} bytes in a block of ${size}`)) return;
    const layout = flagsFor(type, keyBytes, valueBytes, hasDeadline(arena, entry));
    this.expect((flags & 3) === layout, `the entry at ${entry} has the layout ${flags & 3}, not ${layout}`);
    this.expect(this.keyspace.hash(entry) === hash, `the entry at ${entry} has another hash in its slot`);
    const found = this.keyspace.table.find(arena.region, keyAt(arena, entry), keyBytes, hash);
    this.expect(found === entry, `the key of the entry at ${entry} is also at ${found}`);
    if (!isString) {
      const { shared } = valueType(type);
      const root = rootOf(arena, entry);
      const block = this.claim(root, 8, 'root')
        ? shared?.blockOf(this.shard.allocator, root, encodingOf(arena, entry))
        : undefined;
      if (block) this.uses.set(block, (this.uses.get(block) ?? 0) + 1);
    }
    const { heap, partHeap } = this.keyspace;
    if (hasDeadline(arena, entry)) {
      this.volatileEntries++;
      this.checkPlaceInHeap(entry, arena.i32[(entry >> 2) + WORD_HEAP_INDEX], heap);
    }
    if (hasPartDeadlines(arena, entry)) {
      this.entriesWithParts++;
      this.checkPlaceInHeap(entry, arena.i32[rootOf(arena, entry) >> 2], partHeap);
    }
  }

  private checkPlaceInHeap(entry: number, index: number, heap: ExpiryHeap): void {
    const inHeap = index >= 0 && index < heap.count;
    if (!this.expect(inHeap, `the entry at ${entry} has the place ${index} in the heap`)) return;
    const there = heap.entryAt(index);
    this.expect(there === entry, `the entry at ${entry} has the heap's place ${index}, where ${there} is`);
  }

  /** @returns whether the heap's nodes can be read at all */
  private checkHeapMemory(heap: number): boolean {
    const { record } = this;
    const count = record[heap + HEAP_COUNT];
    const chunks = record[heap + HEAP_CHUNKS];
    const room = record[heap + HEAP_DIRECTORY_CHUNKS];
    const directory = record[heap + HEAP_DIRECTORY];
    const sound = count >= 0 && count <= chunks * CHUNK_NODES && chunks <= room;
    if (!this.expect(sound, `the heap has ${count} nodes in ${chunks} of ${room} chunks`)) return false;
    if (directory === 0) return this.expect(room === 0, 'the heap has no directory');
    if (!this.claim(directory, room * 4, "the heap's directory")) return false;
    return chunksOf(this.shard, record, heap).every((chunk) => this.claim(chunk, CHUNK_NODES * 12, "the heap's chunk"));
  }

  private checkHeapOrder(heap: ExpiryHeap): void {
    for (let index = 0; index < heap.count; index++) {
      const deadlineMs = heap.deadlineAt(index);
      const parentMs = index === 0 ? Number.NEGATIVE_INFINITY : heap.deadlineAt((index - 1) >> 2);
      this.expect(deadlineMs > 0 && parentMs <= deadlineMs, `the heap's node ${index} is out of order`);
    }
  }
}
