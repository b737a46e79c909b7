/** A walk over a stream's entries, in either direction, leaving out those that are deleted. */
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { LISTPACK_HEADER_BYTES, bytes as listpackBytes, previous as previousElement } from './listpack.ts';
import { END, elementBytes } from './listpack-element.ts';
import { StreamId } from './stream-id.ts';
import { FLAG_DELETED, FLAG_SAME_FIELDS, integerOf, listpackOfNode, readEntryId } from './stream-node.ts';
import { StreamTreeCursor } from './stream-tree.ts';

/** The entry at a place, good until the stream changes. */
export class StreamEntries {
  readonly id = new StreamId();
  /** The entry's node; 0: past either end. */
  node = 0;
  /** Where the entry begins. */
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
    const { region } = this.arena;
    const { u8 } = region;
    this.node = node;
    let at = listpackOfNode(node) + LISTPACK_HEADER_BYTES;
    at += elementBytes(u8, at);
    at += elementBytes(u8, at);
    this.masterPairs = integerOf(region, at);
    at += elementBytes(u8, at);
    this.masterFieldsAt = at;
    for (let i = 0; i < this.masterPairs; i++) at += elementBytes(u8, at);
    this.firstAt = at + elementBytes(u8, at);
  }

  private end(): number {
    const lp = listpackOfNode(this.node);
    return lp + listpackBytes(this.arena.region, lp) - 1;
  }

  /** Position behind the entry. */
  private behind(): number {
    const { u8 } = this.arena.region;
    let at = this.dataEnd;
    if (at === 0) {
      at = this.dataAt;
      const elements = this.hasMasterFields ? this.pairs : this.pairs * 2;
      for (let i = 0; i < elements; i++) at += elementBytes(u8, at);
    }
    return at + elementBytes(u8, at);
  }

  /** Reads the entry at `flagsAt` or, if that is deleted, the next one of the node that isn't. */
  private readLive(): boolean {
    const { u8 } = this.arena.region;
    while (u8[this.flagsAt] !== END) {
      this.readEntry();
      if (this.withDeleted || !this.isDeleted) return true;
      this.flagsAt = this.behind();
    }
    return false;
  }

  private readEntry(): void {
    const { region } = this.arena;
    this.flags = integerOf(region, this.flagsAt);
    let at = readEntryId(this.arena, this.node, this.flagsAt + elementBytes(region.u8, this.flagsAt), this.id);
    if (this.hasMasterFields) {
      this.pairs = this.masterPairs;
    } else {
      this.pairs = integerOf(region, at);
      at += elementBytes(region.u8, at);
    }
    this.dataAt = at;
    this.dataEnd = 0;
  }

  /** To the live entry before `flagsAt` in the same node. */
  private stepBack(): boolean {
    const { region } = this.arena;
    const lp = listpackOfNode(this.node);
    for (;;) {
      let at = previousElement(region, lp, this.flagsAt);
      const elements = integerOf(region, at);
      if (elements === 0) return false;
      for (let i = 0; i < elements; i++) at = previousElement(region, lp, at);
      this.flagsAt = at;
      this.readEntry();
      if (this.withDeleted || !this.isDeleted) return true;
    }
  }
}
