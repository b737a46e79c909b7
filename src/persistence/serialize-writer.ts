/** Writes lengths, strings and numbers in the form of RDB files into memory that grows as needed. */
import { lzfCompress } from '../base/lzf.ts';
import { move } from '../base/move.ts';
import { BEYOND_SAFE, parseInteger } from '../base/numbers.ts';
import { copy, Region } from '../base/region.ts';
import { ENCODED_INT8, ENCODED_INT16, ENCODED_INT32, ENCODED_LZF } from './serialize-types.ts';

const INITIAL_BYTES = 4096;
const KEPT_BYTES_MAX = 1 << 20;
/** A length of any size. */
const LENGTH_BYTES_MAX = 9;
/** The longest text that may be a 32-bit integer's. */
const INTEGER_TEXT_MAX = 11;
/** Shorter strings aren't worth compressing, nor is what saves less. */
const COMPRESSIBLE_BYTES_MIN = 21;
const SAVED_BYTES_MIN = 4;
const TWO_32 = 2 ** 32;

export class SerialWriter {
  region = Region.allocate(INITIAL_BYTES);
  /** Where the next byte goes. */
  at = 0;
  private aside = Region.allocate(INITIAL_BYTES);

  /** Begins anew, without the memory that something large took. */
  reset(): void {
    if (this.region.length > KEPT_BYTES_MAX) this.region = Region.allocate(INITIAL_BYTES);
    if (this.aside.length > KEPT_BYTES_MAX) this.aside = Region.allocate(INITIAL_BYTES);
    this.at = 0;
  }

  /** Memory of at least `bytes` to put a string together in. What it held before is gone. */
  scratch(bytes: number): Region {
    if (this.aside.length < bytes) this.aside = Region.allocate(Math.max(this.aside.length * 2, bytes));
    return this.aside;
  }

  /** Makes room for `bytes` more. */
  ensure(bytes: number): void {
    if (this.at + bytes <= this.region.length) return;
    const grown = Region.allocate(Math.max(this.region.length * 2, this.at + bytes));
    copy(this.region, 0, grown, 0, this.at);
    this.region = grown;
  }

  byte(value: number): void {
    this.ensure(1);
    this.region.u8[this.at++] = value;
  }

  raw(from: Region, at: number, length: number): void {
    this.ensure(length);
    copy(from, at, this.region, this.at, length);
    this.at += length;
  }

  double(value: number): void {
    this.ensure(8);
    this.region.view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  /** A time in ms, or any other safe integer. */
  integer64(value: number): void {
    this.ensure(8);
    this.region.view.setUint32(this.at, value % TWO_32, true);
    this.region.view.setUint32(this.at + 4, Math.floor(value / TWO_32), true);
    this.at += 8;
  }

  integer16(value: number): void {
    this.ensure(2);
    this.region.view.setUint16(this.at, value, true);
    this.at += 2;
  }

  /** A length: one byte below 64, two below 16384, else five or nine. */
  length(value: number): void {
    this.ensure(LENGTH_BYTES_MAX);
    const { u8, view } = this.region;
    if (value < 64) {
      u8[this.at++] = value;
    } else if (value < 16384) {
      view.setUint16(this.at, 0x4000 | value);
      this.at += 2;
    } else if (value < TWO_32) {
      u8[this.at] = 0x80;
      view.setUint32(this.at + 1, value);
      this.at += 5;
    } else {
      u8[this.at] = 0x81;
      view.setUint32(this.at + 1, Math.floor(value / TWO_32));
      view.setUint32(this.at + 5, value % TWO_32);
      this.at += 9;
    }
  }

  /** A length that needs 64 bits, in two words. */
  length64(high: number, low: number): void {
    if (high === 0) return this.length(low >>> 0);
    this.ensure(LENGTH_BYTES_MAX);
    this.region.u8[this.at] = 0x81;
    this.region.view.setInt32(this.at + 1, high);
    this.region.view.setInt32(this.at + 5, low);
    this.at += 9;
  }

  /** A string: as a number if it is a small one's text, compressed if that saves something. */
  string(from: Region, at: number, length: number): void {
    if (length <= INTEGER_TEXT_MAX && this.number(from, at, length)) return;
    if (length >= COMPRESSIBLE_BYTES_MIN && this.compressed(from, at, length)) return;
    this.length(length);
    this.raw(from, at, length);
  }

  private number(from: Region, at: number, length: number): boolean {
    const value = parseInteger(from.u8, at, length);
    if (Number.isNaN(value) || value === BEYOND_SAFE || value !== (value | 0)) return false;
    this.ensure(5);
    const { u8, view } = this.region;
    if (value === (value << 24) >> 24) {
      u8[this.at] = 0xc0 | ENCODED_INT8;
      u8[this.at + 1] = value;
      this.at += 2;
    } else if (value === (value << 16) >> 16) {
      u8[this.at] = 0xc0 | ENCODED_INT16;
      view.setInt16(this.at + 1, value, true);
      this.at += 3;
    } else {
      u8[this.at] = 0xc0 | ENCODED_INT32;
      view.setInt32(this.at + 1, value, true);
      this.at += 5;
    }
    return true;
  }

  private compressed(from: Region, at: number, length: number): boolean {
    const head = 1 + 2 * LENGTH_BYTES_MAX;
    this.ensure(head + length);
    const bodyAt = this.at + head;
    const bytes = lzfCompress(from.u8, at, length, this.region.u8, bodyAt, length - SAVED_BYTES_MIN);
    if (bytes === 0) return false;
    this.byte(0xc0 | ENCODED_LZF);
    this.length(bytes);
    this.length(length);
    move(this.region, bodyAt, this.at, bytes);
    this.at += bytes;
    return true;
  }
}
