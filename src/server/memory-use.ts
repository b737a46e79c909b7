/** How much memory the data and the clients take: what maxmemory is about. */
import type { Shard } from '../store/shard.ts';
import { clientBytes } from './client-line.ts';
import type { Server } from './server.ts';

/** Clients' buffers are added up again after so long, or when one has gone. */
const CLIENTS_EVERY_MS = 100;

export class MemoryUse {
  /** The most that was seen; looked at every second and whenever somebody asks. */
  peakBytes = 0;
  private readonly shards: readonly Shard[];
  private readonly server: Server;
  private readonly shared: Float64Array;
  /** A client has gone since its bytes were added up. */
  private outdated = false;
  private notedMs = 0;

  /** @param shared where workers read what clients take */
  constructor(shards: readonly Shard[], server: Server, shared: Float64Array) {
    this.shards = shards;
    this.server = server;
    this.shared = shared;
  }

  /** Tells the guards of all threads what clients' buffers take, unless that is known well enough. */
  noteClients(nowMs: number): void {
    if (nowMs - this.notedMs < (this.outdated ? 1 : CLIENTS_EVERY_MS)) return;
    this.notedMs = nowMs;
    this.outdated = false;
    this.shared[0] = this.clientBytes();
  }

  /** A client has gone, with what it took. */
  clientGone(): void {
    this.outdated = true;
  }

  /** Blocks in use in all arenas; see Shard.usedBytes. */
  arenaBytes(): number {
    let bytes = 0;
    for (const { usedBytes } of this.shards) bytes += usedBytes;
    return bytes;
  }

  clientBytes(): number {
    let bytes = 0;
    for (const connection of this.server.connections.values()) bytes += clientBytes(connection);
    return bytes;
  }

  usedBytes(): number {
    return this.arenaBytes() + this.clientBytes();
  }

  notePeak(bytes: number): void {
    if (bytes > this.peakBytes) this.peakBytes = bytes;
  }
}
