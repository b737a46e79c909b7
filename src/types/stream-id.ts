/**
 * IDs of stream entries: two unsigned 64-bit numbers, milliseconds and sequence. In memory and here they are four 32-bit
 * words, the highest first, so that nothing is boxed and 2^64 − 1 is exact.
 */
import type { Region } from '../base/region.ts';
import { compareUint64, parsedUint64, parseUint64, uint64Length, uint64ToBigInt, writeUint64 } from '../base/uint64.ts';
import { carryOf } from '../base/wide.ts';
import type { Arena } from '../memory/arena.ts';

const TWO_32 = 4294967296;
const DASH = 45;
const PLUS = 43;
const STAR = 42;
/** An argument of this size or more is no ID, whatever it says. */
const TEXT_BYTES_MAX = 127;

export const ID_WORDS = 4;
/** No ID is longer than this in decimal. */
export const ID_TEXT_BYTES_MAX = 41;

/** An ID, to be set again and again. All four words are int32 that stand for unsigned numbers. */
export class StreamId {
  msHigh = 0;
  msLow = 0;
  seqHigh = 0;
  seqLow = 0;

  set(msHigh: number, msLow: number, seqHigh: number, seqLow: number): void {
    this.msHigh = msHigh | 0;
    this.msLow = msLow | 0;
    this.seqHigh = seqHigh | 0;
    this.seqLow = seqLow | 0;
  }

  become(other: StreamId): void {
    this.msHigh = other.msHigh;
    this.msLow = other.msLow;
    this.seqHigh = other.seqHigh;
    this.seqLow = other.seqLow;
  }

  /** @param ms a safe integer, not negative */
  setMs(ms: number): void {
    this.msHigh = (ms / TWO_32) | 0;
    this.msLow = ms | 0;
    this.seqHigh = 0;
    this.seqLow = 0;
  }

  setMin(): void {
    this.set(0, 0, 0, 0);
  }

  setMax(): void {
    this.set(-1, -1, -1, -1);
  }

  load(arena: Arena, word: number): void {
    const { i32 } = arena;
    this.msHigh = i32[word];
    this.msLow = i32[word + 1];
    this.seqHigh = i32[word + 2];
    this.seqLow = i32[word + 3];
  }

  store(arena: Arena, word: number): void {
    const { i32 } = arena;
    i32[word] = this.msHigh;
    i32[word + 1] = this.msLow;
    i32[word + 2] = this.seqHigh;
    i32[word + 3] = this.seqLow;
  }

  /** The sign of this − other. */
  compare(other: StreamId): number {
    const ms = compareUint64(this.msHigh, this.msLow, other.msHigh, other.msLow);
    return ms !== 0 ? ms : compareUint64(this.seqHigh, this.seqLow, other.seqHigh, other.seqLow);
  }

  /** The sign of this − the ID at `word`. */
  compareAt(arena: Arena, word: number): number {
    const { i32 } = arena;
    const ms = compareUint64(this.msHigh, this.msLow, i32[word], i32[word + 1]);
    return ms !== 0 ? ms : compareUint64(this.seqHigh, this.seqLow, i32[word + 2], i32[word + 3]);
  }

  get isMin(): boolean {
    return (this.msHigh | this.msLow | this.seqHigh | this.seqLow) === 0;
  }

  get isMax(): boolean {
    return (this.msHigh & this.msLow & this.seqHigh & this.seqLow) === -1;
  }

  get hasSeqMax(): boolean {
    return (this.seqHigh & this.seqLow) === -1;
  }

  /** Adds to both numbers; either runs over at 2^64. */
  add(msHigh: number, msLow: number, seqHigh: number, seqLow: number): void {
    this.msLow = (this.msLow + msLow) | 0;
    this.msHigh = (this.msHigh + msHigh + carryOf(this.msLow, msLow)) | 0;
    this.seqLow = (this.seqLow + seqLow) | 0;
    this.seqHigh = (this.seqHigh + seqHigh + carryOf(this.seqLow, seqLow)) | 0;
  }

