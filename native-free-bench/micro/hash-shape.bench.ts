/** Small hashes that share their fields' names beside those that have them to themselves. */
import type { Bench } from 'tinybench';
import { Region } from '../../src/base/region.ts';
import { Allocator } from '../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import {
  HashCursor,
  hashCreate,
  hashCreateShared,
  hashFind,
  hashFree,
  hashReadField,
  hashReadValue,
  hashSet,
} from '../../src/types/hash.ts';
import { Slice } from '../../src/types/slice.ts';
import { Value } from '../../src/types/value.ts';
import { suite } from './bench.ts';

export const operations = 1000;

const FIELDS = 10;
const NAME_BYTES = 7;
const VALUE_BYTES = 8;
const PAIR_BYTES = NAME_BYTES + VALUE_BYTES;

export default function hashShape(): Bench {
  const bench = suite('hash-shape');
  const source = Region.of(Array.from({ length: FIELDS }, (_, i) => `field:${i}value-0${i}`).join(''));
  const at = Array.from({ length: FIELDS * 2 }, (_, i) => (i >> 1) * PAIR_BYTES + (i & 1) * NAME_BYTES);
  const size = at.map((_, i) => ((i & 1) === 0 ? NAME_BYTES : VALUE_BYTES));
  const allocator = new Allocator(new Arena(createArenaBuffer(8 << 20, 1)));
  const setAll = (hash: Value): void => {
    for (let i = 0; i < at.length; i += 2) {
      hashSet(hash, source, at[i], NAME_BYTES, source, at[i + 1], VALUE_BYTES, false);
    }
  };
  const makeAlone = (hash: Value): void => {
    hashCreate(hash, FIELDS);
    setAll(hash);
  };
  const makeShared = (hash: Value): void => {
    if (!hashCreateShared(hash, source, at, size, 0, at.length)) makeAlone(hash);
  };
  for (const [name, make] of [
    ['names of its own', makeAlone],
    ['shared names', makeShared],
  ] as const) {
    const hash = Value.of(allocator, 0, 0);
    // The first to ask gets no shape.
    make(hash);
    make(hash);
    const made = Value.of(allocator, 0, 0);
    const cursor = new HashCursor();
    const slice = new Slice();
    bench.add(`make and free one of ${FIELDS}, ${name}`, () => {
      for (let i = 0; i < operations; i++) {
        make(made);
        hashFree(allocator, made.root, made.encoding);
      }
    });
    bench.add(`find, ${name}`, () => {
      let bytes = 0;
      for (let i = 0; i < operations; i++) {
        hashReadValue(hash, hashFind(hash, source, at[(i % FIELDS) * 2], NAME_BYTES), slice);
        bytes += slice.length;
      }
      return { bytes };
    });
    bench.add(`change all, ${name}`, () => {
      for (let i = 0; i < operations; i++) setAll(hash);
    });
    bench.add(`read all, ${name}`, () => {
      let bytes = 0;
      for (let i = 0; i < operations; i++) {
        cursor.start(hash);
        while (cursor.next()) {
          hashReadField(hash, cursor.position, slice);
          bytes += slice.length;
          hashReadValue(hash, cursor.position, slice);
          bytes += slice.length;
        }
      }
      return { bytes };
    });
  }
  return bench;
}
