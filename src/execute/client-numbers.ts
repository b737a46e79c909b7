/**
 * What all I/O threads together know of clients: which id comes next, and how many there are.
 *
 *     word 0    LAST_ID     the id given out last, counting from 1
 *     word 16   CONNECTED   clients of all threads now
 */
const LAST_ID = 0;
const CONNECTED = 16;
const BYTES = 128;

export const createClientNumbersBuffer = (): SharedArrayBuffer => new SharedArrayBuffer(BYTES);

export class ClientNumbers {
  private readonly words: Int32Array;

  constructor(buffer: SharedArrayBuffer = createClientNumbersBuffer()) {
    this.words = new Int32Array(buffer);
  }

  /** Counts one client more, unless there are `limit` already. @returns whether there was room */
  enter(limit: number): boolean {
    if (Atomics.add(this.words, CONNECTED, 1) < limit) return true;
    this.leave();
    return false;
  }

  leave(): void {
    Atomics.sub(this.words, CONNECTED, 1);
  }

  /** An id that no client has had. */
  nextId(): number {
    return Atomics.add(this.words, LAST_ID, 1) + 1;
  }

  get connected(): number {
    return Atomics.load(this.words, CONNECTED);
  }
}
