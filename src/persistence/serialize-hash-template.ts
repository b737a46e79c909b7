/**
 * Hashes with a template, which is how Redis 8.10 dumps those that HIMPORT made: first the names of the fields, then the values.
 *
 *     form of the names (0: a listpack, 1: their count, then each) | names | values
 *
 * The values are a listpack that begins with a number of no meaning here, or stand one by one. Shorter names come first, those
 * of like length in the order of their bytes, and no two are the same.
 */
import { compare, copy, Region } from '../base/region.ts';
import { hashCreate, hashFree, hashSet } from '../types/hash.ts';
import * as listpack from '../types/listpack.ts';
import { isIntegerHead } from '../types/listpack-element.ts';
import { Slice } from '../types/slice.ts';
import type { Value } from '../types/value.ts';
import { checkListpack } from './serialize-packed.ts';
import { DamagedError, type SerialReader, SerialString } from './serialize-reader.ts';

const NAMES_PACKED = 0;
const NAMES_ONE_BY_ONE = 1;

const packed = new SerialString();
const text = new SerialString();
const element = new Slice();

/** @param isPacked whether the values are a listpack  @throws DamagedError  @throws OutOfMemoryError, the hash freed */
export function loadTemplateHash(reader: SerialReader, isPacked: boolean, hash: Value): void {
  const names = readNames(reader);
  hashCreate(hash, names.length);
  try {
    if (isPacked) setPackedValues(reader, names, hash);
    else for (const name of names) setField(hash, name, readText(reader));
  } catch (failure) {
    hashFree(hash.allocator, hash.root, hash.encoding);
    throw failure;
  }
}

function setPackedValues(reader: SerialReader, names: readonly Region[], hash: Value): void {
  reader.string(packed);
  if (checkListpack(packed, 1) !== names.length + 1) throw new DamagedError('not a value for each field');
  const { region } = packed;
  let at = listpack.first(region, packed.at);
  if (!isIntegerHead(region.u8[at])) throw new DamagedError('no template');
  for (const name of names) {
    at = listpack.next(region, at);
    element.setPacked(region, at);
    setField(hash, name, element);
  }
}

function setField(hash: Value, name: Region, value: Slice): void {
  hashSet(hash, name, 0, name.length, value.region, value.at, value.length, false);
}

function readNames(reader: SerialReader): readonly Region[] {
  const form = reader.length();
  if (form !== NAMES_PACKED && form !== NAMES_ONE_BY_ONE) throw new DamagedError('unknown form of field names');
  const names = form === NAMES_PACKED ? packedNames(reader) : namesOneByOne(reader);
  for (let i = 1; i < names.length; i++) {
    if (!isBefore(names[i - 1], names[i])) throw new DamagedError('field names out of order');
  }
  return names;
}

function packedNames(reader: SerialReader): Region[] {
  reader.string(packed);
  checkListpack(packed, 1);
  const { region } = packed;
  const names: Region[] = [];
  for (let at = listpack.first(region, packed.at); at !== 0; at = listpack.next(region, at)) {
    element.setPacked(region, at);
    names.push(ownOf(element));
  }
  return names;
}

function namesOneByOne(reader: SerialReader): Region[] {
  const names: Region[] = [];
  for (let left = reader.count(1); left > 0; left--) names.push(ownOf(readText(reader)));
  return names;
}

function readText(reader: SerialReader): Slice {
  reader.string(text);
  return text;
}

function ownOf({ region, at, length }: Slice): Region {
  const own = Region.allocate(length);
  copy(region, at, own, 0, length);
  return own;
}

function isBefore(a: Region, b: Region): boolean {
  return a.length === b.length ? compare(a, 0, a.length, b, 0, b.length) < 0 : a.length < b.length;
}
