/** Nodes of streams to and from Redis' form: see types/stream-node-listpack.ts for that, types/stream-node.ts for ours. */
import { copy, type Region } from '../base/region.ts';
import { carryOf } from '../base/wide.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import * as listpack from '../types/listpack.ts';
import {
  backLengthBytes,
  END,
  encodedBytes,
  HEAD_INTEGER_64,
  integerAt,
  isIntegerHead,
  writeBackLength,
} from '../types/listpack-element.ts';
import { prepareBigInt, prepareInteger, writePrepared } from '../types/listpack-encode.ts';
import { StreamEntries } from '../types/stream-entries.ts';
import { StreamId } from '../types/stream-id.ts';
import {
  beginEntry,
  deletedEntries,
  endEntry,
  FLAG_DELETED,
  FLAG_SAME_FIELDS,
  listpackBytesOf,
  liveEntries,
  masterPairs,
  NODE_HEADER_BYTES,
  nodeBytes,
  openNode,
  writeCount,
} from '../types/stream-node.ts';
import { entryBytes, entryElements } from '../types/stream-node-listpack.ts';
import { DamagedError } from './serialize-reader.ts';
import type { SerialWriter } from './serialize-writer.ts';

const FLAGS = FLAG_DELETED | FLAG_SAME_FIELDS;

// --- to Redis' form ---------------------------------------------------------------------------------------------------

const entries = new StreamEntries();
entries.withDeleted = true;
const nodeId = new StreamId();

/** Writes a node as the string that it is in Redis. */
export function saveNode(writer: SerialWriter, allocator: Allocator, node: number): void {
  const { arena } = allocator;
  const bytes = listpackBytesOf(arena, node);
  const to = writer.scratch(bytes);
  new ListpackWriter(to, arena).node(allocator, node);
  writer.string(to, 0, bytes);
}

class ListpackWriter {
  private readonly to: Region;
  private readonly arena: Arena;
  private at = listpack.LISTPACK_HEADER_BYTES;
  private elements = 0;

  constructor(to: Region, arena: Arena) {
    this.to = to;
    this.arena = arena;
  }

  node(allocator: Allocator, node: number): void {
    const { arena } = this;
    const fields = masterPairs(arena, node);
    nodeId.load(arena, node >> 2);
    this.number(liveEntries(arena, node));
    this.number(deletedEntries(arena, node));
    this.number(fields);
    this.copied(node + NODE_HEADER_BYTES, fields);
    this.number(0);
    entries.tree.leaf = 0;
    for (let found = entries.enterFirst(allocator, node); found; found = entries.stepOn()) this.entry();
    this.to.u8[this.at] = END;
    this.to.view.setUint32(0, this.at + 1, true);
    this.to.view.setUint16(4, Math.min(this.elements, listpack.COUNT_UNKNOWN), true);
  }

  private entry(): void {
    const { id, flags, pairs, hasMasterFields, dataAt } = entries;
    this.number(flags & FLAGS);
    this.difference(id.msHigh, id.msLow, nodeId.msHigh, nodeId.msLow);
    this.difference(id.seqHigh, id.seqLow, nodeId.seqHigh, nodeId.seqLow);
    if (!hasMasterFields) this.number(pairs);
    entries.dataEnd = this.copied(dataAt, hasMasterFields ? pairs : pairs * 2);
    this.number(entryElements(pairs, hasMasterFields));
  }

  private number(value: number): void {
    this.prepared(prepareInteger(value));
  }

  /** Writes a − b, of two 64-bit numbers in halves. */
  private difference(aHigh: number, aLow: number, bHigh: number, bLow: number): void {
    const low = (aLow - bLow) | 0;
    const high = (aHigh - bHigh - carryOf(aLow, bLow)) | 0;
    this.prepared(prepareBigInt((BigInt(high) << 32n) | BigInt(low >>> 0)));
  }

  private prepared(bytes: number): void {
    writePrepared(this.to, this.at);
    this.at += bytes;
    this.elements++;
  }

  /** Copies elements, each of which gets its back length. @returns the position behind them */
  private copied(from: number, count: number): number {
    const { region, u8 } = this.arena;
    let position = from;
    for (let i = 0; i < count; i++) {
      const bytes = encodedBytes(u8, position);
      copy(region, position, this.to, this.at, bytes);
      writeBackLength(this.to.u8, this.at + bytes, bytes);
      this.at += bytes + backLengthBytes(bytes);
      position += bytes;
    }
    this.elements += count;
    return position;
  }
}

// --- from Redis' form -------------------------------------------------------------------------------------------------

const id = new StreamId();

