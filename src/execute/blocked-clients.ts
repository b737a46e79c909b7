/**
 * Clients that wait for keys (BLPOP and its kin), on the I/O thread that owns them. Each key they wait for is registered in
 * its shard, so that whichever thread changes it says so; the command is then tried again, client by client in the order
 * they came, with the key's shards locked as for any command. That order is the shard's (store/waiter-registry.ts): a
 * thread serves its own clients until it is another's turn, and has that one go on from there.
 */
import { copy, latin1, Region } from '../base/region.ts';
import type { Blocking, Context } from '../commands/context.ts';
import type { Command } from '../commands/define.ts';
import { SHARD_FULL } from '../commands/errors.ts';
import { OutOfMemoryError } from '../memory/out-of-memory.ts';
import { SavedArguments } from '../protocol/saved-arguments.ts';
import { TYPE_LIST, TYPE_SORTED_SET, TYPE_STREAM, typeOf } from '../store/entry.ts';
import type { WaiterRegistry } from '../store/waiter-registry.ts';
import { type Executor, WAITS } from './executor.ts';
import type { Session } from './session.ts';

/** A timer can't be set further ahead; it is set again when it ends. */
const TIMER_MS_MAX = 2 ** 31 - 1;

interface BlockedClient {
  readonly session: Session;
  readonly command: Command;
  readonly arguments: SavedArguments;
  readonly db: number;
  readonly blocking: Blocking;
  readonly shardMask: number;
  readonly keys: readonly string[];
  readonly places: readonly Place[];
  timer: NodeJS.Timeout | undefined;
  /** When to try again though no key has changed. */
  retryAtMs: number;
}

/** Where a client stands in the queue for a key. */
interface Place {
  readonly registry: WaiterRegistry;
  readonly node: number;
  readonly waiter: number;
  readonly ticket: number;
}

/** Clients of this thread that wait for one key, by their tickets. */
interface Queue {
  readonly db: number;
  readonly key: Region;
  readonly clients: Map<number, BlockedClient>;
}

/** A key that has changed, and after which ticket to go on. */
interface ReadyKey {
  readonly db: number;
  readonly key: Region;
  readonly after: number;
}

/** Kinds of waiters: a type, and whether it matters also that the key is gone or of another type now. */
const ALSO_GONE = 256;
const NO_TYPE = -1;
/** Waiters looked at together. */
const WAITERS_AT_ONCE = 32;

/** What a command can wait for, by its group: a key of another type leaves it waiting. */
const TYPE_AWAITED: Record<string, number> = { list: TYPE_LIST, 'sorted-set': TYPE_SORTED_SET, stream: TYPE_STREAM };

/** What blocked clients need of the thread they are on. */
export interface BlockingHost {
  readonly executor: Executor;
  readonly ioThread: number;
  /** Has another I/O thread serve who waits for a key there, those with tickets above `after`. */
  passOn(ioThread: number, db: number, key: Region, after: number): void;
  /** Takes locks without waiting. */
  tryLock(shardMask: number): boolean;
  /** Runs `action` with the shards locked, now or as soon as they are free. */
  whenLocked(shardMask: number, action: () => void): void;
  /** Sends what stands in the reply buffer from `mark` on to this client, which waits no longer. */
  deliver(session: Session, mark: number): void;
  /** Sets the clock that deadlines are checked against to now. */
  setClock(): void;
  /** Calls `action` within a batch of its own, after so many ms. */
  after(ms: number, action: () => void): NodeJS.Timeout;
}

const nameOf = (db: number, key: Region, at: number, length: number): string => `${db}:${latin1(key, at, length)}`;

export class BlockedClients {
  private readonly host: BlockingHost;
  private readonly ctx: Context;
  private readonly clients = new Map<Session, BlockedClient>();
  private readonly queues = new Map<string, Queue>();
  private readonly ready = new Map<string, ReadyKey>();
  /** Ready keys whose shards were busy. */
  private readonly busy: ReadyKey[] = [];

  constructor(host: BlockingHost) {
    this.host = host;
    this.ctx = host.executor.ctx;
  }

  get count(): number {
    return this.clients.size;
  }

  /** Keys that somebody waits for who wants to know also when they go. */
  get keysAwaitedGone(): number {
    const concernsGone = ({ command }: BlockedClient) => (kindOf(command) & ALSO_GONE) !== 0;
    return [...this.queues.values()].filter(({ clients }) => [...clients.values()].some(concernsGone)).length;
  }

  get hasReady(): boolean {
    return this.ready.size > 0;
  }

  has(session: Session): boolean {
    return this.clients.has(session);
  }

