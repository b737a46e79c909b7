/** Where the news of slow commands goes, wherever they ran. */
import { FLAG_FAST } from '../commands/define.ts';
import type { ConfigView } from '../config/config-view.ts';
import type { Executor } from '../execute/executor.ts';
import type { LatencyMonitor } from '../observe/latency-monitor.ts';
import { type SlowCommand, type SlowLog, slowArguments } from '../observe/slow-log.ts';
import type { WorkerPool } from '../shard/pool.ts';
import type { Connection } from './connection.ts';
import type { ClientName } from './io-messages.ts';
import type { Peers } from './peers.ts';
import type { Server } from './server.ts';

export interface SlowCommandReceivers {
  readonly slowLog: SlowLog;
  readonly latency: LatencyMonitor;
}

export type SlowCommandReceiver = (command: SlowCommand, isFast: boolean, client: ClientName | undefined) => void;

/** Connects thread 0's executor and the workers with slow log and latency monitor. @returns what notes of other threads go to */
export function tellSlowCommands(
  { slowLog, latency }: SlowCommandReceivers,
  executor: Executor,
  pool: WorkerPool,
  server: Server,
  config: ConfigView,
): SlowCommandReceiver {
  const tell: SlowCommandReceiver = (command, isFast, client) => {
    slowLog.add(command, client?.address ?? '', client?.name ?? '');
    const ms = Math.floor(command.microseconds / 1000);
    const thresholdMs = Number(config.value('latency-monitor-threshold'));
    if (thresholdMs > 0 && ms >= thresholdMs) latency.add(isFast ? 'fast-command' : 'command', ms, command.seconds);
  };
  tellOfOwn(executor, config, tell);
  pool.onSlow = ({ command, isFast, session }) =>
    server.inBatchOf(() => tell(command, isFast, nameOfSession(server, session)));
  return tell;
}

/** Has another I/O thread's slow commands told to thread 0. */
export function noteSlowCommands(executor: Executor, peers: Peers, config: ConfigView): void {
  tellOfOwn(executor, config, (command, isFast, client) => {
    peers.tell(0, { kind: 'slow', command, isFast, client: client ?? { address: '', name: '' } });
  });
}

function tellOfOwn(executor: Executor, config: ConfigView, tell: SlowCommandReceiver): void {
  executor.onSlow = (ctx, microseconds) => {
    const command = { seconds: Math.floor(ctx.nowMs / 1000), microseconds, args: slowArguments(ctx, config) };
    tell(command, (ctx.command.flags & FLAG_FAST) !== 0, clientName(ctx.session as Connection | undefined));
  };
}

export const clientName = (connection: Connection | undefined): ClientName | undefined =>
  connection === undefined ? undefined : { address: connection.link.remoteAddress, name: connection.name };

function nameOfSession(server: Server, session: number): ClientName | undefined {
  const own = clientName(server.connections.get(session));
  return own ?? server.peers?.askIfThere('name', session).find((name) => name !== undefined);
}
