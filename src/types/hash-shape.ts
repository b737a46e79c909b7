/**
 * Shapes: the field names of small hashes that have the same ones in the same order, stored once a shard. What V8's hidden
 * classes are to objects; a hash that has a shape (hash-shaped.ts) is a run of values beside the shape's address.
 *
 *     registry   a dict (dict.ts) of shapes in the shard's header, by hash of their names; no memory without shapes
 *     shape      an element of it (dict-element.ts), a block that stays where it is. Its member is the names, each after its
 *                length (a byte), in order; its value how many hashes have the shape (4 bytes)
 *
 * All of it is under the shard's lock, as its hashes are. A shape comes to be when a hash asks for one and the same names
 * have been asked for before (`seenBefore`: what this thread remembers of late), so hashes with names of their own cost
 * nothing but the asking; it never changes; it goes with the last hash that has it. So there are never more shapes than
 * hashes, and no more than SHAPES_MAX are made in a shard: further hashes keep their names to themselves. (A hash that is
 * copied to another shard has its shape there, too, whatever the number.)
 *
 * Names to look for are gathered first: `startNames` or `startNamesOf`, `addName`…, then one of the questions. One row of names
 * is gathered at a time.
 */
import { hashBytes } from '../base/hash.ts';
import { copy, equal, Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { WORD_SHAPES } from '../memory/layout.ts';
import {
  DICT_WORDS,
  DictCursor,
  dictBytes,
  dictCount,
  dictDrop,
  dictElementsBytes,
  dictFind,
  dictHash,
  dictInit,
  dictInsert,
  dictRemove,
  dictReserve,
  elementHash,
} from './dict.ts';
import { elementValueAt, memberAt, memberLength, newElement } from './dict-element.ts';
import { typeLimits } from './limits.ts';
import type { Slice } from './slice.ts';

/** Fields of a shape. Hashes with more are more like tables than like objects. */
export const SHAPE_FIELDS_MIN = 2;
export const SHAPE_FIELDS_MAX = 64;
/** Bytes of a row of names with their lengths: few enough that an offset within a shape takes 15 bits. */
const NAMES_BYTES_MAX = 4096;
const NAME_BYTES_MAX = 255;
/** Fewer bytes of names are not worth a word in each hash. */
const NAMES_BYTES_MIN = 8;
/** Shapes that hashes of a shard may ask for. */
const SHAPES_MAX = 4096;
const REFERENCES_BYTES = 4;

const SEEN_PLACES = 1024;
/** One in so many hashes that get or change a single field asks for a shape that may have to be made. */
const ASKING_INTERVAL = 64;

/** Whether to look for a shape, and to make it if others have looked for it before. */
export const ASK_NOT = 0;
export const ASK = 1;
export const ASK_OR_MAKE = 2;
export type Asking = typeof ASK_NOT | typeof ASK | typeof ASK_OR_MAKE;

/** The names gathered, as a shape has them. */
const names = Region.allocate(NAMES_BYTES_MAX);
let namesBytes = 0;
let namesCount = 0;
let namesFit = true;

/** Hashes of rows of names that were asked for in vain, each in the place that its low bits say. */
const seen = new Int32Array(SEEN_PLACES);
/** By how many names: 1 if the last hash with as many that asked has got a shape. */
const promising = new Uint8Array(SHAPE_FIELDS_MAX + 1);
let turn = 0;

// --- names ------------------------------------------------------------------------------------------------------------

export function startNames(): void {
  namesBytes = 0;
  namesCount = 0;
  namesFit = true;
}

/** Adds a name to those gathered. */
export function addName(region: Region, at: number, length: number): void {
  if (!namesFit) return;
  namesFit = length <= NAME_BYTES_MAX && namesBytes + length < NAMES_BYTES_MAX && namesCount < SHAPE_FIELDS_MAX;
  if (!namesFit) return;
  names.u8[namesBytes] = length;
  copy(region, at, names, namesBytes + 1, length);
  namesBytes += 1 + length;
  namesCount++;
}

/** Begins with the names of a shape of any shard. */
export function startNamesOf(arena: Arena, shape: number): void {
  startNames();
  const bytes = memberLength(arena, shape);
  copy(arena.region, memberAt(arena, shape), names, 0, bytes);
  namesBytes = bytes;
}

/** The address of a shape's first name, a byte of length and so many of text; the next name follows it. */
export const firstName = (arena: Arena, shape: number): number => memberAt(arena, shape);

/** The address of the first byte behind a shape's names. */
export const namesEnd = (arena: Arena, shape: number): number => memberAt(arena, shape) + memberLength(arena, shape);

/** Takes the name at an address. */
export function readName(region: Region, at: number, into: Slice): void {
  into.set(region, at + 1, region.u8[at]);
}

// --- asking -----------------------------------------------------------------------------------------------------------

/**
 * How a hash of so many fields, of which one was set, should ask for a shape. Mostly not at all: fields that come one by one
 * would find shapes, or even make some, that the next one makes useless.
 */
export function howToAsk(count: number): Asking {
  if (count < SHAPE_FIELDS_MIN || count > SHAPE_FIELDS_MAX) return ASK_NOT;
  if (++turn % ASKING_INTERVAL === 0) return ASK_OR_MAKE;
  return promising[count] === 1 ? ASK : ASK_NOT;
}

/**
 * A shape of the names gathered for a hash of this shard, if there is one, or if it may be made and others have asked for it.
 * It is the hash's from now on, or to be released. @returns 0 if there is none  @throws OutOfMemoryError
 */
export function askForShape(allocator: Allocator, asking: Asking): number {
  if (!namesFit || namesCount < SHAPE_FIELDS_MIN || namesBytes < NAMES_BYTES_MIN) return 0;
  const hash = namesHash(allocator.arena);
  let shape = acquireKnown(allocator, hash);
  if (shape === 0 && asking === ASK_OR_MAKE && seenBefore(hash) && shapeCount(allocator.arena) < SHAPES_MAX) {
    if (namesDiffer()) shape = makeShape(allocator, hash);
  }
  promising[namesCount] = shape === 0 ? 0 : 1;
  return shape;
}

/** The shape of the names gathered if there is one, which is then the hash's that asks, else 0. */
export function acquireKnownShape(allocator: Allocator): number {
  return namesFit ? acquireKnown(allocator, namesHash(allocator.arena)) : 0;
}

/** The shape of the names gathered, which come from a shape, made if there is none. @throws OutOfMemoryError */
export function acquireShape(allocator: Allocator): number {
  const hash = namesHash(allocator.arena);
  const known = acquireKnown(allocator, hash);
  return known === 0 ? makeShape(allocator, hash) : known;
}

/** One more hash has the shape. */
export function retainShape(arena: Arena, shape: number): void {
  addReferences(arena, shape, 1);
}

/** A hash no longer has the shape, which goes with the last. Never fails. */
export function releaseShape(allocator: Allocator, shape: number): void {
  const { arena } = allocator;
  if (addReferences(arena, shape, -1) > 0) return;
  dictRemove(allocator, WORD_SHAPES, shape, elementHash(arena, WORD_SHAPES, shape));
  allocator.free(shape);
  if (dictCount(arena, WORD_SHAPES) === 0) dropRegistry(allocator);
}

export const shapeReferences = (arena: Arena, shape: number): number =>
  arena.view.getInt32(elementValueAt(arena, shape), true);

// --- the registry as a whole ------------------------------------------------------------------------------------------

const hasRegistry = (arena: Arena): boolean => arena.i32[WORD_SHAPES] !== 0;

export const shapeCount = (arena: Arena): number => (hasRegistry(arena) ? dictCount(arena, WORD_SHAPES) : 0);

/** All shapes of a shard. */
export function shapesOf(arena: Arena): number[] {
  const shapes: number[] = [];
  if (!hasRegistry(arena)) return shapes;
  const cursor = new DictCursor();
  cursor.start(arena, WORD_SHAPES);
  while (cursor.next()) shapes.push(cursor.element);
  return shapes;
}

/** Bytes of a shard's registry and shapes. */
export function shapesBytes(allocator: Allocator): number {
  if (!hasRegistry(allocator.arena)) return 0;
  return dictBytes(allocator, WORD_SHAPES) + dictElementsBytes(allocator, WORD_SHAPES, 0);
}

function dropRegistry(allocator: Allocator): void {
  dictDrop(allocator, WORD_SHAPES);
  allocator.arena.i32.fill(0, WORD_SHAPES, WORD_SHAPES + DICT_WORDS);
}

function namesHash(arena: Arena): number {
  if (hasRegistry(arena)) return dictHash(arena, WORD_SHAPES, names, 0, namesBytes);
  return hashBytes(names.view, 0, namesBytes, typeLimits.hashSeed);
}

function acquireKnown(allocator: Allocator, hash: number): number {
  const { arena } = allocator;
  if (!hasRegistry(arena)) return 0;
  const shape = dictFind(arena, WORD_SHAPES, names, 0, namesBytes, hash);
  if (shape !== 0) retainShape(arena, shape);
  return shape;
}

/** Makes a shape of the names gathered, for one hash. @throws OutOfMemoryError, the registry as it was */
function makeShape(allocator: Allocator, hash: number): number {
  const { arena } = allocator;
  const shape = newElement(allocator, 0, names, 0, namesBytes, REFERENCES_BYTES);
  try {
    if (!hasRegistry(arena)) dictInit(allocator, WORD_SHAPES, typeLimits.hashSeed, 1);
    dictReserve(allocator, WORD_SHAPES, hash);
  } catch (error) {
    allocator.free(shape);
    throw error;
  }
  arena.view.setInt32(elementValueAt(arena, shape), 1, true);
  dictInsert(allocator, WORD_SHAPES, shape, hash);
  return shape;
}

function addReferences(arena: Arena, shape: number, change: number): number {
  const references = shapeReferences(arena, shape) + change;
  arena.view.setInt32(elementValueAt(arena, shape), references, true);
  return references;
}

/** Whether this row of names has been asked for before, as far as this thread remembers, which it does from now on. */
function seenBefore(hash: number): boolean {
  const place = hash & (SEEN_PLACES - 1);
  if (seen[place] === hash) return true;
  seen[place] = hash;
  return false;
}

/** Whether no name gathered is there twice. */
function namesDiffer(): boolean {
  const { u8 } = names;
  for (let one = 0; one < namesBytes; one += 1 + u8[one]) {
    for (let other = one + 1 + u8[one]; other < namesBytes; other += 1 + u8[other]) {
      if (u8[one] === u8[other] && equal(names, one + 1, names, other + 1, u8[one])) return false;
    }
  }
  return true;
}
