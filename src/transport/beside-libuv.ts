import type { Libc, PollHandle } from './libc.ts';

/** Rounds made in one turn before libuv gets its own. */
const ROUNDS_MAX = 4;

/** An event loop of our own, as the sharing sees it. */
export interface OwnLoop {
  /** Turns readable when there is something to serve, if `signals` is on. */
  readonly fd: number;
  /** Serves what is ready, without waiting. */
  round(): void;
  /** Whether another round would find something to do. Costs no system call. */
  hasWork(): boolean;
  /**
   * Whether `fd` shows work that comes from now on. On: libuv is going to wait. Off: a turn comes; `fd` is made
   * unreadable.
   */
  signals(on: boolean): void;
}

/**
 * Shares a thread between libuv's event loop and one of our own (a ring, an epoll set) that a descriptor speaks for.
 *
 * libuv does all the waiting, so its timers, messages and signals are as punctual as ever, and an idle server wakes for
 * nothing. When the descriptor turns readable, a turn makes rounds until nothing is left, at most 4 before libuv
 * comes to its own. A turn runs as an immediate: promises and ticks made in it run before the next. There is always one
 * scheduled; while libuv waits it has no reference, so that libuv does wait. Nothing else has to be called at a wake-up.
 *
 * Waiting in our own system call instead was measured: with a timeout below a scheduler tick it costs 1.5 µs a request,
 * for the kernel has to program the hardware's timer; with a longer one it is no cheaper than this, and libuv waits.
 */
export class BesideLibuv {
  private readonly own: OwnLoop;
  private readonly handle: PollHandle;
  private readonly turn: () => void;
  /** Always there. While libuv waits it keeps nobody from waiting, but runs when the wait ends, for whatever reason. */
  private next: NodeJS.Immediate;
  /** The next turn comes without libuv's waiting before. */
  private isComing = false;
  private closed = false;
  private inTurn = false;
  private signalling = false;

  constructor(libc: Libc, own: OwnLoop) {
    this.own = own;
    this.handle = libc.wakeLoop(own.fd);
    this.turn = () => this.runTurn();
    this.next = setImmediate(this.turn).unref();
  }

  /** There is work to hand to the kernel: a turn comes soon. Costs next to nothing if one is coming anyway. */
  kick(): void {
    if (this.isComing || this.inTurn || this.closed) return;
    this.isComing = true;
    this.next.ref();
  }

  close(): void {
    this.closed = true;
    clearImmediate(this.next);
    this.handle.close();
  }

  private runTurn(): void {
    if (this.closed) return;
    this.inTurn = true;
    try {
      if (this.signalling) {
        this.signalling = false;
        this.own.signals(false);
      }
      this.own.round();
      for (let round = 1; round < ROUNDS_MAX && !this.closed && this.own.hasWork(); round++) this.own.round();
      if (!this.closed && !this.own.hasWork()) {
        this.signalling = true;
        this.own.signals(true);
      }
    } finally {
      this.inTurn = false;
      if (!this.closed) this.scheduleNext();
    }
  }

  private scheduleNext(): void {
    this.next = setImmediate(this.turn);
    // What came before the signal was on is shown by nothing else; and a handler may have thrown.
    this.isComing = !this.signalling || this.own.hasWork();
    if (!this.isComing) this.next.unref();
  }
}
