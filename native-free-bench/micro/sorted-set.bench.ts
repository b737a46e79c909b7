import type { Bench } from 'tinybench';
import { Region } from '../../src/base/region.ts';
import { Allocator } from '../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import { Slice } from '../../src/types/slice.ts';
import {
  SortedSetCursor,
  sortedSetCreate,
  sortedSetFind,
  sortedSetInsert,
  sortedSetRank,
  sortedSetRankOfScore,
  sortedSetRead,
  sortedSetRemove,
  sortedSetRemoveRange,
  sortedSetUpdate,
} from '../../src/types/sorted-set.ts';
import { Value } from '../../src/types/value.ts';
import { suite } from './bench.ts';
import { names } from './names.ts';

export const operations = 1000;

const MEMBER_BYTES = 16;

/** Scores in no order, few of them twice. */
const whole = (i: number): number => (i * 7_368_787) % 1_000_003;
const fraction = (i: number): number => whole(i) / 7;

export default function sortedSet(): Bench {
  const bench = suite('sorted-set');
  const million = 1 << 20;
  const members = names('m:', million, 0, MEMBER_BYTES);
  const others = names('m:', operations, million * 4, MEMBER_BYTES);
  for (const [name, count, scoreOf] of [
    ['10', 10, whole],
    ['10 fractions', 10, fraction],
    ['100', 100, whole],
    ['100 fractions', 100, fraction],
    ['10k', 10_000, whole],
    ['1M', million, whole],
  ] as const) {
    const zset = new Value();
    zset.allocator = new Allocator(new Arena(createArenaBuffer(256 << 20, 1)));
    sortedSetCreate(zset, 1, 1);
    const insert = (from: Region, i: number, score: number): void => {
      sortedSetFind(zset, from, i * MEMBER_BYTES, MEMBER_BYTES);
      sortedSetInsert(zset, from, i * MEMBER_BYTES, MEMBER_BYTES, score);
    };
    for (let i = 0; i < count; i++) insert(members, i, scoreOf(i));
    let at = 0;
    const next = (): number => {
      at = (at + 611_953) % count;
      return at;
    };
    const find = (): number => sortedSetFind(zset, members, next() * MEMBER_BYTES, MEMBER_BYTES);
    bench.add(`add and remove, ${name}`, () => {
      for (let i = 0; i < operations; i++) {
        insert(others, i, scoreOf(i * 31));
        sortedSetRemove(zset, sortedSetFind(zset, others, i * MEMBER_BYTES, MEMBER_BYTES));
      }
    });
    bench.add(`change a score, ${name}`, () => {
      for (let i = 0; i < operations; i++) sortedSetUpdate(zset, find(), scoreOf(next()));
    });
    bench.add(`rank, ${name}`, () => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum += sortedSetRank(zset, find());
      return { sum };
    });
    bench.add(`rank of a score, ${name}`, () => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum += sortedSetRankOfScore(zset, scoreOf(next()), true);
      return { sum };
    });
    const cursor = new SortedSetCursor();
    const member = new Slice();
    const popped = Region.allocate(MEMBER_BYTES);
    bench.add(`pop the lowest and add it, ${name}`, () => {
      for (let i = 0; i < operations; i++) {
        cursor.seek(zset, 0);
        cursor.read(member);
        const score = cursor.score();
        const position = sortedSetFind(zset, member.region, member.at, member.length);
        sortedSetRead(zset, position, member);
        popped.u8.set(member.region.u8.subarray(member.at, member.at + MEMBER_BYTES), 0);
        sortedSetRemoveRange(zset, 0, 1);
        insert(popped, 0, score);
      }
    });
    const steps = Math.min(count, operations);
    bench.add(`step through ${steps}, ${name}`, () => {
      let sum = 0;
      for (let i = 0; i < operations; i += steps) {
        cursor.seek(zset, next() % (count - steps + 1));
        for (let step = 0; step < steps; step++) {
          cursor.read(member);
          sum += member.length + cursor.score();
          cursor.next();
        }
      }
      return { sum };
    });
    bench.add(`step back through ${steps}, ${name}`, () => {
      let sum = 0;
      for (let i = 0; i < operations; i += steps) {
        cursor.seek(zset, count - 1 - (next() % (count - steps + 1)));
        for (let step = 0; step < steps; step++) {
          cursor.read(member);
          sum += member.length + cursor.score();
          cursor.previous();
        }
      }
      return { sum };
    });
  }
  return bench;
}
