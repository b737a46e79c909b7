import type { Bench } from 'tinybench';
import { Allocator } from '../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import { setAdd, setCreate, setHas, setRead, setRemove, setRemoveAt, setSample } from '../../src/types/set.ts';
import { Slice } from '../../src/types/slice.ts';
import { Value } from '../../src/types/value.ts';
import { suite } from './bench.ts';
import { names } from './names.ts';

export const operations = 1000;

const MEMBER_BYTES = 12;

export default function set(): Bench {
  const bench = suite('set');
  for (const [name, prefix, first, count] of [
    ['intset of 500', '', 10 ** 11, 500],
    ['listpack of 100', 'm:', 0, 100],
    ['table of 100,000', 'm:', 0, 100_000],
  ] as const) {
    const members = names(prefix, count, first, MEMBER_BYTES);
    const others = names(prefix, operations, first + count * 4, MEMBER_BYTES);
    const value = new Value();
    value.allocator = new Allocator(new Arena(createArenaBuffer(32 << 20, 1)));
    setCreate(value, members, 0, MEMBER_BYTES, 1);
    for (let i = 0; i < count; i++) setAdd(value, members, i * MEMBER_BYTES, MEMBER_BYTES);
    let at = 0;
    const next = (): number => {
      at = (at + 61_953) % count;
      return at * MEMBER_BYTES;
    };
    bench.add(`has, ${name}`, () => {
      let found = 0;
      for (let i = 0; i < operations; i++) if (setHas(value, members, next(), MEMBER_BYTES)) found++;
      return { found };
    });
    bench.add(`add and remove, ${name}`, () => {
      for (let i = 0; i < operations; i++) {
        setAdd(value, others, i * MEMBER_BYTES, MEMBER_BYTES);
        setRemove(value, others, i * MEMBER_BYTES, MEMBER_BYTES);
      }
    });
    const member = new Slice();
    bench.add(`pop and add it, ${name}`, () => {
      for (let i = 0; i < operations; i++) {
        const position = setSample(value, Math.random);
        setRead(value, position, member);
        others.u8.set(member.region.u8.subarray(member.at, member.at + member.length), 0);
        setRemoveAt(value, position);
        setAdd(value, others, 0, MEMBER_BYTES);
      }
    });
  }
  return bench;
}
