import { Region } from '../base/region.ts';
import {
  ARENA_BYTES_MAX,
  ARENA_BYTES_MIN,
  ARENA_MAGIC,
  headerPagesFor,
  PAGE_BYTES,
  WORD_ARENA_BYTES,
  WORD_DATABASES,
  WORD_END_PAGE,
  WORD_FIRST_PAGE,
  WORD_MAGIC,
  WORD_PAGE_MAP,
  WORD_TOP_PAGE,
} from './layout.ts';

/**
 * One thread's views of a shard's shared memory. Cheap to make; each thread makes its own over the same buffer.
 * Addresses are byte offsets, multiples of 8, below 2^31.
 */
export class Arena {
  readonly buffer: SharedArrayBuffer;
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly view: DataView;
  /** The same bytes as a Region, for copying and comparing. */
  readonly region: Region;

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.view = new DataView(buffer);
    this.region = new Region(this.u8, this.view);
    if (this.i32[WORD_MAGIC] !== ARENA_MAGIC) throw new Error('not an arena: the header is missing');
  }

  get bytes(): number {
    return this.i32[WORD_ARENA_BYTES];
  }
}

/**
 * Reserves a shard's memory and lays out its header. Untouched pages cost nothing, but the reservation itself can fail
 * under an address-space limit: half as much is then tried, down to 16 MiB.
 * @param bytes wanted; rounded down to whole pages and held between 1 MiB and 2 GiB − 64 KiB
 * @throws RangeError when not even the smallest reservation is to be had, or the databases' records take most of it
 */
export function createArenaBuffer(bytes: number, databases: number): SharedArrayBuffer {
  const wanted = Math.min(Math.max(bytes, ARENA_BYTES_MIN), ARENA_BYTES_MAX) & ~(PAGE_BYTES - 1);
  const buffer = reserve(wanted);
  const words = new Int32Array(buffer);
  const headerPages = headerPagesFor(databases);
  const pages = buffer.byteLength / PAGE_BYTES;
  const mapPages = Math.ceil((pages * 8) / PAGE_BYTES);
  if (headerPages + mapPages > pages / 2) throw new RangeError(`${databases} databases in ${buffer.byteLength} bytes`);
  words[WORD_ARENA_BYTES] = buffer.byteLength;
  words[WORD_DATABASES] = databases;
  words[WORD_PAGE_MAP] = (headerPages * PAGE_BYTES) >> 2;
  words[WORD_FIRST_PAGE] = headerPages + mapPages;
  words[WORD_TOP_PAGE] = headerPages + mapPages;
  words[WORD_END_PAGE] = pages;
  words[WORD_MAGIC] = ARENA_MAGIC;
  return buffer;
}

const RESERVATION_BYTES_MIN = 16 << 20;

function reserve(bytes: number): SharedArrayBuffer {
  for (let size = bytes; ; size = (size / 2) & ~(PAGE_BYTES - 1)) {
    try {
      return new SharedArrayBuffer(size);
    } catch (error) {
      if (size / 2 < Math.min(bytes, RESERVATION_BYTES_MIN)) throw error;
    }
  }
}
