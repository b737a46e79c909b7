/** What an I/O thread is made of, from a received command to its reply: the same on each. */
import { systemClock } from '../base/clock.ts';
import { osSeededRandom } from '../base/random.ts';
import { dataCommands } from '../commands/all.ts';
import { Context } from '../commands/context.ts';
import { Registry } from '../commands/registry.ts';
import type { ConfigView } from '../config/config-view.ts';
import { ClientNumbers } from '../execute/client-numbers.ts';
import { Dispatcher } from '../execute/dispatcher.ts';
import { Executor } from '../execute/executor.ts';
import { HandOff } from '../execute/hand-off.ts';
import { MemoryGuard } from '../execute/memory-guard.ts';
import { type Plane, workerOf } from '../execute/plane.ts';
import { applyStoreConfig } from '../execute/store-config.ts';
import { applyTiming } from '../execute/timing.ts';
import { ORDER_EVICT, WorkerBoard } from '../execute/worker-board.ts';
import { CommandStats } from '../observe/command-stats.ts';
import { ErrorStats } from '../observe/error-stats.ts';
import type { Log } from '../observe/log.ts';
import { Writer } from '../protocol/writer.ts';
import { SubscriptionTable } from '../pubsub/subscription-table.ts';
import { AccessClock } from '../store/access.ts';
import { LockSet } from '../store/lock-set.ts';
import { Shard } from '../store/shard.ts';
import { Authentication } from './authentication.ts';
import { ClientEviction } from './client-eviction.ts';
import { Gate } from './gate.ts';
import { Housekeeping } from './housekeeping.ts';
import { protect, serverLimits } from './limits.ts';
import { guardMemory } from './memory-gate.ts';
import { MemoryUse } from './memory-use.ts';
import { Migrations } from './migration.ts';
import { Pause } from './pause.ts';
import { Server } from './server.ts';
import { noteTypesFromFirstCall } from './type-feedback.ts';

/** About 10 µs: what another I/O thread needs for a chunk of some connection's input. */
const LOOKS_AT_BUSY_SHARD = 500;

export type IoCore = ReturnType<typeof buildCore>;

/** @param ioThread which of the plane's I/O threads this is */
export function buildCore(config: ConfigView, log: Log, plane: Plane, ioThread: number) {
  noteTypesFromFirstCall();
  const random = osSeededRandom();
  const access = new AccessClock(() => random.double());
  const shards = plane.shards.map((buffer, index) => new Shard(index, buffer, ioThread, access, plane.seed));
  applyStoreConfig(config, access, plane.seed);

  const ctx = new Context(new Writer(), shards, new LockSet(shards), access, () => random.double());
  const stats = new CommandStats(plane.commandStats, ioThread);
  const errorStats = new ErrorStats();
  ctx.reply.onError = (text) => errorStats.record(text);
  const registry = new Registry();
  registry.register(dataCommands);
  const executor = new Executor(ctx, stats, {
    commandFault: (command, error) =>
      log.warning(`Command ${command.name} failed; this is a bug.\n${error instanceof Error ? error.stack : error}`),
  });
  applyTiming(config, executor, stats);
  const handOff = new HandOff(plane, ioThread, (session, reply, at, length, owned) =>
    server.onWorkerReply(session, reply, at, length, owned),
  );
  for (const shard of shards) shard.wakeWorker = () => handOff.wake(workerOf(shard.index, plane.workers));
  const dispatcher = new Dispatcher(executor, registry, handOff);
  dispatcher.mode = config.value('handoff');
  dispatcher.looksAgain = plane.ioThreads > 1 ? LOOKS_AT_BUSY_SHARD : 0;

  const server = new Server(dispatcher, handOff, ctx, serverLimits(config), systemClock);
  server.ioThread = ioThread;
  server.numbers = new ClientNumbers(plane.clientNumbers);
  if (plane.subscriptions !== undefined) {
    server.subscriptions.hub.table = new SubscriptionTable(plane.subscriptions, ioThread, plane.seed);
  }
  server.onWarning = (message) => log.warning(message);
  server.onVerbose = (message) => log.verbose(message);
  server.onErrorReply = (text) => errorStats.record(text);
  const authentication = new Authentication(config);
  const pause = new Pause(server, systemClock.nowMs);
  publishChanges(server, shards, config);
  const gate = new Gate(server, authentication, pause, config);
  protect(server, config, authentication);
  const clientBytes = new Float64Array(plane.clientBytes);
  const memory = new MemoryUse(shards, server, clientBytes, ioThread);
  server.onGone = (connection) => {
    pause.forget(connection);
    memory.clientGone();
  };
  const guard = new MemoryGuard({ shards, locks: ctx.locks, access, random: ctx.random, clientBytes });
  const boards = plane.boards.map((buffer) => new WorkerBoard(buffer));
  const evict = (): void =>
    boards.forEach((board, worker) => {
      board.order(ORDER_EVICT);
      handOff.wake(worker);
    });
  const clientEviction = new ClientEviction(server, config, plane.evictableClients);
  guardMemory(guard, dispatcher, memory, clientEviction, evict, config, () => ctx.nowMs);
  executor.makeRoomIn = (shard, keys) => guard.evictFrom(shard, keys);
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
    evict,
    housekeeping,
    clientEviction,
    migrations: new Migrations(server.errands, pause),
  };
}

/** Keyspace notifications, for as long as they are configured. */
function publishChanges(server: Server, shards: readonly Shard[], config: ConfigView): void {
  const { notes, ctx } = server;
  for (const shard of shards) {
    shard.events = { ...shard.events, ...notes.shardEvents };
  }
  const apply = () => {
    notes.configure(config.value('notify-keyspace-events'));
    ctx.observer = notes.isOn ? notes : undefined;
  };
  apply();
  config.onChange('notify-keyspace-events', apply);
  server.onNoted = () => server.publishChanges(notes.take(), config.value('notify-keyspace-events'));
}
