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
  /** By shard and node. */
  private readonly keys = new Map<number, WatchedKey>();
  /** The shards that hold watched keys. */
  shardMask = 0;

  get count(): number {
    return this.keys.size;
  }

  /** Watches the key in argument `arg`; its shard is locked. */
  add(ctx: Context, arg: number): void {
    // Removes the key if its time is over, so that only what happens from now on counts.
    ctx.peek(arg);
    const { shard } = ctx.ks;
    const node = shard.watched.acquire(ctx.db, ctx.source, ctx.at[arg], ctx.size[arg], ctx.hash);
    // Nodes are addresses, below 2^31.
    const id = shard.index * 2 ** 31 + node;
    if (this.keys.has(id)) {
      shard.watched.release(node);
      return;
    }
    this.keys.set(id, { shard, db: ctx.db, node, version: shard.watched.version(node) });
    this.shardMask |= 1 << shard.index;
  }

  /** Whether no watched key has changed or run out of time since. With `shardMask` locked. */
  holds(): boolean {
    for (const { shard, db, node, version } of this.keys.values()) {
      shard.expireWatched(db, node);
      if (shard.watched.version(node) !== version) return false;
    }
    return true;
  }

  /** Forgets all keys. With `shardMask` locked. */
  release(): void {
    for (const { shard, node } of this.keys.values()) shard.watched.release(node);
    this.keys.clear();
    this.shardMask = 0;
  }
}
