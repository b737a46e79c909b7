/** Builds a server out of its configuration and starts it: the only place where all parts meet. */
import { randomBytes } from 'node:crypto';
import { FineClock, systemClock } from '../base/clock.ts';
import { osSeededRandom } from '../base/random.ts';
import { dataCommands } from '../commands/all.ts';
import { Context } from '../commands/context.ts';
import { Registry } from '../commands/registry.ts';
import type { Config } from '../config/config.ts';
import { Dispatcher } from '../execute/dispatcher.ts';
import { Executor } from '../execute/executor.ts';
import { GUARD_DIRECTIVES } from '../execute/guard-config.ts';
import { HandOff } from '../execute/hand-off.ts';
import { MemoryGuard } from '../execute/memory-guard.ts';
import { regionOver } from '../execute/messages.ts';
import { createPlane, workerOf } from '../execute/plane.ts';
import { applyStoreConfig, WORKER_DIRECTIVES } from '../execute/store-config.ts';
import { applyTiming } from '../execute/timing.ts';
import { CommandStats } from '../observe/command-stats.ts';
import { ErrorStats } from '../observe/error-stats.ts';
import { LatencyMonitor } from '../observe/latency-monitor.ts';
import { type Log, openLog } from '../observe/log.ts';
import { SLOW_LOG_DIRECTIVES, SlowLog } from '../observe/slow-log.ts';
import { Writer } from '../protocol/writer.ts';
import { WorkerPool } from '../shard/pool.ts';
import { AccessClock } from '../store/access.ts';
import { LockSet } from '../store/lock-set.ts';
import { Shard } from '../store/shard.ts';
import { openTransport } from '../transport/choose.ts';
import { listDebug } from '../types/list-limits.ts';
import { ActiveExpire } from './active-expire.ts';
import { Authentication } from './authentication.ts';
import { printBanner, showsLogo } from './banner.ts';
import { ClientEviction } from './client-eviction.ts';
import { serverCommands } from './commands.ts';
import { Gate } from './gate.ts';
import { Housekeeping } from './housekeeping.ts';
import { protect, serverLimits } from './limits.ts';
import { keepWhereItListens, listen } from './listen.ts';
import { guardMemory } from './memory-gate.ts';
import { MemoryUse } from './memory-use.ts';
import { Pause } from './pause.ts';
import { writePidFile } from './pid-file.ts';
import { showTitle } from './process-title.ts';
import { Server } from './server.ts';
import type { Services } from './services.ts';
import { Shutdown } from './shutdown.ts';
import { tellSlowCommands } from './slow-commands.ts';

/** The only I/O thread there is so far. */
const IO_THREAD = 0;

/** What workers are told of the configuration. */
const SHARED_DIRECTIVES = [...WORKER_DIRECTIVES, ...SLOW_LOG_DIRECTIVES, ...GUARD_DIRECTIVES];

/** A running server and its parts. */
export interface Mayfly extends Services {
  /** Closes every connection, stops every thread. */
  stop(): Promise<void>;
}

/** Starts listening, then the workers. @throws Error that says in one line why it can't */
export async function startMayfly(config: Config): Promise<Mayfly> {
  const startedMs = Date.now();
  const log = openLog({ level: config.value('loglevel'), file: config.value('logfile') });
  config.onNotice(({ level, text }) => log[level](text));
  config.onChange('loglevel', () => log.setLevel(config.value('loglevel')));

  const core = buildCore(config, log);
  const { server, handOff, plane } = core;
  const { transport, log: transportLine } = openTransport(config.value('transport'), server);
  const end = {
    waker: transport.waker,
    attach: handOff.attach.bind(handOff),
    onPortMessage: () => transport.onPortMessage(),
  };
  const pool = new WorkerPool(plane, [end], () => config.toShared(SHARED_DIRECTIVES), log);
  config.onCommit((names) => {
    const shared = SHARED_DIRECTIVES.filter((name) => names.includes(name));
    if (shared.length > 0) pool.tell({ kind: 'config', update: config.toShared(shared) });
  });

  guardMemory(core.guard, core.dispatcher, core.memory, pool, config, () => core.server.ctx.nowMs);
  const activeExpire = new ActiveExpire(pool);
  core.gate.onPause = (paused) => activeExpire.setPaused(paused);
  pool.onStarted = () => {
    activeExpire.tell();
    pool.tell({ kind: 'packed-threshold', bytes: listDebug.packedThresholdBytes });
  };
  const slowLog = new SlowLog(config);
  const latency = new LatencyMonitor();
  tellSlowCommands({ slowLog, latency }, core.executor, pool, server, config);

  const stop = async (): Promise<void> => {
    transport.stopListening();
    core.housekeeping.stop();
    await pool.stop();
    await transport.close();
  };
  const shutdown = new Shutdown(log, stop, config.value('pidfile'));
  const services: Services = {
    ...core,
    config,
    log,
    pool,
    activeExpire,
    transport,
    slowLog,
    latency,
    startedMs,
    clock: new FineClock(),
    runId: randomBytes(20).toString('hex'),
    replicationId: { current: randomBytes(20).toString('hex') },
    shutDown(reason, wantsSave) {
      if (wantsSave) log.warning('The data is not saved: saving to disk is not built yet.');
      shutdown.begin(reason);
    },
  };
  pool.onChanges = (changes) => {
    const classes = config.value('notify-keyspace-events');
    const noted = changes.map(({ db, event, key }) => ({ db, event, key: regionOver(key) }));
    core.server.inBatchOf(() => core.server.publishChanges(noted, classes));
  };
  core.registry.register(serverCommands(services));

  announce(services, transportLine);
  await listen(transport, config, log);
  keepWhereItListens(config, log);
  noteProcessId(config, log);
  shutdown.onSignals();
  showTitle(config);
  core.housekeeping.start();
  log.notice('Ready to accept connections tcp');
  await pool.start();
  return { ...services, stop };
}

