/**
 * Bits of strings, four bytes at a time. Bit 0 is the highest of the first byte, as Redis numbers them.
 * Strings lie at any address, so words are read by DataView.
 */
import type { Region } from '../base/region.ts';

/** Words whose counts fit the bytes of a word when added up two by two. */
const COUNTED_TOGETHER = 30;

/** Counts within each half byte: at most 4. */
function halfByteCounts(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  return (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
}

function byteCount(byte: number): number {
  const halves = halfByteCounts(byte);
  return (halves + (halves >>> 4)) & 15;
}

/** How many bits are set in `bytes` bytes. */
export function countBits({ u8, view }: Region, at: number, bytes: number): number {
  let count = 0;
  let i = at;
  const end = at + bytes;
  while (end - i >= 8) {
    const stop = Math.min(end - 7, i + COUNTED_TOGETHER * 4);
    let sums = 0;
    for (; i < stop; i += 8) {
      const halves = halfByteCounts(view.getInt32(i, true)) + halfByteCounts(view.getInt32(i + 4, true));
      sums += (halves & 0x0f0f0f0f) + ((halves >>> 4) & 0x0f0f0f0f);
    }
    sums = (sums & 0x00ff00ff) + ((sums >>> 8) & 0x00ff00ff);
    count += (sums & 0xffff) + (sums >>> 16);
  }
  for (; i < end; i++) count += byteCount(u8[i]);
  return count;
}

/** How many bits from number `from` to `to`, both included, are set in the string at `at`. */
export function countBitRange(region: Region, at: number, from: number, to: number): number {
  const first = at + Math.floor(from / 8);
  const last = at + Math.floor(to / 8);
  const beforeFirst = region.u8[first] & ~(0xff >> (from & 7));
  const behindLast = region.u8[last] & (0x7f >> (to & 7));
  return countBits(region, first, last - first + 1) - byteCount(beforeFirst) - byteCount(behindLast);
}

/** The number of the first bit from `from` to `to`, both included, that is `bit`; −1 if there is none. */
export function findBit({ u8, view }: Region, at: number, bit: number, from: number, to: number): number {
  const skipped = bit === 1 ? 0 : -1;
  const end = at + Math.floor(to / 8) + 1;
  let i = at + Math.floor(from / 8);
  // Bits before `from` are made such that they are not found; those behind `to` are looked at last.
  let byte = (bit === 1 ? u8[i] : ~u8[i]) & (0xff >> (from & 7));
  if (byte === 0) {
    i++;
    while (i + 4 <= end && view.getInt32(i, true) === skipped) i += 4;
    while (i < end && u8[i] === (skipped & 0xff)) i++;
    if (i >= end) return -1;
    byte = (bit === 1 ? u8[i] : ~u8[i]) & 0xff;
  }
  const found = (i - at) * 8 + Math.clz32(byte) - 24;
  return found > to ? -1 : found;
}

export const OPERATIONS = ['AND', 'OR', 'XOR', 'NOT', 'DIFF', 'DIFF1', 'ANDOR', 'ONE'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Where a source string lies. */
export interface BitSource {
  readonly region: Region;
  readonly at: number;
  readonly bytes: number;
}

/** Combines strings bit by bit, as long as the longest of them; the shorter ones count as padded with zero bits. */
export function combineBits(operation: Operation, sources: readonly BitSource[], bytes: number): Uint8Array {
  const words = new Int32Array((bytes + 3) >>> 2);
  const [first, ...others] = sources;
  switch (operation) {
    case 'AND':
      or(words, first);
      for (const source of others) and(words, source);
      break;
    case 'OR':
      for (const source of sources) or(words, source);
      break;
    case 'XOR':
      for (const source of sources) xor(words, source);
      break;
    case 'NOT':
      or(words, first);
      for (let i = 0; i < words.length; i++) words[i] = ~words[i];
      break;
    case 'DIFF':
      for (const source of others) or(words, source);
      for (let i = 0; i < words.length; i++) words[i] = ~words[i];
      and(words, first);
      break;
    case 'DIFF1': {
      for (const source of others) or(words, source);
      const excluded = new Int32Array(words.length);
      or(excluded, first);
      for (let i = 0; i < words.length; i++) words[i] &= ~excluded[i];
      break;
    }
    case 'ANDOR':
      for (const source of others) or(words, source);
      and(words, first);
      break;
    case 'ONE': {
      const twice = new Int32Array(words.length);
      for (const source of sources) addOnce(words, twice, source);
      for (let i = 0; i < words.length; i++) words[i] &= ~twice[i];
      break;
    }
  }
  return new Uint8Array(words.buffer, 0, bytes);
}

/** The last one to three bytes of a source as a word, the rest zero. */
function lastWord({ region, at, bytes }: BitSource): number {
  let word = 0;
  for (let i = bytes & ~3; i < bytes; i++) word |= region.u8[at + i] << ((i & 3) * 8);
  return word;
}

function or(words: Int32Array, source: BitSource): void {
  const { view } = source.region;
  const whole = source.bytes >>> 2;
  for (let i = 0; i < whole; i++) words[i] |= view.getInt32(source.at + i * 4, true);
  if (whole < words.length) words[whole] |= lastWord(source);
}

function xor(words: Int32Array, source: BitSource): void {
  const { view } = source.region;
  const whole = source.bytes >>> 2;
  for (let i = 0; i < whole; i++) words[i] ^= view.getInt32(source.at + i * 4, true);
  if (whole < words.length) words[whole] ^= lastWord(source);
}

function and(words: Int32Array, source: BitSource): void {
  const { view } = source.region;
  const whole = source.bytes >>> 2;
  for (let i = 0; i < whole; i++) words[i] &= view.getInt32(source.at + i * 4, true);
  if (whole === words.length) return;
  words[whole] &= lastWord(source);
  words.fill(0, whole + 1);
}

/** Notes in `seen` the bits that any source had so far, in `twice` those that more than one had. */
function addOnce(seen: Int32Array, twice: Int32Array, source: BitSource): void {
  const { view } = source.region;
  const whole = source.bytes >>> 2;
  for (let i = 0; i < whole; i++) {
    const word = view.getInt32(source.at + i * 4, true);
    twice[i] |= seen[i] & word;
    seen[i] |= word;
  }
  if (whole === seen.length) return;
  const word = lastWord(source);
  twice[whole] |= seen[whole] & word;
  seen[whole] |= word;
}
