import { copy } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';

/**
 * A value being worked on: where it is and in which form. Operations that move or convert it write here; whoever holds the
 * key's entry carries `root` and `encoding` back. To be set again and again, one object for each role a command has.
 */
export class Value {
  allocator!: Allocator;
  root = 0;
  encoding = 0;

  static of(allocator: Allocator, root: number, encoding: number): Value {
    const value = new Value();
    value.set(allocator, root, encoding);
    return value;
  }

  set(allocator: Allocator, root: number, encoding: number): void {
    this.allocator = allocator;
    this.root = root;
    this.encoding = encoding;
  }

  /** Makes this the same value as `other`. */
  become(other: Value): void {
    this.allocator = other.allocator;
    this.root = other.root;
    this.encoding = other.encoding;
  }
}

/** A copy of a whole block, possibly in another arena. @throws OutOfMemoryError */
export function copyBlock(from: Allocator, block: number, to: Allocator): number {
  const bytes = from.sizeOf(block);
  const copied = to.allocate(bytes);
  copy(from.arena.region, block, to.arena.region, copied, bytes);
  return copied;
}
