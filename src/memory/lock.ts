/**
 * A shard's lock: two words of its arena, each alone on its cache line.
 *
 *     LOCK     0 when free, else the holder's thread id + 1
 *     WANTED   one bit a thread that waits for it, or is about to
 *
 * I/O threads only ever try; workers wait. A waiter sets its bit in WANTED before it looks at LOCK, and a release looks at
 * WANTED after it has freed LOCK, so no wake-up is lost. WANTED also tells an I/O thread that holds the lock over a batch
 * to let go of it. Bits, not a count, so that a waiter's death can be made good (`forgetThread`).
 */
import { WORD_LOCK, WORD_WANTED } from './layout.ts';

export class Lock {
  private readonly words: Int32Array;
  private readonly owner: number;
  private readonly bit: number;

  /** @param words the arena's 32-bit words  @param threadId of the thread that will use this object, 0 to THREADS_MAX − 1 */
  constructor(words: Int32Array, threadId: number) {
    this.words = words;
    this.owner = threadId + 1;
    this.bit = 1 << threadId;
  }

  /** Takes the lock if it is free. Never waits. */
  tryAcquire(): boolean {
    return Atomics.compareExchange(this.words, WORD_LOCK, 0, this.owner) === 0;
  }

  /** Waits for the lock. Never on an I/O thread. */
  acquire(): void {
    if (this.tryAcquire()) return;
    Atomics.or(this.words, WORD_WANTED, this.bit);
    for (;;) {
      const holder = Atomics.compareExchange(this.words, WORD_LOCK, 0, this.owner);
      if (holder === 0) break;
      Atomics.wait(this.words, WORD_LOCK, holder, ACQUIRE_CHECK_MS);
    }
    Atomics.and(this.words, WORD_WANTED, ~this.bit);
  }

  release(): void {
    Atomics.store(this.words, WORD_LOCK, 0);
    if (Atomics.load(this.words, WORD_WANTED) !== 0) Atomics.notify(this.words, WORD_LOCK, 1);
  }

  /** True while another thread waits for the lock. A hint, asked before every command: a plain read costs a tenth. */
  get isWanted(): boolean {
    return this.words[WORD_WANTED] !== 0;
  }

  /** True while any thread has it, as far as can be told without taking it. */
  get isHeld(): boolean {
    return Atomics.load(this.words, WORD_LOCK) !== 0;
  }

  get isHeldHere(): boolean {
    return Atomics.load(this.words, WORD_LOCK) === this.owner;
  }
}

/** Threads that may use locks: one bit each in WANTED. */
export const THREADS_MAX = 32;

/** A waiter looks again this often; only a woken thread that died before it looked could make it necessary. */
const ACQUIRE_CHECK_MS = 1000;

/** Clears what a dead thread left in a lock. @returns whether it died holding it */
export function forgetThread(words: Int32Array, deadThreadId: number): boolean {
  Atomics.and(words, WORD_WANTED, ~(1 << deadThreadId));
  const held = Atomics.compareExchange(words, WORD_LOCK, deadThreadId + 1, 0) === deadThreadId + 1;
  // Held or not: it may have been the one waiter that the last release woke.
  Atomics.notify(words, WORD_LOCK);
  return held;
}
