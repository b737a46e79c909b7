import { describe, expect, it } from 'vitest';
import { createArenaBuffer } from '../../../src/memory/arena.ts';
import { WORD_WANTED } from '../../../src/memory/layout.ts';
import { AccessClock } from '../../../src/store/access.ts';
import { LockSet } from '../../../src/store/lock-set.ts';
import { Shard } from '../../../src/store/shard.ts';

const SHARDS = 32;
const arenas = Array.from({ length: SHARDS }, () => createArenaBuffer(1 << 20, 1));
const shardsOf = (threadId: number): Shard[] =>
  arenas.map((arena, index) => new Shard(index, arena, threadId, new AccessClock(() => 0), 1));
const bits = (...shards: number[]): number => shards.reduce((mask, shard) => mask | (1 << shard), 0);

describe('a set of locks', () => {
  it('takes all or none, and takes none twice', () => {
    const one = new LockSet(shardsOf(0));
    const other = new LockSet(shardsOf(1));
    expect(one.tryAcquire(bits(3, 31))).toBe(true);
    expect(one.tryAcquire(bits(3, 4, 31))).toBe(true);
    expect(one.held).toBe(bits(3, 4, 31));
    expect(other.tryAcquire(bits(0, 1, 31))).toBe(false);
    expect(other.held).toBe(0);
    expect(one.tryAcquire(bits(0, 1))).toBe(true);
    one.release(bits(31, 17));
    expect(one.held).toBe(bits(0, 1, 3, 4));
    expect(other.tryAcquire(bits(31))).toBe(true);
    one.release(-1);
    other.release(-1);
    other.acquire(-1);
    expect(other.held).toBe(-1);
    expect(() => other.acquire(bits(1))).toThrow();
    other.release(-1);
    expect([one.held, other.held]).toEqual([0, 0]);
  });

  it('knows which of its shards others want', () => {
    const locks = new LockSet(shardsOf(0));
    locks.tryAcquire(bits(2, 5));
    new Int32Array(arenas[5])[WORD_WANTED] = 1 << 7;
    expect(locks.wanted(bits(2, 5))).toBe(bits(5));
    expect(locks.wanted(bits(2))).toBe(0);
    new Int32Array(arenas[5])[WORD_WANTED] = 0;
    locks.release(-1);
  });
});
