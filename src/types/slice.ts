import { copy, Region } from '../base/region.ts';
import type { Arena } from '../memory/arena.ts';
import { elementValueAt, elementValueLength, memberAt, memberLength } from './dict-element.ts';
import type { IntsetElement } from './intset.ts';
import { ListpackElement } from './listpack-element.ts';

/** Room for any number's text, and for members of the usual length. */
const OWN_BYTES = 64;
const NOTHING = Region.allocate(0);
const packed = new ListpackElement();

/**
 * Where some bytes lie, to be set again and again. What is stored as a number is spelt out, and what is stored in two parts put
 * together, in memory of the slice's own.
 * Good until what it was read from changes.
 */
export class Slice {
  region: Region = NOTHING;
  at = 0;
  length = 0;
  private own = Region.allocate(OWN_BYTES);

  set(region: Region, at: number, length: number): void {
    this.region = region;
    this.at = at;
    this.length = length;
  }

  /** Takes the listpack element at `at`. */
  setPacked(region: Region, at: number): void {
    packed.read(region, at);
    if (packed.isInteger) this.setDigits(packed.copyText(this.own, 0));
    else this.set(region, packed.at, packed.length);
  }

  /** Takes the bytes at `firstAt` with those at `at` behind them. */
  setJoined(region: Region, firstAt: number, firstLength: number, at: number, length: number): void {
    if (firstLength === 0) return this.set(region, at, length);
    if (length === 0) return this.set(region, firstAt, firstLength);
    const together = firstLength + length;
    if (together > this.own.length) this.own = Region.allocate(together * 2);
    copy(region, firstAt, this.own, 0, firstLength);
    copy(region, at, this.own, firstLength, length);
    this.set(this.own, 0, together);
  }

  setNumber(number: IntsetElement): void {
    this.setDigits(number.copyText(this.own, 0));
  }

  /** Takes the member of a dict's element. */
  setMember(arena: Arena, element: number): void {
    this.set(arena.region, memberAt(arena, element), memberLength(arena, element));
  }

  /** Takes the value of a dict's element. */
  setValue(arena: Arena, element: number): void {
    this.set(arena.region, elementValueAt(arena, element), elementValueLength(arena, element));
  }

  private setDigits(length: number): void {
    this.set(this.own, 0, length);
  }
}

/** Bytes kept while what they came from changes. To be used again and again. */
export class KeptBytes {
  region = Region.allocate(256);
  length = 0;

  keep(from: Slice): void {
    if (from.length > this.region.length) this.region = Region.allocate(from.length * 2);
    copy(from.region, from.at, this.region, 0, from.length);
    this.length = from.length;
  }
}
