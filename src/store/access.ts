/**
 * The 24 bits in which an entry remembers its use, for eviction, OBJECT IDLETIME and OBJECT FREQ.
 *
 *     LRU    seconds, modulo 2^24
 *     LFU    minutes modulo 2^16 (16) | logarithmic counter (8)
 *
 * Each thread has one such clock; whoever runs the thread's loop sets it before commands run.
 */
import type { Arena } from '../memory/arena.ts';
import { ACCESS_MAX, accessOf, setAccess } from './entry.ts';

const LFU_INITIAL = 5;

export class AccessClock {
  /** The time of the running batch in ms: what deadlines are checked against. */
  nowMs = 0;
  /** False while a client's command runs that is to leave no trace of use (CLIENT NO-TOUCH). */
  notesUses = true;
  /** False where only changes count as uses (the lrm policies). */
  notesReads = true;
  private lfu = false;
  private seconds = 0;
  private minutes = 0;
  private logFactor = 10;
  private decayMinutes = 1;
  private readonly random: () => number;

  /** @param random a number in [0, 1) */
  constructor(random: () => number) {
    this.random = random;
  }

  configure(lfu: boolean, logFactor: number, decayMinutes: number, notesReads = true): void {
    this.lfu = lfu;
    this.notesReads = notesReads;
    this.logFactor = logFactor;
    this.decayMinutes = decayMinutes;
  }

  set(nowMs: number): void {
    this.nowMs = nowMs;
    this.seconds = Math.floor(nowMs / 1000) & ACCESS_MAX;
    this.minutes = Math.floor(nowMs / 60_000) & 0xffff;
  }

  get isLfu(): boolean {
    return this.lfu;
  }

  /** What a new entry gets. */
  get initial(): number {
    return this.lfu ? (this.minutes << 8) | LFU_INITIAL : this.seconds;
  }

  /** Notes a use of the entry. */
  touch(arena: Arena, entry: number): void {
    if (!this.lfu) {
      setAccess(arena, entry, this.seconds);
      return;
    }
    const counter = this.frequency(accessOf(arena, entry));
    setAccess(arena, entry, (this.minutes << 8) | this.increment(counter));
  }

  /** Notes a change made through a look-up for reading, where only changes count as uses. */
  touchChanged(arena: Arena, entry: number): void {
    if (this.notesUses && !this.notesReads) this.touch(arena, entry);
  }

  /** Seconds since the last use. */
  idleSeconds(access: number): number {
    return (this.seconds - access) & ACCESS_MAX;
  }

  /** The logarithmic counter, less what time has taken off it. */
  frequency(access: number): number {
    const counter = access & 255;
    if (this.decayMinutes === 0) return counter;
    const periods = Math.floor(((this.minutes - (access >> 8)) & 0xffff) / this.decayMinutes);
    return periods > counter ? 0 : counter - periods;
  }

  /** The access word for a given idle time or frequency (RESTORE … IDLETIME / FREQ, DEBUG). */
  fromIdle(idleSeconds: number): number {
    return (this.seconds - idleSeconds) & ACCESS_MAX;
  }

  fromFrequency(counter: number): number {
    return (this.minutes << 8) | counter;
  }

  private increment(counter: number): number {
    if (counter === 255) return 255;
    const base = Math.max(0, counter - LFU_INITIAL);
    return this.random() < 1 / (base * this.logFactor + 1) ? counter + 1 : counter;
  }
}