  /** Makes the session wait as the command in `ctx` asked to, or says that it can't; the command's shards are locked. */
  add(session: Session, shardMask: number): void {
    const { ctx } = this;
    const blocking = ctx.blocking as Blocking;
    const places: Place[] = [];
    try {
      for (const arg of blocking.keys) places.push(this.enqueue(arg));
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      leave(places);
      this.host.executor.refuse(ctx.command, SHARD_FULL);
      return;
    }
    const keys = blocking.keys.map((arg) => nameOf(ctx.db, ctx.source, ctx.at[arg], ctx.size[arg]));
    const saved = new SavedArguments(ctx);
    const { command, db } = ctx;
    const client: BlockedClient = {
      session,
      command,
      arguments: saved,
      db,
      blocking,
      shardMask,
      keys,
      places,
      timer: undefined,
      retryAtMs: blocking.retryAtMs,
    };
    session.waiting = true;
    this.clients.set(session, client);
    blocking.keys.forEach((arg, i) => {
      this.openQueue(arg).clients.set(places[i].ticket, client);
    });
    this.arm(client);
  }

  /**
   * A key has changed that somebody waits for. @param length −1: any key of the database
   * @param after the last ticket that has had its turn on another thread
   */
  noticeReady(db: number, key: Region, at: number, length: number, after = 0): void {
    if (length < 0) {
      for (const [name, queue] of this.queues) if (queue.db === db) this.ready.set(name, { db, key: queue.key, after });
      return;
    }
    const name = nameOf(db, key, at, length);
    const known = this.ready.get(name);
    if (known !== undefined && known.after <= after) return;
    this.ready.set(name, { db, key: known?.key ?? regionOf(key, at, length), after });
  }

  /** Tries again what waits for keys that have changed. Within a batch, between commands. */
  serve(): void {
    // What woke them may have taken its time, and keys may be past theirs.
    this.host.setClock();
    const { resp3 } = this.ctx.reply;
    for (const [name, key] of this.ready) {
      this.ready.delete(name);
      this.serveKey(name, key);
    }
    this.ctx.reply.resp3 = resp3;
    this.ctx.resumed = undefined;
  }

  /** Ends a client's waiting as a time-out does, or with an error. @returns false if it doesn't wait */
  unblock(session: Session, errorText?: string): boolean {
    const client = this.clients.get(session);
    if (client === undefined) return false;
    const { reply } = this.ctx;
    const mark = reply.at;
    const { resp3 } = reply;
    reply.resp3 = session.resp3;
    if (errorText !== undefined) reply.error(errorText);
    else if (client.blocking.onTimeout !== undefined) client.blocking.onTimeout();
    else reply.nullArray();
    this.host.executor.waitedInVain(client.command, errorText !== undefined);
    this.drop(client);
    this.host.deliver(session, mark);
    reply.resp3 = resp3;
    return true;
  }

  /** The client is gone. */
  forget(session: Session): void {
    const client = this.clients.get(session);
    if (client !== undefined) this.drop(client);
  }

  /** Serves clients of this thread in turn, until nobody is left or it is another thread's turn. */
  private serveKey(name: string, ready: ReadyKey): void {
    const { db, key } = ready;
    let { after } = ready;
    const { ctx, host } = this;
    const { shard } = ctx.selectKey(key, 0, key.length, db);
    const { hash } = ctx;
    for (;;) {
      if (!host.tryLock(1 << shard.index)) return this.serveLater({ db, key, after });
      const node = shard.awaited.find(db, key, 0, key.length, hash);
      const waiters = node === 0 ? [] : shard.awaited.after(node, after, WAITERS_AT_ONCE);
      if (waiters.length === 0) return;
      for (const { ticket, thread, kind } of waiters) {
        after = ticket;
        if (!isFor(kind, this.typeOf(ready, hash))) continue;
        if (thread !== host.ioThread) return host.passOn(thread, db, key, ticket - 1);
        // Who is not here any more is about to leave the queue.
        const client = this.queues.get(name)?.clients.get(ticket);
        if (client === undefined) continue;
        if (!host.tryLock(client.shardMask)) return this.serveLater({ db, key, after: ticket - 1 });
        // To get those locks others may have been let go of.
        if (isFor(kind, this.typeOf(ready, hash))) this.tryAgain(client);
      }
    }
  }

  private typeOf({ db, key }: ReadyKey, hash: number): number {
    const { ctx } = this;
    const keyspace = ctx.shards[ctx.shardIndexOf(hash)].keyspaces[db];
    const entry = keyspace.peek(key, 0, key.length, hash);
    return entry === 0 ? NO_TYPE : typeOf(keyspace.arena, entry);
  }

