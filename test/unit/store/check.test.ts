import { beforeEach, describe, expect, it } from 'vitest';
import { hashBytes } from '../../../src/base/hash.ts';
import { Region } from '../../../src/base/region.ts';
import { SLAB_CUT, SLAB_FREE, SLAB_USED } from '../../../src/memory/allocator.ts';
import { createArenaBuffer } from '../../../src/memory/arena.ts';
import {
  PAGE_BYTES,
  PAGE_SHIFT,
  WORD_KEYSPACES,
  WORD_PAGE_BYTES,
  WORD_PAGE_MAP,
  WORD_SLABS,
  WORD_TOP_PAGE,
  WORD_USED_BYTES,
} from '../../../src/memory/layout.ts';
import { AccessClock } from '../../../src/store/access.ts';
import { checkShard, unaccountedBytes } from '../../../src/store/check.ts';
import { FLAG_DEADLINE, FLAG_WIDE, WORD_HEAP_INDEX } from '../../../src/store/entry.ts';
import { HEAP_COUNT, HEAP_DIRECTORY } from '../../../src/store/expiry-heap.ts';
import { Shard } from '../../../src/store/shard.ts';
import { TABLE_COUNT, TABLE_DEPTH, TABLE_DIRECTORY, TABLE_SEGMENTS } from '../../../src/store/table.ts';

const KEYS = 3000;
const SEED = 4;
let shard: Shard;
let i32: Int32Array;

function keyOf(i: number): { key: Region; hash: number } {
  const key = Region.of(`key:${i}`);
  return { key, hash: hashBytes(key.view, 0, key.length, SEED) };
}

function entryOf(i: number): number {
  const { key, hash } = keyOf(i);
  return shard.keyspaces[0].table.find(key, 0, key.length, hash);
}

beforeEach(() => {
  shard = new Shard(0, createArenaBuffer(4 << 20, 2), 0, new AccessClock(() => 0), SEED);
  i32 = shard.arena.i32;
  for (let i = 0; i < KEYS; i++) {
    const { key, hash } = keyOf(i);
    shard.keyspaces[0].putString(key, 0, key.length, hash, 0, i === 7 ? 70_000 : 20, i % 3 === 0 ? 1000 + i : 0);
  }
  for (let i = 0; i < KEYS; i += 10) shard.keyspaces[0].remove(entryOf(i), keyOf(i).hash);
});

const record = WORD_KEYSPACES;
const segmentWord = (): number => (i32[i32[record + TABLE_DIRECTORY] >> 2] & ~31) >> 2;
/** The first occupied slot of the first segment, as a word of the arena. */
const slotWord = (): number => {
  for (let word = segmentWord() + 2; ; word += 2) if (i32[word + 1] !== 0) return word;
};
const mapWord = (address: number): number => i32[WORD_PAGE_MAP] + (address >> PAGE_SHIFT) * 2;
const slabOf = (address: number): number => i32[mapWord(address) + 1];

