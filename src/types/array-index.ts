/** Places in an array: unsigned 64-bit numbers as two int32 halves, so that nothing is boxed. */
import { compareUint64, uint64ToBigInt } from '../base/uint64.ts';

/** A place in an array, to be set again and again. */
export class ArrayIndex {
  high = 0;
  low = 0;

  set(high: number, low: number): void {
    this.high = high | 0;
    this.low = low | 0;
  }

  become(other: ArrayIndex): void {
    this.high = other.high;
    this.low = other.low;
  }

  /** @param value a safe integer, not negative */
  setNumber(value: number): void {
    this.set(value / 4294967296, value);
  }

  /** The sign of this − other. */
  compare(other: ArrayIndex): number {
    return compareUint64(this.high, this.low, other.high, other.low);
  }

  get isZero(): boolean {
    return (this.high | this.low) === 0;
  }

  /** 2^64 − 1, which is no place: an insertion cursor that is it has not been set. */
  get isMax(): boolean {
    return (this.high & this.low) === -1;
  }

  /** Adds a safe integer, not negative. @returns whether the sum is below 2^64 */
  add(count: number): boolean {
    const low = (this.low >>> 0) + (count % 4294967296);
    const carry = low >= 4294967296 ? 1 : 0;
    const high = (this.high >>> 0) + Math.floor(count / 4294967296) + carry;
    this.set(high, low);
    return high < 4294967296;
  }

  /** Goes on by one; 2^64 − 1 becomes 0. */
  increment(): void {
    this.low = (this.low + 1) | 0;
    if (this.low === 0) this.high = (this.high + 1) | 0;
  }

  /** Goes back by one; 0 becomes 2^64 − 1. */
  decrement(): void {
    if (this.low === 0) this.high = (this.high - 1) | 0;
    this.low = (this.low - 1) | 0;
  }

  /** This − other, rounded if it is beyond 2^53. Not below zero. */
  distanceFrom(other: ArrayIndex): number {
    return ((this.high >>> 0) - (other.high >>> 0)) * 4294967296 + (this.low >>> 0) - (other.low >>> 0);
  }

  toBigInt(): bigint {
    return uint64ToBigInt(this.high, this.low);
  }
}
