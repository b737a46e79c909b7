import type { Bench } from 'tinybench';
import { SeededRandom } from '../../src/base/random.ts';
import { Allocator } from '../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import { WORD_KEYSPACES } from '../../src/memory/layout.ts';
import { ExpiryHeap } from '../../src/store/expiry-heap.ts';
import { suite } from './bench.ts';

export const operations = 1000;

const ENTRY_BYTES = 48;

export default function expiryHeap(): Bench {
  const bench = suite('expiry-heap');
  for (const [name, count] of [
    ['1k', 1000],
    ['1M', 1 << 20],
  ] as const) {
    const allocator = new Allocator(new Arena(createArenaBuffer(256 << 20, 1)));
    const heap = new ExpiryHeap(allocator, WORD_KEYSPACES);
    const random = new SeededRandom(3);
    let nowMs = 1_000_000;
    const deadlines = Float64Array.from({ length: 8192 }, () => random.below(60_000));
    let turn = 0;
    /** As EXPIRE has them: within a minute from now. */
    const nextMs = (): number => ++nowMs / 1000 + deadlines[++turn & 8191];
    const entries = Int32Array.from({ length: count }, () => {
      const entry = allocator.allocate(ENTRY_BYTES);
      heap.add(entry, nextMs());
      return entry;
    });
    let at = 0;
    const next = (): number => {
      at = (at + 611_953) % count;
      return entries[at];
    };
    bench.add(`change, ${name} deadlines`, () => {
      for (let i = 0; i < operations; i++) heap.change(next(), nextMs());
    });
    bench.add(`remove any and add, ${name} deadlines`, () => {
      for (let i = 0; i < operations; i++) {
        const entry = next();
        heap.remove(entry);
        heap.add(entry, nextMs());
      }
    });
    bench.add(`remove the earliest and add, ${name} deadlines`, () => {
      for (let i = 0; i < operations; i++) {
        const entry = heap.earliestEntry;
        heap.remove(entry);
        heap.add(entry, nextMs() + 60_000);
      }
    });
    bench.add(`read, ${name} deadlines`, () => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum += heap.deadlineOf(next());
      return { sum };
    });
  }
  return bench;
}
