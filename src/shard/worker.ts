/**
 * Entry of a shard worker: builds this thread's view of everything shared, then loops. It runs as a task that never ends
 * on a Piscina thread, which is what starts it again should the thread die.
 */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { FineClock } from '../base/clock.ts';
import { osSeededRandom } from '../base/random.ts';
import { dataCommands } from '../commands/all.ts';
import { Context } from '../commands/context.ts';
import { FLAG_FAST } from '../commands/define.ts';
import { Registry } from '../commands/registry.ts';
import { type SharedConfig, WorkerConfig } from '../config/worker-config.ts';
import { Executor } from '../execute/executor.ts';
import { applyGuardConfig } from '../execute/guard-config.ts';
import { MemoryGuard } from '../execute/memory-guard.ts';
import { type Plane, workerOf } from '../execute/plane.ts';
import { applyStoreConfig } from '../execute/store-config.ts';
import { applyTiming } from '../execute/timing.ts';
import { ORDER_EVICT, WorkerBoard } from '../execute/worker-board.ts';
import { Doorbell } from '../memory/doorbell.ts';
import { RingConsumer, RingProducer } from '../memory/ring.ts';
import { CommandStats } from '../observe/command-stats.ts';
import { Lateness } from '../observe/lateness.ts';
import { type SlowCommand, slowArguments } from '../observe/slow-log.ts';
import { Writer } from '../protocol/writer.ts';
import { ChangeNotes } from '../pubsub/notifications.ts';
import { AccessClock } from '../store/access.ts';
import { checkShard } from '../store/check.ts';
import { LockSet } from '../store/lock-set.ts';
import { Shard } from '../store/shard.ts';
import type { WakerSpec } from '../transport/transport.ts';
import { listDebug } from '../types/list-limits.ts';
import { type Correspondent, Mail, type Runner } from './mail.ts';
import { createWaker } from './waker.ts';
import { WorkerLoop } from './worker-loop.ts';

/** One I/O thread's ports and how it is woken. */
export interface WorkerLink {
  readonly dataPort: MessagePort;
  readonly wakePort: MessagePort;
  readonly waker: WakerSpec;
}

export interface WorkerTask {
  readonly plane: Plane;
  readonly worker: number;
  readonly links: readonly WorkerLink[];
  readonly controlPort: MessagePort;
  readonly config: SharedConfig;
  /** Shards that a predecessor held when it died: it may have been changing them. */
  readonly suspects: readonly number[];
}

/** What comes by the control port. */
export type ControlMessage =
  | { readonly kind: 'config'; readonly update: SharedConfig }
  | { readonly kind: 'active-expire'; readonly on: boolean }
  | { readonly kind: 'packed-threshold'; readonly bytes: number };

/** A change of a key as it goes between threads. */
export interface SharedChange {
  readonly db: number;
  readonly event: string;
  readonly key: SharedArrayBuffer;
  readonly parts: readonly string[] | undefined;
}

/** What goes out by the control port. */
export type WorkerReport =
  | { readonly kind: 'started' }
  | { readonly kind: 'changes'; readonly changes: readonly SharedChange[] }
  | { readonly kind: 'inspected'; readonly shard: number; readonly problems: readonly string[] }
  | { readonly kind: 'fault'; readonly command: string; readonly stack: string }
  | { readonly kind: 'slow'; readonly session: number; readonly isFast: boolean; readonly command: SlowCommand };

