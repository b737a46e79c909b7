import type { Log } from '../observe/log.ts';
import type { WorkerPool } from '../shard/pool.ts';
import { Libc } from '../transport/libc.ts';
import { ResidentMemory } from '../transport/resident-memory.ts';

/** A start of the server or of a worker is over by then. */
const AFTER_MS = 1000;

/**
 * What is put off until nobody waits for the first reply any more: loading what starts workers, then giving back the memory
 * that only starting needed, anew after each worker.
 */
export class Settling {
  private readonly pool: WorkerPool;
  private readonly log: Log;
  private memory: ResidentMemory | undefined;
  private timer: NodeJS.Timeout | undefined;
  private ended = false;

  constructor(pool: WorkerPool, log: Log) {
    this.pool = pool;
    this.log = log;
  }

  /** Something has started. */
  begin(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.settle(), AFTER_MS).unref();
  }

  stop(): void {
    this.ended = true;
    clearTimeout(this.timer);
  }

  private async settle(): Promise<void> {
    try {
      await this.pool.load();
    } catch (error) {
      // Out of descriptors, say. There may be some in a second; a worker that is needed before then tries for itself.
      this.log.debug(`What starts workers is not loaded yet: ${(error as Error).message}`);
      if (!this.ended) this.begin();
      return;
    }
    if (this.ended) return;
    try {
      this.memory ??= new ResidentMemory(Libc.open());
      this.memory.release();
    } catch (error) {
      // It would have been good, but nobody depends on it: not on Linux, or without koffi.
      this.ended = true;
      this.log.debug(`Memory that starting took is kept: ${(error as Error).message}`);
    }
  }
}
