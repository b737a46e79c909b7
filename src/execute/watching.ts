/** WATCH: keys and the versions they had. A key is registered in its shard while anybody watches it. */
import type { Context } from '../commands/context.ts';
import type { Shard } from '../store/shard.ts';

interface WatchedKey {
  readonly shard: Shard;
  readonly db: number;
  readonly node: number;
  readonly version: number;
}

export class Watching {
  private readonly keys: WatchedKey[] = [];
  /** The shards that hold watched keys. */
  shardMask = 0;

  get count(): number {
    return this.keys.length;
  }

  /** Watches the key in argument `arg`; its shard is locked. */
  add(ctx: Context, arg: number): void {
    // Removes the key if its time is over, so that only what happens from now on counts.
    ctx.peek(arg);
    const { shard } = ctx.ks;
    const node = shard.watched.acquire(ctx.db, ctx.source, ctx.at[arg], ctx.size[arg], ctx.hash);
    if (this.keys.some((key) => key.shard === shard && key.node === node)) {
      shard.watched.release(node);
      return;
    }
    this.keys.push({ shard, db: ctx.db, node, version: shard.watched.version(node) });
    this.shardMask |= 1 << shard.index;
  }

  /** Whether no watched key has changed or run out of time since. With `shardMask` locked. */
  holds(): boolean {
    for (const { shard, db, node, version } of this.keys) {
      shard.expireWatched(db, node);
      if (shard.watched.version(node) !== version) return false;
    }
    return true;
  }

  /** Forgets all keys. With `shardMask` locked. */
  release(): void {
    for (const { shard, node } of this.keys) shard.watched.release(node);
    this.keys.length = 0;
    this.shardMask = 0;
  }
}
