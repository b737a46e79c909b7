/**
 * Keys that clients wait for, each with those who wait for it in the order they came, whatever thread they are on: a ring
 * of waiters that the key's node in the registry points at.
 *
 *     node      NOTE     address of the first waiter
 *     waiter    word 0   next (of the last: the first)   word 3   thread
 *               word 1   previous (of the first: the last) word 4   kind: what it waits for, in the words of its thread
 *               word 2   ticket: goes up along the ring    word 5   –
 *
 * Under the shard's lock, all of it.
 */
import type { Allocator } from '../memory/allocator.ts';
import { KeyRegistry } from './key-registry.ts';

const NEXT = 0;
const PREVIOUS = 1;
const TICKET = 2;
const THREAD = 3;
const KIND = 4;
const WAITER_BYTES = 24;

export interface Waiter {
  readonly ticket: number;
  readonly thread: number;
  readonly kind: number;
}

export class WaiterRegistry extends KeyRegistry {
  private readonly blocksOf: Allocator;
  private readonly words: Int32Array;

  constructor(allocator: Allocator, base: number) {
    super(allocator, base);
    this.blocksOf = allocator;
    this.words = allocator.arena.i32;
  }

  /** Puts a waiter at the end of a node's queue. @returns its address; its ticket says who it is  @throws OutOfMemoryError */
  enqueue(node: number, thread: number, kind: number): number {
    const { words } = this;
    const waiter = this.blocksOf.allocate(WAITER_BYTES);
    const at = waiter >> 2;
    const first = this.note(node);
    const last = first === 0 ? waiter : words[(first >> 2) + PREVIOUS];
    words[at + NEXT] = first === 0 ? waiter : first;
    words[at + PREVIOUS] = last;
    words[at + TICKET] = first === 0 ? 1 : words[(last >> 2) + TICKET] + 1;
    words[at + THREAD] = thread;
    words[at + KIND] = kind;
    if (first === 0) this.setNote(node, waiter);
    else {
      words[(last >> 2) + NEXT] = waiter;
      words[(first >> 2) + PREVIOUS] = waiter;
    }
    return waiter;
  }

  dequeue(node: number, waiter: number): void {
    const { words } = this;
    const next = words[(waiter >> 2) + NEXT];
    const previous = words[(waiter >> 2) + PREVIOUS];
    words[(previous >> 2) + NEXT] = next;
    words[(next >> 2) + PREVIOUS] = previous;
    if (this.note(node) === waiter) this.setNote(node, next === waiter ? 0 : next);
    this.blocksOf.free(waiter);
  }

  ticket(waiter: number): number {
    return this.words[(waiter >> 2) + TICKET];
  }

  /** The thread of whoever waits longest, or −1. */
  firstThread(node: number): number {
    const first = this.note(node);
    return first === 0 ? -1 : this.words[(first >> 2) + THREAD];
  }

  /** At most `limit` of those whose ticket is above `after`, in order. */
  after(node: number, after: number, limit: number): Waiter[] {
    const { words } = this;
    const found: Waiter[] = [];
    const first = this.note(node);
    for (let waiter = first; waiter !== 0 && found.length < limit; ) {
      const at = waiter >> 2;
      if (words[at + TICKET] > after) {
        found.push({ ticket: words[at + TICKET], thread: words[at + THREAD], kind: words[at + KIND] });
      }
      waiter = words[at + NEXT] === first ? 0 : words[at + NEXT];
    }
    return found;
  }

  /** The addresses of all waiters, for checks and sums; of a damaged ring, not too many. */
  waiterBlocks(limit: number): number[] {
    const addresses: number[] = [];
    this.eachNode((node) => {
      const first = this.note(node);
      for (let waiter = first; waiter !== 0 && addresses.length < limit; ) {
        addresses.push(waiter);
        const next = this.words[(waiter >> 2) + NEXT];
        waiter = next === first ? 0 : next;
      }
    });
    return addresses;
  }
}
