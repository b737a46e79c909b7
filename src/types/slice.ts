import { copy, Region } from '../base/region.ts';
import type { Arena } from '../memory/arena.ts';
import { elementValueAt, elementValueLength, memberAt, memberLength } from './dict-element.ts';
import type { IntsetElement } from './intset.ts';
import { ListpackElement } from './listpack-element.ts';

const NUMBER_BYTES_MAX = 32;
const NOTHING = Region.allocate(0);
const packed = new ListpackElement();

/**
 * Where some bytes lie, to be set again and again. What is stored as a number is spelt out in memory of the slice's own.
 * Good until what it was read from changes.
 */
export class Slice {
  region: Region = NOTHING;
  at = 0;
  length = 0;
  private readonly digits = Region.allocate(NUMBER_BYTES_MAX);

  set(region: Region, at: number, length: number): void {
    this.region = region;
    this.at = at;
    this.length = length;
  }

  /** Takes the listpack element at `at`. */
  setPacked(region: Region, at: number): void {
    packed.read(region, at);
    if (packed.isInteger) this.setDigits(packed.copyText(this.digits, 0));
    else this.set(region, packed.at, packed.length);
  }

  setNumber(number: IntsetElement): void {
    this.setDigits(number.copyText(this.digits, 0));
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
    this.set(this.digits, 0, length);
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
