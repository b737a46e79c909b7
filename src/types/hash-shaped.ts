/**
 * Small hashes whose field names lie in a shape (hash-shape.ts): the root is a listpack of
 *
 *     the shape's address     always as a number of 32 bits, so that another takes its place without moving anything
 *     a value                 for each name of the shape, in their order, which is the order in which the fields came
 *     …                       ABSENT in place of the value of a field that was removed
 *
 * and its count says how many elements are there, absent ones not included. So to remove a field needs no memory, and a
 * hash that lacks some of the fields of its like still shares their names. A field that is set again after it was removed
 * belongs at the end: then the hash becomes a listpack of fields and values (hash-listpack.ts), as it does with a new field
 * if there is no shape of those names.
 *
 * A *position* is the offset of the name in the shape, times 2^16, plus the offset of the value in the root: neither is ever
 * found twice. That is why a root with a shape has at most 2^16 bytes.
 */
import { copy, equal, Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { nextField, PAIR, packedValueAt } from './hash-listpack.ts';
import {
  ASK_OR_MAKE,
  type Asking,
  acquireKnownShape,
  acquireShape,
  addName,
  askForShape,
  firstName,
  namesEnd,
  readName,
  releaseShape,
  retainShape,
  SHAPE_FIELDS_MAX,
  startNames,
  startNamesOf,
} from './hash-shape.ts';
import { typeLimits } from './limits.ts';
import * as listpack from './listpack.ts';
import { END, elementBytes, HEAD_INTEGER_32 } from './listpack-element.ts';
import { prepare, prepareElement, writePrepared } from './listpack-encode.ts';
import { Slice } from './slice.ts';
import { copyBlock, type Value } from './value.ts';

const SHAPE_HEAD_AT = listpack.LISTPACK_HEADER_BYTES;
const SHAPE_AT = SHAPE_HEAD_AT + 1;
const SHAPE_ENCODED_BYTES = 5;
const VALUES_AT = SHAPE_HEAD_AT + SHAPE_ENCODED_BYTES + 1;
/** A head byte that no listpack has, so its element is the head and the back length. */
const ABSENT = 0xfe;
const ABSENT_BYTES = 2;

const SHAPED_BYTES_MAX = 0xffff;

export const SHAPE_UNFIT = 0;
export const SHAPE_CHANGED = 1;
export const SHAPE_ADDED = 2;
/** What a listpack's element takes beside its text, at most. */
const ELEMENT_HEAD_BYTES_MAX = 10;
const OFFSET_BITS = 16;
const OFFSET_MASK = 0xffff;

/** Where values, or fields and values, are put together before memory is had for them. */
const image = Region.allocate(SHAPED_BYTES_MAX * 2);
const slice = new Slice();

export const shapeOf = (region: Region, root: number): number => region.view.getInt32(root + SHAPE_AT, true);

/** How many fields a hash with a shape has. */
export const shapedCount = (region: Region, root: number): number => listpack.count(region, root) - 1;

/** The position of a field, or 0. */
export function findShaped(arena: Arena, root: number, source: Region, at: number, length: number): number {
  const { region } = arena;
  const shape = shapeOf(region, root);
  const name = findName(arena, shape, source, at, length);
  if (name === 0) return 0;
  const { u8 } = region;
  let value = root + VALUES_AT;
  for (let before = firstName(arena, shape); before !== name; before += 1 + u8[before])
    value += elementBytes(u8, value);
  return u8[value] === ABSENT ? 0 : positionOf(shape, name, root, value);
}

/** The address of a name, or 0. */
function findName(arena: Arena, shape: number, source: Region, at: number, length: number): number {
  const { region } = arena;
  const { u8 } = region;
  const end = namesEnd(arena, shape);
  for (let name = firstName(arena, shape); name < end; name += 1 + u8[name]) {
    if (u8[name] === length && equal(region, name + 1, source, at, length)) return name;
  }
  return 0;
}

const positionOf = (shape: number, name: number, root: number, value: number): number =>
  ((name - shape) << OFFSET_BITS) | (value - root);

/** The position of the first field (`position` 0) or of the one that follows; 0 behind the last. */
export function nextShaped(arena: Arena, root: number, position: number): number {
  const { region } = arena;
  const { u8 } = region;
  const shape = shapeOf(region, root);
  let name = firstName(arena, shape);
  let value = root + VALUES_AT;
  if (position !== 0) {
    name = shape + (position >>> OFFSET_BITS);
    name += 1 + u8[name];
    value = shapedValueAt(root, position);
    value += elementBytes(u8, value);
  }
  for (; u8[value] === ABSENT; value += ABSENT_BYTES) name += 1 + u8[name];
  return u8[value] === END ? 0 : positionOf(shape, name, root, value);
}

/** Takes the field at a position. */
export function readShapedField(region: Region, root: number, position: number, into: Slice): void {
  readName(region, shapeOf(region, root) + (position >>> OFFSET_BITS), into);
}

/** The address of the value's element at a position. */
export const shapedValueAt = (root: number, position: number): number => root + (position & OFFSET_MASK);

/** Removes the field at a position. @returns the root  Never fails. */
export function removeShaped(allocator: Allocator, root: number, position: number): number {
  const { region } = allocator.arena;
  const at = shapedValueAt(root, position);
  const gap = elementBytes(region.u8, at) - ABSENT_BYTES;
  if (gap > 0) listpack.closeGap(region, root, at + ABSENT_BYTES, gap);
  region.u8[at] = ABSENT;
  region.u8[at + 1] = 1;
  listpack.changeCount(region, root, -1);
  return listpack.shrunk(allocator, root);
}

/**
 * Sets a field, if the hash can stay in this form: SHAPE_CHANGED or SHAPE_ADDED. It can't if it grows too large or there is no
 * shape of its names and a new one: SHAPE_UNFIT, and nothing is changed.
 * @throws OutOfMemoryError, nothing changed
 */
export function setShaped(
  hash: Value,
  field: Region,
  fieldAt: number,
  fieldLength: number,
  value: Region,
  valueAt: number,
  valueLength: number,
): number {
  const { allocator, root } = hash;
  const { region } = allocator.arena;
  if (fieldLength > typeLimits.hashMaxListpackValue || valueLength > typeLimits.hashMaxListpackValue)
    return SHAPE_UNFIT;
  if (listpack.bytes(region, root) + valueLength + ELEMENT_HEAD_BYTES_MAX > SHAPED_BYTES_MAX) return SHAPE_UNFIT;
  const position = findShaped(allocator.arena, root, field, fieldAt, fieldLength);
  if (position !== 0) {
    hash.root = listpack.replace(allocator, root, shapedValueAt(root, position), value, valueAt, valueLength);
    return SHAPE_CHANGED;
  }
  const shape = acquireLarger(allocator, root, field, fieldAt, fieldLength);
  if (shape === 0) return SHAPE_UNFIT;
  try {
    hash.root = listpack.append(allocator, root, value, valueAt, valueLength);
  } catch (error) {
    releaseShape(allocator, shape);
    throw error;
  }
  releaseShape(allocator, shapeOf(region, hash.root));
  setShape(region, hash.root, shape);
  return SHAPE_ADDED;
}

/** A shape with one name more than the hash's, which is then to be the hash's. @returns 0 if there is none */
function acquireLarger(allocator: Allocator, root: number, field: Region, at: number, length: number): number {
  const { arena } = allocator;
  const shape = shapeOf(arena.region, root);
  if (shapedCount(arena.region, root) >= typeLimits.hashMaxListpackEntries) return 0;
  // A field that was removed has its name there still.
  if (findName(arena, shape, field, at, length) !== 0) return 0;
  startNamesOf(arena, shape);
  addName(field, at, length);
  return acquireKnownShape(allocator);
}

function setShape(region: Region, root: number, shape: number): void {
  region.view.setInt32(root + SHAPE_AT, shape, true);
}

// --- coming and going -------------------------------------------------------------------------------------------------

/**
 * A root with the fields and values of arguments `from`, `from + 1`, … before `end`, if there is a shape for them and they
 * are small enough. @returns 0 if not  @throws OutOfMemoryError
 */
export function shapedOfArguments(
  allocator: Allocator,
  source: Region,
  at: ArrayLike<number>,
  size: ArrayLike<number>,
  from: number,
  end: number,
): number {
  const limit = typeLimits.hashMaxListpackValue;
  if (end - from > Math.min(SHAPE_FIELDS_MAX, typeLimits.hashMaxListpackEntries) * 2) return 0;
  startNames();
  let bytes = 0;
  for (let arg = from; arg < end; arg += 2) {
    if (size[arg] > limit || size[arg + 1] > limit) return 0;
    addName(source, at[arg], size[arg]);
    bytes += size[arg + 1] + ELEMENT_HEAD_BYTES_MAX;
  }
  if (bytes > SHAPED_BYTES_MAX - VALUES_AT) return 0;
  const shape = askForShape(allocator, ASK_OR_MAKE);
  if (shape === 0) return 0;
  startImage(shape);
  for (let arg = from + 1; arg < end; arg += 2) append(prepare(source, at[arg], size[arg]));
  return placeImage(allocator, shape);
}

/**
 * Does what `shapedOfArguments` does of field names that lie one behind the other in `names`, each up to its place in `ends`.
 * @param args the argument that is the value of each
 */
export function shapedOfRow(
  allocator: Allocator,
  names: Region,
  ends: readonly number[],
  source: Region,
  at: ArrayLike<number>,
  size: ArrayLike<number>,
  args: readonly number[],
): number {
  const limit = typeLimits.hashMaxListpackValue;
  if (ends.length > Math.min(SHAPE_FIELDS_MAX, typeLimits.hashMaxListpackEntries)) return 0;
  startNames();
  let bytes = 0;
  let from = 0;
  for (let i = 0; i < ends.length; i++) {
    const length = ends[i] - from;
    const valueBytes = size[args[i]];
    if (length > limit || valueBytes > limit) return 0;
    addName(names, from, length);
    from = ends[i];
    bytes += valueBytes + ELEMENT_HEAD_BYTES_MAX;
  }
  if (bytes > SHAPED_BYTES_MAX - VALUES_AT) return 0;
  const shape = askForShape(allocator, ASK_OR_MAKE);
  if (shape === 0) return 0;
  startImage(shape);
  for (let i = 0; i < args.length; i++) append(prepare(source, at[args[i]], size[args[i]]));
  return placeImage(allocator, shape);
}

/** A root with the fields and values of a listpack, if there is a shape for them. @returns 0 if not  @throws OutOfMemoryError */
export function shapedOfListpack(allocator: Allocator, lp: number, asking: Asking): number {
  const { region } = allocator.arena;
  if (listpack.bytes(region, lp) > SHAPED_BYTES_MAX - VALUES_AT) return 0;
  startNames();
  for (let at = listpack.first(region, lp); at !== 0; at = nextField(region, at, PAIR)) {
    slice.setPacked(region, at);
    addName(slice.region, slice.at, slice.length);
  }
  const shape = askForShape(allocator, asking);
  if (shape === 0) return 0;
  startImage(shape);
  for (let at = listpack.first(region, lp); at !== 0; at = nextField(region, at, PAIR)) {
    append(prepareElement(region, packedValueAt(region, at)));
  }
  return placeImage(allocator, shape);
}

/** Makes the image an empty one with a shape. */
function startImage(shape: number): void {
  listpack.writeEmpty(image, 0);
  image.u8[SHAPE_HEAD_AT] = HEAD_INTEGER_32;
  setShape(image, 0, shape);
  image.u8[VALUES_AT - 1] = SHAPE_ENCODED_BYTES;
  image.u8[VALUES_AT] = END;
  image.view.setInt32(0, VALUES_AT + 1, true);
  listpack.changeCount(image, 0, 1);
}

/** Appends what was prepared to the image, which is large enough. */
function append(bytes: number): void {
  const end = listpack.endOf(image, 0);
  listpack.openGap(image, 0, end, bytes);
  writePrepared(image, end);
  listpack.changeCount(image, 0, 1);
}

/** A block with what is in the image. @param shape is released if that fails, unless it is 0  @throws OutOfMemoryError */
function placeImage(allocator: Allocator, shape: number): number {
  const bytes = listpack.bytes(image, 0);
  let block: number;
  try {
    block = allocator.allocate(bytes);
  } catch (error) {
    if (shape !== 0) releaseShape(allocator, shape);
    throw error;
  }
  copy(image, 0, allocator.arena.region, block, bytes);
  return block;
}

/** The hash as a listpack of fields and values, in memory that is good until another is asked for. */
export function packedImage(arena: Arena, root: number): Region {
  const { region } = arena;
  listpack.writeEmpty(image, 0);
  for (let at = nextShaped(arena, root, 0); at !== 0; at = nextShaped(arena, root, at)) {
    readShapedField(region, root, at, slice);
    append(prepare(slice.region, slice.at, slice.length));
    append(prepareElement(region, shapedValueAt(root, at)));
  }
  return image;
}

/** A listpack of the hash's fields and values, in a block of its own. @throws OutOfMemoryError */
export function listpackOfShaped(allocator: Allocator, root: number): number {
  packedImage(allocator.arena, root);
  return placeImage(allocator, 0);
}

/** A copy, possibly in another shard. @throws OutOfMemoryError */
export function copyShaped(from: Allocator, root: number, to: Allocator): number {
  const shape = shapeOf(from.arena.region, root);
  let shared = shape;
  if (from.arena === to.arena) {
    retainShape(to.arena, shape);
  } else {
    startNamesOf(from.arena, shape);
    shared = acquireShape(to);
  }
  try {
    const copied = copyBlock(from, root, to);
    setShape(to.arena.region, copied, shared);
    return copied;
  } catch (error) {
    releaseShape(to, shared);
    throw error;
  }
}

export function freeShaped(allocator: Allocator, root: number): void {
  releaseShape(allocator, shapeOf(allocator.arena.region, root));
  allocator.free(root);
}
