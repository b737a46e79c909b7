/** Builds a server out of its configuration and starts it: the only place where all parts meet. */
import { printBanner, showsLogo } from '../cli/banner.ts';
import { systemClock } from '../base/clock.ts';
import { osSeededRandom } from '../base/random.ts';
import { dataCommands } from '../commands/all.ts';
import { Context } from '../commands/context.ts';
import { Registry } from '../commands/registry.ts';
import type { Config } from '../config/config.ts';
import { Dispatcher } from '../execute/dispatcher.ts';
import { Executor } from '../execute/executor.ts';
import { HandOff } from '../execute/hand-off.ts';
import { createPlane, type Plane, workerOf } from '../execute/plane.ts';
import { applyStoreConfig, WORKER_DIRECTIVES } from '../execute/store-config.ts';
import { CommandStats } from '../observe/command-stats.ts';
import { type Log, openLog } from '../observe/log.ts';
import { Writer } from '../protocol/writer.ts';
import { WorkerPool } from '../shard/pool.ts';
import { AccessClock } from '../store/access.ts';
import { LockSet } from '../store/lock-set.ts';
import { Shard } from '../store/shard.ts';
import { openTransport } from '../transport/choose.ts';
import type { ListenOptions, Transport } from '../transport/transport.ts';
import { connectionCommands } from './connection-commands.ts';
import { Server } from './server.ts';

/** The only I/O thread there is so far. */
const IO_THREAD = 0;

/** A running server and its parts. */
export interface Mayfly {
  readonly config: Config;
  readonly log: Log;
  readonly plane: Plane;
  readonly registry: Registry;
  readonly server: Server;
  readonly pool: WorkerPool;
  readonly transport: Transport;
  readonly stats: CommandStats;
  readonly startedMs: number;
  /** Closes every connection, stops every thread. */
  stop(): Promise<void>;
}

/** Starts listening, then the workers. @throws Error that says in one line why it can't */
export async function startMayfly(config: Config): Promise<Mayfly> {
  const log = openLog({ level: config.value('loglevel'), file: config.value('logfile') });
  config.onNotice(({ level, text }) => log[level](text));
  config.onChange('loglevel', () => log.setLevel(config.value('loglevel')));

  const random = osSeededRandom();
  const options = {
    shardCount: config.value('shards'),
    shardBytes: config.value('shard-memory'),
    databases: config.value('databases'),
    ioThreads: 1,
    workers: config.value('workers'),
  };
  const plane = createPlane(options, random.next32() | 0);
  const access = new AccessClock(() => random.double());
  const shards = plane.shards.map((buffer, index) => new Shard(index, buffer, IO_THREAD, access, plane.seed));
  applyStoreConfig(config, access, plane.seed);

  const ctx = new Context(new Writer(), shards, new LockSet(shards), access, () => random.double());
  const stats = new CommandStats(plane.commandStats, IO_THREAD);
  const registry = new Registry();
  registry.register(dataCommands);
  registry.register(connectionCommands);
  const executor = new Executor(ctx, stats, {
    commandFault: (command, error) =>
      log.warning(`Command ${command.name} failed; this is a bug.\n${error instanceof Error ? error.stack : error}`),
  });
  const handOff = new HandOff(plane, IO_THREAD, (session, reply, at, length, owned) =>
    server.onWorkerReply(session, reply, at, length, owned),
  );
  for (const shard of shards) shard.wakeWorker = () => handOff.wake(workerOf(shard.index, plane.workers));
  const dispatcher = new Dispatcher(executor, registry, handOff, stats);
  dispatcher.mode = config.value('handoff');
  const server = new Server(dispatcher, handOff, ctx, serverLimits(config), systemClock);
  server.onWarning = (message) => log.warning(message);

  const { transport, log: transportLine } = openTransport(config.value('transport'), server);
  const end = {
    waker: transport.waker,
    attach: handOff.attach.bind(handOff),
    onPortMessage: () => transport.onPortMessage(),
  };
  const pool = new WorkerPool(plane, [end], () => config.toShared(WORKER_DIRECTIVES), log);
  config.onCommit((names) => {
    const shared = WORKER_DIRECTIVES.filter((name) => names.includes(name));
    if (shared.length > 0) pool.tell({ kind: 'config', update: config.toShared(shared) });
  });

  const facts = {
    port: config.value('port'),
    unixSocket: config.value('unixsocket'),
    pid: process.pid,
    workers: plane.workers,
    shards: plane.shards.length,
    transport: transport.name,
  };
  printBanner(log, facts, showsLogo(config, process.stdout.isTTY === true));
  log.notice(transportLine);
  await listen(transport, config, log);
  log.notice('Ready to accept connections');
  await pool.start();

  const mayfly: Mayfly = {
    config,
    log,
    plane,
    registry,
    server,
    pool,
    transport,
    stats,
    startedMs: Date.now(),
    async stop() {
      transport.stopListening();
      await pool.stop();
      await transport.close();
    },
  };
  stopOnSignals(mayfly);
  return mayfly;
}

async function listen(transport: Transport, config: Config, log: Log): Promise<void> {
  const options: ListenOptions = {
    bind: config.value('bind'),
    port: config.value('port'),
    backlog: config.value('tcp-backlog'),
    keepAliveSeconds: config.value('tcp-keepalive'),
    unixSocketPath: config.value('unixsocket') || undefined,
    unixSocketMode: config.value('unixsocketperm') || undefined,
  };
  try {
    await transport.listen(options);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'Address already in use' : `${error}`;
    log.warning(`Failed listening on port ${options.port} (tcp), aborting: ${reason}`);
    await transport.close();
    throw new Error(`Can't listen on port ${options.port}: ${reason}`);
  }
}

function serverLimits(config: Config): Server['limits'] {
  const limits = { bulkBytesMax: 0, clientsMax: 0, inputBytesMax: 0, outputBytesMax: 0 };
  const apply = () => {
    limits.bulkBytesMax = config.value('proto-max-bulk-len');
    limits.clientsMax = config.value('maxclients');
    limits.inputBytesMax = config.value('client-query-buffer-limit');
    limits.outputBytesMax = config.value('client-output-buffer-limit').normal.hardBytes;
  };
  apply();
  config.onChange(['proto-max-bulk-len', 'maxclients', 'client-query-buffer-limit', 'client-output-buffer-limit'], apply);
  return limits;
}

function stopOnSignals(mayfly: Mayfly): void {
  const stop = (signal: string) => {
    mayfly.log.warning(`Received ${signal}, scheduling shutdown...`);
    mayfly.stop().then(
      () => {
        mayfly.log.warning('Mayfly is now ready to exit, bye bye...');
        process.exit(0);
      },
      (error) => {
        mayfly.log.warning(`Shutdown failed: ${error}`);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
}
