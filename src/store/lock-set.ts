/**
 * The shard locks that a thread holds, as a bit mask. An I/O thread tries and keeps locks over a batch; a worker waits,
 * always in ascending order, so that no two threads can wait for each other.
 */
import type { Shard } from './shard.ts';

export class LockSet {
  /** One bit a shard held. */
  held = 0;
  private readonly shards: readonly Shard[];

  constructor(shards: readonly Shard[]) {
    this.shards = shards;
  }

  /** Takes those of `mask` that are not held yet, without waiting. @returns false, with what it took given back, if one is busy */
  tryAcquire(mask: number): boolean {
    let missing = mask & ~this.held;
    let taken = 0;
    while (missing !== 0) {
      const index = 31 - Math.clz32(missing & -missing);
      if (!this.shards[index].lock.tryAcquire()) {
        this.release(taken);
        return false;
      }
      taken |= 1 << index;
      this.held |= 1 << index;
      missing &= missing - 1;
    }
    return true;
  }

  /** Waits for all of `mask`. Nothing may be held already, or the order could not be kept. */
  acquire(mask: number): void {
    if (this.held !== 0) throw new Error('waiting for locks while holding some');
    for (let missing = mask; missing !== 0; missing &= missing - 1) {
      const index = 31 - Math.clz32(missing & -missing);
      this.shards[index].lock.acquire();
      this.held |= 1 << index;
    }
  }

  /** Gives back those of `mask` that are held. */
  release(mask: number): void {
    for (let left = mask & this.held; left !== 0; left &= left - 1) {
      this.shards[31 - Math.clz32(left & -left)].lock.release();
    }
    this.held &= ~mask;
  }

  /** Whether nobody has any shard of `mask`, as far as can be told without taking them. */
  areFree(mask: number): boolean {
    for (let left = mask; left !== 0; left &= left - 1) {
      if (this.shards[31 - Math.clz32(left & -left)].lock.isHeld) return false;
    }
    return true;
  }

  /** The shards of `mask` that other threads wait for. */
  wanted(mask: number): number {
    let wanted = 0;
    for (let left = mask; left !== 0; left &= left - 1) {
      const index = 31 - Math.clz32(left & -left);
      if (this.shards[index].lock.isWanted) wanted |= 1 << index;
    }
    return wanted;
  }
}
