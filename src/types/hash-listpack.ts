/**
 * Small hashes: a listpack of field, value, field, value … in the order they came; or, once a field has had a deadline, of
 * field, value, deadline in ms (0: none) …, those with deadlines first and by deadline. Positions are those of fields.
 */
import type { Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import { OutOfMemoryError } from '../memory/out-of-memory.ts';
import * as listpack from './listpack.ts';
import { integerAt } from './listpack-element.ts';
import { prepare, prepareInteger } from './listpack-encode.ts';
import { reserveListpack } from './listpack-reserve.ts';
import { KeptBytes, Slice } from './slice.ts';

const slice = new Slice();
const keptField = new KeptBytes();
const keptValue = new KeptBytes();

/** Elements a field takes in a listpack without and with deadlines. */
export const PAIR = 2;
export const TRIPLE = 3;

/** The position of the value of the field at `at`. */
export const packedValueAt = (region: Region, at: number): number => listpack.behind(region, at);

/** The position of the next field, or 0. */
export function nextField(region: Region, at: number, stride: number): number {
  const value = listpack.behind(region, at);
  return listpack.next(region, stride === PAIR ? value : listpack.behind(region, value));
}

/** The deadline of the field at `at` of a listpack with deadlines, 0 for none. */
export function packedDeadline(region: Region, at: number): number {
  const deadline = listpack.behind(region, listpack.behind(region, at));
  return integerAt(region, deadline, region.u8[deadline]);
}

/** Appends a field without a deadline. @returns the listpack's address @throws OutOfMemoryError, nothing changed */
export function appendField(
  allocator: Allocator,
  lp: number,
  stride: number,
  field: Region,
  fieldAt: number,
  fieldLength: number,
  value: Region,
  valueAt: number,
  valueLength: number,
): number {
  const bytes = prepare(field, fieldAt, fieldLength) + prepare(value, valueAt, valueLength) + prepareInteger(0);
  const moved = reserveListpack(allocator, lp, bytes);
  listpack.append(allocator, moved, field, fieldAt, fieldLength);
  listpack.append(allocator, moved, value, valueAt, valueLength);
  if (stride === TRIPLE) listpack.appendInteger(allocator, moved, 0);
  return moved;
}

/** Gives the field at `at` a deadline (0: none) and puts it where that belongs. @returns the listpack's address */
export function setPackedDeadline(allocator: Allocator, lp: number, at: number, deadlineMs: number): number {
  const { region } = allocator.arena;
  slice.setPacked(region, packedValueAt(region, at));
  return replacePacked(allocator, lp, at, slice.region, slice.at, slice.length, deadlineMs);
}

/** Gives the field at `at` a value and a deadline. @returns the listpack's address @throws OutOfMemoryError, nothing changed */
export function replacePacked(
  allocator: Allocator,
  lp: number,
  at: number,
  value: Region,
  valueAt: number,
  valueLength: number,
  deadlineMs: number,
): number {
  const { region } = allocator.arena;
  // Once the old field is out, nothing may fail.
  if (!allocator.hasRoom(listpack.bytes(region, lp) * 2 + valueLength + 64)) throw new OutOfMemoryError();
  slice.set(value, valueAt, valueLength);
  keptValue.keep(slice);
  slice.setPacked(region, at);
  keptField.keep(slice);
  const left = listpack.removeRange(allocator, lp, at, TRIPLE);
  return insertTriple(allocator, left, deadlineMs);
}

/** Inserts the field and the value that are kept. */
function insertTriple(allocator: Allocator, lp: number, deadlineMs: number): number {
  const { region } = allocator.arena;
  const deadlineBytes = prepareInteger(deadlineMs);
  const valueBytes = prepare(keptValue.region, 0, keptValue.length);
  const fieldBytes = prepare(keptField.region, 0, keptField.length);
  const before = placeFor(region, lp, deadlineMs);
  const moved = reserveListpack(allocator, lp, fieldBytes + valueBytes + deadlineBytes);
  const at = before - lp + moved;
  prepareInteger(deadlineMs);
  listpack.insertPrepared(allocator, moved, at, deadlineBytes);
  prepare(keptValue.region, 0, keptValue.length);
  listpack.insertPrepared(allocator, moved, at, valueBytes);
  prepare(keptField.region, 0, keptField.length);
  listpack.insertPrepared(allocator, moved, at, fieldBytes);
  return moved;
}

/** Before which position a field with this deadline belongs. */
function placeFor(region: Region, lp: number, deadlineMs: number): number {
  if (deadlineMs === 0) return listpack.endOf(region, lp);
  for (let at = listpack.first(region, lp); at !== 0; at = nextField(region, at, TRIPLE)) {
    const have = packedDeadline(region, at);
    if (have === 0 || have > deadlineMs) return at;
  }
  return listpack.endOf(region, lp);
}
