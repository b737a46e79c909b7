import { Region } from '../base/region.ts';
import type { Libc } from './libc.ts';

/**
 * Memory whose address the kernel may keep. V8 moves small typed arrays and frees what nothing mentions, so it is always
 * a SharedArrayBuffer, and its owner holds on to this object for as long as the kernel may read or write there.
 */
export class PinnedMemory {
  readonly region: Region;
  readonly words: Int32Array;
  /** Of byte 0. Below 2^47, so a number holds it. */
  readonly address: number;

  constructor(libc: Libc, bytes: number) {
    this.region = Region.allocate((bytes + 7) & ~7);
    this.words = new Int32Array(this.region.u8.buffer);
    this.address = libc.addressOf(this.region.u8);
  }

  /** Writes a 64-bit address (or any whole number below 2^53) at word `index`. */
  setAddress(index: number, value: number): void {
    this.words[index] = value | 0;
    this.words[index + 1] = Math.floor(value / 2 ** 32);
  }
}
