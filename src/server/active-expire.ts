import type { WorkerPool } from '../shard/pool.ts';

/** Whether keys are removed at their deadline: not while clients are paused, nor when a test has switched it off. */
export class ActiveExpire {
  private readonly pool: WorkerPool;
  private allowedByDebug = true;
  private paused = false;

  constructor(pool: WorkerPool) {
    this.pool = pool;
  }

  setByDebug(on: boolean): void {
    this.allowedByDebug = on;
    this.tell();
  }

  setPaused(paused: boolean): void {
    if (this.paused === paused) return;
    this.paused = paused;
    this.tell();
  }

  get isOn(): boolean {
    return this.allowedByDebug && !this.paused;
  }

  /** Says to all workers, new ones among them, what holds. */
  tell(): void {
    this.pool.tell({ kind: 'active-expire', on: this.isOn });
  }
}
