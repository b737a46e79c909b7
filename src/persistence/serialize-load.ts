/**
 * Values out of the form of RDB files, in all its versions, into the forms that the settings of now give them. Nothing of
 * what is read is believed: a damaged value is refused before it is one, and what was built of it is freed.
 */
import { parseDouble } from '../base/numbers.ts';
import type { Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import {
  TYPE_ARRAY,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_SORTED_SET,
  TYPE_STREAM,
  TYPE_STRING,
} from '../store/entry.ts';
import { valueType } from '../store/value-types.ts';
import {
  HASH_LISTPACK,
  hashCreate,
  hashExpect,
  hashFind,
  hashFree,
  hashSet,
  hashSetDeadline,
  hashShare,
} from '../types/hash.ts';
import { PAIR, TRIPLE } from '../types/hash-listpack.ts';
import { LIST_QUICKLIST, List } from '../types/list.ts';
import { newNodeOf } from '../types/list-node.ts';
import { listValueType } from '../types/list-value-type.ts';
import { validate } from '../types/listpack-validate.ts';
import { SET_INTSET, SET_LISTPACK, setAdd, setCount, setCreate, setExpect, setFree } from '../types/set.ts';
import { Slice } from '../types/slice.ts';
import {
  SORTED_SET_PACKED,
  sortedSetCount,
  sortedSetCreate,
  sortedSetExpect,
  sortedSetFind,
  sortedSetFree,
  sortedSetInsert,
} from '../types/sorted-set.ts';
import { Value } from '../types/value.ts';
import { loadArray } from './serialize-array.ts';
import { loadTemplateHash } from './serialize-hash-template.ts';
import { loadIntset } from './serialize-intset.ts';
import { blockOf, checkDistinct, checkListpack, eachTriple } from './serialize-packed.ts';
import { DamagedError, type SerialReader, SerialString } from './serialize-reader.ts';
import { loadPackedSortedSet } from './serialize-sorted-set.ts';
import { loadStream } from './serialize-stream-load.ts';
import {
  CHUNK_PACKED,
  CHUNK_PLAIN,
  RDB_ARRAY,
  RDB_HASH,
  RDB_HASH_DEADLINES,
  RDB_HASH_DEADLINES_EARLY,
  RDB_HASH_LISTPACK,
  RDB_HASH_LISTPACK_EX,
  RDB_HASH_LISTPACK_EX_EARLY,
  RDB_HASH_TEMPLATE_ARRAY,
  RDB_HASH_TEMPLATE_LISTPACK,
  RDB_HASH_ZIPLIST,
  RDB_HASH_ZIPMAP,
  RDB_LIST,
  RDB_LIST_QUICKLIST,
  RDB_LIST_QUICKLIST_2,
  RDB_LIST_ZIPLIST,
  RDB_SET,
  RDB_SET_INTSET,
  RDB_SET_LISTPACK,
  RDB_STREAM,
  RDB_STREAM_2,
  RDB_STREAM_3,
  RDB_STREAM_4,
  RDB_STREAM_5,
  RDB_STRING,
  RDB_ZSET,
  RDB_ZSET_2,
  RDB_ZSET_LISTPACK,
  RDB_ZSET_ZIPLIST,
} from './serialize-types.ts';
import { ziplistElements, zipmapElements } from './serialize-ziplist.ts';

/** The latest deadline of a field, as for commands. */
const FIELD_DEADLINE_MS_MAX = 2 ** 46 - 1;
/** Scores written as text: lengths that stand for what has none. */
const TEXT_NAN = 253;
const TEXT_INFINITE = 254;
const TEXT_MINUS_INFINITE = 255;

/** A value read: a string's bytes, or a root in the allocator it was loaded into, which is then the caller's. */
export class Loaded {
  type = TYPE_STRING;
  /** Root and encoding, unless it is a string. */
  readonly value = new Value();
  /** Of a string: good until the next value is loaded. */
  readonly text = new SerialString();

  /** Frees a value that is not wanted after all. */
  free(): void {
    const { allocator, root, encoding } = this.value;
    if (this.type !== TYPE_STRING) valueType(this.type).free(allocator, root, encoding);
  }
}

const list = new List();
const packed = new SerialString();
const first = new SerialString();
const second = new SerialString();
const field = new Slice();
const text = new Slice();

/**
 * Reads a value of a type byte. @throws DamagedError if it is none, or empty  @throws OutOfMemoryError
 * In either case nothing stays allocated.
 */
export function loadValue(reader: SerialReader, serialType: number, allocator: Allocator, into: Loaded): void {
  const { value } = into;
  value.set(allocator, 0, 0);
  switch (serialType) {
    case RDB_STRING:
      into.type = TYPE_STRING;
      return reader.string(into.text);
    case RDB_LIST:
    case RDB_LIST_ZIPLIST:
    case RDB_LIST_QUICKLIST:
    case RDB_LIST_QUICKLIST_2:
      into.type = TYPE_LIST;
      return loadList(reader, serialType, value);
    case RDB_SET:
    case RDB_SET_INTSET:
    case RDB_SET_LISTPACK:
      into.type = TYPE_SET;
      return loadSet(reader, serialType, value);
    case RDB_ZSET:
    case RDB_ZSET_2:
    case RDB_ZSET_ZIPLIST:
    case RDB_ZSET_LISTPACK:
      into.type = TYPE_SORTED_SET;
      return loadSortedSet(reader, serialType, value);
    case RDB_HASH:
    case RDB_HASH_ZIPMAP:
    case RDB_HASH_ZIPLIST:
    case RDB_HASH_LISTPACK:
    case RDB_HASH_LISTPACK_EX:
    case RDB_HASH_LISTPACK_EX_EARLY:
    case RDB_HASH_DEADLINES:
    case RDB_HASH_DEADLINES_EARLY:
    case RDB_HASH_TEMPLATE_LISTPACK:
    case RDB_HASH_TEMPLATE_ARRAY:
      into.type = TYPE_HASH;
      loadHash(reader, serialType, value);
      return hashShare(value);
    case RDB_STREAM:
    case RDB_STREAM_2:
    case RDB_STREAM_3:
    case RDB_STREAM_4:
    case RDB_STREAM_5:
      into.type = TYPE_STREAM;
      return loadStream(reader, serialType, value);
    case RDB_ARRAY:
      into.type = TYPE_ARRAY;
      return loadArray(reader, value);
    default:
      throw new DamagedError(`no type ${serialType}`);
  }
}

// --- lists ------------------------------------------------------------------------------------------------------------

function loadList(reader: SerialReader, serialType: number, value: Value): void {
  list.createChained(value.allocator);
  try {
    if (serialType === RDB_LIST_ZIPLIST) {
      reader.string(packed);
      pushZiplist();
    } else {
      const count = reader.count(1);
      for (let i = 0; i < count; i++) loadListPart(reader, serialType);
    }
    if (list.length === 0) throw new DamagedError('empty list');
  } catch (failure) {
    listValueType.free(list.allocator, list.root, LIST_QUICKLIST);
    throw failure;
  }
  list.settle(false);
  value.become(list);
}

function loadListPart(reader: SerialReader, serialType: number): void {
  if (serialType === RDB_LIST) {
    reader.string(first);
    push(first);
    return;
  }
  const form = serialType === RDB_LIST_QUICKLIST_2 ? reader.length() : CHUNK_PACKED;
  reader.string(packed);
  if (serialType === RDB_LIST_QUICKLIST) pushZiplist();
  else if (form === CHUNK_PLAIN) push(packed);
  else if (form === CHUNK_PACKED) addChunk(packed);
  else throw new DamagedError('unknown form of a chunk');
}

function push({ region, at, length }: Slice): void {
  list.assure(length, 1);
  list.pushLast(region, at, length);
}

function pushZiplist(): void {
  for (const element of ziplistElements(packed)) push(element);
}

function addChunk({ region, at, length }: Slice): void {
  const elements = validate(region, at, length);
  if (elements < 0) throw new DamagedError('bad listpack');
  if (elements > 0) list.addLast(newNodeOf(list.allocator, region, at, length, elements, false));
}

// --- sets -------------------------------------------------------------------------------------------------------------

function loadSet(reader: SerialReader, serialType: number, set: Value): void {
  if (serialType === RDB_SET) return loadMembers(reader, set);
  reader.string(packed);
  if (serialType === RDB_SET_INTSET) {
    set.root = loadIntset(set.allocator, packed);
    set.encoding = SET_INTSET;
    guard(set, setFree, () => setExpect(set, setCount(set)));
  } else {
    const count = checkListpack(packed, 1);
    checkDistinct(packed, 1);
    adopt(set, SET_LISTPACK, setFree, () => setExpect(set, count));
  }
}

function loadMembers(reader: SerialReader, set: Value): void {
  const count = reader.count(1);
  reader.string(first);
  setCreate(set, first.region, first.at, first.length, count);
  guard(set, setFree, () => {
    for (let i = 0; ; ) {
      if (!setAdd(set, first.region, first.at, first.length)) throw new DamagedError('twice the same member');
      if (++i === count) return;
      reader.string(first);
    }
  });
}

// --- sorted sets ------------------------------------------------------------------------------------------------------

function loadSortedSet(reader: SerialReader, serialType: number, zset: Value): void {
  if (serialType === RDB_ZSET_LISTPACK) {
    reader.string(packed);
    zset.root = loadPackedSortedSet(zset.allocator, packed);
    zset.encoding = SORTED_SET_PACKED;
    return guard(zset, sortedSetFree, () => sortedSetExpect(zset, sortedSetCount(zset)));
  }
  if (serialType === RDB_ZSET_ZIPLIST) return loadZiplistPairs(reader, zset, sortedSetCreate, sortedSetFree, addScored);
  const count = reader.count(2);
  sortedSetCreate(zset, count, 0);
  guard(zset, sortedSetFree, () => {
    for (let i = 0; i < count; i++) {
      reader.string(first);
      addMember(zset, first, serialType === RDB_ZSET_2 ? reader.double() : textDouble(reader));
    }
  });
}

function addMember(zset: Value, { region, at, length }: Slice, score: number): void {
  if (Number.isNaN(score)) throw new DamagedError('a score that is no number');
  if (sortedSetFind(zset, region, at, length) !== 0) throw new DamagedError('twice the same member');
  sortedSetInsert(zset, region, at, length, score);
}

function addScored(zset: Value, member: Slice, score: Slice): void {
  addMember(zset, member, parsedDouble(score.region, score.at, score.length));
}

function textDouble(reader: SerialReader): number {
  const length = reader.byte();
  if (length === TEXT_NAN) return Number.NaN;
  if (length === TEXT_INFINITE) return Number.POSITIVE_INFINITY;
  if (length === TEXT_MINUS_INFINITE) return Number.NEGATIVE_INFINITY;
  return parsedDouble(reader.region, reader.take(length), length);
}

const parsedDouble = (region: Region, at: number, length: number): number =>
  parseDouble(region.u8, at, length) ?? Number.NaN;

// --- hashes -----------------------------------------------------------------------------------------------------------

function loadHash(reader: SerialReader, serialType: number, hash: Value): void {
  switch (serialType) {
    case RDB_HASH_LISTPACK: {
      reader.string(packed);
      const count = checkListpack(packed, PAIR);
      checkDistinct(packed, PAIR);
      return adopt(hash, HASH_LISTPACK, hashFree, () => hashExpect(hash, count));
    }
    case RDB_HASH_LISTPACK_EX:
      reader.integer64();
      return loadTriples(reader, hash);
    case RDB_HASH_LISTPACK_EX_EARLY:
      return loadTriples(reader, hash);
    case RDB_HASH_ZIPLIST:
      return loadZiplistPairs(reader, hash, hashCreate, hashFree, addField);
    case RDB_HASH_TEMPLATE_LISTPACK:
    case RDB_HASH_TEMPLATE_ARRAY:
      return loadTemplateHash(reader, serialType === RDB_HASH_TEMPLATE_LISTPACK, hash);
    case RDB_HASH_ZIPMAP:
      reader.string(packed);
      return loadPairs(zipmapElements(packed), hash, hashCreate, hashFree, addField);
    default:
      return loadFields(reader, serialType, hash);
  }
}

function loadFields(reader: SerialReader, serialType: number, hash: Value): void {
  const base = serialType === RDB_HASH_DEADLINES ? reader.integer64() - 1 : 0;
  const count = reader.count(serialType === RDB_HASH ? 2 : 3);
  hashCreate(hash, count);
  guard(hash, hashFree, () => {
    for (let i = 0; i < count; i++) {
      const deadline = serialType === RDB_HASH ? 0 : reader.length();
      reader.string(first);
      reader.string(second);
      addField(hash, first, second);
      if (deadline !== 0) setDeadline(hash, first, deadline + base);
    }
  });
}

function loadTriples(reader: SerialReader, hash: Value): void {
  reader.string(packed);
  const count = checkListpack(packed, TRIPLE);
  hashCreate(hash, count);
  guard(hash, hashFree, () => {
    eachTriple(packed, (fieldAt, valueAt, deadlineMs) => {
      field.setPacked(packed.region, fieldAt);
      text.setPacked(packed.region, valueAt);
      addField(hash, field, text);
      if (deadlineMs !== 0) setDeadline(hash, field, deadlineMs);
    });
  });
}

function addField(hash: Value, name: Slice, value: Slice): void {
  const isNew = hashSet(hash, name.region, name.at, name.length, value.region, value.at, value.length, false);
  if (!isNew) throw new DamagedError('twice the same field');
}

function setDeadline(hash: Value, name: Slice, deadlineMs: number): void {
  if (deadlineMs < 0 || deadlineMs > FIELD_DEADLINE_MS_MAX) throw new DamagedError('bad deadline');
  hashSetDeadline(hash, hashFind(hash, name.region, name.at, name.length), deadlineMs);
}

// --- what they share --------------------------------------------------------------------------------------------------

type Free = (allocator: Allocator, root: number, encoding: number) => void;
type Create = (value: Value, expected: number, longest: number) => void;

/** Makes the packed bytes read last, which were found sound, the value. @param settle converts it if it is too large */
function adopt(value: Value, encoding: number, free: Free, settle: () => void): void {
  value.root = blockOf(value.allocator, packed);
  value.encoding = encoding;
  guard(value, free, settle);
}

/** Frees the value if building it fails. */
function guard(value: Value, free: Free, build: () => void): void {
  try {
    build();
  } catch (failure) {
    free(value.allocator, value.root, value.encoding);
    throw failure;
  }
}

type AddPair = (value: Value, name: Slice, content: Slice) => void;

function loadZiplistPairs(reader: SerialReader, value: Value, create: Create, free: Free, add: AddPair): void {
  reader.string(packed);
  loadPairs(ziplistElements(packed), value, create, free, add);
}

function loadPairs(elements: readonly Slice[], value: Value, create: Create, free: Free, add: AddPair): void {
  if (elements.length === 0 || elements.length % PAIR !== 0) throw new DamagedError('bad number of elements');
  create(value, elements.length / PAIR, 0);
  guard(value, free, () => {
    for (let i = 0; i < elements.length; i += PAIR) add(value, elements[i], elements[i + 1]);
  });
}
