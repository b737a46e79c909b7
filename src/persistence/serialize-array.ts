/**
 * Arrays in the form of RDB files:
 *
 *     elements | 1 and where ARINSERT last put something, or 0 | for each element: place | kind | int64, double or string
 *
 * Redis writes every element in the form that it keeps it in, and so do we: an integer of up to 62 bits, a double that prints
 * as its text (array-number.ts), a text of up to 7 bytes, or another one.
 */
import { formatDouble, writeBigInt } from '../base/numbers.ts';
import { Region } from '../base/region.ts';
import { SparseArray } from '../types/array.ts';
import { ArrayCursor } from '../types/array-cursor.ts';
import { ArrayElement } from '../types/array-element.ts';
import { ArrayIndex } from '../types/array-index.ts';
import { keptDoubleOf, keptPart } from '../types/array-number.ts';
import { arrayValueType } from '../types/array-value-type.ts';
import type { Value } from '../types/value.ts';
import { DamagedError, type SerialReader, SerialString } from './serialize-reader.ts';
import { ELEMENT_DOUBLE, ELEMENT_INTEGER, ELEMENT_SHORT_TEXT, ELEMENT_TEXT } from './serialize-types.ts';
import type { SerialWriter } from './serialize-writer.ts';

const SHORT_TEXT_MAX = 7;
const KEPT_INTEGER_BITS = 62;
const INT64_BYTES = 8;
/** Place, kind and the length of an empty string. */
const ELEMENT_BYTES_MIN = 3;

const array = new SparseArray();
const index = new ArrayIndex();
const last = new ArrayIndex();
const first = new ArrayIndex();
const cursor = new ArrayCursor();
const element = new ArrayElement();
const packed = new SerialString();
const scratch = Region.allocate(64);

export function saveArray(writer: SerialWriter, value: Value): void {
  array.become(value);
  writer.length(array.count);
  array.loadInserted(index);
  if (index.isMax) {
    writer.length(0);
  } else {
    writer.length(1);
    writer.length64(index.high, index.low);
  }
  array.loadLast(last);
  cursor.start(array, first, last);
  while (cursor.next()) {
    writer.length64(cursor.index.high, cursor.index.low);
    saveElement(writer);
  }
}

function saveElement(writer: SerialWriter): void {
  const { arena } = array.allocator;
  element.read(arena, cursor.at);
  if (element.isInteger) {
    const value = element.number.bigint();
    if (value === BigInt.asIntN(KEPT_INTEGER_BITS, value)) {
      writer.length(ELEMENT_INTEGER);
      writer.ensure(INT64_BYTES);
      writer.region.view.setBigInt64(writer.at, value, true);
      writer.at += INT64_BYTES;
      return;
    }
  }
  const double = element.isInteger ? Number.NaN : keptDoubleOf(element);
  if (!Number.isNaN(double)) {
    writer.length(ELEMENT_DOUBLE);
    writer.double(double);
    return;
  }
  element.spell();
  writer.length(element.length <= SHORT_TEXT_MAX ? ELEMENT_SHORT_TEXT : ELEMENT_TEXT);
  writer.string(element.region, element.at, element.length);
}

/** @throws DamagedError  @throws OutOfMemoryError; in either case nothing stays allocated */
export function loadArray(reader: SerialReader, value: Value): void {
  const count = reader.count(ELEMENT_BYTES_MIN);
  array.create(value.allocator);
  try {
    if (loadFlag(reader)) {
      reader.length64();
      index.set(reader.high, reader.low);
      array.storeInserted(index);
    }
    for (let i = 0; i < count; i++) loadElement(reader);
  } catch (failure) {
    arrayValueType.free(array.allocator, array.root);
    throw failure;
  }
  value.become(array);
}

function loadFlag(reader: SerialReader): boolean {
  const flag = reader.length();
  if (flag > 1) throw new DamagedError('bad flag');
  return flag === 1;
}

function loadElement(reader: SerialReader): void {
  reader.length64();
  index.set(reader.high, reader.low);
  if (index.isMax) throw new DamagedError('bad place');
  loadText(reader, reader.length());
  if (!array.put(index, packed.region, packed.at, packed.length)) throw new DamagedError('twice the same place');
}

/** Reads what an element says into `packed`. */
function loadText(reader: SerialReader, kind: number): void {
  switch (kind) {
    case ELEMENT_INTEGER: {
      const value = reader.region.view.getBigInt64(reader.take(INT64_BYTES), true);
      return packed.set(scratch, 0, writeBigInt(scratch.u8, 0, value));
    }
    case ELEMENT_DOUBLE:
      return loadDouble(reader.double());
    case ELEMENT_TEXT:
    case ELEMENT_SHORT_TEXT:
      return reader.string(packed);
    default:
      throw new DamagedError('unknown kind of element');
  }
}

function loadDouble(value: number): void {
  if (!Number.isFinite(value)) throw new DamagedError('no number');
  const printed = formatDouble(keptPart(value));
  const bytes = Buffer.from(/[.e]/.test(printed) ? printed : `${printed}.0`, 'latin1');
  scratch.u8.set(bytes);
  packed.set(scratch, 0, bytes.length);
}
