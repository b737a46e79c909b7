/**
 * A worker's notice board: a few words that outlive it.
 *
 *     word 0      ORDERS   bits set by the main thread, cleared by the worker: STOP, LOOK (there is mail on its control port),
 *                         EVICT (memory is short)
 *     word 1      BEATS    goes up with every turn of the worker's loop
 *     words 2…    RUNNING  pairs (I/O thread + 1, session) of commands taken off a ring and not answered yet
 *
 * Should the worker die, its successor answers what stands under RUNNING with an error: no client waits for ever.
 */
const ORDERS = 0;
const BEATS = 1;
const RUNNING = 2;
const RUNNING_MAX = 15;

export const ORDER_STOP = 1;
export const ORDER_LOOK = 2;
export const ORDER_EVICT = 4;

export const createBoardBuffer = (): SharedArrayBuffer => new SharedArrayBuffer((RUNNING + RUNNING_MAX * 2) * 4);

export class WorkerBoard {
  private readonly words: Int32Array;

  constructor(buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer);
  }

  order(bits: number): void {
    Atomics.or(this.words, ORDERS, bits);
  }

  /** Reads and clears the orders. */
  takeOrders(): number {
    return Atomics.load(this.words, ORDERS) === 0 ? 0 : Atomics.exchange(this.words, ORDERS, 0);
  }

  beat(): void {
    this.words[BEATS]++;
  }

  get beats(): number {
    return Atomics.load(this.words, BEATS);
  }

  /** Notes a command begun. @returns its slot, or −1 if all are taken: then it must not be begun yet */
  begin(ioThread: number, session: number): number {
    for (let slot = 0; slot < RUNNING_MAX; slot++) {
      const at = RUNNING + slot * 2;
      if (this.words[at] !== 0) continue;
      this.words[at + 1] = session;
      Atomics.store(this.words, at, ioThread + 1);
      return slot;
    }
    return -1;
  }

  end(slot: number): void {
    Atomics.store(this.words, RUNNING + slot * 2, 0);
  }

  /** Visits and clears what a dead predecessor had begun. */
  takeRunning(visit: (ioThread: number, session: number) => void): void {
    for (let slot = 0; slot < RUNNING_MAX; slot++) {
      const at = RUNNING + slot * 2;
      const ioThread = Atomics.exchange(this.words, at, 0) - 1;
      if (ioThread >= 0) visit(ioThread, this.words[at + 1]);
    }
  }
}
