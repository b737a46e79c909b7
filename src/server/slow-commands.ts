/** Where the news of slow commands goes, wherever they ran. */
import { FLAG_FAST } from '../commands/define.ts';
import type { ConfigView } from '../config/config-view.ts';
import type { Executor } from '../execute/executor.ts';
import type { LatencyMonitor } from '../observe/latency-monitor.ts';
import { type SlowCommand, type SlowLog, slowArguments } from '../observe/slow-log.ts';
import type { WorkerPool } from '../shard/pool.ts';
import type { Connection } from './connection.ts';
import type { Server } from './server.ts';

export interface SlowCommandReceivers {
  readonly slowLog: SlowLog;
  readonly latency: LatencyMonitor;
}

/** Connects this thread's executor and the workers with slow log and latency monitor. */
export function tellSlowCommands(
  { slowLog, latency }: SlowCommandReceivers,
  executor: Executor,
  pool: WorkerPool,
  server: Server,
  config: ConfigView,
): void {
  const tell = (command: SlowCommand, isFast: boolean, connection: Connection | undefined): void => {
    slowLog.add(command, connection?.link.remoteAddress ?? '', connection?.name ?? '');
    const ms = Math.floor(command.microseconds / 1000);
    const thresholdMs = Number(config.value('latency-monitor-threshold'));
    if (thresholdMs > 0 && ms >= thresholdMs) latency.add(isFast ? 'fast-command' : 'command', ms, command.seconds);
  };
  executor.onSlow = (ctx, microseconds) => {
    const command = { seconds: Math.floor(ctx.nowMs / 1000), microseconds, args: slowArguments(ctx, config) };
    tell(command, (ctx.command.flags & FLAG_FAST) !== 0, ctx.session as Connection | undefined);
  };
  pool.onSlow = ({ command, isFast, session }) => tell(command, isFast, server.connections.get(session));
}
