import type { Allocator } from '../../src/memory/allocator.ts';

/**
 * A neighbour in the arena that takes all that is left, block by block, and gives it back a little at a time: so that
 * every single allocation of an operation is once the one that fails.
 */
export class Hoard {
  private readonly allocator: Allocator;
  private readonly blocks: number[] = [];

  constructor(allocator: Allocator) {
    this.allocator = allocator;
  }

  get bytes(): number {
    return this.blocks.reduce((sum, block) => sum + this.allocator.sizeOf(block), 0);
  }

  /** Takes all pages, then what room slabs have for blocks of up to `bytes`. */
  takeAll(bytes: number): void {
    for (let size = 8200; this.allocator.hasRoom(size); ) this.blocks.push(this.allocator.allocate(size));
    for (;;) {
      // Less than three pages in a row are left.
      try {
        this.blocks.push(this.allocator.allocatePages(1));
      } catch {
        break;
      }
    }
    for (let size = 8; size <= bytes; size += 8) {
      while (this.allocator.hasRoom(size)) this.blocks.push(this.allocator.allocate(size));
    }
  }

  /** Makes room in slabs for `count` blocks of each size up to `bytes`, room that `takeAll(0)` leaves. */
  takeEverySecond(bytes: number, count: number): number[] {
    const spare: number[] = [];
    for (let size = 16; size <= bytes; size += 8) {
      for (let i = 0; i < count * 2 && this.allocator.hasRoom(size); i++) {
        (i % 2 === 0 ? this.blocks : spare).push(this.allocator.allocate(size));
      }
    }
    return spare;
  }

  /** Gives one block back. @returns false if there is none */
  giveOne(random: () => number): boolean {
    if (this.blocks.length === 0) return false;
    const place = Math.floor(random() * this.blocks.length);
    this.allocator.free(this.blocks[place]);
    this.blocks[place] = this.blocks[this.blocks.length - 1];
    this.blocks.pop();
    return true;
  }

  giveAll(): void {
    for (const block of this.blocks) this.allocator.free(block);
    this.blocks.length = 0;
  }
}
