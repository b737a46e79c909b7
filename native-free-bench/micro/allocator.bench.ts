import type { Bench } from 'tinybench';
import { SeededRandom } from '../../src/base/random.ts';
import { Allocator } from '../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import { suite } from './bench.ts';

export const operations = 1000;

/** Addresses of blocks in use, none in the order of another. */
function fill(allocator: Allocator, count: number, bytes: () => number): Int32Array {
  const random = new SeededRandom(1);
  const addresses = Int32Array.from({ length: count }, () => allocator.allocate(bytes()));
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [addresses[i], addresses[j]] = [addresses[j], addresses[i]];
  }
  return addresses;
}

export default function allocator(): Bench {
  const bench = suite('allocator');
  const one = new Allocator(new Arena(createArenaBuffer(256 << 20, 1)));
  for (const bytes of [40, 1000, 20_000]) {
    bench.add(`allocate and free ${bytes} bytes`, () => {
      for (let i = 0; i < operations; i++) one.free(one.allocate(bytes));
    });
  }

  const random = new SeededRandom(2);
  const sizes = Int32Array.from({ length: 4096 }, () => 16 + random.below(200));
  let turn = 0;
  const nextSize = (): number => sizes[++turn & 4095];
  const full = new Allocator(new Arena(createArenaBuffer(512 << 20, 1)));
  const addresses = fill(full, 1 << 20, nextSize);
  bench.add('free one of a million blocks of 16–216 bytes, allocate another', () => {
    for (let i = 0; i < operations; i++) {
      const place = (turn * 7919) & 0xfffff;
      full.free(addresses[place]);
      addresses[place] = full.allocate(nextSize());
    }
  });

  const growing = new Allocator(new Arena(createArenaBuffer(256 << 20, 1)));
  bench.add('reallocate from 16 to 64, in place or not', () => {
    for (let i = 0; i < operations; i += 6) {
      let block = growing.allocate(16);
      for (let bytes = 24; bytes <= 64; bytes += 8) block = growing.reallocate(block, bytes, bytes - 8);
      growing.free(block);
    }
  });
  return bench;
}