describe('checkShard', () => {
  it('finds nothing wrong with a sound shard', () => {
    expect(checkShard(shard)).toEqual([]);
    expect(unaccountedBytes(shard)).toBe(0);
  });

  it('knows what got lost', () => {
    shard.allocator.allocate(100);
    expect(checkShard(shard)).toEqual([]);
    expect(unaccountedBytes(shard)).toBe(104);
  });

  const heapChunk = (): number => i32[i32[record + HEAP_DIRECTORY] >> 2];
  const change = (word: number, by: (was: number) => number): void => {
    i32[word] = by(i32[word]);
  };
  const damages: Record<string, () => void> = {
    'a wrong count of keys': () => change(record + TABLE_COUNT, (was) => was + 1),
    'a wrong count of segments': () => change(record + TABLE_SEGMENTS, (was) => was - 1),
    'a wrong depth': () => change(record + TABLE_DEPTH, (was) => was - 1),
    'no directory': () => change(record + TABLE_DIRECTORY, () => 0),
    'a wild directory': () => change(record + TABLE_DIRECTORY, () => 123_456),
    'a directory far away': () => change(record + TABLE_DIRECTORY, () => 2 ** 31 - 8),
    'a wild segment': () => change(i32[record + TABLE_DIRECTORY] >> 2, (was) => was + PAGE_BYTES),
    'a wrong count in a segment': () => change(segmentWord() + 1, (was) => was + 1),
    'a wrong depth in a segment': () => change(segmentWord(), (was) => was + 1),
    'another hash in a slot': () => change(slotWord(), (was) => was ^ 1),
    'an entry of another segment': () => change(slotWord(), (was) => was ^ (1 << 31)),
    'an entry that is none': () => change(slotWord() + 1, (was) => was + 8),
    'an entry twice': () => change(slotWord() + 1, () => entryOf(KEYS - 1)),
    'an entry out of its table': () => change(slotWord() + 1, () => 0),
    'a key that changed': () => shard.arena.u8.fill(0, entryOf(1) + 9, entryOf(1) + 10),
    'a key too long': () => change((entryOf(1) >> 2) + 1, (was) => was | (255 << 24)),
    'a value too long': () => change(entryOf(1) >> 2, (was) => was | 0xffff0000),
    'a wide entry too long': () => change((entryOf(7) >> 2) + 3, () => 2 ** 31 - 1),
    'an entry of the wrong layout': () => change(entryOf(7) >> 2, (was) => was & ~(FLAG_WIDE << 8)),
    'a deadline that no heap knows': () => change(entryOf(1) >> 2, (was) => was | (FLAG_DEADLINE << 8)),
    'a wrong place in the heap': () => change((entryOf(3) >> 2) + WORD_HEAP_INDEX, (was) => was + 1),
    'a place outside of the heap': () => change((entryOf(3) >> 2) + WORD_HEAP_INDEX, () => -5),
    'a heap out of order': () => shard.arena.f64.fill(1e9, heapChunk() >> 3, (heapChunk() >> 3) + 1),
    'a wrong count in the heap': () => change(record + HEAP_COUNT, (was) => was - 1),
    'a heap without end': () => change(record + HEAP_COUNT, () => 1e9),
    'a root of no known type': () => change(entryOf(7) >> 2, (was) => was | 11),
    'wrong used bytes': () => change(WORD_USED_BYTES, (was) => was + 8),
    'wrong page bytes': () => change(WORD_PAGE_BYTES, (was) => was + PAGE_BYTES),
    'a wild top': () => change(WORD_TOP_PAGE, () => 1e9),
    'a low top': () => change(WORD_TOP_PAGE, (was) => was - 1),
    'a tag that is none': () => change(mapWord(entryOf(1)), () => 0x777),
    'a page that left its slab': () => change(mapWord(slabOf(entryOf(1))) + 2, () => 0),
    'a run without end': () => change(mapWord(entryOf(7)) + 1, () => 1e6),
    'a wrong count in a slab': () => change((slabOf(entryOf(1)) >> 2) + SLAB_USED, (was) => was - 1),
    'too many blocks cut': () => change((slabOf(entryOf(1)) >> 2) + SLAB_CUT, () => 1e6),
    'a free list that leads elsewhere': () => change((slabOf(entryOf(1)) >> 2) + SLAB_FREE, () => 12_345),
    'a free list with a block in use': () => change((slabOf(entryOf(1)) >> 2) + SLAB_FREE, () => entryOf(1)),
    'a free list in a ring': () => {
      const block = i32[(slabOf(entryOf(1)) >> 2) + SLAB_FREE];
      i32[block >> 2] = block;
    },
    'a list of slabs that was cut': () => i32.fill(0, WORD_SLABS, WORD_SLABS + 64),
  };
  for (const [name, damage] of Object.entries(damages)) {
    it(`finds ${name}`, () => {
      damage();
      const problems = checkShard(shard);
      expect(problems).not.toEqual([]);
      expect(problems.length).toBeLessThanOrEqual(100);
    });
  }

  it('survives whatever it reads', () => {
    // A shard of noise, but for what makes it an arena.
    let state = 1;
    for (let word = i32[WORD_PAGE_MAP]; word < i32.length; word++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      if ((state & 7) === 0) i32[word] = state >> (state & 31);
    }
    expect(checkShard(shard)).not.toEqual([]);
  });
});
