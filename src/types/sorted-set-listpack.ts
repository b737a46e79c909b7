/** Sorted sets in a listpack: member, score, member, score … in order. Positions are those of members. */
import { move } from '../base/move.ts';
import { parseDouble, writeDouble } from '../base/numbers.ts';
import { compare, copy, Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import * as listpack from './listpack.ts';
import { END, integerAt, isIntegerHead, ListpackElement } from './listpack-element.ts';
import { prepare, prepareInteger, writePrepared } from './listpack-encode.ts';
import { reserveListpack } from './listpack-reserve.ts';
import { KeptBytes, Slice } from './slice.ts';

const text = Region.allocate(32);
const element = new ListpackElement();
const member = new Slice();
/** The entry that is being moved. */
const moved = new Slice();
const kept = new KeptBytes();

/** The score of the entry whose member is at `position`. */
export const scoreAfter = (region: Region, position: number): number =>
  scoreAt(region, listpack.behind(region, position));

function scoreAt(region: Region, at: number): number {
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

/** Digits that a double holds exactly, and what leaving out the others can change at most, relatively, with much to spare. */
const EXACT_DIGITS = 15;
const APPROXIMATE = 1e-13;
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, power) => 10 ** power);

/**
 * The score of the element at `at`, a plain decimal, to some thirteen digits; NaN for any other text. Ten times as fast as
 * the exact one, and nearly always enough to see which of two scores is higher.
 */
function approximateScore(u8: Uint8Array, at: number, length: number): number {
  const end = at + length;
  const negative = u8[at] === 45;
  let mantissa = 0;
  let digits = 0;
  let left = 0;
  let dot = -1;
  for (let position = negative ? at + 1 : at; position < end; position++) {
    const digit = u8[position] - 48;
    if (digit >= 0 && digit <= 9) {
      if (digits < EXACT_DIGITS) {
        mantissa = mantissa * 10 + digit;
        if (mantissa !== 0) digits++;
      } else {
        left++;
      }
    } else if (digit === -2 && dot < 0) {
      dot = position;
    } else {
      return Number.NaN;
    }
  }
  const exponent = left - (dot < 0 ? 0 : end - 1 - dot);
  if (exponent > 22 || exponent < -22) return Number.NaN;
  const magnitude = exponent < 0 ? mantissa / POWERS_OF_TEN[-exponent] : mantissa * POWERS_OF_TEN[exponent];
  return negative ? -magnitude : magnitude;
}

/** The sign of the score of the entry at `position` minus `score`. */
export const compareScore = (region: Region, position: number, score: number): number =>
  compareScoreAt(region, listpack.behind(region, position), score);

/** The sign of the score that lies at `at` minus `score`. */
function compareScoreAt(region: Region, at: number, score: number): number {
  const head = region.u8[at];
  let have: number;
  if (isIntegerHead(head)) {
    have = integerAt(region, at, head);
  } else {
    element.read(region, at);
    have = approximateScore(region.u8, element.at, element.length);
    const difference = have - score;
    if (difference > Math.abs(score) * APPROXIMATE && difference > Math.abs(have) * APPROXIMATE) return 1;
    if (difference < -Math.abs(score) * APPROXIMATE && difference < -Math.abs(have) * APPROXIMATE) return -1;
    have = scoreAt(region, at);
  }
  if (have === score) return 0;
  return have < score ? -1 : 1;
}

/** The sign of (the entry at `position`) minus (score, member). */
export const comparePacked = (
  packed: Region,
  position: number,
  score: number,
  region: Region,
  at: number,
  length: number,
): number => compareEntry(packed, position, listpack.behind(packed, position), score, region, at, length);

/** The sign of an entry, its member at `position` and its score at `scorePosition`, minus (score, member). */
function compareEntry(
  packed: Region,
  position: number,
  scorePosition: number,
  score: number,
  region: Region,
  at: number,
  length: number,
): number {
  const order = compareScoreAt(packed, scorePosition, score);
  if (order !== 0) return order;
  member.setPacked(packed, position);
  return compare(member.region, member.at, member.length, region, at, length);
}

/** The position of the first entry, from `from` on, that doesn't come before (score, member), or of the end mark. */
function boundFrom(packed: Region, from: number, score: number, region: Region, at: number, length: number): number {
  let position = from;
  while (packed.u8[position] !== END) {
    const scorePosition = listpack.behind(packed, position);
    if (compareEntry(packed, position, scorePosition, score, region, at, length) >= 0) break;
    position = listpack.behind(packed, scorePosition);
  }
  return position;
}

/** The position of the first entry that comes after (score, member), or of the end mark. */
export const lowerBound = (
  packed: Region,
  lp: number,
  score: number,
  region: Region,
  at: number,
  length: number,
): number => boundFrom(packed, lp + listpack.LISTPACK_HEADER_BYTES, score, region, at, length);

/**
 * Gives the entry at `position` another score, and its place among the others, if the score takes as many bytes as the one
 * it has: then only the entries between the two places move, and nothing needs memory.
 * @returns false, nothing changed, if it takes more or less
 */
export function moveEntry(packed: Region, lp: number, position: number, score: number): boolean {
  const scorePosition = listpack.behind(packed, position);
  const end = listpack.behind(packed, scorePosition);
  if (prepareScore(score) !== end - scorePosition) return false;
  moved.setPacked(packed, position);
  const { region, at, length } = moved;
  const scoreBefore = listpack.previous(packed, lp, position);
  const goesBack =
    scoreBefore !== 0 &&
    compareEntry(packed, listpack.previous(packed, lp, scoreBefore), scoreBefore, score, region, at, length) > 0;
  const target = goesBack
    ? lowerBound(packed, lp, score, region, at, length)
    : boundFrom(packed, end, score, region, at, length);
  if (target === end) {
    writePrepared(packed, scorePosition);
    return true;
  }
  const memberBytes = scorePosition - position;
  moved.set(packed, position, memberBytes);
  kept.keep(moved);
  const to = goesBack ? target : target - (end - position);
  if (goesBack) move(packed, target, target + end - position, position - target);
  else move(packed, end, position, target - end);
  copy(kept.region, 0, packed, to, memberBytes);
  writePrepared(packed, to + memberBytes);
  return true;
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
