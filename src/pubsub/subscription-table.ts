/**
 * Who listens to what, over all I/O threads: in shared memory, so that a subscription counts on every thread from the moment
 * it is confirmed. For each name: how many listen, and on which threads. Who they are, each thread's hub knows.
 *
 * Three registries of names in an arena that no shard has; a node's references are its listeners, its note has a bit a
 * thread. The arena's lock is held for a look or a change, and by I/O threads only, so waiting for it is short.
 */
import { matchGlob } from '../base/glob.ts';
import { hashBytes } from '../base/hash.ts';
import { latin1, type Region } from '../base/region.ts';
import { Allocator } from '../memory/allocator.ts';
import { Arena, createArenaBuffer } from '../memory/arena.ts';
import { WORD_REGISTRIES } from '../memory/layout.ts';
import { Lock } from '../memory/lock.ts';
import { KeyRegistry, REGISTRY_WORDS } from '../store/key-registry.ts';

export type Listing = 'channels' | 'patterns' | 'shardChannels';

const ARENA_BYTES = 1 << 30;
/** Registries know databases; names are of none. */
const NO_DATABASE = 0;

export const createSubscriptionsBuffer = (): SharedArrayBuffer => createArenaBuffer(ARENA_BYTES, 1);

/** Who listens to something. */
export interface Listeners {
  readonly count: number;
  /** A bit a thread. */
  readonly threads: number;
}

export class SubscriptionTable {
  private readonly lock: Lock;
  private readonly bit: number;
  private readonly seed: number;
  private readonly region: Region;
  private readonly listings: { readonly [L in Listing]: KeyRegistry };

  /** @param threadId of the I/O thread that will use this object */
  constructor(buffer: SharedArrayBuffer, threadId: number, seed: number) {
    const arena = new Arena(buffer);
    const allocator = new Allocator(arena);
    const registry = (index: number) => new KeyRegistry(allocator, WORD_REGISTRIES + index * REGISTRY_WORDS);
    this.lock = new Lock(arena.i32, threadId);
    this.bit = 1 << threadId;
    this.seed = seed;
    this.region = arena.region;
    this.listings = { channels: registry(0), patterns: registry(1), shardChannels: registry(2) };
  }

  /** Somebody on this thread listens. @throws OutOfMemoryError */
  add(listing: Listing, name: Region): void {
    this.locked(() => {
      const registry = this.listings[listing];
      const node = registry.acquire(NO_DATABASE, name, 0, name.length, this.hashOf(name));
      registry.setNote(node, registry.note(node) | this.bit);
    });
  }

  /** Somebody on this thread listens no more. @param isLastHere nobody else on it does either */
  remove(listing: Listing, name: Region, isLastHere: boolean): void {
    this.locked(() => {
      const registry = this.listings[listing];
      const node = registry.find(NO_DATABASE, name, 0, name.length, this.hashOf(name));
      if (isLastHere) registry.setNote(node, registry.note(node) & ~this.bit);
      registry.release(node);
    });
  }

  /** Names that somebody listens to. */
  count(listing: Listing): number {
    return this.listings[listing].count;
  }

  names(listing: Listing): string[] {
    return this.locked(() => {
      const names: string[] = [];
      this.listings[listing].each(NO_DATABASE, (_node, _hash, at, length) => {
        names.push(latin1(this.region, at, length));
      });
      return names;
    });
  }

  /** Who listens by this very name. */
  listeners(listing: Listing, name: Region): Listeners {
    const registry = this.listings[listing];
    // A count of 0 is as true without the lock as one that is asked for a moment earlier.
    if (registry.count === 0) return NOBODY;
    return this.locked(() => {
      const node = registry.find(NO_DATABASE, name, 0, name.length, this.hashOf(name));
      return node === 0 ? NOBODY : { count: registry.references(node), threads: registry.note(node) };
    });
  }

  /** Who is sent a message on this channel: those who listen by its name, and those whose pattern it matches. */
  audience(channel: Region): Listeners {
    const byName = this.listeners('channels', channel);
    const { patterns } = this.listings;
    if (patterns.count === 0) return byName;
    let { count, threads } = byName;
    this.locked(() =>
      patterns.each(NO_DATABASE, (node, _hash, at, length) => {
        if (!matchGlob(this.region.u8, at, length, channel.u8, 0, channel.length, false)) return;
        count += patterns.references(node);
        threads |= patterns.note(node);
      }),
    );
    return { count, threads };
  }

  private hashOf(name: Region): number {
    return hashBytes(name.view, 0, name.length, this.seed);
  }

  private locked<T>(action: () => T): T {
    this.lock.acquire();
    try {
      return action();
    } finally {
      this.lock.release();
    }
  }
}

const NOBODY: Listeners = { count: 0, threads: 0 };
