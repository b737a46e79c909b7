import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createArenaBuffer } from '../../src/memory/arena.ts';
import { WORD_LOCK, WORD_WANTED } from '../../src/memory/layout.ts';
import { forgetThread, Lock, THREADS_MAX } from '../../src/memory/lock.ts';

const thread = fc.nat(THREADS_MAX - 1);
const step = fc.oneof(
  fc.record({ kind: fc.constant('try' as const), thread }),
  fc.record({ kind: fc.constant('release' as const), thread }),
  fc.record({ kind: fc.constant('wait' as const), thread }),
  fc.record({ kind: fc.constant('die' as const), thread }),
);

/** What several threads do to a lock, one after the other; test/unit/memory/lock-threads.test.ts has them at once. */
describe('a lock', () => {
  it('has one holder, and forgets the dead', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const words = new Int32Array(createArenaBuffer(1 << 20, 1));
        const locks = Array.from({ length: THREADS_MAX }, (_, id) => new Lock(words, id));
        let holder = -1;
        const waiting = new Set<number>();
        for (const one of steps) {
          const lock = locks[one.thread];
          if (one.kind === 'try') {
            expect(lock.tryAcquire()).toBe(holder === -1);
            if (holder === -1) holder = one.thread;
          } else if (one.kind === 'release') {
            if (holder !== one.thread) continue;
            lock.release();
            holder = -1;
          } else if (one.kind === 'wait') {
            // The first thing that a waiter does; its thread may die right after.
            if (holder === one.thread) continue;
            Atomics.or(words, WORD_WANTED, 1 << one.thread);
            waiting.add(one.thread);
          } else {
            expect(forgetThread(words, one.thread)).toBe(holder === one.thread);
            if (holder === one.thread) holder = -1;
            waiting.delete(one.thread);
          }
          expect(words[WORD_LOCK]).toBe(holder + 1);
          locks.forEach((each, id) => {
            if (each.isHeldHere !== (holder === id)) throw new Error(`thread ${id} is wrong about who holds the lock`);
          });
          expect(lock.isWanted).toBe(waiting.size > 0);
        }
      }),
      { numRuns: 50, interruptAfterTimeLimit: 15_000 },
    );
  });

  it('that is free is taken without a wait, and leaves nothing behind', () => {
    const words = new Int32Array(createArenaBuffer(1 << 20, 1));
    const lock = new Lock(words, THREADS_MAX - 1);
    lock.acquire();
    expect(lock.isHeldHere).toBe(true);
    expect(lock.isWanted).toBe(false);
    lock.release();
    expect([words[WORD_LOCK], words[WORD_WANTED]]).toEqual([0, 0]);
  });
});
