/** Goes through what a range of an array's places holds, by whole slices where they hold nothing. */
import { compareUint64 } from '../base/uint64.ts';
import { ARRAY_DIRECTORY, type SparseArray, setIndex } from './array.ts';
import { DirectoryCursor } from './array-directory.ts';
import { ArrayIndex } from './array-index.ts';
import { sliceDown, sliceFind, sliceUp } from './array-slice.ts';

const EMPTY = -1;

/** A place in a range. Good until the array changes. */
export class ArrayCursor {
  /** The place; where its element lies (array-element.ts). */
  readonly index = new ArrayIndex();
  at = 0;

  private array!: SparseArray;
  private readonly slices = new DirectoryCursor();
  private readonly limit = new ArrayIndex();
  private reverse = false;
  private bits = 0;
  private slice = 0;
  /** The next offset to look at in the slice; −1 or beyond the slice: none is left. */
  private offset = 0;

  /** Begins with `from` and ends with `to`, both included; downwards if `from` is above `to`. */
  start(array: SparseArray, from: ArrayIndex, to: ArrayIndex): void {
    const { arena } = array.allocator;
    const { high, low } = from;
    const bits = array.sliceBits;
    const numberHigh = high >>> bits;
    const numberLow = (high << (32 - bits)) | (low >>> bits);
    const directory = array.base + ARRAY_DIRECTORY;
    this.array = array;
    this.bits = bits;
    this.limit.become(to);
    this.reverse = from.compare(to) > 0;
    this.slice = this.reverse
      ? this.slices.seekUpTo(arena, directory, numberHigh, numberLow)
      : this.slices.seekFrom(arena, directory, numberHigh, numberLow);
    if (this.slice === 0) return;
    const isOwn = arena.i32[this.slice >> 2] === numberHigh && arena.i32[(this.slice >> 2) + 1] === numberLow;
    if (isOwn) this.offset = low & ((1 << bits) - 1);
    else this.offset = this.firstOffset();
  }

  private firstOffset(): number {
    return this.reverse ? (1 << this.bits) - 1 : 0;
  }

  /** Goes on to the next element. @returns false if there is none */
  next(): boolean {
    const { arena } = this.array.allocator;
    const { i32 } = arena;
    while (this.slice !== 0) {
      const { slice, offset, bits } = this;
      const found = this.reverse ? this.down(offset) : this.up(offset);
      if (found !== EMPTY) {
        setIndex(this.index, i32[slice >> 2], i32[(slice >> 2) + 1], found, bits);
        if (this.isBeyond()) break;
        this.offset = this.reverse ? found - 1 : found + 1;
        this.at = sliceFind(arena, slice, found);
        return true;
      }
      this.slice = this.reverse ? this.slices.previous(arena) : this.slices.next(arena);
      this.offset = this.firstOffset();
    }
    this.slice = 0;
    return false;
  }

  private up(offset: number): number {
    return offset >> this.bits !== 0 ? EMPTY : sliceUp(this.array.allocator.arena, this.slice, offset);
  }

  private down(offset: number): number {
    return offset < 0 ? EMPTY : sliceDown(this.array.allocator.arena, this.slice, offset);
  }

  private isBeyond(): boolean {
    const { index, limit } = this;
    const side = compareUint64(index.high, index.low, limit.high, limit.low);
    return this.reverse ? side < 0 : side > 0;
  }
}
