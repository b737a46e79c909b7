/** Serialized values for tests: made by hand in every form, put into a keyspace, read back as plain JavaScript. */
import { Crc64 } from '../../src/base/crc64.ts';
import { Region, utf8 } from '../../src/base/region.ts';
import { createArenaBuffer } from '../../src/memory/arena.ts';
import type { Loaded } from '../../src/persistence/serialize-load.ts';
import { saveStream, streamTypeOf } from '../../src/persistence/serialize-stream-save.ts';
import { SerialWriter } from '../../src/persistence/serialize-writer.ts';
import { AccessClock } from '../../src/store/access.ts';
import {
  TYPE_ARRAY,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_SORTED_SET,
  TYPE_STREAM,
  TYPE_STRING,
  valueAt,
} from '../../src/store/entry.ts';
import { type Keyspace, NO_DEADLINE } from '../../src/store/keyspace.ts';
import { Shard } from '../../src/store/shard.ts';
import { registerValueType } from '../../src/store/value-types.ts';
import { SparseArray } from '../../src/types/array.ts';
import { ArrayCursor } from '../../src/types/array-cursor.ts';
import { ArrayElement } from '../../src/types/array-element.ts';
import { ArrayIndex } from '../../src/types/array-index.ts';
import { arrayValueType } from '../../src/types/array-value-type.ts';
import { HashCursor, hashDeadline, hashReadField, hashReadValue } from '../../src/types/hash.ts';
import { hashValueType } from '../../src/types/hash-value-type.ts';
import { List } from '../../src/types/list.ts';
import { listValueType } from '../../src/types/list-value-type.ts';
import { SetCursor } from '../../src/types/set.ts';
import { setValueType } from '../../src/types/set-value-type.ts';
import { Slice } from '../../src/types/slice.ts';
import { SortedSetCursor, sortedSetCount } from '../../src/types/sorted-set.ts';
import { sortedSetValueType } from '../../src/types/sorted-set-value-type.ts';
import { streamValueType } from '../../src/types/stream-value-type.ts';
import { walkStream } from './streams.ts';

registerValueType(TYPE_LIST, listValueType);
registerValueType(TYPE_SET, setValueType);
registerValueType(TYPE_SORTED_SET, sortedSetValueType);
registerValueType(TYPE_HASH, hashValueType);
registerValueType(TYPE_STREAM, streamValueType);
registerValueType(TYPE_ARRAY, arrayValueType);

const SEED = 7;
const KEY_HASH = 99;
const key = Region.of('key');

export function newKeyspace(arenaBytes = 64 << 20): Keyspace {
  return new Shard(0, createArenaBuffer(arenaBytes, 1), 0, new AccessClock(() => 0), SEED).keyspaces[0];
}

/** Makes what was loaded the keyspace's only key. @returns its entry */
export function putLoaded(keyspace: Keyspace, { type, value, text }: Loaded): number {
  if (type !== TYPE_STRING) {
    const kind = type | (value.encoding << 4);
    return keyspace.putRoot(key, 0, key.length, KEY_HASH, 0, kind, value.root, NO_DEADLINE);
  }
  const entry = keyspace.putString(key, 0, key.length, KEY_HASH, 0, text.length, NO_DEADLINE);
  keyspace.arena.u8.set(text.region.u8.subarray(text.at, text.at + text.length), valueAt(keyspace.arena, entry));
  return entry;
}

export function removeKey(keyspace: Keyspace, entry: number): void {
  keyspace.remove(entry, KEY_HASH);
}

/** A payload of what `write` writes, with a type byte before and a footer behind. */
export function payload(type: number, write: (writer: SerialWriter) => void): Region {
  const writer = new SerialWriter();
  writer.byte(type);
  write(writer);
  return sealed(Buffer.from(writer.region.u8.slice(0, writer.at)));
}

/** Puts version and checksum behind type and value. */
export function sealed(body: Uint8Array, version = 10): Region {
  const region = Region.allocate(body.length + 10);
  region.u8.set(body);
  region.view.setUint16(body.length, version, true);
  const crc = new Crc64();
  crc.update(region.u8, 0, body.length + 2);
  crc.write(region.u8, body.length + 2);
  return region;
}

export function writeText(writer: SerialWriter, text: string | Uint8Array): void {
  const region = typeof text === 'string' ? Region.of(text) : regionOf(text);
  writer.string(region, 0, region.length);
}

export function regionOf(bytes: Uint8Array): Region {
  const region = Region.allocate(bytes.length);
  region.u8.set(bytes);
  return region;
}

const slice = new Slice();
const text = (): string => utf8(slice.region, slice.at, slice.length);

function arrayContent(value: Loaded['value']): unknown[] {
  const array = new SparseArray();
  const element = new ArrayElement();
  const cursor = new ArrayCursor();
  const last = new ArrayIndex();
  array.become(value);
  array.loadInserted(last);
  const content: unknown[] = [String(last.toBigInt())];
  array.loadLast(last);
  cursor.start(array, new ArrayIndex(), last);
  while (cursor.next()) {
    element.readText(array.allocator.arena, cursor.at, slice);
    content.push([String(cursor.index.toBigInt()), text()]);
  }
  return content;
}

/** What a loaded value holds: a string, or a list of elements; of sets and hashes sorted; of streams the IDs and all else as bytes. */
export function contentOf({ type, value, text: string }: Loaded): string | unknown[] {
  switch (type) {
    case TYPE_STRING:
      return utf8(string.region, string.at, string.length);
    case TYPE_LIST: {
      const list = new List();
      list.become(value);
      return Array.from({ length: list.length }, (_, i) => {
        list.seek(i);
        slice.setPacked(list.allocator.arena.region, list.at);
        return text();
      });
    }
    case TYPE_SET: {
      const members: string[] = [];
      const cursor = new SetCursor();
      cursor.start(value);
      while (cursor.next(slice)) members.push(text());
      return members.sort();
    }
    case TYPE_SORTED_SET: {
      const cursor = new SortedSetCursor();
      return Array.from({ length: sortedSetCount(value) }, (_, rank) => {
        cursor.seek(value, rank);
        cursor.read(slice);
        return [text(), cursor.score()];
      });
    }
    case TYPE_STREAM: {
      const writer = new SerialWriter();
      saveStream(writer, value, streamTypeOf(value));
      return [walkStream(value), Buffer.from(writer.region.u8.slice(0, writer.at)).toString('hex')];
    }
    case TYPE_ARRAY:
      return arrayContent(value);
    default: {
      const fields: [string, string, number][] = [];
      const cursor = new HashCursor();
      cursor.start(value);
      while (cursor.next()) {
        hashReadField(value, cursor.position, slice);
        const field = text();
        hashReadValue(value, cursor.position, slice);
        fields.push([field, text(), hashDeadline(value, cursor.position)]);
      }
      return fields.sort((a, b) => (a[0] < b[0] ? -1 : 1));
    }
  }
}
