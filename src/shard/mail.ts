/**
 * The worker's side of the mailboxes: takes requests off the rings, runs them, sends replies. A request is copied out of
 * its ring and noted on the board before it runs, so that a command which lets others in between (`breathe`) leaves the
 * ring free for them.
 */
import type { MessagePort } from 'node:worker_threads';
import { receiveMessageOnPort } from 'node:worker_threads';
import { copy, Region } from '../base/region.ts';
import type { Context } from '../commands/context.ts';
import { FLAG_DENYOOM, SCOPE_ALL, SCOPE_EACH, SCOPE_ONE_KEY } from '../commands/define.ts';
import { OUT_OF_MEMORY } from '../commands/errors.ts';
import type { Registry } from '../commands/registry.ts';
import type { Executor } from '../execute/executor.ts';
import { shardMaskOf } from '../execute/keys.ts';
import { type MemoryGuard, ROOM } from '../execute/memory-guard.ts';
import {
  BY_PORT,
  BY_PORT_BYTES,
  type LongReply,
  REPLY_HEAD_BYTES,
  REQUEST_NO_TOUCH,
  REQUEST_RESP3,
  type RequestHead,
  readRequest,
  regionOver,
  sessionOf,
  WORKER_DIED,
  writeByPort,
  writeKeyReady,
  writeReply,
} from '../execute/messages.ts';
import type { WorkerBoard } from '../execute/worker-board.ts';
import type { Doorbell } from '../memory/doorbell.ts';
import type { RingConsumer, RingProducer } from '../memory/ring.ts';

/** How deep long commands may let each other in. */
const DEPTH_MAX = 4;
/** Requests taken before the loop looks at deadlines again. */
const REQUESTS_PER_TURN = 64;

/** One I/O thread as the worker sees it. */
export interface Correspondent {
  readonly requests: RingConsumer;
  readonly replies: RingProducer;
  readonly doorbell: Doorbell;
  /** Long messages both ways. */
  readonly port: MessagePort;
  readonly wake: () => void;
}

/** Told of commands that took long, with the session that sent them. */
export type SlowReceiver = (session: number, ctx: Context, microseconds: number) => void;

/** What runs commands, with locks of its own. */
export interface Runner {
  readonly executor: Executor;
  readonly guard: MemoryGuard;
}

/** What a command runs in: a long one that lets others in leaves its own untouched. */
interface Level extends Runner {
  readonly ctx: Context;
  request: Region;
  readonly head: RequestHead;
}

export class Mail {
  private readonly correspondents: readonly Correspondent[];
  private readonly registry: Registry;
  private readonly board: WorkerBoard;
  private readonly createRunner: () => Runner;
  private readonly levels: Level[] = [];
  private readonly allShards: number;
  private readonly setTime: () => void;
  private readonly onSlow: SlowReceiver;
  /** Requests that came by port and whose records in the ring are still to come, by I/O thread. */
  private readonly early: (Region | undefined)[] = [];
  /** Called whenever locks have been held and are not any more. */
  onAfterLocks: () => void = () => {};
  private readonly ready: { db: number; name: Region; ioThread: number }[] = [];
  private depth = 0;

  constructor(
    correspondents: readonly Correspondent[],
    registry: Registry,
    board: WorkerBoard,
    shards: number,
    createRunner: () => Runner,
    setTime: () => void,
    onSlow: SlowReceiver,
  ) {
    this.onSlow = onSlow;
    this.correspondents = correspondents;
    this.registry = registry;
    this.board = board;
    this.createRunner = createRunner;
    this.allShards = shards === 32 ? -1 : (1 << shards) - 1;
    this.setTime = setTime;
  }

  /** Whether any I/O thread has sent something. */
  get waiting(): boolean {
    return this.correspondents.some(({ requests }) => requests.peek() >= 0);
  }

  /** Runs what has come, up to a bound. @returns how many commands ran */
  drain(): number {
    let ran = 0;
    for (let index = 0; index < this.correspondents.length; index++) {
      const { requests } = this.correspondents[index];
      for (let at = requests.peek(); at >= 0 && ran < REQUESTS_PER_TURN; at = requests.peek(), ran++)
        this.take(index, at);
    }
    return ran;
  }

  /** A key has changed that a client of this I/O thread waits for first; it is told once no lock is held. */
  noteReady(db: number, key: Region, at: number, length: number, ioThread: number): void {
    const name = Region.allocate(length);
    copy(key, at, name, 0, length);
    this.ready.push({ db, name, ioThread });
  }

  /** Tells the I/O threads what was noted while a shard was locked. No lock may be held now. */
  afterLocks(): void {
    this.onAfterLocks();
    if (this.ready.length === 0) return;
    for (const { db, name, ioThread } of this.ready.splice(0)) {
      const correspondent = this.correspondents[ioThread];
      const fits = name.length + REPLY_HEAD_BYTES <= correspondent.replies.payloadBytesMax;
      const at = this.reserveReply(correspondent, REPLY_HEAD_BYTES + (fits ? name.length : 0));
      writeKeyReady(correspondent.replies.region, at, db, fits ? name : undefined);
      correspondent.replies.commit();
      this.wake(correspondent);
    }
  }

  /** Answers what a predecessor had begun when it died. */
  answerOrphans(): void {
    // It may have died between a commit and the wake-up, for which its doorbell then doesn't ask any more.
    for (const { wake } of this.correspondents) wake();
    this.board.visitRunning((slot, { ioThread, session, takenAt, answeredAt }) => {
      const correspondent = this.correspondents[ioThread];
      const { requests, replies } = correspondent;
      const isStillThere = requests.peek() >= 0 && requests.position === takenAt;
      const isAnswered = answeredAt !== undefined && replies.position !== answeredAt;
      if (isStillThere || isAnswered) this.board.end(slot);
      else this.answerLost(correspondent, slot, session);
    });
  }