/**
 * Makes a node of a listpack that is sound as such, and sees to it that its elements make up entries.
 * @param lastId becomes that of the last entry  @throws DamagedError, OutOfMemoryError
 */
export function loadNode(allocator: Allocator, from: Region, lp: number, key: StreamId, lastId: StreamId): number {
  const node = allocator.allocate(NODE_HEADER_BYTES + listpack.bytes(from, lp));
  try {
    key.store(allocator.arena, node >> 2);
    new NodeReader(allocator.arena, node, from, lp).read(key, lastId);
  } catch (failure) {
    allocator.free(node);
    throw failure;
  }
  const bytes = nodeBytes(allocator.arena, node);
  return allocator.reallocate(node, bytes, bytes);
}

/** Goes through a listpack and writes what it finds to a node, which takes no more bytes. */
class NodeReader {
  private readonly arena: Arena;
  private readonly node: number;
  private readonly from: Region;
  /** Where the next element is. */
  private at: number;
  /** Where the node's next byte goes. */
  private to: number;
  /** What elements copied take in the listpack. */
  private copiedBytes = 0;
  /** The upper half of the integer taken last. */
  private high = 0;

  constructor(arena: Arena, node: number, from: Region, lp: number) {
    this.arena = arena;
    this.node = node;
    this.from = from;
    this.at = lp + listpack.LISTPACK_HEADER_BYTES;
    this.to = node + NODE_HEADER_BYTES;
  }

  read(key: StreamId, lastId: StreamId): void {
    const { arena, node } = this;
    const live = this.count();
    const deleted = this.count();
    const masterFields = this.count();
    this.copy(masterFields);
    if (this.count() !== 0 || live === 0) throw new DamagedError('bad master entry');
    openNode(arena, node, masterFields, this.to, this.copiedBytes);
    for (let isFirst = true; this.from.u8[this.at] !== END; isFirst = false) {
      this.entry(masterFields, key, isFirst, lastId);
    }
    if (deletedEntries(arena, node) !== deleted || liveEntries(arena, node) !== live) {
      throw new DamagedError('entries miscounted');
    }
  }

  private entry(masterFields: number, key: StreamId, isFirst: boolean, lastId: StreamId): void {
    const { arena, node } = this;
    const flags = this.count();
    if ((flags & ~FLAGS) !== 0) throw new DamagedError('unknown flags');
    const msLow = this.integer();
    const msHigh = this.high;
    const seqLow = this.integer();
    const seqHigh = this.high;
    id.become(key);
    id.add(msHigh, msLow, seqHigh, seqLow);
    const order = id.compare(isFirst ? key : lastId);
    if (isFirst ? order < 0 : order <= 0) throw new DamagedError('entries not in order');
    lastId.become(id);
    const start = this.to;
    this.to = beginEntry(arena.region, start, flags, msHigh, msLow, seqHigh, seqLow);
    this.copiedBytes = 0;
    const same = (flags & FLAG_SAME_FIELDS) !== 0;
    let pairs = masterFields;
    if (!same) {
      pairs = this.count();
      this.to = writeCount(arena.region, this.to, pairs);
    }
    this.copy(same ? pairs : pairs * 2);
    if (this.count() !== entryElements(pairs, same)) throw new DamagedError('bad way back');
    const bytes = entryBytes(pairs, same, msHigh, msLow, seqHigh, seqLow) + this.copiedBytes;
    this.to = endEntry(arena, node, start, this.to, bytes);
  }

  /** Takes the next element, an integer of any size. @returns its lower half; the other is then in `high` */
  private integer(): number {
    const { from, at } = this;
    const head = from.u8[at];
    if (head === END || !isIntegerHead(head)) throw new DamagedError('no integer');
    this.at = listpack.behind(from, at);
    if (head === HEAD_INTEGER_64) {
      this.high = from.view.getInt32(at + 5, true);
      return from.view.getInt32(at + 1, true);
    }
    const value = integerAt(from, at, head);
    this.high = value >> 31;
    return value;
  }

  /** Takes the next element, a count. */
  private count(): number {
    const value = this.integer();
    if (this.high !== 0 || value < 0) throw new DamagedError('no count');
    return value;
  }

  /** Takes elements that are fields or values. */
  private copy(elements: number): void {
    const { from, arena } = this;
    for (let i = 0; i < elements; i++) {
      if (from.u8[this.at] === END) throw new DamagedError('cut short');
      const bytes = encodedBytes(from.u8, this.at);
      copy(from, this.at, arena.region, this.to, bytes);
      this.to += bytes;
      this.copiedBytes += bytes + backLengthBytes(bytes);
      this.at += bytes + backLengthBytes(bytes);
    }
  }
}
