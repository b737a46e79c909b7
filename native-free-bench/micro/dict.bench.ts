import type { Bench } from 'tinybench';
import type { Region } from '../../src/base/region.ts';
import { Allocator } from '../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import {
  DICT_WORDS,
  DictCursor,
  dictFind,
  dictFree,
  dictHash,
  dictInit,
  dictInsert,
  dictRemove,
  dictSample,
} from '../../src/types/dict.ts';
import { newElement } from '../../src/types/dict-element.ts';
import { suite } from './bench.ts';
import { names } from './names.ts';

export const operations = 1000;

const MEMBER_BYTES = 16;

export default function dict(): Bench {
  const bench = suite('dict');
  const million = 1 << 20;
  const members = names('m:', million, 0, MEMBER_BYTES);
  const missing = names('m:', million, million * 4, MEMBER_BYTES);
  for (const [name, count] of [
    ['1k', 1000],
    ['1M', million],
  ] as const) {
    const allocator = new Allocator(new Arena(createArenaBuffer(256 << 20, 1)));
    const { arena } = allocator;
    const base = allocator.allocate(DICT_WORDS * 4) >> 2;
    const insert = (from: Region, i: number): number => {
      const hash = dictHash(arena, base, from, i * MEMBER_BYTES, MEMBER_BYTES);
      const element = newElement(allocator, 0, from, i * MEMBER_BYTES, MEMBER_BYTES, 0);
      dictInsert(allocator, base, element, hash);
      return element;
    };
    dictInit(allocator, base, 7, 0);
    for (let i = 0; i < count; i++) insert(members, i);
    let at = 0;
    const next = (): number => {
      at = (at + 611_953) % count;
      return at * MEMBER_BYTES;
    };
    const find = (from: Region) => () => {
      let sum = 0;
      for (let i = 0; i < operations; i++) {
        const from_ = next();
        sum += dictFind(arena, base, from, from_, MEMBER_BYTES, dictHash(arena, base, from, from_, MEMBER_BYTES));
      }
      return { sum };
    };
    bench.add(`find, ${name}`, find(members));
    bench.add(`miss, ${name}`, find(missing));
    bench.add(`sample, ${name}`, () => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum += dictSample(arena, base, Math.random);
      return { sum };
    });
    bench.add(`insert and remove, ${name}`, () => {
      for (let i = 0; i < operations; i++) {
        const element = insert(missing, i);
        const hash = dictHash(arena, base, missing, i * MEMBER_BYTES, MEMBER_BYTES);
        dictRemove(allocator, base, element, hash);
        allocator.free(element);
      }
    });
  }
  const allocator = new Allocator(new Arena(createArenaBuffer(64 << 20, 1)));
  const base = allocator.allocate(DICT_WORDS * 4) >> 2;
  const cursor = new DictCursor();
  bench.add('fill with 1,000 and free', () => {
    dictInit(allocator, base, 7, 0);
    for (let i = 0; i < operations; i++) {
      const hash = dictHash(allocator.arena, base, members, i * MEMBER_BYTES, MEMBER_BYTES);
      dictInsert(allocator, base, newElement(allocator, 0, members, i * MEMBER_BYTES, MEMBER_BYTES, 0), hash);
    }
    let steps = 0;
    cursor.start(allocator.arena, base);
    while (cursor.next()) steps++;
    dictFree(allocator, base);
    return { steps };
  });
  return bench;
}
