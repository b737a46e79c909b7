/** What unions, intersections and differences of sorted sets are made of: sorted sets, or sets whose scores are all 1. */
import { TYPE_SET, TYPE_SORTED_SET, typeOf } from '../store/entry.ts';
import { SetCursor, setCount, setHas } from '../types/set.ts';
import { Slice } from '../types/slice.ts';
import { SortedSetCursor, sortedSetCount, sortedSetFind, sortedSetScore } from '../types/sorted-set.ts';
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { WRONG_TYPE } from './errors.ts';
import { openValue } from './value-entry.ts';

export class Source {
  weight = 1;
  /** The member that `next` went to, and its score. */
  readonly member = new Slice();
  score = 0;
  private readonly value = new Value();
  private isSet = false;
  private readonly ofSet = new SetCursor();
  private readonly ofSortedSet = new SortedSetCursor();
  private started = false;

  /** Opens the key in argument `arg`; one that isn't there is empty. @throws WRONG_TYPE */
  constructor(ctx: Context, arg: number) {
    const entry = ctx.read(arg);
    if (entry === 0) return;
    const type = typeOf(ctx.ks.arena, entry);
    if (type !== TYPE_SORTED_SET && type !== TYPE_SET) throw WRONG_TYPE;
    this.isSet = type === TYPE_SET;
    openValue(ctx, entry, this.value);
  }

  get count(): number {
    if (this.value.root === 0) return 0;
    return this.isSet ? setCount(this.value) : sortedSetCount(this.value);
  }

  isSameAs(other: Source): boolean {
    return (
      this.value.root !== 0 && this.value.root === other.value.root && this.value.allocator === other.value.allocator
    );
  }

  /** Begins again before the first member. */
  start(): void {
    this.started = false;
    if (this.isSet) this.ofSet.start(this.value);
  }

  /** Goes to the next member. @returns false when there are no more */
  next(): boolean {
    if (this.isSet) {
      this.score = 1;
      return this.ofSet.next(this.member);
    }
    if (this.started) {
      if (!this.ofSortedSet.next()) return false;
    } else {
      if (this.count === 0) return false;
      this.started = true;
      this.ofSortedSet.seek(this.value, 0);
    }
    this.ofSortedSet.read(this.member);
    this.score = this.ofSortedSet.score();
    return true;
  }

  /** The score of a member, or undefined. */
  scoreOf({ region, at, length }: Slice): number | undefined {
    if (this.value.root === 0) return undefined;
    if (this.isSet) return setHas(this.value, region, at, length) ? 1 : undefined;
    const position = sortedSetFind(this.value, region, at, length);
    return position === 0 ? undefined : sortedSetScore(this.value, position);
  }
}
