import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Region } from '../../../src/base/region.ts';
import { createArenaBuffer } from '../../../src/memory/arena.ts';
import { WORD_LOCK, WORD_WANTED } from '../../../src/memory/layout.ts';
import { forgetThread } from '../../../src/memory/lock.ts';
import { AccessClock } from '../../../src/store/access.ts';
import { checkShard, unaccountedBytes } from '../../../src/store/check.ts';
import { COUNTER_HITS, readCounter } from '../../../src/store/counters.ts';
import { valueAt } from '../../../src/store/entry.ts';
import { Shard } from '../../../src/store/shard.ts';
import { COUNTER_KEY, HASH_SEED, hashOf, type LockThreadData, work } from './threads/lock-thread.ts';
import { bundleThread, sleep, startThread, type Thread, until } from './threads/thread.ts';

let bundle = '';
beforeAll(async () => {
  bundle = await bundleThread(new URL('./threads/lock-thread.ts', import.meta.url));
});

let arena: SharedArrayBuffer;
let words: Int32Array;
let shard: Shard;
let threads: Thread[] = [];

beforeEach(() => {
  arena = createArenaBuffer(64 << 20, 1);
  words = new Int32Array(arena);
  shard = new Shard(0, arena, 0, new AccessClock(() => 0.5), HASH_SEED);
});
afterEach(async () => {
  await Promise.all(threads.map((thread) => thread.terminate()));
  threads = [];
});

function start(data: Partial<LockThreadData> & Pick<LockThreadData, 'role' | 'threadId'>): Thread {
  const thread = startThread(bundle, { arena, rounds: 0, tries: false, ...data } satisfies LockThreadData);
  threads.push(thread);
  return thread;
}

const holder = (): number => Atomics.load(words, WORD_LOCK) - 1;
const wanting = (): number => Atomics.load(words, WORD_WANTED);

describe('threads that share a shard', () => {
  for (const [name, tries] of [
    ['wait for its lock', [false, false, false]],
    ['wait for its lock or try for it', [false, false, true]],
  ] as const) {
    it(`and ${name} lose nothing`, async () => {
      const counter = Region.of(COUNTER_KEY);
      const entry = shard.keyspaces[0].putString(counter, 0, counter.length, hashOf(counter), 0, 8, 0);
      shard.arena.view.setFloat64(valueAt(shard.arena, entry), 0);
      const rounds = 20_000;
      const workers = tries.map((each, index) => start({ role: 'work', threadId: index + 1, rounds, tries: each }));
      // This thread takes part, too.
      work(shard, { role: 'work', arena, threadId: 0, rounds, tries: false });
      await Promise.all(workers.map(({ result }) => result));

      const now = shard.keyspaces[0].peek(counter, 0, counter.length, hashOf(counter));
      expect(shard.arena.view.getFloat64(valueAt(shard.arena, now))).toBe(4 * rounds);
      expect(readCounter(shard.arena, COUNTER_HITS)).toBe(4 * rounds);
      expect(shard.keyspaces[0].count).toBe(1 + 3 * rounds);
      expect(checkShard(shard)).toEqual([]);
      expect(unaccountedBytes(shard)).toBe(0);
      expect([holder(), wanting()]).toEqual([-1, 0]);
    });
  }

  it('go on when one dies that holds the lock', async () => {
    const dying = start({ role: 'hold', threadId: 5 });
    await until(() => holder() === 5, 'the thread takes the lock');
    const waiters = [6, 7].map((threadId) => start({ role: 'want', threadId }));
    await until(() => wanting() === ((1 << 6) | (1 << 7)), 'two threads want the lock');
    await dying.terminate();
    await sleep(20);
    expect(holder()).toBe(5);
    expect(forgetThread(words, 5)).toBe(true);
    expect(await Promise.all(waiters.map(({ result }) => result))).toEqual(['had it', 'had it']);
    expect([holder(), wanting()]).toEqual([-1, 0]);
  });

  it('are not told for ever that a dead thread wants the lock', async () => {
    shard.lock.acquire();
    const dying = start({ role: 'want', threadId: 31 });
    await until(() => shard.lock.isWanted, 'the thread wants the lock');
    await dying.terminate();
    expect(shard.lock.isWanted).toBe(true);
    expect(forgetThread(words, 31)).toBe(false);
    expect(shard.lock.isWanted).toBe(false);
    expect(shard.lock.isHeldHere).toBe(true);
    shard.lock.release();
    expect(holder()).toBe(-1);
  });

  it('are woken by a release, not by the check once a second', async () => {
    shard.lock.acquire();
    const waiter = start({ role: 'want', threadId: 3 });
    await until(() => shard.lock.isWanted, 'the thread wants the lock');
    await sleep(5);
    const before = performance.now();
    shard.lock.release();
    await waiter.result;
    expect(performance.now() - before).toBeLessThan(500);
  });
});