  private take(index: number, at: number): void {
    const correspondent = this.correspondents[index];
    const { requests } = correspondent;
    const level = this.level(this.depth);
    let lost = false;
    let session: number;
    if (requests.region.view.getInt32(at, true) === BY_PORT) {
      session = requests.region.view.getInt32(at + 4, true);
      const long = this.takeLongRequest(index, session);
      if (long === undefined) lost = true;
      else level.request = long;
    } else {
      const bytes = requests.payloadBytes;
      if (bytes > level.request.length) level.request = Region.allocate(Math.max(bytes, level.request.length * 2));
      copy(requests.region, at, level.request, 0, bytes);
      session = sessionOf(level.request);
    }
    const slot = this.board.begin(index, session, requests.position);
    requests.release();
    if (lost) return this.answerLost(correspondent, slot, session);
    this.run(correspondent, level, slot);
    this.afterLocks();
  }

  /** The request that a record in the ring announces; undefined if it was sent to a predecessor and died with it. */
  private takeLongRequest(index: number, session: number): Region | undefined {
    let found = this.early[index];
    if (found === undefined) {
      const message = receiveMessageOnPort(this.correspondents[index].port);
      found = message === undefined ? undefined : regionOver(message.message as SharedArrayBuffer);
    }
    const isIt = found !== undefined && sessionOf(found) === session;
    this.early[index] = isIt ? undefined : found;
    return isIt ? found : undefined;
  }

  private answerLost(correspondent: Correspondent, slot: number, session: number): void {
    const { ctx } = this.level(this.depth);
    ctx.reply.rewind(0);
    ctx.reply.error(WORKER_DIED);
    this.sendReply(correspondent, slot, session, ctx);
  }

  private run(correspondent: Correspondent, level: Level, slot: number): void {
    const { ctx, executor, head } = level;
    readRequest(level.request, 0, head, ctx);
    ctx.renew();
    ctx.db = head.db;
    ctx.reply.resp3 = (head.flags & REQUEST_RESP3) !== 0;
    ctx.access.notesUses = (head.flags & REQUEST_NO_TOUCH) === 0;
    const command = this.registry.commands[head.command];
    const mask = command.scope === SCOPE_EACH ? 0 : this.maskOf(level);
    this.setTime();
    if (level.guard.makeRoom() !== ROOM && (command.flags & FLAG_DENYOOM) !== 0) {
      executor.refuse(command, OUT_OF_MEMORY);
      return this.sendReply(correspondent, slot, head.session, ctx);
    }
    this.depth++;
    ctx.locks.acquire(mask);
    this.setTime();
    try {
      executor.run(command);
    } finally {
      ctx.locks.release(ctx.locks.held);
      this.depth--;
    }
    // Before the reply: whoever has seen that finds those served who waited for the key.
    if (this.depth === 0) this.afterLocks();
    this.sendReply(correspondent, slot, head.session, ctx);
  }

  private maskOf(level: Level): number {
    const { ctx, head } = level;
    const command = this.registry.commands[head.command];
    ctx.command = command;
    if (command.scope === SCOPE_ALL) return this.allShards;
    if (command.scope === SCOPE_ONE_KEY) return 1 << ctx.shardIndexOf(ctx.hashOf(command.keyIndex));
    return shardMaskOf(command, ctx);
  }

  /** Hands the reply over, exactly once even if this thread dies within. */
  private sendReply(correspondent: Correspondent, slot: number, session: number, ctx: Context): void {
    const { replies, port } = correspondent;
    const bytes = ctx.reply.at;
    const long = bytes + REPLY_HEAD_BYTES > replies.payloadBytesMax;
    const at = this.reserveReply(correspondent, long ? BY_PORT_BYTES : bytes + REPLY_HEAD_BYTES);
    if (long) {
      const buffer = ctx.reply.detach().u8.buffer as SharedArrayBuffer;
      port.postMessage({ session, buffer, bytes } satisfies LongReply);
      writeByPort(replies.region, at, session);
    } else {
      writeReply(replies.region, at, session, 0, ctx.reply.region, bytes);
      ctx.reply.rewind(0);
    }
    this.board.answering(slot, replies.position);
    replies.commit();
    this.board.end(slot);
    this.wake(correspondent);
  }

  /** Room in the reply ring, waited for if need be. */
  private reserveReply(correspondent: Correspondent, bytes: number): number {
    const { replies } = correspondent;
    for (;;) {
      const at = replies.tryReserve(bytes);
      if (at >= 0) return at;
      this.wake(correspondent);
      replies.waitForRoom(ROOM_CHECK_MS);
    }
  }

  private wake(correspondent: Correspondent): void {
    if (correspondent.doorbell.ring()) correspondent.wake();
  }

  private level(depth: number): Level {
    while (this.levels.length <= depth) {
      const runner = this.createRunner();
      const { executor } = runner;
      executor.ctx.breathe = () => {
        if (this.depth <= DEPTH_MAX) this.drain();
      };
      const head = { kind: 0, session: 0, command: 0, db: 0, flags: 0 };
      executor.onSlow = (ctx, microseconds) => this.onSlow(head.session, ctx, microseconds);
      this.levels.push({ ...runner, ctx: executor.ctx, request: Region.allocate(REQUEST_BYTES_INITIAL), head });
    }
    return this.levels[depth];
  }
}

const REQUEST_BYTES_INITIAL = 4096;
/** A full reply ring is looked at again this often should the I/O thread's notice be missed. */
const ROOM_CHECK_MS = 100;