  /** Puts the running command's client in the queue for the key in `arg`. @throws OutOfMemoryError */
  private enqueue(arg: number): Place {
    const { ctx } = this;
    const { awaited: registry } = ctx.select(arg).shard;
    const node = registry.acquire(ctx.db, ctx.source, ctx.at[arg], ctx.size[arg], ctx.hash);
    try {
      const waiter = registry.enqueue(node, this.host.ioThread, kindOf(ctx.command));
      return { registry, node, waiter, ticket: registry.ticket(waiter) };
    } catch (error) {
      registry.release(node);
      throw error;
    }
  }

  private openQueue(arg: number): Queue {
    const { db, source, at, size } = this.ctx;
    const name = nameOf(db, source, at[arg], size[arg]);
    const known = this.queues.get(name);
    if (known !== undefined) return known;
    const queue = { db, key: regionOf(source, at[arg], size[arg]), clients: new Map<number, BlockedClient>() };
    this.queues.set(name, queue);
    return queue;
  }

  private tryAgain(client: BlockedClient): void {
    const { ctx, host } = this;
    const { reply } = ctx;
    const mark = reply.at;
    client.arguments.loadInto(ctx);
    ctx.renew();
    ctx.session = client.session;
    ctx.db = client.db;
    ctx.access.notesUses = !client.session.noTouch;
    ctx.resumed = client.blocking.state;
    ctx.mayBlock = true;
    ctx.mayHandOff = false;
    reply.resp3 = client.session.resp3;
    if (host.executor.runUnseen(client.command) === WAITS) {
      const { retryAtMs } = ctx.blocking as Blocking;
      if (retryAtMs === client.retryAtMs) return;
      client.retryAtMs = retryAtMs;
      clearTimeout(client.timer);
      this.arm(client);
      return;
    }
    this.drop(client);
    host.deliver(client.session, mark);
  }

  /** Tries again because of the time; a moment later if a shard is busy. */
  private retry(client: BlockedClient): void {
    const { resp3 } = this.ctx.reply;
    if (this.host.tryLock(client.shardMask)) {
      client.retryAtMs = Number.POSITIVE_INFINITY;
      this.tryAgain(client);
    } else {
      client.retryAtMs = this.ctx.nowMs + 1;
    }
    if (this.clients.has(client.session)) {
      clearTimeout(client.timer);
      this.arm(client);
    }
    this.ctx.reply.resp3 = resp3;
    this.ctx.resumed = undefined;
  }

  /** Some shards are busy: in a moment, then. */
  private serveLater(key: ReadyKey): void {
    if (this.busy.push(key) > 1) return;
    this.host.after(1, () => this.serveBusy());
  }

  /** Serves those too whose shards were busy when it was their turn. */
  serveBusy(): void {
    for (const { db, key, after } of this.busy.splice(0)) this.noticeReady(db, key, 0, key.length, after);
    this.serve();
  }

  private drop(client: BlockedClient): void {
    clearTimeout(client.timer);
    this.clients.delete(client.session);
    client.keys.forEach((key, i) => {
      const queue = this.queues.get(key);
      queue?.clients.delete(client.places[i].ticket);
      if (queue?.clients.size === 0) this.queues.delete(key);
    });
    this.host.whenLocked(client.shardMask, () => leave(client.places));
  }

  private arm(client: BlockedClient): void {
    const leftMs = Math.min(client.blocking.deadlineMs, client.retryAtMs) - this.ctx.nowMs;
    if (leftMs === Number.POSITIVE_INFINITY) return;
    client.timer = this.host.after(Math.min(Math.max(leftMs, 0), TIMER_MS_MAX), () => {
      if (client.blocking.deadlineMs <= this.ctx.nowMs) this.unblock(client.session);
      else if (client.retryAtMs <= this.ctx.nowMs) this.retry(client);
      else this.arm(client);
    });
  }
}

/** Leaves the queues; their shards are locked. */
function leave(places: readonly Place[]): void {
  for (const { registry, node, waiter } of places) {
    registry.dequeue(node, waiter);
    registry.release(node);
  }
}

/**
 * A stream that is gone, or something else now, concerns who reads it through a group, which is a write; a list or sorted
 * set that is gone, nobody.
 */
function kindOf(command: Command): number {
  const type = TYPE_AWAITED[command.spec.group];
  return type === TYPE_STREAM && command.isWrite ? type | ALSO_GONE : type;
}

const isFor = (kind: number, type: number): boolean => type === (kind & ~ALSO_GONE) || (kind & ALSO_GONE) !== 0;

function regionOf(from: Region, at: number, length: number): Region {
  const region = Region.allocate(length);
  copy(from, at, region, 0, length);
  return region;
}
