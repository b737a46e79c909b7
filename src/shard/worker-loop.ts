/**
 * What a shard worker does all day: mail, then deadlines, then sleep until the next of either.
 */
import type { Clock } from '../base/clock.ts';
import { type MemoryGuard, ROOM } from '../execute/memory-guard.ts';
import { ORDER_EVICT, ORDER_LOOK, ORDER_STOP, type WorkerBoard } from '../execute/worker-board.ts';
import type { Doorbell } from '../memory/doorbell.ts';
import type { Lateness } from '../observe/lateness.ts';
import type { AccessClock } from '../store/access.ts';
import type { Shard } from '../store/shard.ts';
import type { Mail } from './mail.ts';

/** Keys removed in one hold of a lock: about 50 µs. */
const EXPIRE_PER_HOLD = 128;
/** The worker looks around at least this often, so that its board shows that it lives. */
const SLEEP_MS_MAX = 1000;

export class WorkerLoop {
  private readonly mail: Mail;
  private readonly own: readonly Shard[];
  private readonly access: AccessClock;
  private readonly doorbell: Doorbell;
  private readonly board: WorkerBoard;
  private readonly lateness: Lateness;
  private readonly clock: Clock;
  private readonly onLook: () => void;
  private readonly guard: MemoryGuard;
  private evicts = false;
  /** DEBUG SET-ACTIVE-EXPIRE. */
  expires = true;

  constructor(parts: {
    mail: Mail;
    own: readonly Shard[];
    access: AccessClock;
    doorbell: Doorbell;
    board: WorkerBoard;
    lateness: Lateness;
    clock: Clock;
    /** There is mail on the control port. */
    onLook: () => void;
    guard: MemoryGuard;
  }) {
    this.mail = parts.mail;
    this.own = parts.own;
    this.access = parts.access;
    this.doorbell = parts.doorbell;
    this.board = parts.board;
    this.lateness = parts.lateness;
    this.clock = parts.clock;
    this.onLook = parts.onLook;
    this.guard = parts.guard;
  }

  /** Runs until told to stop. */
  run(): void {
    for (;;) {
      this.board.beat();
      const orders = this.board.takeOrders();
      if ((orders & ORDER_LOOK) !== 0) this.onLook();
      if ((orders & ORDER_STOP) !== 0) return;
      if ((orders & ORDER_EVICT) !== 0) this.evicts = true;
      const ran = this.mail.drain();
      const nextMs = this.expireDue();
      if (this.evicts) this.evictSome();
      if (ran > 0 || this.evicts) continue;
      const sequence = this.doorbell.prepareSleep();
      const nowMs = this.clock.nowMs();
      // Deadlines may have come in since they were looked at; whoever sets one from now on rings.
      const wakeMs = Math.min(nextMs, this.nextLookMs());
      if (this.mail.waiting || wakeMs <= nowMs) this.doorbell.stayAwake();
      else this.doorbell.sleep(sequence, Math.min(wakeMs - nowMs, SLEEP_MS_MAX));
    }
  }

  /** Removes what is due in this worker's shards. @returns when to look again, ms since 1970 */
  private expireDue(): number {
    if (!this.expires) return Number.POSITIVE_INFINITY;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const shard of this.own) {
      // Read without the lock: whoever puts in an earlier time rings the doorbell after it.
      if (shard.workerWakesAtMs <= this.clock.nowMs()) this.expireIn(shard);
      nextMs = Math.min(nextMs, shard.workerWakesAtMs);
    }
    return nextMs;
  }

  private expireIn(shard: Shard): void {
    shard.lock.acquire();
    try {
      const nowMs = Math.floor(this.clock.nowMs());
      this.access.set(nowMs);
      shard.expireDue(nowMs, EXPIRE_PER_HOLD, (ms) => this.lateness.record(ms));
      shard.workerWakesAtMs = shard.earliestDeadlineMs();
    } finally {
      shard.lock.release();
    }
    this.mail.afterLocks();
  }

  /** One bounded piece, so that mail and deadlines get their turn. */
  private evictSome(): void {
    this.access.set(Math.floor(this.clock.nowMs()));
    this.evicts = this.guard.makeRoom() === ROOM && this.guard.mustEvict;
    this.mail.afterLocks();
  }

  private nextLookMs(): number {
    if (!this.expires) return Number.POSITIVE_INFINITY;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const shard of this.own) nextMs = Math.min(nextMs, shard.workerWakesAtMs);
    return nextMs;
  }
}
