/**
 * A worker's notice board: a few words that outlive it.
 *
 *     word 0      ORDERS   bits set by the main thread, cleared by the worker: STOP, LOOK (there is mail on its control port),
 *                         EVICT (memory is short)
 *     word 1      BEATS    goes up with every turn of the worker's loop
 *     words 2…    RUNNING  commands taken off a ring and not answered yet, four words each:
 *
 *         OWNER        0 when free, else I/O thread + 1; with ANSWERING, its reply is being handed over
 *         SESSION      whose command it is
 *         TAKEN_AT     the request ring's position before the request was released
 *         ANSWERED_AT  the reply ring's position before the reply was committed
 *
 * Should the worker die, its successor answers what stands here with an error: no client waits for ever. The positions
 * tell whether the request is still in its ring (then it is going to run) and whether the reply is in its own already
 * (then it is not to be answered twice). OWNER is stored last, so what stands beside it is always whole.
 */
const ORDERS = 0;
const BEATS = 1;
const RUNNING = 2;
const RUNNING_MAX = 8;
const RUNNING_WORDS = 4;
const OWNER = 0;
const SESSION = 1;
const TAKEN_AT = 2;
const ANSWERED_AT = 3;
const ANSWERING = 1 << 16;

export const ORDER_STOP = 1;
export const ORDER_LOOK = 2;
export const ORDER_EVICT = 4;

export const createBoardBuffer = (): SharedArrayBuffer =>
  new SharedArrayBuffer((RUNNING + RUNNING_MAX * RUNNING_WORDS) * 4);

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

  /** Whether one of these orders waits to be taken. */
  isOrdered(bits: number): boolean {
    return (Atomics.load(this.words, ORDERS) & bits) !== 0;
  }

  beat(): void {
    this.words[BEATS]++;
  }

  get beats(): number {
    return Atomics.load(this.words, BEATS);
  }

  /**
   * Notes a command begun. @param takenAt the request ring's position, its request not released yet
   * @returns its slot, or −1 if all are taken: then it must not be begun yet
   */
  begin(ioThread: number, session: number, takenAt: number): number {
    for (let slot = 0; slot < RUNNING_MAX; slot++) {
      const at = RUNNING + slot * RUNNING_WORDS;
      if (this.words[at + OWNER] !== 0) continue;
      this.words[at + SESSION] = session;
      this.words[at + TAKEN_AT] = takenAt;
      Atomics.store(this.words, at + OWNER, ioThread + 1);
      return slot;
    }
    return -1;
  }

  /** The next thing done is to commit the reply. @param answeredAt the reply ring's position, the reply not committed yet */
  answering(slot: number, answeredAt: number): void {
    const at = RUNNING + slot * RUNNING_WORDS;
    this.words[at + ANSWERED_AT] = answeredAt;
    Atomics.store(this.words, at + OWNER, this.words[at + OWNER] | ANSWERING);
  }

  end(slot: number): void {
    Atomics.store(this.words, RUNNING + slot * RUNNING_WORDS + OWNER, 0);
  }

  /** Visits what a dead predecessor had begun. Each stays noted: `end` it when it is dealt with. */
  visitRunning(visit: (slot: number, begun: BegunCommand) => void): void {
    for (let slot = 0; slot < RUNNING_MAX; slot++) {
      const at = RUNNING + slot * RUNNING_WORDS;
      const owner = Atomics.load(this.words, at + OWNER);
      if (owner === 0) continue;
      visit(slot, {
        ioThread: (owner & ~ANSWERING) - 1,
        session: this.words[at + SESSION],
        takenAt: this.words[at + TAKEN_AT],
        answeredAt: (owner & ANSWERING) !== 0 ? this.words[at + ANSWERED_AT] : undefined,
      });
    }
  }
}

/** A command that a worker had begun when it died. */
export interface BegunCommand {
  readonly ioThread: number;
  readonly session: number;
  readonly takenAt: number;
  /** Undefined if its reply was not about to be committed. */
  readonly answeredAt: number | undefined;
}
