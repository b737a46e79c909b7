/**
 * Reads lengths, strings and numbers in the form of RDB files out of memory that anybody may have written: every read is
 * held within the bounds, and no length leads to more memory than the bytes behind it can fill.
 */
import { lzfDecompress } from '../base/lzf.ts';
import { Region } from '../base/region.ts';
import { IntsetElement } from '../types/intset.ts';
import { Slice } from '../types/slice.ts';
import { ENCODED_INT8, ENCODED_INT16, ENCODED_INT32, ENCODED_LZF } from './serialize-types.ts';

/** What is being read is no serialized value. */
export class DamagedError extends Error {
  override readonly name = 'DamagedError';
}

/** The most that three compressed bytes become. */
const LZF_MATCH_BYTES = 3;
const LZF_MATCH_MAX = 264;
const SCRATCH_BYTES = 4096;
const TWO_32 = 2 ** 32;

const number = new IntsetElement();

/** A string read: its bytes lie where they were read, or in memory of its own if they were compressed or a number. */
export class SerialString extends Slice {
  private scratch = Region.allocate(SCRATCH_BYTES);

  /** Decompresses into memory of its own. @throws DamagedError */
  decompress(from: Region, at: number, bytes: number, length: number): void {
    if (length > (Math.floor(bytes / LZF_MATCH_BYTES) + 1) * LZF_MATCH_MAX) throw new DamagedError('absurd length');
    const target = length <= SCRATCH_BYTES ? this.scratch : Region.allocate(length);
    if (!lzfDecompress(from.u8, at, bytes, target.u8, 0, length)) throw new DamagedError('bad LZF stream');
    this.set(target, 0, length);
  }
}

export class SerialReader {
  region: Region = Region.allocate(0);
  at = 0;
  end = 0;
  /** The upper and the lower word of what `length64` read last. */
  high = 0;
  low = 0;

  open(region: Region, at: number, length: number): void {
    this.region = region;
    this.at = at;
    this.end = at + length;
  }

  /** Bytes not yet read. */
  get left(): number {
    return this.end - this.at;
  }

  /** Goes on by `bytes`. @returns where they begin  @throws DamagedError if there are fewer */
  take(bytes: number): number {
    const at = this.at;
    if (bytes > this.end - at) throw new DamagedError('cut short');
    this.at = at + bytes;
    return at;
  }

  byte(): number {
    return this.region.u8[this.take(1)];
  }

  double(): number {
    return this.region.view.getFloat64(this.take(8), true);
  }

  /** @throws DamagedError beyond ±2^53, too */
  integer64(): number {
    const at = this.take(8);
    return this.words(this.region.view.getInt32(at + 4, true), this.region.view.getUint32(at, true));
  }

  /** A length of which all 64 bits count, into `high` and `low`. */
  length64(): void {
    if (this.at < this.end && this.region.u8[this.at] === 0x81) {
      const at = this.take(9);
      this.high = this.region.view.getInt32(at + 1);
      this.low = this.region.view.getInt32(at + 5);
      return;
    }
    this.high = 0;
    this.low = this.length() | 0;
  }

  /** A length or another whole number written as one. @throws DamagedError beyond 2^53, too */
  length(): number {
    const head = this.byte();
    if (head >= 0xc0) throw new DamagedError('no length');
    return this.lengthBehind(head);
  }

  /** How many things follow that take `bytes` each at the least. @throws DamagedError if there can't be so many */
  countOrNone(bytes: number): number {
    const count = this.length();
    if (count * bytes > this.left) throw new DamagedError('bad count');
    return count;
  }

  /** Like `countOrNone`, but there must be some. */
  count(bytes: number): number {
    const count = this.countOrNone(bytes);
    if (count === 0) throw new DamagedError('empty');
    return count;
  }

  private lengthBehind(head: number): number {
    if (head < 0x40) return head;
    if (head < 0x80) return ((head & 0x3f) << 8) | this.byte();
    const { view } = this.region;
    if (head === 0x80) return view.getUint32(this.take(4));
    if (head !== 0x81) throw new DamagedError('no length');
    const at = this.take(8);
    return this.words(view.getUint32(at), view.getUint32(at + 4));
  }

  private words(high: number, low: number): number {
    const value = high * TWO_32 + low;
    if (!Number.isSafeInteger(value)) throw new DamagedError('number too large');
    return value;
  }

  /** A string in any of its forms. Good until `into` is used again. @throws DamagedError */
  string(into: SerialString): void {
    const head = this.byte();
    if (head < 0xc0) {
      const length = this.lengthBehind(head);
      into.set(this.region, this.take(length), length);
      return;
    }
    const { view } = this.region;
    switch (head & 0x3f) {
      case ENCODED_INT8:
        return this.digits(into, view.getInt8(this.take(1)));
      case ENCODED_INT16:
        return this.digits(into, view.getInt16(this.take(2), true));
      case ENCODED_INT32:
        return this.digits(into, view.getInt32(this.take(4), true));
      case ENCODED_LZF: {
        const bytes = this.length();
        const length = this.length();
        return into.decompress(this.region, this.take(bytes), bytes, length);
      }
      default:
        throw new DamagedError('unknown form of a string');
    }
  }

  private digits(into: SerialString, value: number): void {
    number.set(value);
    into.setNumber(number);
  }
}
