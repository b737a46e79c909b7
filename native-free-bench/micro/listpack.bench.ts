import type { Bench } from 'tinybench';
import { Region } from '../../src/base/region.ts';
import { Allocator } from '../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import * as listpack from '../../src/types/listpack.ts';
import { ListpackElement } from '../../src/types/listpack-element.ts';
import { suite } from './bench.ts';

/** Elements per task: one operation alone is shorter than the clock can tell. */
export const operations = 100;

export default function listpackBench(): Bench {
  const bench = suite('listpack');
  const allocator = new Allocator(new Arena(createArenaBuffer(16 << 20, 1)));
  const { region } = allocator.arena;
  const element = new ListpackElement();
  const text = Region.of('field:12345');
  const number = Region.of('1234567');

  const filled = (make: (index: number) => string): number => {
    let lp = listpack.create(allocator);
    for (let i = 0; i < operations; i++) {
      const value = Region.of(make(i));
      lp = listpack.append(allocator, lp, value, 0, value.length);
    }
    return lp;
  };
  const texts = filled((index) => `field:${10000 + index}`);
  const numbers = filled((index) => String(index * 12345));

  const appendAll = (value: Region) => () => {
    let lp = listpack.create(allocator, 2048);
    for (let i = 0; i < operations; i++) lp = listpack.append(allocator, lp, value, 0, value.length);
    allocator.free(lp);
  };
  bench.add('append, 11 bytes', appendAll(text));
  bench.add('append, an integer', appendAll(number));
  bench.add('walk and read, strings', () => {
    let sum = 0;
    for (let at = listpack.first(region, texts); at !== 0; at = listpack.next(region, at)) {
      element.read(region, at);
      sum += element.length;
    }
    return { sum };
  });
  bench.add('walk and read, integers', () => {
    let sum = 0;
    for (let at = listpack.first(region, numbers); at !== 0; at = listpack.next(region, at)) {
      element.read(region, at);
      sum += element.integer;
    }
    return { sum };
  });
  const absent = Region.of('field:99999');
  bench.add('find, the whole way', () => {
    return { at: listpack.find(region, listpack.first(region, texts), absent, 0, absent.length, 0) };
  });
  bench.add('find, every second element', () => {
    return { at: listpack.find(region, listpack.first(region, texts), absent, 0, absent.length, 1) };
  });
  return bench;
}
