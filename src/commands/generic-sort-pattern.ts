/** Patterns of SORT's BY and GET: `weight_*`, `user_*->name`, `#`. */
import { copy, Region } from '../base/region.ts';
import { TYPE_HASH, TYPE_STRING, typeOf, valueAt, valueLength } from '../store/entry.ts';
import { hashDeadline, hashFind, hashReadValue } from '../types/hash.ts';
import type { Slice } from '../types/slice.ts';
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { openValue } from './value-entry.ts';

const STAR = 42;
const HASH_SIGN = 35;
const MINUS = 45;
const GREATER = 62;

const hash = new Value();
let key = Region.allocate(256);

/** Whether the pattern in argument `arg` names other keys, one an element. */
export function namesKeys(ctx: Context, arg: number): boolean {
  return starIn(ctx, arg) >= 0;
}

/** Where the star is in argument `arg`, from its begin; −1 if there is none. */
function starIn({ source, at, size }: Context, arg: number): number {
  for (let i = 0; i < size[arg]; i++) if (source.u8[at[arg] + i] === STAR) return i;
  return -1;
}

export class SortPattern {
  private readonly ctx: Context;
  private readonly at: number;
  private readonly isElement: boolean;
  private readonly star: number;
  /** The key's part behind the star ends here, from the pattern's begin. */
  private readonly keyEnd: number;
  /** The hash field begins here; 0 for none. */
  private readonly fieldFrom: number;
  private readonly length: number;

  constructor(ctx: Context, arg: number) {
    this.ctx = ctx;
    this.at = ctx.at[arg];
    this.length = ctx.size[arg];
    this.isElement = this.length === 1 && ctx.source.u8[this.at] === HASH_SIGN;
    this.star = starIn(ctx, arg);
    const arrow = this.findArrow();
    this.keyEnd = arrow > 0 ? arrow : this.length;
    this.fieldFrom = arrow > 0 ? arrow + 2 : 0;
  }

  /** What the pattern finds for an element. @returns false if there is no such key or field, or it holds something else */
  find(region: Region, at: number, length: number, into: Slice): boolean {
    if (this.isElement) {
      into.set(region, at, length);
      return true;
    }
    if (this.star < 0) return false;
    const keyBytes = this.makeKey(region, at, length);
    const { ctx } = this;
    const keyspace = ctx.selectKey(key, 0, keyBytes);
    const entry = keyspace.read(key, 0, keyBytes, ctx.hash);
    if (entry === 0) return false;
    const { arena } = keyspace;
    if (this.fieldFrom > 0) return typeOf(arena, entry) === TYPE_HASH && this.findField(entry, into);
    if (typeOf(arena, entry) !== TYPE_STRING) return false;
    into.set(arena.region, valueAt(arena, entry), valueLength(arena, entry));
    return true;
  }

  private findField(entry: number, into: Slice): boolean {
    const { ctx } = this;
    openValue(ctx, entry, hash);
    const position = hashFind(hash, ctx.source, this.at + this.fieldFrom, this.length - this.fieldFrom);
    if (position === 0) return false;
    const deadlineMs = hashDeadline(hash, position);
    if (deadlineMs !== 0 && deadlineMs <= ctx.nowMs) return false;
    hashReadValue(hash, position, into);
    return true;
  }

  /** Puts the element in the star's place. @returns the key's length */
  private makeKey(region: Region, at: number, length: number): number {
    const { source } = this.ctx;
    const behind = this.keyEnd - this.star - 1;
    const bytes = this.star + length + behind;
    if (bytes > key.length) key = Region.allocate(bytes * 2);
    copy(source, this.at, key, 0, this.star);
    copy(region, at, key, this.star, length);
    copy(source, this.at + this.star + 1, key, this.star + length, behind);
    return bytes;
  }

  /** Where `->` and a field's name follow the star, from the pattern's begin; 0 if they don't. */
  private findArrow(): number {
    if (this.star < 0) return 0;
    const { u8 } = this.ctx.source;
    for (let i = this.star + 1; i + 1 < this.length; i++) {
      if (u8[this.at + i] === MINUS && u8[this.at + i + 1] === GREATER) return i + 2 < this.length ? i : 0;
    }
    return 0;
  }
}
