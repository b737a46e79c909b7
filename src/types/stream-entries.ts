/** A walk over a stream's entries, in either direction, leaving out those that are deleted. */
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { backLengthBytes, encodedBytes, integerAt, readBackLength } from './listpack-element.ts';
import { StreamId } from './stream-id.ts';
import {
  FLAG_DELETED,
  FLAG_SAME_FIELDS,
  firstEntry,
  masterPairs,
  NODE_HEADER_BYTES,
  nodeBytes,
  readEntryId,
} from './stream-node.ts';
import { StreamTreeCursor } from './stream-tree.ts';

/** The entry at a place, good until the stream changes. */
export class StreamEntries {
  readonly id = new StreamId();
  /** The entry's node; 0: past either end. */
  node = 0;
  /** Where the entry begins: with a byte that has its flags. */
  flagsAt = 0;
  flags = 0;
  /** How many pairs of field and value it has. */
  pairs = 0;
  /** Position of the first value if `hasMasterFields`, else of the first field. */
  dataAt = 0;
  /** Position of the master's first field. */
  masterFieldsAt = 0;
  /** Position behind the last value, if whoever read them says so; else 0. */
  dataEnd = 0;
  /** Whether deleted entries are walked over, too. */
  withDeleted = false;
  readonly tree = new StreamTreeCursor();
  private arena!: Arena;
  private masterPairs = 0;
  private firstAt = 0;

  get hasMasterFields(): boolean {
    return (this.flags & FLAG_SAME_FIELDS) !== 0;
  }

  get isDeleted(): boolean {
    return (this.flags & FLAG_DELETED) !== 0;
  }

  /** Goes to the first entry that is not below `id`. @param base of the tree of nodes  @returns false if there is none */
  seekFrom(allocator: Allocator, base: number, id: StreamId): boolean {
    const { arena } = allocator;
    this.arena = arena;
    const node = this.tree.seekUpTo(arena, base, id);
    if (node === 0) return this.toFirst(allocator, base);
    if (this.tree.isLast(arena)) {
      // Most want what is newest, which is nearer to the end.
      this.enter(node);
      this.flagsAt = this.end();
      while (this.stepBack()) {
        if (this.id.compare(id) >= 0) continue;
        return this.stepOn() || this.nextNode();
      }
      this.flagsAt = this.firstAt;
      return this.readLive() || this.nextNode();
    }
    this.enter(node);
    this.flagsAt = this.firstAt;
    let found = this.readLive();
    while (found && this.id.compare(id) < 0) found = this.stepOn();
    return found || this.nextNode();
  }

  /** Goes to the last entry that is not above `id`. @returns false if there is none */
  seekUpTo(allocator: Allocator, base: number, id: StreamId): boolean {
    const { arena } = allocator;
    this.arena = arena;
    const node = this.tree.seekUpTo(arena, base, id);
    if (node === 0) {
      this.node = 0;
      return false;
    }
    this.enter(node);
    this.flagsAt = this.end();
    for (;;) {
      if (!this.previous()) return false;
      if (this.id.compare(id) <= 0) return true;
    }
  }

  /** Goes to the first entry. @returns false if there is none */
  toFirst(allocator: Allocator, base: number): boolean {
    this.arena = allocator.arena;
    const node = this.tree.toFirst(allocator.arena, base);
    if (node === 0) {
      this.node = 0;
      return false;
    }
    this.enter(node);
    this.flagsAt = this.firstAt;
    return this.readLive() || this.nextNode();
  }

  /** Goes to the last entry. @returns false if there is none */
  toLast(allocator: Allocator, base: number): boolean {
    this.arena = allocator.arena;
    const node = this.tree.toLast(allocator.arena, base);
    if (node === 0) {
      this.node = 0;
      return false;
    }
    this.enter(node);
    this.flagsAt = this.end();
    return this.previous();
  }

  /** To the entry behind. @returns false if there is none */
  next(): boolean {
    return this.stepOn() || this.nextNode();
  }

  /** To the entry before. @returns false if there is none */
  previous(): boolean {
    while (!this.stepBack()) {
      const node = this.tree.previous(this.arena);
      if (node === 0) {
        this.node = 0;
        return false;
      }
      this.enter(node);
      this.flagsAt = this.end();
    }
    return true;
  }

  /** Begins at a node's first entry; the tree's cursor must be there. @returns false if it has none to show */
  enterFirst(allocator: Allocator, node: number): boolean {
    this.arena = allocator.arena;
    this.enter(node);
    this.flagsAt = this.firstAt;
    return this.readLive();
  }

  /** Begins at a node's last entry, to look at that one alone. @returns false if it has none to show */
  toLastOf(allocator: Allocator, node: number): boolean {
    this.arena = allocator.arena;
    this.enter(node);
    this.flagsAt = this.end();
    return this.stepBack();
  }

  /** To the entry behind in the same node. @returns false if there is none */
  stepOn(): boolean {
    this.flagsAt = this.behind();
    return this.readLive();
  }

  private nextNode(): boolean {
    for (;;) {
      const node = this.tree.next(this.arena);
      if (node === 0) {
        this.node = 0;
        return false;
      }
      this.enter(node);
      this.flagsAt = this.firstAt;
      if (this.readLive()) return true;
    }
  }

  private enter(node: number): void {
    const { arena } = this;
    this.node = node;
    this.masterPairs = masterPairs(arena, node);
    this.masterFieldsAt = node + NODE_HEADER_BYTES;
    this.firstAt = firstEntry(arena, node);
  }

  private end(): number {
    return this.node + nodeBytes(this.arena, this.node);
  }

  /** Position behind the entry. */
  private behind(): number {
    const at = this.behindData();
    return at + backLengthBytes(at - this.flagsAt);
  }

  /** Position behind the last value. */
  private behindData(): number {
    if (this.dataEnd !== 0) return this.dataEnd;
    const { u8 } = this.arena;
    let at = this.dataAt;
    const words = this.hasMasterFields ? this.pairs : this.pairs * 2;
    for (let i = 0; i < words; i++) at += encodedBytes(u8, at);
    return at;
  }

  /** Reads the entry at `flagsAt` or, if that is deleted, the next one of the node that isn't. */
  private readLive(): boolean {
    const end = this.end();
    while (this.flagsAt < end) {
      this.readEntry();
      if (this.withDeleted || !this.isDeleted) return true;
      this.flagsAt = this.behind();
    }
    return false;
  }

  private readEntry(): void {
    const { region, u8 } = this.arena;
    this.flags = u8[this.flagsAt];
    let at = readEntryId(this.arena, this.node, this.flagsAt, this.id);
    if (this.hasMasterFields) {
      this.pairs = this.masterPairs;
    } else {
      this.pairs = integerAt(region, at, u8[at]);
      at += encodedBytes(u8, at);
    }
    this.dataAt = at;
    this.dataEnd = 0;
  }

  /** To the live entry before `flagsAt` in the same node. */
  private stepBack(): boolean {
    const { u8 } = this.arena;
    while (this.flagsAt > this.firstAt) {
      const bytes = readBackLength(u8, this.flagsAt);
      this.flagsAt -= bytes + backLengthBytes(bytes);
      this.readEntry();
      if (this.withDeleted || !this.isDeleted) return true;
    }
    return false;
  }
}
