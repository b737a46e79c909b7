/**
 * The name of a message whose producer gives it none: a hash of its fields and values, the same as in Redis, so that what
 * one has noted the other recognizes.
 */
import { copy, Region } from '../base/region.ts';
import { carryOf } from '../base/wide.ts';
import { xxh128 } from '../base/xxh128.ts';
import type { EntryWords } from '../types/stream-node.ts';

export const MESSAGE_NAME_BYTES = 16;
/** Between field and value stands the field's length: two pairs with the same bytes in a row differ. */
const SEPARATOR_BYTES = 8;
/** A pair longer than this gets memory of its own, which doesn't stay. */
const PAIR_BYTES_KEPT = 64 << 10;

const name = Region.allocate(MESSAGE_NAME_BYTES);
const hash = new Uint32Array(4);
const sum = new Int32Array(4);
const difference = new Int32Array(4);
const shortPair = Region.allocate(PAIR_BYTES_KEPT);

/** Names a message by its fields and values, whatever their order. @returns where the name is, until the next call */
export function messageName(words: EntryWords): Region {
  sum.fill(0);
  difference.fill(0);
  for (let i = words.first; i < words.first + words.pairs * 2; i += 2) {
    hashPair(words, i);
    addHash(0);
    addHash(2);
    for (let word = 0; word < 4; word++) difference[word] ^= hash[word];
  }
  mix(0, 2);
  mix(2, 0);
  return name;
}

function hashPair(words: EntryWords, index: number): void {
  const { source, at, size } = words;
  const fieldBytes = size[index];
  const valueBytes = size[index + 1];
  const length = fieldBytes + SEPARATOR_BYTES + valueBytes;
  const pair = length > PAIR_BYTES_KEPT ? Region.allocate(length) : shortPair;
  copy(source, at[index], pair, 0, fieldBytes);
  pair.view.setInt32(fieldBytes, fieldBytes, true);
  pair.view.setInt32(fieldBytes + 4, 0, true);
  copy(source, at[index + 1], pair, fieldBytes + SEPARATOR_BYTES, valueBytes);
  xxh128(pair.view, 0, length, hash);
}

/** Adds 64 bits of the hash, from `word` on, to those of the sum: order doesn't matter. */
function addHash(word: number): void {
  sum[word] += hash[word];
  sum[word + 1] += hash[word + 1] + carryOf(sum[word], hash[word]);
}

/** Writes 64 bits of the name: those of the sum with the others of the difference, rotated by one. */
function mix(word: number, other: number): void {
  const low = difference[other];
  const high = difference[other + 1];
  name.view.setInt32(word * 4, sum[word] ^ ((low << 1) | (high >>> 31)), true);
  name.view.setInt32(word * 4 + 4, sum[word + 1] ^ ((high << 1) | (low >>> 31)), true);
}