  /** Makes it the ID behind. @returns false, and the least ID, if it was the greatest */
  increment(): boolean {
    if (++this.seqLow > 0x7fffffff) this.seqLow |= 0;
    if (this.seqLow !== 0) return true;
    this.seqHigh = (this.seqHigh + 1) | 0;
    if (this.seqHigh !== 0) return true;
    this.msLow = (this.msLow + 1) | 0;
    if (this.msLow !== 0) return true;
    this.msHigh = (this.msHigh + 1) | 0;
    return this.msHigh !== 0;
  }

  /** Makes it the ID before. @returns false, and the greatest ID, if it was the least */
  decrement(): boolean {
    this.seqLow = (this.seqLow - 1) | 0;
    if (this.seqLow !== -1) return true;
    this.seqHigh = (this.seqHigh - 1) | 0;
    if (this.seqHigh !== -1) return true;
    this.msLow = (this.msLow - 1) | 0;
    if (this.msLow !== -1) return true;
    this.msHigh = (this.msHigh - 1) | 0;
    return this.msHigh !== -1;
  }

  /** Bytes of its decimal text. */
  get textLength(): number {
    return uint64Length(this.msHigh, this.msLow) + 1 + uint64Length(this.seqHigh, this.seqLow);
  }

  /** Writes its text, for which there must be room. @returns the position behind it */
  writeText(to: Region, at: number): number {
    const dash = writeUint64(to, at, this.msHigh, this.msLow);
    to.u8[dash] = DASH;
    return writeUint64(to, dash + 1, this.seqHigh, this.seqLow);
  }

  toString(): string {
    return `${uint64ToBigInt(this.msHigh, this.msLow)}-${uint64ToBigInt(this.seqHigh, this.seqLow)}`;
  }
}

// --- parsing ----------------------------------------------------------------------------------------------------------

export const ID_INVALID = 0;
export const ID_COMPLETE = 1;
/** `ms` alone: its sequence is `missingSeq`. */
export const ID_WITHOUT_SEQ = 2;
/** `ms-*`: its sequence is 0. */
export const ID_SEQ_AUTO = 3;

/**
 * Parses `ms-seq`, `ms`, and unless `strict` the least and greatest IDs, `-` and `+`.
 * @param missingSeq 0 or −1 (2^64 − 1): the sequence where there is none  @param auto whether `ms-*` will do
 * @returns ID_INVALID, ID_COMPLETE, ID_WITHOUT_SEQ or ID_SEQ_AUTO
 */
export function parseStreamId(
  region: Region,
  at: number,
  length: number,
  strict: boolean,
  missingSeq: number,
  auto: boolean,
  into: StreamId,
): number {
  const { u8 } = region;
  if (length > TEXT_BYTES_MAX) return ID_INVALID;
  let end = at;
  let dash = -1;
  // As a C string, it ends at its first NUL.
  for (; end < at + length && u8[end] !== 0; end++) if (dash < 0 && u8[end] === DASH) dash = end;
  if (end === at + 1 && (u8[at] === DASH || u8[at] === PLUS)) {
    if (strict) return ID_INVALID;
    if (u8[at] === DASH) into.setMin();
    else into.setMax();
    return ID_COMPLETE;
  }
  if (!parseUint64(region, at, dash < 0 ? end : dash)) return ID_INVALID;
  const msHigh = parsedUint64.high;
  const msLow = parsedUint64.low;
  if (dash < 0) {
    into.set(msHigh, msLow, missingSeq, missingSeq);
    return ID_WITHOUT_SEQ;
  }
  if (auto && end === dash + 2 && u8[dash + 1] === STAR) {
    into.set(msHigh, msLow, 0, 0);
    return ID_SEQ_AUTO;
  }
  if (!parseUint64(region, dash + 1, end)) return ID_INVALID;
  into.set(msHigh, msLow, parsedUint64.high, parsedUint64.low);
  return ID_COMPLETE;
}
