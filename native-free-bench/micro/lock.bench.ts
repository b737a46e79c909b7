import type { Bench } from 'tinybench';
import { createArenaBuffer } from '../../src/memory/arena.ts';
import { Lock } from '../../src/memory/lock.ts';
import { suite } from './bench.ts';

export const operations = 1000;

/** What a lock costs that nobody else wants: what it costs with others is for load tests to say. */
export default function lock(): Bench {
  const bench = suite('lock');
  const words = new Int32Array(createArenaBuffer(1 << 20, 1));
  const mine = new Lock(words, 3);
  bench.add('tryAcquire and release', () => {
    for (let i = 0; i < operations; i++) if (mine.tryAcquire()) mine.release();
  });
  bench.add('acquire and release', () => {
    for (let i = 0; i < operations; i++) {
      mine.acquire();
      mine.release();
    }
  });
  bench.add('isWanted', () => {
    let wanted = 0;
    for (let i = 0; i < operations; i++) if (mine.isWanted) wanted++;
    return { wanted };
  });
  return bench;
}
