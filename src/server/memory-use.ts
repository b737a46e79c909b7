/** How much memory the data and the clients take: what maxmemory is about. */
import type { Shard } from '../store/shard.ts';
import { clientBytes } from './client-line.ts';
import type { Server } from './server.ts';

export class MemoryUse {
  /** The most that was seen; looked at every second and whenever somebody asks. */
  peakBytes = 0;
  private readonly shards: readonly Shard[];
  private readonly server: Server;
  private readonly shared: Float64Array;

  /** @param shared where workers read what clients take */
  constructor(shards: readonly Shard[], server: Server, shared: Float64Array) {
    this.shards = shards;
    this.server = server;
    this.shared = shared;
  }

  /** Tells the guards of all threads what clients' buffers take now. */
  noteClients(): void {
    this.shared[0] = this.clientBytes();
  }

  /** Blocks in use in all arenas. */
  arenaBytes(): number {
    let bytes = 0;
    for (const { allocator } of this.shards) bytes += allocator.usedBytes;
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
