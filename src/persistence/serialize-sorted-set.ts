/**
 * Small sorted sets in Redis' form: a listpack of member, score, member, score … in order, in which a score that is a whole
 * number is one and any other is text. See types/sorted-set-packed.ts for ours.
 */
import { parseDouble, writeDouble } from '../base/numbers.ts';
import { compare, Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import { PAIR } from '../types/hash-listpack.ts';
import * as listpack from '../types/listpack.ts';
import { END, integerAt, isIntegerHead } from '../types/listpack-element.ts';
import { prepare, prepareInteger, writePrepared } from '../types/listpack-encode.ts';
import { Slice } from '../types/slice.ts';
import * as packed from '../types/sorted-set-packed.ts';
import { PackedBuilder } from '../types/sorted-set-packed-builder.ts';
import { PackedCursor } from '../types/sorted-set-packed-cursor.ts';
import { checkDistinct, checkListpack } from './serialize-packed.ts';
import { DamagedError } from './serialize-reader.ts';
import type { SerialWriter } from './serialize-writer.ts';

const SCORE_TEXT_BYTES_MAX = 32;
/** What a listpack's element takes beside its text, at most. */
const ELEMENT_HEAD_BYTES_MAX = 10;
const ENTRY_BYTES_MAX = SCORE_TEXT_BYTES_MAX + 2 * ELEMENT_HEAD_BYTES_MAX;

const scoreText = Region.allocate(SCORE_TEXT_BYTES_MAX);
const member = new Slice();
const text = new Slice();
const before = new Slice();
const builder = new PackedBuilder();
const cursor = new PackedCursor();

/** Writes a packed sorted set, which must not be empty, as the string that it is in Redis. */
export function savePackedSortedSet(writer: SerialWriter, region: Region, root: number): void {
  const entries = packed.count(region, root);
  const bytesMax = packed.unpackedBytes(region, root) + entries * ENTRY_BYTES_MAX;
  const to = writer.scratch(listpack.LISTPACK_EMPTY_BYTES + bytesMax);
  let toAt = listpack.LISTPACK_HEADER_BYTES;
  cursor.seek(region, root, 0);
  do {
    cursor.read(member);
    const memberBytes = prepare(member.region, member.at, member.length);
    writePrepared(to, toAt);
    toAt += memberBytes;
    const scoreBytes = prepareScore(cursor.score());
    writePrepared(to, toAt);
    toAt += scoreBytes;
  } while (cursor.next());
  to.u8[toAt] = END;
  to.view.setInt32(0, toAt + 1, true);
  to.view.setUint16(4, Math.min(entries * PAIR, listpack.COUNT_UNKNOWN), true);
  writer.string(to, 0, toAt + 1);
}

function prepareScore(score: number): number {
  if (Number.isSafeInteger(score)) return prepareInteger(score);
  return prepare(scoreText, 0, writeDouble(scoreText.u8, 0, score));
}

/**
 * Makes a packed sorted set of a listpack. @returns its address
 * @throws DamagedError unless members are in order and differ, and scores are numbers  @throws OutOfMemoryError
 */
export function loadPackedSortedSet(allocator: Allocator, from: Slice): number {
  const { region, at: lp } = from;
  checkListpack(from, PAIR);
  checkDistinct(from, PAIR);
  const first = listpack.first(region, lp);
  builder.start();
  let scoreBefore = 0;
  for (let at = first; at !== 0; at = nextEntry(region, at)) {
    const score = scoreBehind(region, at);
    if (Number.isNaN(score)) throw new DamagedError('no score');
    member.setPacked(region, at);
    if (at !== first && !isInOrder(scoreBefore, score)) throw new DamagedError('not in order');
    before.setPacked(region, at);
    scoreBefore = score;
    builder.measure(member, score);
  }
  const root = builder.create(allocator);
  for (let at = first; at !== 0; at = nextEntry(region, at)) {
    member.setPacked(region, at);
    packed.append(allocator.arena.region, root, member.region, member.at, member.length, scoreBehind(region, at));
  }
  return root;
}

/** Whether `member` with a score comes behind `before` with the score before. */
function isInOrder(scoreBefore: number, score: number): boolean {
  if (score !== scoreBefore) return score > scoreBefore;
  return compare(member.region, member.at, member.length, before.region, before.at, before.length) > 0;
}

const nextEntry = (region: Region, at: number): number => listpack.next(region, listpack.behind(region, at));

/** The score behind the member at `at`; NaN if it is none. */
function scoreBehind(region: Region, at: number): number {
  const scoreAt = listpack.behind(region, at);
  const head = region.u8[scoreAt];
  if (isIntegerHead(head)) return integerAt(region, scoreAt, head);
  text.setPacked(region, scoreAt);
  return parseDouble(region.u8, text.at, text.length) ?? Number.NaN;
}