export default function runWorker(task: WorkerTask): void {
  const { plane, worker, controlPort } = task;
  const threadId = plane.ioThreads + worker;
  const random = osSeededRandom();
  const access = new AccessClock(() => random.double());
  const shards = plane.shards.map((buffer, index) => new Shard(index, buffer, threadId, access, plane.seed));
  for (const shard of shards) {
    const owner = new Doorbell(plane.doorbells[plane.ioThreads + workerOf(shard.index, plane.workers)]);
    shard.wakeWorker = () => {
      owner.ring();
    };
  }
  const config = new WorkerConfig(task.config);
  applyStoreConfig(config, access, plane.seed);
  const registry = new Registry();
  registry.register(dataCommands);
  const stats = new CommandStats(plane.commandStats, threadId);
  const report = (message: WorkerReport) => controlPort.postMessage(message);
  const clock = new FineClock();
  const board = new WorkerBoard(plane.boards[worker]);
  const chance = () => random.double();
  const clientBytes = new Float64Array(plane.clientBytes);
  const createGuard = (locks: LockSet): MemoryGuard => {
    const guard = new MemoryGuard({ shards, locks, access, random: chance, clientBytes });
    guard.canWait = true;
    guard.onStillShort = () => board.order(ORDER_EVICT);
    applyGuardConfig(config, guard);
    return guard;
  };
  const contexts: Context[] = [];
  const notes = new ChangeNotes();
  const applyNotes = () => {
    notes.configure(config.value('notify-keyspace-events'));
    for (const ctx of contexts) ctx.observer = notes.isOn ? notes : undefined;
  };
  applyNotes();
  config.onChange('notify-keyspace-events', applyNotes);
  const createRunner = (): Runner => {
    const locks = new LockSet(shards);
    const ctx = new Context(new Writer(), shards, locks, access, chance);
    contexts.push(ctx);
    applyNotes();
    const executor = new Executor(ctx, stats, {
      commandFault: (command, error) =>
        report({ kind: 'fault', command: command.name, stack: error instanceof Error ? `${error.stack}` : `${error}` }),
    });
    applyTiming(config, executor, stats);
    const guard = createGuard(locks);
    executor.makeRoomIn = (shard, keys) => guard.evictFrom(shard, keys);
    return { executor, guard };
  };
  const correspondents = task.links.map(
    (link, ioThread): Correspondent => ({
      requests: new RingConsumer(plane.requests[ioThread][worker]),
      replies: new RingProducer(plane.replies[ioThread][worker]),
      doorbell: new Doorbell(plane.doorbells[ioThread]),
      port: link.dataPort,
      wake: createWaker(link.waker, link.wakePort),
    }),
  );
  const mail = new Mail(
    correspondents,
    registry,
    board,
    shards.length,
    createRunner,
    () => access.set(Math.floor(clock.nowMs())),
    (session, ctx, microseconds) => {
      const args = slowArguments(ctx, config);
      const isFast = (ctx.command.flags & FLAG_FAST) !== 0;
      report({
        kind: 'slow',
        session,
        isFast,
        command: { seconds: Math.floor(clock.nowMs() / 1000), microseconds, args },
      });
    },
  );
  mail.onAfterLocks = () => {
    if (notes.isEmpty) return;
    const changes = notes.take().map((change) => ({ ...change, key: change.key.u8.buffer as SharedArrayBuffer }));
    report({ kind: 'changes', changes });
  };
  for (const shard of shards) {
    shard.events = {
      ...notes.shardEvents,
      awaited: (db, key, at, length, node) => mail.noteReady(db, key, at, length, shard.awaited.firstThread(node)),
    };
  }
  const loop = new WorkerLoop({
    mail,
    own: shards.filter(({ index }) => workerOf(index, plane.workers) === worker),
    access,
    doorbell: new Doorbell(plane.doorbells[threadId]),
    board,
    lateness: new Lateness(plane.lateness, threadId),
    clock,
    guard: createGuard(new LockSet(shards)),
    onLook: () => {
      for (let got = receiveMessageOnPort(controlPort); got !== undefined; got = receiveMessageOnPort(controlPort)) {
        const message = got.message as ControlMessage;
        if (message.kind === 'config') config.apply(message.update);
        else if (message.kind === 'packed-threshold') listDebug.packedThresholdBytes = message.bytes;
        else loop.expires = message.on;
      }
    },
  });
  report({ kind: 'started' });
  mail.answerOrphans();
  for (const index of task.suspects) report({ kind: 'inspected', shard: index, problems: inspect(shards[index]) });
  loop.run();
}

function inspect(shard: Shard): string[] {
  shard.lock.acquire();
  try {
    return checkShard(shard);
  } finally {
    shard.lock.release();
  }
}
