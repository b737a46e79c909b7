import { copy, Region } from '../base/region.ts';
import { replyBuffers } from './reply-buffers.ts';
import { type OutputChunk, type SendSlots, SLOT_BYTES } from './send-slots.ts';

/** Larger replies are copied into memory of their own rather than into a row of slots. */
const SLOTTED_BYTES_MAX = 8 * SLOT_BYTES;

/** What a link has been given to send and the kernel has not taken: a list of chunks, small replies packed together. */
export class OutputQueue {
  /** What is sent first. */
  head: OutputChunk | null = null;
  bytes = 0;
  private tail: OutputChunk | null = null;
  private readonly slots: SendSlots;

  constructor(slots: SendSlots) {
    this.slots = slots;
  }

  /** Copies bytes `[from, to)` of `region`. */
  push(region: Region, from: number, to: number): void {
    const length = to - from;
    let chunk = this.tail;
    if (chunk === null || chunk.end - chunk.to < length) {
      if (length > SLOT_BYTES) {
        this.pushLarge(region, from, to);
        return;
      }
      chunk = this.slots.take();
      this.append(chunk);
    }
    copy(region, from, chunk.region, chunk.to, length);
    chunk.to += length;
    this.bytes += length;
  }

  /** Takes bytes `[from, to)` of `region` as they lie; nobody writes there any more. Small ones are copied. */
  pushOwned(region: Region, from: number, to: number): void {
    if (to - from <= SLOT_BYTES) {
      this.push(region, from, to);
      replyBuffers.giveBack(region);
      return;
    }
    this.append(this.slots.own(region, from, to));
    this.bytes += to - from;
  }

  /** The kernel has taken `bytes` of the first chunk. */
  taken(bytes: number): void {
    const chunk = this.head!;
    chunk.from += bytes;
    this.bytes -= bytes;
    if (chunk.from < chunk.to) return;
    this.head = chunk.next;
    if (this.head === null) this.tail = null;
    this.slots.release(chunk);
  }

  /** Drops everything; but the first chunk stays the queue's if `keepFirst`, for the kernel may be reading it. */
  drop(keepFirst: boolean): void {
    const kept = keepFirst ? this.head : null;
    let chunk = kept === null ? this.head : kept.next;
    while (chunk !== null) {
      const { next } = chunk;
      this.slots.release(chunk);
      chunk = next;
    }
    if (kept !== null) kept.next = null;
    this.head = kept;
    this.tail = null;
    this.bytes = 0;
  }

  private pushLarge(region: Region, from: number, to: number): void {
    if (to - from > SLOTTED_BYTES_MAX) {
      const own = Region.allocate(to - from);
      copy(region, from, own, 0, to - from);
      this.pushOwned(own, 0, to - from);
      return;
    }
    for (let at = from; at < to; at += SLOT_BYTES) this.push(region, at, Math.min(to, at + SLOT_BYTES));
  }

  private append(chunk: OutputChunk): void {
    if (this.tail === null) this.head = chunk;
    else this.tail.next = chunk;
    this.tail = chunk;
  }
}
