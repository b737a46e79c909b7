import type { Region } from '../base/region.ts';
import type { Libc } from './libc.ts';
import { IORING_REGISTER_PBUF_RING, IORING_REGISTER_PBUF_STATUS } from './linux-abi.ts';
import { PinnedMemory } from './pinned-memory.ts';
import type { UringRing } from './uring-ring.ts';

/** The only group of provided buffers. */
export const BUFFER_GROUP = 1;

const PAGE_BYTES = 4096;
/** struct io_uring_buf { addr u64, len u32, bid u16, resv u16 }; the resv of entry 0 is the ring's tail. */
const ENTRY_BYTES = 16;
const TAIL_AT_U16 = 7;

/**
 * Buffers the kernel receives into, and the ring through which it gets them back:
 *
 *   [ page-aligned ring of {address, length, id} ][ buffer 0 ][ buffer 1 ] …
 *
 * All in one piece of shared memory, so that every receive is a range of the same Region.
 */
export class UringBuffers {
  readonly region: Region;
  readonly bufferBytes: number;
  /** Where buffer 0 begins in `region`; buffer n lies n × `strideBytes` further. */
  readonly start: number;
  readonly strideBytes: number;
  readonly count: number;
  private readonly memory: PinnedMemory;
  private readonly words: Int32Array;
  private readonly halves: Uint16Array;
  private readonly addressLow: Int32Array;
  private readonly addressHigh: Int32Array;
  private readonly mask: number;
  private tail = 0;
  private readonly ring: UringRing;
  private readonly libc: Libc;

  /** `count` must be a power of two. Throws if the kernel refuses the ring (it came with Linux 5.19). */
  constructor(libc: Libc, ring: UringRing, count: number, bufferBytes: number) {
    this.libc = libc;
    this.ring = ring;
    this.count = count;
    this.mask = count - 1;
    this.bufferBytes = bufferBytes;
    // Buffers a power of two apart would share their cache sets: each starts a cache line later in its page.
    this.strideBytes = bufferBytes + 64;
    this.memory = new PinnedMemory(libc, PAGE_BYTES + count * (ENTRY_BYTES + this.strideBytes));
    this.region = this.memory.region;
    const ringStart = (PAGE_BYTES - (this.memory.address % PAGE_BYTES)) % PAGE_BYTES;
    this.start = ringStart + count * ENTRY_BYTES;
    const { buffer } = this.region.u8;
    this.words = new Int32Array(buffer, ringStart, count * 4);
    this.halves = new Uint16Array(buffer, ringStart, count * 8);
    this.addressLow = new Int32Array(count);
    this.addressHigh = new Int32Array(count);
    for (let id = 0; id < count; id++) {
      const address = this.memory.address + this.offsetOf(id);
      this.addressLow[id] = address | 0;
      this.addressHigh[id] = address / 4_294_967_296;
      this.giveBack(id);
    }
    this.publish();
    // struct io_uring_buf_reg { ring_addr u64, ring_entries u32, bgid u16, flags u16, resv u64[3] }
    const registration = new PinnedMemory(libc, 40);
    registration.setAddress(0, this.memory.address + ringStart);
    registration.words[2] = count;
    registration.words[3] = BUFFER_GROUP;
    if (ring.register(IORING_REGISTER_PBUF_RING, registration.address, 1) < 0) throw libc.error('io_uring_register');
  }

  /** Where buffer `id` begins in `region`. */
  offsetOf(id: number): number {
    return this.start + id * this.strideBytes;
  }

  /** The kernel may use buffer `id` again after the next `publish`; until then its content stays. */
  giveBack(id: number): void {
    const at = this.tail & this.mask;
    const word = at * 4;
    this.words[word] = this.addressLow[id];
    this.words[word + 1] = this.addressHigh[id];
    this.words[word + 2] = this.bufferBytes;
    this.halves[at * 8 + 6] = id;
    this.tail = (this.tail + 1) & 0xffff;
  }

  /** Shows the kernel the buffers given back. */
  publish(): void {
    Atomics.store(this.halves, TAIL_AT_U16, this.tail);
  }

  /** How many buffers the kernel holds or has filled without our having given them back. -1 before Linux 6.8. */
  countOut(): number {
    // struct io_uring_buf_status { buf_group u32, head u32, resv u32[8] }
    const status = new PinnedMemory(this.libc, 40);
    status.words[0] = BUFFER_GROUP;
    if (this.ring.register(IORING_REGISTER_PBUF_STATUS, status.address, 1) < 0) return -1;
    const available = (this.tail - status.words[1]) & 0xffff;
    return this.count - available;
  }
}
