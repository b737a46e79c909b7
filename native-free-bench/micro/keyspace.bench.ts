import type { Bench } from 'tinybench';
import { copy, Region } from '../../src/base/region.ts';
import { createArenaBuffer } from '../../src/memory/arena.ts';
import { AccessClock } from '../../src/store/access.ts';
import { valueAt, valueLength } from '../../src/store/entry.ts';
import { hashBytes } from '../../src/store/hash.ts';
import { type Keyspace, NO_DEADLINE } from '../../src/store/keyspace.ts';
import { Shard } from '../../src/store/shard.ts';
import { suite } from './bench.ts';
import { names } from './names.ts';

export const operations = 1000;

const KEY_BYTES = 16;
const SEED = 1;

/** GET, SET and the like without parser and reply: hash, table, entry, value. */
export default function keyspace(): Bench {
  const bench = suite('keyspace');
  const value = Region.of('v'.repeat(1000));
  const output = Region.allocate(4096);

  for (const [name, count] of [
    ['1k', 1000],
    ['1M', 1 << 20],
  ] as const) {
    const keys = names('key:', count, 0, KEY_BYTES);
    const newKeyspace = (): Keyspace =>
      new Shard(0, createArenaBuffer(512 << 20, 1), 0, new AccessClock(() => 0), SEED).keyspaces[0];

    const set = (keyspace: Keyspace, place: number, bytes: number, deadlineMs: number): void => {
      const at = place * KEY_BYTES;
      const hash = hashBytes(keys.view, at, KEY_BYTES, SEED);
      const old = keyspace.peek(keys, at, KEY_BYTES, hash);
      const entry = keyspace.putString(keys, at, KEY_BYTES, hash, old, bytes, deadlineMs);
      copy(value, 0, keyspace.region, valueAt(keyspace.arena, entry), bytes);
    };
    let at = 0;
    const next = (): number => {
      at = (at + 611_953) % count;
      return at;
    };

    const plain = newKeyspace();
    for (let i = 0; i < count; i++) set(plain, i, 16, NO_DEADLINE);
    bench.add(`read 16 bytes, ${name} keys`, () => {
      for (let i = 0; i < operations; i++) {
        const from = next() * KEY_BYTES;
        const entry = plain.read(keys, from, KEY_BYTES, hashBytes(keys.view, from, KEY_BYTES, SEED));
        copy(plain.region, valueAt(plain.arena, entry), output, 0, valueLength(plain.arena, entry));
      }
    });
    bench.add(`put 16 bytes in place, ${name} keys`, () => {
      for (let i = 0; i < operations; i++) set(plain, next(), 16, NO_DEADLINE);
    });
    let flip = 0;
    bench.add(`put 16 or 64 bytes in turn, ${name} keys`, () => {
      flip ^= 48;
      for (let i = 0; i < operations; i++) set(plain, next(), 16 + flip, NO_DEADLINE);
    });
    bench.add(`put 16 bytes with a deadline or without in turn, ${name} keys`, () => {
      for (let i = 0; i < operations; i++) set(plain, next(), 16, i % 2 === 0 ? NO_DEADLINE : 1e12 + at);
    });
    bench.add(`remove and put 16 bytes, ${name} keys`, () => {
      for (let i = 0; i < operations; i++) {
        const place = next();
        const from = place * KEY_BYTES;
        const hash = hashBytes(keys.view, from, KEY_BYTES, SEED);
        plain.remove(plain.peek(keys, from, KEY_BYTES, hash), hash);
        set(plain, place, 16, NO_DEADLINE);
      }
    });
  }
  return bench;
}
