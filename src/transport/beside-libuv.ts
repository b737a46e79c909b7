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
 * comes to its own. A turn runs as an immediate: promises and ticks made in it run before the next.
 *
 * Waiting in our own system call instead was measured: with a timeout below a scheduler tick it costs 1.5 µs a request,
 * for the kernel has to program the hardware's timer; with a longer one it is no cheaper than this, and libuv waits.
 */
export class BesideLibuv {
  private readonly own: OwnLoop;
  private readonly handle: PollHandle;
  private readonly turn: () => void;
  private scheduled = false;
  private closed = false;
  private inTurn = false;
  private signalling = false;

  constructor(libc: Libc, own: OwnLoop) {
    this.own = own;
    this.handle = libc.poll(own.fd, () => this.wakeUp());
    this.turn = () => this.runTurn();
  }

  /** There is work to hand to the kernel: a turn comes soon. Costs next to nothing if one is coming anyway. */
  kick(): void {
    if (this.scheduled || this.inTurn || this.closed) return;
    this.scheduled = true;
    setImmediate(this.turn);
  }

  close(): void {
    this.closed = true;
    this.handle.close();
  }

  private wakeUp(): void {
    this.own.signals(false);
    this.signalling = false;
    this.kick();
  }

  private runTurn(): void {
    this.scheduled = false;
    if (this.closed) return;
    this.inTurn = true;
    try {
      this.own.round();
      for (let round = 1; round < ROUNDS_MAX && !this.closed && this.own.hasWork(); round++) this.own.round();
      if (this.closed) return;
      if (!this.signalling && !this.own.hasWork()) {
        this.signalling = true;
        this.own.signals(true);
      }
    } finally {
      this.inTurn = false;
      // What came before the signal was on is shown by nothing else; and a handler may have thrown.
      if (!this.signalling || this.own.hasWork()) this.kick();
    }
  }
}