/** What runs on this thread between a received command and its reply. */
function buildCore(config: Config, log: Log) {
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
  const errorStats = new ErrorStats();
  ctx.reply.onError = (text) => errorStats.record(text);
  const registry = new Registry();
  registry.register(dataCommands);
  const executor = new Executor(ctx, stats, {
    commandFault: (command, error) =>
      log.warning(`Command ${command.name} failed; this is a bug.\n${error instanceof Error ? error.stack : error}`),
  });
  applyTiming(config, executor, stats);
  const handOff = new HandOff(plane, IO_THREAD, (session, reply, at, length, owned) =>
    server.onWorkerReply(session, reply, at, length, owned),
  );
  for (const shard of shards) shard.wakeWorker = () => handOff.wake(workerOf(shard.index, plane.workers));
  const dispatcher = new Dispatcher(executor, registry, handOff);
  dispatcher.mode = config.value('handoff');

  const server = new Server(dispatcher, handOff, ctx, serverLimits(config), systemClock);
  server.onWarning = (message) => log.warning(message);
  server.onVerbose = (message) => log.verbose(message);
  server.onErrorReply = (text) => errorStats.record(text);
  const authentication = new Authentication(config);
  const pause = new Pause(server, systemClock.nowMs);
  publishChanges(server, shards, config);
  const gate = new Gate(server, authentication, pause, config);
  protect(server, config, authentication);
  const clientBytes = new Float64Array(plane.clientBytes);
  const memory = new MemoryUse(shards, server, clientBytes);
  server.onGone = (connection) => {
    pause.forget(connection);
    memory.clientGone();
  };
  const guard = new MemoryGuard({ shards, locks: ctx.locks, access, random: ctx.random, clientBytes });
  const clientEviction = new ClientEviction(server, config);
  const housekeeping = new Housekeeping(server, memory, config, systemClock.nowMs);
  housekeeping.onPeriod = (nowMs) => {
    clientEviction.enforce(nowMs);
    memory.noteClients(nowMs);
    if (guard.isShort) guard.onStillShort();
  };
  return {
    plane,
    shards,
    executor,
    registry,
    stats,
    errorStats,
    dispatcher,
    handOff,
    server,
    authentication,
    gate,
    pause,
    memory,
    guard,
    housekeeping,
  };
}

function announce({ config, log, plane, transport }: Services, transportLine: string): void {
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
  log.notice('Server initialized');
}

/** Redis' place for a background server that was given none. */
const DAEMON_PID_FILE = '/var/run/mayfly.pid';

/** The server can do without the file, so it only says so when it can't be written. */
function noteProcessId(config: Config, log: Log): void {
  const path = config.value('pidfile') || (config.value('daemonize') ? DAEMON_PID_FILE : '');
  if (path === '') return;
  try {
    writePidFile(path, process.pid);
  } catch (error) {
    log.warning(`Can't write the process ID file: ${(error as Error).message}`);
  }
}

/** Keyspace notifications, for as long as they are configured. */
function publishChanges(server: Server, shards: readonly Shard[], config: Config): void {
  const { notes, ctx } = server;
  for (const shard of shards) {
    shard.events = {
      ...shard.events,
      expired: notes.expired.bind(notes),
      evicted: notes.evicted.bind(notes),
      partsExpired: notes.partsExpired.bind(notes),
      emptied: notes.emptied.bind(notes),
    };
  }
  const apply = () => {
    notes.configure(config.value('notify-keyspace-events'));
    ctx.observer = notes.isOn ? notes : undefined;
  };
  apply();
  config.onChange('notify-keyspace-events', apply);
  server.onNoted = () => server.publishChanges(notes.take(), config.value('notify-keyspace-events'));
}
