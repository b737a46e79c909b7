/** Streams out of the form of RDB files. Every entry of every node is looked at before anything relies on it. */
import { copy, type Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import * as listpack from '../types/listpack.ts';
import { END, integerAt, isIntegerHead } from '../types/listpack-element.ts';
import { validate } from '../types/listpack-validate.ts';
import {
  STREAM_ENTRIES_ADDED,
  STREAM_GROUPS,
  STREAM_LAST_ID,
  STREAM_LENGTH,
  STREAM_MAX_DELETED_ID,
  STREAM_NODES,
  Stream,
} from '../types/stream.ts';
import {
  addPending,
  consumerCreate,
  findConsumer,
  GROUP_ENTRIES_READ,
  groupCreate,
  PENDING_COUNT,
  setActive,
} from '../types/stream-group.ts';
import { StreamId } from '../types/stream-id.ts';
import { entriesUpTo } from '../types/stream-lag.ts';
import { namesFind } from '../types/stream-names.ts';
import { FLAG_DELETED, FLAG_SAME_FIELDS, listpackOfNode, readEntryId } from '../types/stream-node.ts';
import { treeInsert } from '../types/stream-tree.ts';
import { streamValueType } from '../types/stream-value-type.ts';
import type { Value } from '../types/value.ts';
import { DamagedError, type SerialReader, SerialString } from './serialize-reader.ts';
import { RDB_STREAM, RDB_STREAM_3 } from './serialize-types.ts';

const ID_BYTES = 16;
/** Bytes that each of these takes at the least. */
const NODE_BYTES_MIN = ID_BYTES + 2;
const GROUP_BYTES_MIN = 5;
const CONSUMER_BYTES_MIN = 10;
const PENDING_BYTES_MIN = ID_BYTES + 9;
const NEVER_READ = -1n;

const stream = new Stream();
const text = new SerialString();
const nodeId = new StreamId();
const id = new StreamId();
const lastId = new StreamId();

interface Pending {
  readonly id: StreamId;
  readonly ms: number;
  readonly countHigh: number;
  readonly countLow: number;
  consumer: number;
}

export function loadStream(reader: SerialReader, serialType: number, value: Value): void {
  const { allocator } = value;
  stream.create(allocator);
  try {
    const live = loadNodes(reader);
    loadCounts(reader, serialType, live);
    const groups = reader.countOrNone(GROUP_BYTES_MIN);
    for (let i = 0; i < groups; i++) loadGroup(reader, serialType);
  } catch (failure) {
    streamValueType.free(allocator, stream.root);
    throw failure;
  }
  value.become(stream);
}

// --- nodes ------------------------------------------------------------------------------------------------------------

/** @returns how many entries there are; `lastId` is then the last one's */
function loadNodes(reader: SerialReader): number {
  const count = reader.countOrNone(NODE_BYTES_MIN);
  let live = 0;
  lastId.setMin();
  for (let i = 0; i < count; i++) {
    reader.string(text);
    if (text.length !== ID_BYTES) throw new DamagedError('no ID');
    readRawId(text.region, text.at, nodeId);
    if (i > 0 && nodeId.compare(lastId) <= 0) throw new DamagedError('nodes not in order');
    reader.string(text);
    if (validate(text.region, text.at, text.length) < 0) throw new DamagedError('bad listpack');
    live += addNode(stream.allocator);
  }
  return live;
}

/** Makes the listpack in `text` a node. @returns how many entries it has */
function addNode(allocator: Allocator): number {
  const { arena } = allocator;
  const node = allocator.allocate(ID_BYTES + text.length);
  try {
    nodeId.store(arena, node >> 2);
    copy(text.region, text.at, arena.region, listpackOfNode(node), text.length);
    const live = new NodeCheck(allocator, node).run();
    treeInsert(allocator, stream.base + STREAM_NODES, nodeId, node);
    return live;
  } catch (failure) {
    allocator.free(node);
    throw failure;
  }
}

/** Goes through a node, whose listpack is sound as such, and sees to it that its elements make up entries. */
class NodeCheck {
  private readonly allocator: Allocator;
  private readonly node: number;
  private readonly region: Region;
  private at: number;

  constructor(allocator: Allocator, node: number) {
    this.allocator = allocator;
    this.node = node;
    this.region = allocator.arena.region;
    this.at = listpackOfNode(node) + listpack.LISTPACK_HEADER_BYTES;
  }

  /** @returns how many entries there are that are not deleted  @throws DamagedError */
  run(): number {
    const live = this.number();
    const deleted = this.number();
    const masterFields = this.number();
    this.skip(masterFields);
    if (this.number() !== 0 || live === 0) throw new DamagedError('bad master entry');
    let found = 0;
    let foundDeleted = 0;
    for (; this.region.u8[this.at] !== END; found++) {
      if (this.entry(masterFields, found === 0)) foundDeleted++;
    }
    if (foundDeleted !== deleted || found - foundDeleted !== live) throw new DamagedError('entries miscounted');
    return live;
  }

  /** @returns whether the entry is deleted */
  private entry(masterFields: number, isFirst: boolean): boolean {
    const flags = this.number();
    if ((flags & ~(FLAG_DELETED | FLAG_SAME_FIELDS)) !== 0) throw new DamagedError('unknown flags');
    const idAt = this.at;
    this.integer();
    this.integer();
    readEntryId(this.allocator.arena, this.node, idAt, id);
    const order = id.compare(isFirst ? nodeId : lastId);
    if (isFirst ? order < 0 : order <= 0) throw new DamagedError('entries not in order');
    lastId.become(id);
    let elements = 3;
    if ((flags & FLAG_SAME_FIELDS) !== 0) {
      this.skip(masterFields);
      elements += masterFields;
    } else {
      const fields = this.number();
      this.skip(fields * 2);
      elements += fields * 2 + 1;
    }
    if (this.number() !== elements) throw new DamagedError('bad way back');
    return (flags & FLAG_DELETED) !== 0;
  }

  /** Takes the next element, an integer of any size. */
  private integer(): number {
    const head = this.region.u8[this.at];
    if (head === END || !isIntegerHead(head)) throw new DamagedError('no integer');
    const value = integerAt(this.region, this.at, head);
    this.at = listpack.behind(this.region, this.at);
    return value;
  }

  /** Takes the next element, a count. */
  private number(): number {
    const value = this.integer();
    if (!(value >= 0 && value < 2 ** 31)) throw new DamagedError('no count');
    return value;
  }

  private skip(elements: number): void {
    for (let i = 0; i < elements; i++) {
      if (this.region.u8[this.at] === END) throw new DamagedError('cut short');
      this.at = listpack.behind(this.region, this.at);
    }
  }
}

// --- counts -----------------------------------------------------------------------------------------------------------

function loadCounts(reader: SerialReader, serialType: number, live: number): void {
  const { base } = stream;
  const { arena } = stream.allocator;
  if (reader.length() !== live) throw new DamagedError('entries miscounted');
  arena.i32[base + STREAM_LENGTH] = live;
  readId(reader, id);
  if (id.compare(lastId) < 0) throw new DamagedError('last ID below an entry');
  id.store(arena, base + STREAM_LAST_ID);
  // The first ID is what the entries say.
  stream.noteFirst();
  if (serialType === RDB_STREAM) {
    arena.i32[base + STREAM_ENTRIES_ADDED] = live;
    return;
  }
  readId(reader, id);
  readId(reader, id);
  id.store(arena, base + STREAM_MAX_DELETED_ID);
  loadCounter(reader, base + STREAM_ENTRIES_ADDED);
}

function loadCounter(reader: SerialReader, word: number): void {
  reader.length64();
  stream.allocator.arena.i32[word] = reader.low;
  stream.allocator.arena.i32[word + 1] = reader.high;
}

function readId(reader: SerialReader, into: StreamId): void {
  reader.length64();
  into.msHigh = reader.high;
  into.msLow = reader.low;
  reader.length64();
  into.seqHigh = reader.high;
  into.seqLow = reader.low;
}

function readRawId({ view }: Region, at: number, into: StreamId): void {
  into.set(view.getInt32(at), view.getInt32(at + 4), view.getInt32(at + 8), view.getInt32(at + 12));
}

// --- groups -----------------------------------------------------------------------------------------------------------

function loadGroup(reader: SerialReader, serialType: number): void {
  const { allocator } = stream;
  const { arena } = allocator;
  const holder = stream.base + STREAM_GROUPS;
  reader.string(text);
  if (namesFind(arena, holder, text.region, text.at, text.length) !== 0) throw new DamagedError('twice the same group');
  readId(reader, id);
  // Redis 5.0 kept no count of entries read: it is reckoned.
  const entriesRead = serialType === RDB_STREAM ? entriesUpTo(stream, id) : undefined;
  const group = groupCreate(allocator, holder, text.region, text.at, text.length, id, entriesRead ?? NEVER_READ);
  if (serialType !== RDB_STREAM) loadCounter(reader, (group >> 2) + GROUP_ENTRIES_READ);
  const pending = loadPending(reader);
  const consumers = reader.countOrNone(CONSUMER_BYTES_MIN);
  for (let i = 0; i < consumers; i++) loadConsumer(reader, serialType, group, pending);
  // By time, so that each goes to the end of the group's chain.
  for (const each of [...pending.values()].sort((a, b) => a.ms - b.ms)) {
    const entry = addPending(allocator, group, each.consumer, each.id, each.ms, 0);
    arena.i32[(entry >> 2) + PENDING_COUNT] = each.countLow;
    arena.i32[(entry >> 2) + PENDING_COUNT + 1] = each.countHigh;
  }
}

function loadPending(reader: SerialReader): Map<string, Pending> {
  const pending = new Map<string, Pending>();
  const count = reader.countOrNone(PENDING_BYTES_MIN);
  for (let i = 0; i < count; i++) {
    const entryId = new StreamId();
    readRawId(reader.region, reader.take(ID_BYTES), entryId);
    const ms = reader.integer64();
    reader.length64();
    pending.set(entryId.toString(), { id: entryId, ms, countHigh: reader.high, countLow: reader.low, consumer: 0 });
    if (pending.size !== i + 1) throw new DamagedError('twice the same pending entry');
  }
  return pending;
}

function loadConsumer(reader: SerialReader, serialType: number, group: number, pending: Map<string, Pending>): void {
  const { allocator } = stream;
  reader.string(text);
  if (findConsumer(allocator.arena, group, text.region, text.at, text.length) !== 0) {
    throw new DamagedError('twice the same consumer');
  }
  const seenMs = reader.integer64();
  const activeMs = serialType === RDB_STREAM_3 ? reader.integer64() : seenMs;
  const consumer = consumerCreate(allocator, group, text.region, text.at, text.length, seenMs);
  setActive(allocator.arena, consumer, activeMs);
  const count = reader.countOrNone(ID_BYTES);
  for (let i = 0; i < count; i++) {
    readRawId(reader.region, reader.take(ID_BYTES), id);
    const entry = pending.get(id.toString());
    if (entry === undefined || entry.consumer !== 0) throw new DamagedError('pending for nobody or for two');
    entry.consumer = consumer;
  }
}
