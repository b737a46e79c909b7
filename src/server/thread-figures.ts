/** What one I/O thread knows of its clients and their commands, and what all of them know together: for INFO. */
import type { Rates } from './housekeeping.ts';
import type { ServerCounters } from './server.ts';
import type { ThreadServices } from './services.ts';

/** Structured-cloneable. */
export interface ThreadFigures {
  readonly ioThread: number;
  readonly counters: Omit<ServerCounters, 'reset'>;
  readonly rates: Rates;
  readonly errorReplies: number;
  /** By code. */
  readonly errors: readonly (readonly [code: string, count: number])[];
  readonly clients: number;
  readonly blockedClients: number;
  readonly pubsubClients: number;
  readonly watchingClients: number;
  /** Keys that clients of this thread wait for who want to know also when they go. */
  readonly keysAwaitedGone: number;
  readonly inputBytesMax: number;
  readonly outputBytesMax: number;
  readonly handOffs: number;
  readonly handOffsPending: number;
  /** Connections to other servers that are kept. */
  readonly migrationsIdle: number;
}

/** Of this thread; what its clients take is then known to all. */
export function figuresOf(services: ThreadServices): ThreadFigures {
  const { server, errorStats, housekeeping, handOff, pause, memory, migrations } = services;
  const connections = [...server.connections.values()];
  memory.noteOwn();
  return {
    ioThread: server.ioThread,
    counters: { ...server.counters },
    rates: { ...housekeeping.rates },
    errorReplies: errorStats.total,
    errors: [...errorStats.counts],
    clients: connections.length,
    blockedClients: server.waiting.blocked.count + pause.count,
    pubsubClients: server.subscriptions.clientCount,
    keysAwaitedGone: server.waiting.blocked.keysAwaitedGone,
    watchingClients: connections.filter(({ watching }) => (watching?.count ?? 0) > 0).length,
    inputBytesMax: connections.reduce((max, { input }) => Math.max(max, input?.length ?? 0), 0),
    outputBytesMax: connections.reduce((max, { link }) => Math.max(max, link.unsentBytes), 0),
    handOffs: handOff.total,
    handOffsPending: handOff.pending,
    migrationsIdle: migrations.idleCount,
  };
}

/** Of all I/O threads, which are asked. */
export function totalsOf(services: ThreadServices): Totals {
  const others = services.server.peers?.ask('figures', undefined) ?? [];
  return new Totals([figuresOf(services), ...others].sort((a, b) => a.ioThread - b.ioThread));
}

/** Of all I/O threads together. */
export class Totals {
  readonly threads: readonly ThreadFigures[];

  constructor(threads: readonly ThreadFigures[]) {
    this.threads = threads;
  }

  sum(figure: (thread: ThreadFigures) => number): number {
    return this.threads.reduce((sum, thread) => sum + figure(thread), 0);
  }

  max(figure: (thread: ThreadFigures) => number): number {
    return this.threads.reduce((max, thread) => Math.max(max, figure(thread)), 0);
  }

  /** Error codes and how often each was replied, in alphabetical order. */
  get errors(): [code: string, count: number][] {
    const sums = new Map<string, number>();
    for (const [code, count] of this.threads.flatMap(({ errors }) => errors)) {
      sums.set(code, (sums.get(code) ?? 0) + count);
    }
    return [...sums].sort();
  }
}
