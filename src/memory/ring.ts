/**
 * Messages from one thread to one other: a ring of bytes in shared memory, written and read in place.
 *
 *     word 0    HEAD    bytes ever committed, modulo 2^32; only the producer stores it
 *     word 16   TAIL    bytes ever released, modulo 2^32; only the consumer stores it
 *     word 32   ROOM_WANTED   1 while the producer waits for room
 *     byte 192… records, over a power of two of bytes
 *
 *     record    word 0   payload bytes, or SKIP: the next record is at the ring's start
 *               word 1   –
 *               byte 8…  payload, padded to 8
 *
 * A record is never cut in two by the ring's end, hence SKIP, and hence the longest payload is a little under half of the
 * ring. HEAD, TAIL and ROOM_WANTED have cache lines of their own, and each side keeps what it last saw of the other's: on
 * a ring that is neither full nor empty, neither side touches the other's line. Who sleeps when there is nothing to read
 * is the doorbell's affair (doorbell.ts). Nothing here allocates after the constructors.
 */
import { assert } from '../base/assert.ts';
import { Region } from '../base/region.ts';

const WORD_HEAD = 0;
const WORD_TAIL = 16;
const WORD_ROOM_WANTED = 32;
const HEADER_BYTES = 192;

const RECORD_HEAD_BYTES = 8;
const SKIP = -1;

const RING_BYTES_MIN = 64;
const RING_BYTES_MAX = 1 << 30;

/** @param bytes for records: a power of two. @throws RangeError */
export function createRingBuffer(bytes: number): SharedArrayBuffer {
  if (bytes < RING_BYTES_MIN || bytes > RING_BYTES_MAX || (bytes & (bytes - 1)) !== 0) {
    throw new RangeError(
      `a ring of ${bytes} bytes: must be a power of two from ${RING_BYTES_MIN} to ${RING_BYTES_MAX}`,
    );
  }
  return new SharedArrayBuffer(HEADER_BYTES + bytes);
}

/** Bytes that a record with this payload takes. */
const recordBytes = (payloadBytes: number): number => RECORD_HEAD_BYTES + ((payloadBytes + 7) & ~7);

const payloadBytesMaxOf = (ringBytes: number): number => (ringBytes >> 1) - RECORD_HEAD_BYTES;

/** The writing end. One object in one thread; after that thread's death another may go on where it stopped. */
export class RingProducer {
  /** The ring's memory, for writing payloads: what `tryReserve` answers is an offset in it. */
  readonly region: Region;
  readonly payloadBytesMax: number;
  private readonly i32: Int32Array;
  private readonly ringBytes: number;
  private head: number;
  private seenTail: number;
  /** Where the reserved record begins, counted as HEAD is. */
  private reservedAt = 0;
  private reservedBytes = -1;

  constructor(buffer: SharedArrayBuffer) {
    this.region = new Region(new Uint8Array(buffer), new DataView(buffer));
    this.i32 = new Int32Array(buffer);
    this.ringBytes = buffer.byteLength - HEADER_BYTES;
    this.payloadBytesMax = payloadBytesMaxOf(this.ringBytes);
    this.head = Atomics.load(this.i32, WORD_HEAD);
    this.seenTail = Atomics.load(this.i32, WORD_TAIL);
  }

  /** What has ever been committed, in bytes, modulo 2^32: the next record's place, as a successor finds it too. */
  get position(): number {
    return this.head;
  }

  /**
   * Room for a payload of at most `bytes` (≤ payloadBytesMax), to be written and then committed. Reserving again forgets
   * what was reserved and not committed.
   * @returns the payload's offset in `region`, a multiple of 8; −1 if the ring has no room now
   */
  tryReserve(bytes: number): number {
    assert(bytes >= 0 && bytes <= this.payloadBytesMax, `a message of ${bytes} bytes can never fit its ring`);
    const record = recordBytes(bytes);
    const head = this.head;
    const at = head & (this.ringBytes - 1);
    const rest = this.ringBytes - at;
    const skipped = record > rest ? rest : 0;
    const wanted = skipped + record;
    if (((head - this.seenTail) | 0) + wanted > this.ringBytes) {
      this.seenTail = Atomics.load(this.i32, WORD_TAIL);
      if (((head - this.seenTail) | 0) + wanted > this.ringBytes) return -1;
    }
    if (skipped !== 0) this.i32[(HEADER_BYTES + at) >> 2] = SKIP;
    this.reservedAt = (head + skipped) | 0;
    this.reservedBytes = bytes;
    return HEADER_BYTES + (skipped !== 0 ? 0 : at) + RECORD_HEAD_BYTES;
  }

