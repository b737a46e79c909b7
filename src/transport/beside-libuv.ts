import type { Libc, PollHandle } from './libc.ts';

/** Rounds made in one turn before libuv gets its own. */
const ROUNDS_MAX = 16;
/** How long a round may sleep in our own wait before libuv is asked again. Timers and promises are late by that. */
const WAIT_NS = 100_000;
/** Turns in a row that brought nothing, after which the waiting is left to libuv. */
const QUIET_TURNS_MAX = 8;

/** An event loop of our own, as the sharing sees it. */
export interface OwnLoop {
  /** Readable while there is something to serve, from `beforeIdle` on until `afterIdle`. */
  readonly fd: number;
  /** Serves what is ready, after waiting at most `waitNs` for it. Returns whether there was anything. */
  round(waitNs: number): boolean;
  /** libuv is going to watch `fd`. What `round` then still finds puts it off. */
  beforeIdle(): void;
  /** Work is there, and `round` will be called for it. */
  afterIdle(): void;
}

/**
 * Shares a thread between libuv's event loop and one of our own that is shown by a descriptor (a ring, an epoll set).
 *
 * While there is traffic, turns follow each other by `setImmediate`, and each makes up to 16 rounds that wait briefly in
 * our own system call: cheap, and libuv's timers, messages, signals and promises are served between turns. When some
 * turns in a row find nothing, libuv watches the descriptor and does the waiting: an idle server wakes for nothing.
 */
export class BesideLibuv {
  private readonly own: OwnLoop;
  private readonly handle: PollHandle;
  private readonly turn: () => void;
  private readonly wakeUp: () => void;
  private watching = false;
  private scheduled = false;
  private closed = false;
  private inTurn = false;
  private quietTurns = 0;

  constructor(libc: Libc, own: OwnLoop) {
    this.own = own;
    this.handle = libc.poll(own.fd);
    this.turn = () => this.runTurn();
    this.wakeUp = () => this.kick();
  }

  /** There is work to hand to the kernel: a turn comes soon. Costs next to nothing if one is coming anyway. */
  kick(): void {
    if (this.scheduled || this.inTurn || this.closed) return;
    this.quietTurns = 0;
    this.schedule();
  }

  close(): void {
    this.closed = true;
    this.handle.stop();
    this.handle.close();
  }

  private schedule(): void {
    this.scheduled = true;
    if (this.watching) {
      this.watching = false;
      this.handle.stop();
      this.own.afterIdle();
    }
    setImmediate(this.turn);
  }

  private runTurn(): void {
    this.scheduled = false;
    if (this.closed) return;
    this.inTurn = true;
    let busy = false;
    try {
      busy = this.own.round(WAIT_NS);
      for (let i = 1; i < ROUNDS_MAX && !this.closed && this.own.round(WAIT_NS); i++);
      if (!busy && ++this.quietTurns >= QUIET_TURNS_MAX) {
        this.own.beforeIdle();
        // What came before the watch would be shown to nobody.
        busy = this.own.round(0);
        if (busy) this.own.afterIdle();
        else this.watching = true;
      }
    } finally {
      this.inTurn = false;
      if (busy) this.quietTurns = 0;
      if (this.watching) this.handle.start({ readable: true }, this.wakeUp);
      else if (!this.closed) this.schedule();
    }
  }
}
