import { copy, Region } from '../base/region.ts';
import type { Slice } from '../types/slice.ts';

const BYTES_INITIAL = 4096;

/** A row of byte strings, copied together: what SORT works on while the keyspace stays as it is or changes. */
export class ByteStrings {
  region = Region.allocate(BYTES_INITIAL);
  count = 0;
  /** Bytes of all of them. */
  bytes = 0;
  private ends: Int32Array;

  constructor(expected: number) {
    this.ends = new Int32Array(Math.max(expected, 16));
  }

  /** Where string `index` begins. */
  at(index: number): number {
    return index === 0 ? 0 : this.ends[index - 1];
  }

  length(index: number): number {
    return this.ends[index] - this.at(index);
  }

  add({ region, at, length }: Slice): void {
    const end = this.bytes + length;
    if (end > this.region.length) this.grow(end);
    if (this.count === this.ends.length) this.ends = enlarged(this.ends);
    copy(region, at, this.region, this.bytes, length);
    this.bytes = end;
    this.ends[this.count++] = end;
  }

  private grow(bytes: number): void {
    const region = Region.allocate(Math.max(bytes, this.region.length * 2));
    copy(this.region, 0, region, 0, this.bytes);
    this.region = region;
  }
}

function enlarged(ends: Int32Array): Int32Array {
  const larger = new Int32Array(ends.length * 2);
  larger.set(ends);
  return larger;
}
