/** Streams out of the form of RDB files. Every entry of every node is looked at before anything relies on it. */
import type { Allocator } from '../memory/allocator.ts';
import { validate } from '../types/listpack-validate.ts';
import {
  STREAM_ENTRIES_ADDED,
  STREAM_GROUPS,
  STREAM_LAST_ID,
  STREAM_LENGTH,
  STREAM_MAX_DELETED_ID,
  STREAM_NODES,
  STREAM_PRODUCERS,
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
import { liveEntries } from '../types/stream-node.ts';
import { treeInsert } from '../types/stream-tree.ts';
import { streamValueType } from '../types/stream-value-type.ts';
import type { Value } from '../types/value.ts';
import { DamagedError, type SerialReader, SerialString } from './serialize-reader.ts';
import { loadNode } from './serialize-stream-node.ts';
import { loadProducers } from './serialize-stream-producers.ts';
import { ID_BYTES, loadCounter, readId, readRawId } from './serialize-stream-words.ts';
import { RDB_STREAM, RDB_STREAM_3, RDB_STREAM_4, RDB_STREAM_5 } from './serialize-types.ts';

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
    if (serialType >= RDB_STREAM_4) loadProducers(reader, allocator, stream.base + STREAM_PRODUCERS);
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
  const node = loadNode(allocator, text.region, text.at, nodeId, lastId);
  try {
    treeInsert(allocator, stream.base + STREAM_NODES, nodeId, node);
  } catch (failure) {
    allocator.free(node);
    throw failure;
  }
  return liveEntries(allocator.arena, node);
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
  loadCounter(reader, arena, base + STREAM_ENTRIES_ADDED);
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
  if (serialType !== RDB_STREAM) loadCounter(reader, arena, (group >> 2) + GROUP_ENTRIES_READ);
  const pending = loadPending(reader);
  const consumers = reader.countOrNone(CONSUMER_BYTES_MIN);
  for (let i = 0; i < consumers; i++) loadConsumer(reader, serialType, group, pending);
  const nacked = serialType === RDB_STREAM_5 ? loadNacked(reader, pending) : [];
  // By time, so that each goes to the end of the group's chain.
  const owned = [...pending.values()].sort((a, b) => a.ms - b.ms);
  for (const each of [...nacked, ...owned]) {
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

/** Takes what was given back out of `pending`. @returns it, in that order */
function loadNacked(reader: SerialReader, pending: Map<string, Pending>): Pending[] {
  const count = reader.countOrNone(ID_BYTES);
  const nacked = Array.from({ length: count }, () => {
    readRawId(reader.region, reader.take(ID_BYTES), id);
    const entry = pending.get(id.toString());
    if (entry === undefined || entry.consumer !== 0) throw new DamagedError('given back, but not pending or not free');
    pending.delete(id.toString());
    return entry;
  });
  for (const { consumer } of pending.values()) if (consumer === 0) throw new DamagedError('pending for nobody');
  return nacked;
}

function loadConsumer(reader: SerialReader, serialType: number, group: number, pending: Map<string, Pending>): void {
  const { allocator } = stream;
  reader.string(text);
  if (findConsumer(allocator.arena, group, text.region, text.at, text.length) !== 0) {
    throw new DamagedError('twice the same consumer');
  }
  const seenMs = reader.integer64();
  const activeMs = serialType >= RDB_STREAM_3 ? reader.integer64() : seenMs;
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
