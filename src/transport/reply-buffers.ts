import { Region } from '../base/region.ts';

/** What is kept for the next large replies, and for how long after the last of them. */
const KEPT_BYTES_MAX = 8 << 20;
const KEPT_MS = 1000;
/** A buffer so many times as large as what is wanted waits for something larger. */
const OVERSIZE_MAX = 8;

/**
 * Buffers of large replies, used again when they are sent: of fresh memory every page costs a fault on first use, which
 * together is more than writing the reply. One object a thread.
 */
export class ReplyBuffers {
  private free: Region[] = [];
  private freeBytes = 0;
  private readonly lent = new WeakSet<Region>();
  private trimTimer: NodeJS.Timeout | undefined;
  private usedSinceTrim = false;

  /** @returns shared memory of at least so many bytes, with whatever is in it */
  take(bytes: number): Region {
    const { free } = this;
    let best = -1;
    for (let i = 0; i < free.length; i++) {
      const { length } = free[i];
      if (length < bytes || length > bytes * OVERSIZE_MAX) continue;
      if (best < 0 || length < free[best].length) best = i;
    }
    const region = best < 0 ? Region.allocate(bytes) : free[best];
    if (best >= 0) {
      free[best] = free[free.length - 1];
      free.pop();
      this.freeBytes -= region.length;
      this.usedSinceTrim = true;
    }
    this.lent.add(region);
    return region;
  }

  /** Takes a buffer back that nobody reads or writes any more. Memory from elsewhere is just let go. */
  giveBack(region: Region): void {
    if (!this.lent.delete(region) || this.freeBytes + region.length > KEPT_BYTES_MAX) return;
    this.free.push(region);
    this.freeBytes += region.length;
    this.trimLater();
  }

  private trimLater(): void {
    this.trimTimer ??= setTimeout(() => {
      this.trimTimer = undefined;
      if (this.usedSinceTrim) {
        this.usedSinceTrim = false;
        this.trimLater();
        return;
      }
      this.free = [];
      this.freeBytes = 0;
    }, KEPT_MS).unref();
  }
}

export const replyBuffers = new ReplyBuffers();
