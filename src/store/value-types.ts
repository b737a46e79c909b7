/**
 * What the store must know of a type, which it never imports: each type registers this.
 * A value that is not a string is one root block and what hangs on it, all in one shard's arena.
 */
import type { Allocator } from '../memory/allocator.ts';

/** What values of a type share within a shard: blocks that go when the last value that uses them does. */
export interface SharedBlocks {
  /** The block that a value uses, or 0. */
  blockOf(allocator: Allocator, root: number, encoding: number): number;
  /** How many values use a block. */
  users(allocator: Allocator, block: number): number;
  /** All of them in a shard. */
  blocks(allocator: Allocator): number[];
  /** Bytes of all of them, and of what is needed to find them. */
  bytes(allocator: Allocator): number;
}

export interface ValueType {
  /** As TYPE answers: `list`, `zset`, … */
  readonly name: string;
  /** Frees the root and all that hangs on it. */
  free(allocator: Allocator, root: number, encoding: number): void;
  /** Bytes of all blocks that are the value's alone. @param samples how many elements to look at, 0 for all; then estimated */
  sizeOf(allocator: Allocator, root: number, encoding: number, samples: number): number;
  /** A copy in (possibly) another shard. @returns its root; the encoding stays. @throws OutOfMemoryError */
  copy(from: Allocator, root: number, encoding: number, to: Allocator): number;
  readonly shared?: SharedBlocks;
  /** As OBJECT ENCODING answers. */
  encodingName(allocator: Allocator, root: number, encoding: number): string;
  /** How many elements, as lazy freeing and hand-off weigh it. */
  lengthOf(allocator: Allocator, root: number, encoding: number): number;
  /**
   * Of types whose parts have deadlines: the earliest in ms, or Infinity. Whenever it is finite, word 0 of the root is the
   * store's, which keeps the entry's place among such values there.
   */
  earliestDeadlineMs?(allocator: Allocator, root: number, encoding: number): number;
  /** Removes parts that are due, at most `limit`; root and encoding stay. @param names to gather theirs in  @returns how many */
  expireDue?(
    allocator: Allocator,
    root: number,
    encoding: number,
    nowMs: number,
    limit: number,
    names: string[] | undefined,
  ): number;
}

const types: (ValueType | undefined)[] = new Array(16).fill(undefined);

export function registerValueType(tag: number, type: ValueType): void {
  types[tag] = type;
}

export function valueType(tag: number): ValueType {
  const type = types[tag];
  if (type === undefined) throw new Error(`no value type ${tag}`);
  return type;
}

/** All types there are. */
export const valueTypes = (): ValueType[] => types.filter((type) => type !== undefined);
