/**
 * Hashes. The root is, by encoding,
 *
 *     LISTPACK       a listpack of fields and values (hash-listpack.ts)
 *     SHAPED         a listpack of values; the fields' names are shared with other hashes (hash-shaped.ts)
 *     LISTPACK_EX    word 0 as in TABLE, word 1 a listpack of fields, values and deadlines
 *     TABLE          a table (hash-table.ts)
 *
 * and changes from a listpack to the ones below at the limits that Redis has, never back. LISTPACK and SHAPED are the same to
 * clients; a hash goes from one to the other and back as others like it come to be (`hashShare`) and as its fields change.
 * A *position* names a field until the hash changes: a listpack's position, a shape's with a value's, or an element's
 * address. 0 is none.
 */
import { latin1, type Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import { OutOfMemoryError } from '../memory/out-of-memory.ts';
import { DictCursor, dictCount, dictSample, dictScan } from './dict.ts';
import { deadlineCount, earliestDeadline, earliestElement } from './hash-deadlines.ts';
import {
  appendField,
  nextField,
  PAIR,
  packedDeadline,
  packedValueAt,
  replacePacked,
  setPackedDeadline,
  TRIPLE,
} from './hash-listpack.ts';
import { ASK_NOT, ASK_OR_MAKE, type Asking, howToAsk } from './hash-shape.ts';
import {
  findShaped,
  freeShaped,
  listpackOfShaped,
  nextShaped,
  readShapedField,
  removeShaped,
  SHAPE_ADDED,
  SHAPE_UNFIT,
  setShaped,
  shapedCount,
  shapedOfArguments,
  shapedOfListpack,
  shapedOfRow,
  shapedValueAt,
} from './hash-shaped.ts';
import {
  addToTable,
  changeInTable,
  findInTable,
  freeHashTable,
  hashDeadlines,
  hashDict,
  newHashTable,
  PLACE_WORD,
  removeFromTable,
  setTableDeadline,
  tableDeadline,
} from './hash-table.ts';
import { typeLimits } from './limits.ts';
import * as listpack from './listpack.ts';
import { Slice } from './slice.ts';
import { Value } from './value.ts';

export const HASH_LISTPACK = 0;
export const HASH_LISTPACK_EX = 1;
export const HASH_TABLE = 2;
export const HASH_SHAPED = 3;

const EX_ROOT_BYTES = 8;
const EX_LISTPACK_WORD = 1;

const field = new Slice();
const value = new Slice();
const made = new Value();

/** Whether fields of a hash in this form can have deadlines. */
export const mayHaveDeadlines = (encoding: number): boolean => encoding === HASH_LISTPACK_EX || encoding === HASH_TABLE;

/** The listpack of a hash that is LISTPACK or LISTPACK_EX. */
export const hashListpack = (hash: Value): number =>
  hash.encoding === HASH_LISTPACK ? hash.root : hash.allocator.arena.i32[(hash.root >> 2) + EX_LISTPACK_WORD];

function setPack(hash: Value, lp: number): void {
  if (hash.encoding === HASH_LISTPACK) hash.root = lp;
  else hash.allocator.arena.i32[(hash.root >> 2) + EX_LISTPACK_WORD] = lp;
}

const strideOf = (hash: Value): number => (hash.encoding === HASH_LISTPACK ? PAIR : TRIPLE);

/** Makes an empty hash. @param expected how many fields will come @throws OutOfMemoryError */
export function hashCreate(hash: Value, expected: number): void {
  const small = expected <= typeLimits.hashMaxListpackEntries;
  hash.root = small ? listpack.create(hash.allocator) : newHashTable(hash.allocator, expected);
  hash.encoding = small ? HASH_LISTPACK : HASH_TABLE;
}

/**
 * Makes a new hash of fields and values that are arguments `from`, `from + 1`, … before `end`, if hashes like it have been
 * seen whose names it can share. @returns whether it did; if not, it is to be made field by field  @throws OutOfMemoryError
 */
export function hashCreateShared(
  hash: Value,
  source: Region,
  at: ArrayLike<number>,
  size: ArrayLike<number>,
  from: number,
  end: number,
): boolean {
  hash.root = shapedOfArguments(hash.allocator, source, at, size, from, end);
  hash.encoding = HASH_SHAPED;
  return hash.root !== 0;
}

/** Does what `hashCreateShared` does of names that are no arguments: see `shapedOfRow`. */
export function hashCreateOfRow(
  hash: Value,
  names: Region,
  ends: readonly number[],
  source: Region,
  at: ArrayLike<number>,
  size: ArrayLike<number>,
  args: readonly number[],
): boolean {
  hash.root = shapedOfRow(hash.allocator, names, ends, source, at, size, args);
  hash.encoding = HASH_SHAPED;
  return hash.root !== 0;
}

/** Lets a small hash share its fields' names if others like it have been seen. Keeps its form if memory is short. */
export function hashShare(hash: Value): void {
  if (hash.encoding === HASH_LISTPACK) share(hash, ASK_OR_MAKE);
}

/** Does `hashShare` now and then, and when there is hope of it: to be called when one field was set. */
export function hashShareSometimes(hash: Value): void {
  if (hash.encoding !== HASH_LISTPACK) return;
  const asking = howToAsk(hashCount(hash));
  if (asking !== ASK_NOT) share(hash, asking);
}

function share(hash: Value, asking: Asking): void {
  const { allocator, root } = hash;
  let shaped = 0;
  try {
    shaped = shapedOfListpack(allocator, root, asking);
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
  }
  if (shaped === 0) return;
  allocator.free(root);
  hash.root = shaped;
  hash.encoding = HASH_SHAPED;
}

export function hashCount(hash: Value): number {
  const { arena } = hash.allocator;
  if (hash.encoding === HASH_TABLE) return dictCount(arena, hashDict(hash.root));
  if (hash.encoding === HASH_SHAPED) return shapedCount(arena.region, hash.root);
  const elements = listpack.count(arena.region, hashListpack(hash));
  return hash.encoding === HASH_LISTPACK ? elements >> 1 : elements / TRIPLE;
}

/** Turns a listpack into a table when so many fields are to come that it would not stay one. */
export function hashExpect(hash: Value, expected: number): void {
  if (hash.encoding !== HASH_TABLE && expected > typeLimits.hashMaxListpackEntries) toTable(hash, expected);
}

/** The position of a field, or 0. */
export function hashFind(hash: Value, region: Region, at: number, length: number): number {
  const { arena } = hash.allocator;
  if (hash.encoding === HASH_TABLE) return findInTable(arena, hash.root, region, at, length);
  if (hash.encoding === HASH_SHAPED) return findShaped(arena, hash.root, region, at, length);
  const first = listpack.first(arena.region, hashListpack(hash));
  return listpack.find(arena.region, first, region, at, length, strideOf(hash) - 1);
}

/** Takes the field at a position. */
export function hashReadField(hash: Value, position: number, into: Slice): void {
  const { arena } = hash.allocator;
  if (hash.encoding === HASH_TABLE) into.setMember(arena, position);
  else if (hash.encoding === HASH_SHAPED) readShapedField(arena.region, hash.root, position, into);
  else into.setPacked(arena.region, position);
}

/** Takes the value at a position. */
export function hashReadValue(hash: Value, position: number, into: Slice): void {
  const { arena } = hash.allocator;
  if (hash.encoding === HASH_TABLE) into.setValue(arena, position);
  else if (hash.encoding === HASH_SHAPED) into.setPacked(arena.region, shapedValueAt(hash.root, position));
  else into.setPacked(arena.region, packedValueAt(arena.region, position));
}

/**
 * Sets a field. Field and value must not lie in the hash itself.
 * @param keepsDeadline else a deadline that the field has goes
 * @returns whether the field is new  @throws OutOfMemoryError, nothing changed but the form
 */
export function hashSet(
  hash: Value,
  fieldRegion: Region,
  fieldAt: number,
  fieldLength: number,
  valueRegion: Region,
  valueAt: number,
  valueLength: number,
  keepsDeadline: boolean,
): boolean {
  if (hash.encoding === HASH_SHAPED) {
    const outcome = setShaped(hash, fieldRegion, fieldAt, fieldLength, valueRegion, valueAt, valueLength);
    if (outcome !== SHAPE_UNFIT) return outcome === SHAPE_ADDED;
    toListpack(hash, 0);
  }
  const limit = typeLimits.hashMaxListpackValue;
  if (hash.encoding !== HASH_TABLE && (fieldLength > limit || valueLength > limit)) toTable(hash, hashCount(hash) + 1);
  const position = hashFind(hash, fieldRegion, fieldAt, fieldLength);
  if (position !== 0) {
    hashChange(hash, position, valueRegion, valueAt, valueLength, keepsDeadline);
    return false;
  }
  if (hash.encoding !== HASH_TABLE) {
    const count = hashCount(hash);
    if (count >= typeLimits.hashMaxListpackEntries) {
      toTable(hash, count + 1);
      hashFind(hash, fieldRegion, fieldAt, fieldLength);
    }
  }
  const { allocator, root } = hash;
  if (hash.encoding === HASH_TABLE) {
    addToTable(allocator, root, fieldRegion, fieldAt, fieldLength, valueRegion, valueAt, valueLength);
    return true;
  }
  const stride = strideOf(hash);
  const lp = hashListpack(hash);
  setPack(
    hash,
    appendField(allocator, lp, stride, fieldRegion, fieldAt, fieldLength, valueRegion, valueAt, valueLength),
  );
  return true;
}

/** Gives the field at a position another value. */
function hashChange(
  hash: Value,
  position: number,
  region: Region,
  at: number,
  length: number,
  keepsDeadline: boolean,
): void {
  const { allocator, root } = hash;
  if (hash.encoding === HASH_TABLE) {
    changeInTable(allocator, root, position, region, at, length, keepsDeadline);
    return;
  }
  const lp = hashListpack(hash);
  const losesDeadline = !keepsDeadline && hashDeadline(hash, position) !== 0;
  const moved = losesDeadline
    ? replacePacked(allocator, lp, position, region, at, length, 0)
    : listpack.replace(allocator, lp, packedValueAt(allocator.arena.region, position), region, at, length);
  setPack(hash, moved);
}

/** Removes the field at a position. An empty hash is the caller's to remove. */
export function hashRemove(hash: Value, position: number): void {
  if (hash.encoding === HASH_TABLE) removeFromTable(hash.allocator, hash.root, position);
  else if (hash.encoding === HASH_SHAPED) hash.root = removeShaped(hash.allocator, hash.root, position);
  else setPack(hash, listpack.removeRange(hash.allocator, hashListpack(hash), position, strideOf(hash)));
}

/** The position of any field, each as likely as another. The hash must not be empty. @param random in [0, 1) */
export function hashSample(hash: Value, random: () => number): number {
  const { arena } = hash.allocator;
  if (hash.encoding === HASH_TABLE) return dictSample(arena, hashDict(hash.root), random);
  const index = Math.floor(random() * hashCount(hash));
  if (hash.encoding === HASH_SHAPED) {
    let position = nextShaped(arena, hash.root, 0);
    for (let i = 0; i < index; i++) position = nextShaped(arena, hash.root, position);
    return position;
  }
  return listpack.seek(arena.region, hashListpack(hash), index * strideOf(hash));
}

// --- deadlines --------------------------------------------------------------------------------------------------------

/** The deadline in ms of the field at a position, or 0. */
export function hashDeadline(hash: Value, position: number): number {
  const { arena } = hash.allocator;
  if (hash.encoding === HASH_TABLE) return tableDeadline(arena, hash.root, position);
  return hash.encoding === HASH_LISTPACK_EX ? packedDeadline(arena.region, position) : 0;
}

/** Makes a listpack one that can hold deadlines. Redis does so as soon as a deadline is asked for. */
export function hashAllowDeadlines(hash: Value): void {
  if (hash.encoding === HASH_SHAPED) toListpack(hash, 0);
  if (hash.encoding === HASH_LISTPACK) toListpackEx(hash, 0);
}

/** Gives the field at a position a deadline, or with 0 takes it away. Ends the position. @throws OutOfMemoryError */
export function hashSetDeadline(hash: Value, position: number, deadlineMs: number): void {
  const { allocator } = hash;
  if (hash.encoding === HASH_TABLE) {
    setTableDeadline(allocator, hash.root, position, deadlineMs);
    return;
  }
  if (hashDeadline(hash, position) === deadlineMs) return;
  let at = position;
  if (hash.encoding === HASH_SHAPED) at = toListpack(hash, at);
  if (hash.encoding === HASH_LISTPACK) at = toListpackEx(hash, at);
  setPack(hash, setPackedDeadline(allocator, hashListpack(hash), at, deadlineMs));
}

/** The earliest deadline of any field in ms, or Infinity. */
export function hashEarliestDeadline(hash: Value): number {
  const { arena } = hash.allocator;
  if (hash.encoding === HASH_TABLE) return earliestDeadline(arena, hashDeadlines(hash.root));
  if (hash.encoding !== HASH_LISTPACK_EX) return Number.POSITIVE_INFINITY;
  const first = listpack.first(arena.region, hashListpack(hash));
  const deadlineMs = first === 0 ? 0 : packedDeadline(arena.region, first);
  return deadlineMs === 0 ? Number.POSITIVE_INFINITY : deadlineMs;
}

/** How many fields have a deadline. */
export function hashDeadlineCount(hash: Value): number {
  const { region } = hash.allocator.arena;
  if (hash.encoding === HASH_TABLE) return deadlineCount(hash.allocator.arena, hashDeadlines(hash.root));
  if (hash.encoding !== HASH_LISTPACK_EX) return 0;
  let count = 0;
  for (let at = listpack.first(region, hashListpack(hash)); at !== 0 && packedDeadline(region, at) !== 0; count++) {
    at = nextField(region, at, TRIPLE);
  }
  return count;
}

const named = new Slice();

/** Removes fields whose deadline has come, at most `limit`. @returns how many it removed */
export function hashExpireDue(hash: Value, nowMs: number, limit: number, names?: string[]): number {
  let removed = 0;
  while (removed < limit && hashEarliestDeadline(hash) <= nowMs) {
    const { arena } = hash.allocator;
    const position =
      hash.encoding === HASH_TABLE
        ? earliestElement(arena, hashDeadlines(hash.root))
        : listpack.first(arena.region, hashListpack(hash));
    if (names !== undefined) {
      hashReadField(hash, position, named);
      names.push(latin1(named.region, named.at, named.length));
    }
    hashRemove(hash, position);
    removed++;
  }
  return removed;
}

// --- forms ------------------------------------------------------------------------------------------------------------

/**
 * Gives a hash with a shape its fields' names back. @returns the position of the field that was at `position`
 * @throws OutOfMemoryError, the hash as it was
 */
function toListpack(hash: Value, position: number): number {
  const { allocator, root } = hash;
  const { arena } = allocator;
  let before = 0;
  for (let at = nextShaped(arena, root, 0); at !== 0 && at < position; at = nextShaped(arena, root, at)) before++;
  const lp = listpackOfShaped(allocator, root);
  freeShaped(allocator, root);
  hash.root = lp;
  hash.encoding = HASH_LISTPACK;
  return position === 0 ? 0 : listpack.seek(arena.region, lp, before * PAIR);
}

/** Gives a listpack deadlines. @returns the position of the field that was at `position` */
function toListpackEx(hash: Value, position: number): number {
  const { allocator } = hash;
  const { region } = allocator.arena;
  const old = hash.root;
  const root = allocator.allocate(EX_ROOT_BYTES);
  let lp = 0;
  let found = 0;
  try {
    // A deadline of 0 takes two bytes, so no further room will be wanted.
    lp = listpack.create(allocator, listpack.bytes(region, old) + listpack.count(region, old));
    for (let at = listpack.first(region, old); at !== 0; at = nextField(region, at, PAIR)) {
      if (at === position) found = listpack.endOf(region, lp);
      listpack.appendElement(allocator, lp, region, at);
      listpack.appendElement(allocator, lp, region, packedValueAt(region, at));
      listpack.appendInteger(allocator, lp, 0);
    }
  } catch (error) {
    allocator.free(root);
    if (lp !== 0) allocator.free(lp);
    throw error;
  }
  allocator.free(old);
  allocator.arena.i32[(root >> 2) + PLACE_WORD] = 0;
  allocator.arena.i32[(root >> 2) + EX_LISTPACK_WORD] = lp;
  hash.root = root;
  hash.encoding = HASH_LISTPACK_EX;
  return found;
}

/** Makes a small hash a table. @throws OutOfMemoryError, the hash as it was */
export function toTable(hash: Value, expected: number): void {
  const { allocator } = hash;
  const { arena } = allocator;
  const root = newHashTable(allocator, expected);
  const cursor = new HashCursor();
  try {
    cursor.start(hash);
    while (cursor.next()) {
      hashReadField(hash, cursor.position, field);
      hashReadValue(hash, cursor.position, value);
      findInTable(arena, root, field.region, field.at, field.length);
      const element = addToTable(
        allocator,
        root,
        field.region,
        field.at,
        field.length,
        value.region,
        value.at,
        value.length,
      );
      setTableDeadline(allocator, root, element, hashDeadline(hash, cursor.position));
    }
  } catch (error) {
    freeHashTable(allocator, root);
    throw error;
  }
  if (hash.encoding === HASH_LISTPACK_EX)
    arena.i32[(root >> 2) + PLACE_WORD] = arena.i32[(hash.root >> 2) + PLACE_WORD];
  hashFree(allocator, hash.root, hash.encoding);
  hash.root = root;
  hash.encoding = HASH_TABLE;
}

/** Steps through the fields of a hash that doesn't change meanwhile. To be used again and again. */
export class HashCursor {
  private readonly hash = new Value();
  private readonly inTable = new DictCursor();
  /** The position of the field stepped to last. */
  position = 0;

  start(hash: Value): void {
    this.hash.become(hash);
    this.position = 0;
    if (hash.encoding === HASH_TABLE) this.inTable.start(hash.allocator.arena, hashDict(hash.root));
  }

  /** Goes to the next field. @returns false when there are no more */
  next(): boolean {
    const { hash, inTable } = this;
    if (hash.encoding === HASH_TABLE) {
      if (!inTable.next()) return false;
      this.position = inTable.element;
      return true;
    }
    const { position } = this;
    const { arena } = hash.allocator;
    if (hash.encoding === HASH_SHAPED) this.position = nextShaped(arena, hash.root, position);
    else if (position === 0) this.position = listpack.first(arena.region, hashListpack(hash));
    else this.position = nextField(arena.region, position, strideOf(hash));
    return this.position !== 0;
  }
}

/** One step of a scan. @param visit must not change the hash @returns the next `from`, 0 at the end */
export function hashScan(hash: Value, from: number, wanted: number, visit: (position: number) => void): number {
  if (hash.encoding === HASH_TABLE) return dictScan(hash.allocator.arena, hashDict(hash.root), from, wanted, visit);
  const cursor = new HashCursor();
  cursor.start(hash);
  while (cursor.next()) visit(cursor.position);
  return 0;
}

/** Frees a hash and all that hangs on it. */
export function hashFree(allocator: Allocator, root: number, encoding: number): void {
  if (encoding === HASH_TABLE) {
    freeHashTable(allocator, root);
    return;
  }
  if (encoding === HASH_SHAPED) {
    freeShaped(allocator, root);
    return;
  }
  made.set(allocator, root, encoding);
  if (encoding === HASH_LISTPACK_EX) allocator.free(hashListpack(made));
  allocator.free(root);
}
