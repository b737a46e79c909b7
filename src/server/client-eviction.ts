/** maxmemory-clients: when clients take too much memory together, the largest are disconnected. */
import type { ConfigView } from '../config/config-view.ts';
import { clientBytes } from './client-line.ts';
import { CLASS_REPLICA, type Connection } from './connection.ts';
import type { Server } from './server.ts';

/** Looking at all clients takes time, so many clients are looked at less often: not before this has passed for each. */
const PERIOD_MS_PER_CLIENT = 0.01;

export class ClientEviction {
  private readonly server: Server;
  private limitBytes = 0;
  private lookedAtMs = 0;
  /** For each I/O thread, two doubles: bytes of all its clients that count, and of the largest that may be evicted. */
  private readonly shared: Float64Array;

  /** @param shared the plane's, for all I/O threads */
  constructor(server: Server, config: ConfigView, shared: SharedArrayBuffer) {
    this.server = server;
    this.shared = new Float64Array(shared);
    const apply = (): void => {
      const limit = config.value('maxmemory-clients');
      this.limitBytes = 'percent' in limit ? (Number(config.value('maxmemory')) * limit.percent) / 100 : limit.bytes;
      server.checkClients = this.limitBytes > 0 ? () => this.enforce(server.ctx.nowMs) : undefined;
    };
    apply();
    config.onChange(['maxmemory-clients', 'maxmemory'], () => {
      this.lookedAtMs = 0;
      apply();
    });
  }

  /** Whether clients have a limit of their own. */
  get isOn(): boolean {
    return this.limitBytes > 0;
  }

  /**
   * Disconnects the largest clients of all I/O threads until the others are within the limit. Replicas don't count. When a
   * batch begins: at its end short replies are still on their way.
   */
  enforce(nowMs: number): void {
    if (this.limitBytes === 0) return;
    const periodMs = Math.floor(this.server.connections.size * PERIOD_MS_PER_CLIENT);
    if (nowMs - this.lookedAtMs < periodMs) return;
    this.lookedAtMs = nowMs;
    this.enforceNow();
  }

  /** Disconnects this thread's clients as long as the largest of all is one of them; has others do the rest. */
  enforceNow(): void {
    if (this.limitBytes === 0) return;
    const { ioThread, peers, counters } = this.server;
    const { evictable, bytes } = this.measure();
    for (let left = bytes; ; ) {
      const [largest] = evictable;
      this.shared[ioThread * 2] = left;
      this.shared[ioThread * 2 + 1] = largest?.bytes ?? 0;
      if (this.totalBytes() <= this.limitBytes) return;
      const elsewhere = this.threadOfLargest();
      if (elsewhere !== ioThread) return peers?.tell(elsewhere, { kind: 'evict-clients' });
      if (largest === undefined) return;
      evictable.shift();
      this.server.onVerbose(`Evicting client: id=${largest.connection.id} tot-mem=${largest.bytes}`);
      counters.evictedClients++;
      this.server.close(largest.connection);
      left -= largest.bytes;
    }
  }

  /** This thread's clients: those that may be evicted, largest first, and what all that count take. */
  private measure(): { evictable: { connection: Connection; bytes: number }[]; bytes: number } {
    let bytes = 0;
    const evictable: { connection: Connection; bytes: number }[] = [];
    for (const connection of this.server.connections.values()) {
      if (connection.outputClass === CLASS_REPLICA || connection.closing) continue;
      const own = clientBytes(connection, this.server);
      bytes += own;
      // The one whose command is running gets its reply; it may go afterwards.
      const mayGo = !connection.noEvict && connection !== this.server.current;
      if (mayGo) evictable.push({ connection, bytes: own });
    }
    evictable.sort((a, b) => b.bytes - a.bytes);
    return { evictable, bytes };
  }

  private totalBytes(): number {
    let bytes = 0;
    for (let i = 0; i < this.shared.length; i += 2) bytes += this.shared[i];
    return bytes;
  }

  /** Of threads that are even, this one. */
  private threadOfLargest(): number {
    let found = this.server.ioThread;
    for (let thread = 0; thread * 2 < this.shared.length; thread++) {
      if (this.shared[thread * 2 + 1] > this.shared[found * 2 + 1]) found = thread;
    }
    return found;
  }
}
