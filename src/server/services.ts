import type { Clock } from '../base/clock.ts';
import type { Context } from '../commands/context.ts';
import type { Registry } from '../commands/registry.ts';
import type { Config } from '../config/config.ts';
import type { ConfigView } from '../config/config-view.ts';
import type { Dispatcher } from '../execute/dispatcher.ts';
import type { HandOff } from '../execute/hand-off.ts';
import type { Plane } from '../execute/plane.ts';
import type { CommandStats } from '../observe/command-stats.ts';
import type { ErrorStats } from '../observe/error-stats.ts';
import type { LatencyMonitor } from '../observe/latency-monitor.ts';
import type { Log } from '../observe/log.ts';
import type { SlowLog } from '../observe/slow-log.ts';
import type { WorkerPool } from '../shard/pool.ts';
import type { Shard } from '../store/shard.ts';
import type { Transport } from '../transport/transport.ts';
import type { ActiveExpire } from './active-expire.ts';
import type { Authentication } from './authentication.ts';
import type { ClientEviction } from './client-eviction.ts';
import type { Connection } from './connection.ts';
import type { Housekeeping } from './housekeeping.ts';
import type { Listening } from './listen.ts';
import type { MemoryUse } from './memory-use.ts';
import type { Migrations } from './migration.ts';
import type { Pause } from './pause.ts';
import type { Server } from './server.ts';

/** The parts of one I/O thread, for the commands that it runs itself. */
export interface ThreadServices {
  readonly config: ConfigView;
  readonly log: Log;
  readonly plane: Plane;
  readonly registry: Registry;
  readonly stats: CommandStats;
  readonly errorStats: ErrorStats;
  readonly dispatcher: Dispatcher;
  readonly handOff: HandOff;
  readonly server: Server;
  readonly authentication: Authentication;
  readonly pause: Pause;
  readonly housekeeping: Housekeeping;
  readonly clientEviction: ClientEviction;
  readonly migrations: Migrations;
  readonly memory: MemoryUse;
  /** The I/O thread's view of all shards. */
  readonly shards: readonly Shard[];
  /** With its fraction of a millisecond. */
  readonly clock: Clock;
  /** When the server was started, in ms since 1970. */
  readonly startedMs: number;
  /** Ends the server after the current batch. @param wantsSave whether the data ought to be saved, which is not built yet */
  shutDown(reason: string, wantsSave: boolean): void;
}

/** The parts that only thread 0 has besides: those of the server as a whole. */
export interface Services extends ThreadServices {
  readonly config: Config;
  readonly slowLog: SlowLog;
  readonly latency: LatencyMonitor;
  readonly pool: WorkerPool;
  readonly activeExpire: ActiveExpire;
  readonly transport: Transport;
  readonly listening: Listening;
  /** 40 hexadecimal digits, others at each start. */
  readonly runId: string;
  /** Names this server's history of changes; DEBUG CHANGE-REPL-ID gives it another. */
  readonly replicationId: { current: string };
}

export const connectionOf = (ctx: Context): Connection => ctx.session as Connection;
