/**
 * The best victims seen so far, as in Redis: of every sample those that beat the worst in the pool stay, so the choice gets
 * better with each eviction. What is in it may have changed since; whoever takes one looks again, under the lock.
 */
const POOL_MAX = 16;

export interface Candidate {
  shard: number;
  db: number;
  entry: number;
  hash: number;
  /** Higher goes first. */
  score: number;
}

export class EvictionPool {
  private readonly candidates: Candidate[] = [];

  get size(): number {
    return this.candidates.length;
  }

  /** Whether a candidate of this score would be kept. */
  wants(score: number): boolean {
    return this.candidates.length < POOL_MAX || score > this.candidates[0].score;
  }

  /** Adds a candidate that is wanted, in its place; the worst goes if there is no room. */
  add(candidate: Candidate): void {
    const { candidates } = this;
    if (
      candidates.some(
        ({ entry, shard, db }) => entry === candidate.entry && shard === candidate.shard && db === candidate.db,
      )
    ) {
      return;
    }
    if (candidates.length === POOL_MAX) candidates.shift();
    let at = candidates.length;
    while (at > 0 && candidates[at - 1].score > candidate.score) at--;
    candidates.splice(at, 0, candidate);
  }

  /** Takes out the best one. */
  take(): Candidate | undefined {
    return this.candidates.pop();
  }

  clear(): void {
    this.candidates.length = 0;
  }
}