  /** Hands the reserved record over. @param payloadBytes what was really written, if less than reserved */
  commit(payloadBytes: number = this.reservedBytes): void {
    assert(payloadBytes >= 0 && payloadBytes <= this.reservedBytes, 'more is committed than was reserved');
    const at = this.reservedAt & (this.ringBytes - 1);
    this.i32[(HEADER_BYTES + at) >> 2] = payloadBytes;
    this.head = (this.reservedAt + recordBytes(payloadBytes)) | 0;
    this.reservedBytes = -1;
    Atomics.store(this.i32, WORD_HEAD, this.head);
  }

  /**
   * Waits until the consumer has released something since the last `tryReserve` said −1. Never on an I/O thread.
   * @returns false when the time is up
   */
  waitForRoom(timeoutMs: number): boolean {
    Atomics.store(this.i32, WORD_ROOM_WANTED, 1);
    const outcome = Atomics.wait(this.i32, WORD_TAIL, this.seenTail, timeoutMs);
    Atomics.store(this.i32, WORD_ROOM_WANTED, 0);
    return outcome !== 'timed-out';
  }
}

/** The reading end. */
export class RingConsumer {
  /** The ring's memory, for reading payloads in place. */
  readonly region: Region;
  readonly payloadBytesMax: number;
  /** Of the record that `peek` found. */
  payloadBytes = 0;
  private readonly i32: Int32Array;
  private readonly ringBytes: number;
  private tail: number;
  private seenHead: number;

  constructor(buffer: SharedArrayBuffer) {
    this.region = new Region(new Uint8Array(buffer), new DataView(buffer));
    this.i32 = new Int32Array(buffer);
    this.ringBytes = buffer.byteLength - HEADER_BYTES;
    this.payloadBytesMax = payloadBytesMaxOf(this.ringBytes);
    this.tail = Atomics.load(this.i32, WORD_TAIL);
    this.seenHead = Atomics.load(this.i32, WORD_HEAD);
  }

  /**
   * The oldest record, which stays until `release`. Sets `payloadBytes`.
   * @returns its payload's offset in `region`, a multiple of 8; −1 if there is none
   */
  peek(): number {
    if (this.tail === this.seenHead) {
      this.seenHead = Atomics.load(this.i32, WORD_HEAD);
      if (this.tail === this.seenHead) return -1;
    }
    let at = this.tail & (this.ringBytes - 1);
    let bytes = this.i32[(HEADER_BYTES + at) >> 2];
    if (bytes === SKIP) {
      this.tail = (this.tail + this.ringBytes - at) | 0;
      at = 0;
      bytes = this.i32[HEADER_BYTES >> 2];
    }
    this.payloadBytes = bytes;
    return HEADER_BYTES + at + RECORD_HEAD_BYTES;
  }

  /** The place of the record that `peek` found, in bytes ever released, modulo 2^32: a successor that peeks finds the same. */
  get position(): number {
    return this.tail;
  }

  /** Gives the record that `peek` found back to the producer: its bytes are no longer to be read. */
  release(): void {
    assert(this.tail !== this.seenHead, 'nothing was peeked at');
    this.tail = (this.tail + recordBytes(this.payloadBytes)) | 0;
    Atomics.store(this.i32, WORD_TAIL, this.tail);
    if (Atomics.load(this.i32, WORD_ROOM_WANTED) !== 0) Atomics.notify(this.i32, WORD_TAIL);
  }
}
