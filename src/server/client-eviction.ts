/** maxmemory-clients: when clients take too much memory together, the largest are disconnected. */
import type { ConfigView } from '../config/config-view.ts';
import { clientBytes } from './client-line.ts';
import { CLASS_REPLICA, type Connection } from './connection.ts';
import type { Server } from './server.ts';

/** All clients are looked at no more often than this. */
const PERIOD_MS = 10;

export class ClientEviction {
  private readonly server: Server;
  private limitBytes = 0;
  private lookedAtMs = 0;

  constructor(server: Server, config: ConfigView) {
    this.server = server;
    const apply = (): void => {
      const limit = config.value('maxmemory-clients');
      this.limitBytes = 'percent' in limit ? (Number(config.value('maxmemory')) * limit.percent) / 100 : limit.bytes;
      server.afterBatch = this.limitBytes > 0 ? () => this.enforce(server.ctx.nowMs) : undefined;
    };
    apply();
    config.onChange(['maxmemory-clients', 'maxmemory'], () => {
      this.lookedAtMs = 0;
      apply();
    });
  }

  /** Disconnects the largest clients until the others are within the limit. Replicas don't count. */
  enforce(nowMs: number): void {
    if (this.limitBytes === 0 || nowMs - this.lookedAtMs < PERIOD_MS) return;
    this.lookedAtMs = nowMs;
    let bytes = 0;
    const evictable: { connection: Connection; bytes: number }[] = [];
    for (const connection of this.server.connections.values()) {
      if (connection.outputClass === CLASS_REPLICA || connection.closing) continue;
      const own = clientBytes(connection);
      bytes += own;
      if (!connection.noEvict) evictable.push({ connection, bytes: own });
    }
    if (bytes <= this.limitBytes) return;
    evictable.sort((a, b) => b.bytes - a.bytes);
    for (const { connection, bytes: own } of evictable) {
      this.server.onVerbose(`Evicting client: id=${connection.id} tot-mem=${own}`);
      this.server.counters.evictedClients++;
      this.server.close(connection);
      bytes -= own;
      if (bytes <= this.limitBytes) return;
    }
  }
}
