import type { Bench } from 'tinybench';
import type { Region } from '../../src/base/region.ts';
import { createArenaBuffer } from '../../src/memory/arena.ts';
import { AccessClock } from '../../src/store/access.ts';
import { writeEntry } from '../../src/store/entry.ts';
import { hashBytes } from '../../src/store/hash.ts';
import { Shard } from '../../src/store/shard.ts';
import { HASH_END, type Table } from '../../src/store/table.ts';
import { suite } from './bench.ts';
import { names } from './names.ts';

export const operations = 1000;

const KEY_BYTES = 16;

/** Keys as redis-benchmark has them, one behind the other, and their hashes: what a task needs is ready. */
class Keys {
  readonly region: Region;
  readonly hashes: Int32Array;

  constructor(count: number, first: number) {
    this.region = names('key:', count, first, KEY_BYTES);
    this.hashes = new Int32Array(count);
    for (let i = 0; i < count; i++) this.hashes[i] = hashBytes(this.region.view, i * KEY_BYTES, KEY_BYTES, 1);
  }
}

function tableOf(keys: Keys, count: number): { table: Table; shard: Shard } {
  const shard = new Shard(0, createArenaBuffer(512 << 20, 1), 0, new AccessClock(() => 0), 1);
  const { table } = shard.keyspaces[0];
  for (let i = 0; i < count; i++) {
    const entry = shard.allocator.allocate(8 + KEY_BYTES);
    writeEntry(shard.arena, entry, 0, 0, 0, keys.region, i * KEY_BYTES, KEY_BYTES, 0);
    table.insert(entry, keys.hashes[i]);
  }
  return { table, shard };
}

export default function table(): Bench {
  const bench = suite('table');
  const million = new Keys(1 << 20, 0);
  const missing = new Keys(1 << 20, 1 << 24);
  for (const [name, count] of [
    ['1k', 1000],
    ['1M', 1 << 20],
  ] as const) {
    const { table: filled } = tableOf(million, count);
    // Far apart, so that no key is found because its neighbour was just looked at.
    let at = 0;
    const next = (): number => {
      at += 611_953;
      while (at >= count) at -= count;
      return at;
    };
    const find = (keys: Keys): { sum: number } => {
      let sum = 0;
      for (let i = 0; i < operations; i++) {
        const place = count === 1000 ? i : next();
        sum ^= filled.find(keys.region, place * KEY_BYTES, KEY_BYTES, keys.hashes[place]);
      }
      return { sum };
    };
    bench.add(`find, ${name} keys, hit`, () => find(million));
    bench.add(`find, ${name} keys, miss`, () => find(missing));
    bench.add(`remove and insert, ${name} keys`, () => {
      for (let i = 0; i < operations; i++) {
        const place = count === 1000 ? i : next();
        const hash = million.hashes[place];
        const entry = filled.find(million.region, place * KEY_BYTES, KEY_BYTES, hash);
        filled.remove();
        filled.insert(entry, hash);
      }
    });
    let cursor = 0;
    let visited = 0;
    bench.add(`scan, ${name} keys, a key`, () => {
      for (visited = 0; visited < operations; ) {
        cursor = filled.scan(cursor, 10, () => {
          visited++;
        });
        if (cursor === HASH_END) cursor = 0;
      }
    });
  }

  const { table: growing } = tableOf(million, 0);
  bench.add('insert, from 0 to 100k keys, a key', () => {
    if (growing.count > 100_000) growing.drop();
    const from = growing.count;
    for (let i = 0; i < operations; i++) growing.insert((i + 1) << 3, million.hashes[from + i]);
  });
  return bench;
}
