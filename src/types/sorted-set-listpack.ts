/** Sorted sets in a listpack: member, score, member, score … in order. Positions are those of members. */
import { parseDouble, writeDouble } from '../base/numbers.ts';
import { compare, Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import * as listpack from './listpack.ts';
import { integerAt, isIntegerHead, ListpackElement } from './listpack-element.ts';
import { prepare, prepareInteger } from './listpack-encode.ts';
import { reserveListpack } from './listpack-reserve.ts';
import { Slice } from './slice.ts';

const text = Region.allocate(32);
const element = new ListpackElement();
const member = new Slice();

/** The score of the entry whose member is at `position`. */
export function scoreAfter(region: Region, position: number): number {
  const at = listpack.behind(region, position);
  const head = region.u8[at];
  if (isIntegerHead(head)) return integerAt(region, at, head);
  element.read(region, at);
  const score = parseDouble(region.u8, element.at, element.length);
  return score === undefined ? Number.NaN : score;
}

/** Prepares a score the way Redis stores it: as a number if it is whole, else as text. @returns bytes it will take */
export function prepareScore(score: number): number {
  if (Number.isSafeInteger(score)) return prepareInteger(score);
  return prepare(text, 0, writeDouble(text.u8, 0, score));
}

/** The sign of (the entry at `position`) minus (score, member). */
export function comparePacked(
  packed: Region,
  position: number,
  score: number,
  region: Region,
  at: number,
  length: number,
): number {
  const have = scoreAfter(packed, position);
  if (have !== score) return have < score ? -1 : 1;
  member.setPacked(packed, position);
  return compare(member.region, member.at, member.length, region, at, length);
}

/** The position of the first entry that comes after (score, member), or of the end mark. */
export function lowerBound(
  packed: Region,
  lp: number,
  score: number,
  region: Region,
  at: number,
  length: number,
): number {
  let position = listpack.first(packed, lp);
  while (position !== 0 && comparePacked(packed, position, score, region, at, length) < 0) {
    position = listpack.next(packed, listpack.behind(packed, position));
  }
  return position === 0 ? listpack.endOf(packed, lp) : position;
}

/** Inserts an entry before `position`. @returns the listpack's address @throws OutOfMemoryError, nothing changed */
export function insertEntry(
  allocator: Allocator,
  lp: number,
  position: number,
  region: Region,
  at: number,
  length: number,
  score: number,
): number {
  const scoreBytes = prepareScore(score);
  const memberBytes = prepare(region, at, length);
  const moved = reserveListpack(allocator, lp, scoreBytes + memberBytes);
  const target = position - lp + moved;
  listpack.insertPrepared(allocator, moved, target, memberBytes);
  prepareScore(score);
  listpack.insertPrepared(allocator, moved, target + memberBytes, scoreBytes);
  return moved;
}
