/**
 * Keeps a worker's place while its thread isn't there. A thread takes 18 MB and 100 ms to start, and a server that is asked
 * nothing long and whose deadlines are far away never needs one. So until then this thread listens to the worker's
 * doorbell beside all else it does, and removes what falls due until the worker is there.
 */
import type { Clock } from '../base/clock.ts';
import type { Doorbell } from '../memory/doorbell.ts';

/** A worker is started so long before the first deadline it is to keep. */
const AHEAD_MS = 2000;
/** Starting one keeps this thread busy for some 10 ms: not while something falls due so soon, … */
const QUIET_MS = 150;
/** … but this long is all it is put off. */
const PATIENCE_MS = 1000;
/** setTimeout takes no more than 24 days; deadlines may be further away. */
const NAP_MS_MAX = 3_600_000;

/** What is to be done in a worker's stead. */
export interface Post {
  /** Whether something waits that only the worker can do. */
  wantsWorker(): boolean;
  /** Removes what is due. @returns when to look again, ms since 1970; Infinity: not before somebody rings */
  expireDue(): number;
  /** Has the worker started. Called once at most. */
  start(): void;
}

export class StandIn {
  private readonly doorbell: Doorbell;
  private readonly post: Post;
  private readonly clock: Clock;
  private started: boolean;
  private ended = false;
  private listens = false;
  /** Since when a start is put off, ms since 1970; 0: it is not. */
  private putOffSinceMs = 0;
  private alarm: NodeJS.Timeout | undefined;

  /** @param isStarting whether the worker is being started already */
  constructor(doorbell: Doorbell, post: Post, clock: Clock, isStarting: boolean) {
    this.doorbell = doorbell;
    this.post = post;
    this.clock = clock;
    this.started = isStarting;
    this.look();
  }

  /** The worker is there, or nobody wants it any more. */
  end(): void {
    this.ended = true;
    clearTimeout(this.alarm);
  }

  private look(): void {
    if (this.ended) return;
    // As a worker does: first say that one sleeps, then look, so that whoever brings something after that rings.
    this.listen();
    const nextMs = this.post.expireDue();
    const nowMs = this.clock.nowMs();
    if (!this.started && (this.post.wantsWorker() || this.isTime(nextMs, nowMs))) {
      this.started = true;
      this.post.start();
    }
    clearTimeout(this.alarm);
    if (nextMs === Number.POSITIVE_INFINITY) return;
    const isFar = !this.started && nextMs - nowMs > AHEAD_MS;
    const waitMs = isFar ? nextMs - nowMs - AHEAD_MS : nextMs - this.clock.nowMs();
    this.alarm = setTimeout(() => this.look(), Math.min(Math.max(waitMs, 1), NAP_MS_MAX));
    this.alarm.unref();
  }

  /** Whether the worker is to be started for the deadline at `nextMs`. */
  private isTime(nextMs: number, nowMs: number): boolean {
    if (nextMs - nowMs > AHEAD_MS) {
      this.putOffSinceMs = 0;
      return false;
    }
    if (nextMs - nowMs > QUIET_MS) return true;
    if (this.putOffSinceMs === 0) this.putOffSinceMs = nowMs;
    return nowMs - this.putOffSinceMs > PATIENCE_MS;
  }

  /**
   * Never takes back that it sleeps, which is not its own to take back once the worker is there: at worst somebody rings
   * for nothing.
   */
  private listen(): void {
    const sequence = this.doorbell.prepareSleep();
    if (this.listens) return;
    this.listens = true;
    void this.doorbell.rung(sequence).then(() => {
      this.listens = false;
      this.look();
    });
  }
}
