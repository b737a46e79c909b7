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
  private readonly ioThread: number;
  /** A client has gone since its bytes were added up. */
  private outdated = false;
  private notedMs = 0;

  /** @param shared where all threads read what clients take: a figure for each I/O thread */
  constructor(shards: readonly Shard[], server: Server, shared: Float64Array, ioThread: number) {
    this.shards = shards;
    this.server = server;
    this.shared = shared;
    this.ioThread = ioThread;
  }

  /** Tells the guards of all threads what clients' buffers take, unless that is known well enough. */
  noteClients(nowMs: number): void {
    if (nowMs - this.notedMs < (this.outdated ? 1 : CLIENTS_EVERY_MS)) return;
    this.notedMs = nowMs;
    this.outdated = false;
    this.noteOwn();
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

  /** Adds up what this thread's clients take, for all threads to read. */
  noteOwn(): void {
    let bytes = 0;
    for (const connection of this.server.connections.values()) bytes += clientBytes(connection, this.server);
    this.shared[this.ioThread] = bytes;
  }

  /** What clients of all threads take; of other threads, as they noted it last. */
  clientBytes(): number {
    this.noteOwn();
    return this.shared.reduce((sum, bytes) => sum + bytes, 0);
  }

  usedBytes(): number {
    return this.arenaBytes() + this.clientBytes();
  }

  notePeak(bytes: number): void {
    if (bytes > this.peakBytes) this.peakBytes = bytes;
  }
}
