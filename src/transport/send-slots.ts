import type { Region } from '../base/region.ts';
import type { Libc } from './libc.ts';
import { PinnedMemory } from './pinned-memory.ts';
import { replyBuffers } from './reply-buffers.ts';

export const SLOT_BYTES = 32 * 1024;
const SLOTS_OF_BLOCK = 32;
/** How long memory that a burst has taken stays before what is free is let go. */
const TRIM_MS = 1000;
/** Slots a power of two apart would share their cache sets. */
const STRIDE_BYTES = SLOT_BYTES + 192;

/** A range of memory that waits to be sent: a slot of the pool, or memory the server gave away. */
export class OutputChunk {
  readonly region: Region;
  /** Of `region`'s byte 0. */
  readonly address: number;
  /** Where the slot begins and ends in `region`. */
  readonly start: number;
  readonly end: number;
  /** Bytes [from, to) of `region` are unsent. */
  from: number;
  to: number;
  /** The next chunk of the same link, or of the free list. */
  next: OutputChunk | null = null;
  /** null for memory that isn't the pool's. */
  readonly block: SlotBlock | null;

  constructor(region: Region, address: number, start: number, end: number, block: SlotBlock | null) {
    this.region = region;
    this.address = address;
    this.start = start;
    this.end = end;
    this.from = start;
    this.to = start;
    this.block = block;
  }
}

/** A piece of pinned memory cut into slots. */
class SlotBlock {
  readonly memory: PinnedMemory;
  usedSlots = 0;

  constructor(memory: PinnedMemory) {
    this.memory = memory;
  }
}

/**
 * Slots that replies are copied into, so that the kernel can read them after the caller's buffer has been reused. The
 * free list is last in, first out: under an even load the same few slots, warm in the cache, serve everybody.
 */
export class SendSlots {
  private readonly libc: Libc;
  private free: OutputChunk | null = null;
  private freeCount = 0;
  private blocks = 0;
  private trimTimer: NodeJS.Timeout | undefined;
  /** Slots taken and not released. */
  usedCount = 0;

  constructor(libc: Libc) {
    this.libc = libc;
  }

  get allocatedBytes(): number {
    return this.blocks * SLOTS_OF_BLOCK * STRIDE_BYTES;
  }

  /** An empty slot. */
  take(): OutputChunk {
    const chunk = this.free ?? this.grow();
    this.free = chunk.next;
    chunk.next = null;
    this.freeCount--;
    this.usedCount++;
    chunk.block!.usedSlots++;
    return chunk;
  }

  /** Takes a chunk back that nobody reads any more. */
  release(chunk: OutputChunk): void {
    chunk.next = null;
    const { block } = chunk;
    if (block === null) {
      replyBuffers.giveBack(chunk.region);
      return;
    }
    block.usedSlots--;
    this.usedCount--;
    chunk.from = chunk.start;
    chunk.to = chunk.start;
    chunk.next = this.free;
    this.free = chunk;
    this.freeCount++;
  }

  close(): void {
    clearTimeout(this.trimTimer);
  }

  /** Lets go of blocks that are wholly free, all but one. */
  private trim(): void {
    let kept: SlotBlock | null = null;
    let list: OutputChunk | null = null;
    for (let chunk = this.free; chunk !== null; ) {
      const { next } = chunk;
      const block = chunk.block!;
      if (block.usedSlots === 0) kept ??= block;
      if (block.usedSlots > 0 || block === kept) {
        chunk.next = list;
        list = chunk;
      } else {
        this.freeCount--;
      }
      chunk = next;
    }
    this.free = list;
    this.blocks = Math.ceil((this.freeCount + this.usedCount) / SLOTS_OF_BLOCK);
  }

  /** Memory given away by the server, as a chunk; it is kept alive until sent. */
  own(region: Region, from: number, to: number): OutputChunk {
    const chunk = new OutputChunk(region, this.libc.addressOf(region.u8), from, to, null);
    chunk.to = to;
    return chunk;
  }

  private trimLater(): void {
    this.trimTimer ??= setTimeout(() => {
      this.trimTimer = undefined;
      this.trim();
      if (this.blocks > 1) this.trimLater();
    }, TRIM_MS).unref();
  }

  private grow(): OutputChunk {
    const memory = new PinnedMemory(this.libc, SLOTS_OF_BLOCK * STRIDE_BYTES);
    const block = new SlotBlock(memory);
    this.blocks++;
    if (this.blocks > 1) this.trimLater();
    for (let slot = SLOTS_OF_BLOCK - 1; slot >= 0; slot--) {
      const start = slot * STRIDE_BYTES;
      const chunk = new OutputChunk(memory.region, memory.address, start, start + SLOT_BYTES, block);
      chunk.next = this.free;
      this.free = chunk;
      this.freeCount++;
    }
    return this.free!;
  }
}
