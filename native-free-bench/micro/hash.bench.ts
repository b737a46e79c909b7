import type { Bench } from 'tinybench';
import { Region } from '../../src/base/region.ts';
import { hashBytes } from '../../src/store/hash.ts';
import { suite } from './bench.ts';

/** Hashes per task: one alone is shorter than the clock can tell. */
export const operations = 1000;

export default function hash(): Bench {
  const bench = suite('hash');
  for (const bytes of [3, 16, 64, 1024]) {
    const key = Region.of('k'.repeat(bytes));
    let sum = 0;
    bench.add(`hashBytes, ${bytes} bytes`, () => {
      for (let i = 0; i < operations; i++) sum ^= hashBytes(key.view, 0, bytes, i);
      return { sum };
    });
  }
  return bench;
}
