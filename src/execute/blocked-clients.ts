/**
 * Clients that wait for keys (BLPOP and its kin), on the I/O thread that owns them. Each key they wait for is registered in
 * its shard, so that whichever thread changes it says so; the command is then tried again, client by client in the order
 * they came, with the key's shards locked as for any command.
 */
import { copy, latin1, Region } from '../base/region.ts';
import type { Blocking, Context } from '../commands/context.ts';
import type { Command } from '../commands/define.ts';
import { SavedArguments } from '../protocol/saved-arguments.ts';
import { TYPE_LIST, TYPE_SORTED_SET, TYPE_STREAM, typeOf } from '../store/entry.ts';
import type { KeyRegistry } from '../store/key-registry.ts';
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
  readonly nodes: readonly { readonly registry: KeyRegistry; readonly node: number }[];
  timer: NodeJS.Timeout | undefined;
  /** When to try again though no key has changed. */
  retryAtMs: number;
}

/** Who waits for one key, in the order they came. */
interface Queue {
  readonly db: number;
  readonly key: Region;
  readonly clients: Set<BlockedClient>;
}

/** What a command can wait for, by its group: a key of another type leaves it waiting. */
const TYPE_AWAITED: Record<string, number> = { list: TYPE_LIST, 'sorted-set': TYPE_SORTED_SET, stream: TYPE_STREAM };

/** What blocked clients need of the thread they are on. */
export interface BlockingHost {
  readonly executor: Executor;
  /** Takes locks without waiting. */
  tryLock(shardMask: number): boolean;
  /** Runs `action` with the shards locked, now or as soon as they are free. */
  whenLocked(shardMask: number, action: () => void): void;
  /** Sends what stands in the reply buffer from `mark` on to this client, which waits no longer. */
  deliver(session: Session, mark: number): void;
  /** Calls `action` within a batch of its own, after so many ms. */
  after(ms: number, action: () => void): NodeJS.Timeout;
}

const nameOf = (db: number, key: Region, at: number, length: number): string => `${db}:${latin1(key, at, length)}`;

export class BlockedClients {
  private readonly host: BlockingHost;
  private readonly ctx: Context;
  private readonly clients = new Map<Session, BlockedClient>();
  private readonly queues = new Map<string, Queue>();
  private readonly ready = new Set<string>();
  /** Ready keys whose shards were busy. */
  private readonly busy = new Set<string>();

  constructor(host: BlockingHost) {
    this.host = host;
    this.ctx = host.executor.ctx;
  }

  get count(): number {
    return this.clients.size;
  }

  /** Keys that somebody waits for. */
  get keyCount(): number {
    return this.queues.size;
  }

  get hasReady(): boolean {
    return this.ready.size > 0;
  }

  has(session: Session): boolean {
    return this.clients.has(session);
  }

  /** Makes the session wait as the command in `ctx` asked to; the command's shards are locked. */
  add(session: Session, shardMask: number): void {
    const { ctx } = this;
    const blocking = ctx.blocking as Blocking;
    const nodes: { registry: KeyRegistry; node: number }[] = [];
    const keys: string[] = [];
    for (const arg of blocking.keys) {
      const { shard } = ctx.select(arg);
      const node = shard.awaited.acquire(ctx.db, ctx.source, ctx.at[arg], ctx.size[arg], ctx.hash);
      nodes.push({ registry: shard.awaited, node });
      keys.push(nameOf(ctx.db, ctx.source, ctx.at[arg], ctx.size[arg]));
      this.openQueue(arg);
    }
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
      nodes,
      timer: undefined,
      retryAtMs: blocking.retryAtMs,
    };
    session.waiting = true;
    this.clients.set(session, client);
    for (const key of keys) this.queues.get(key)?.clients.add(client);
    this.arm(client);
  }

  /** A key has changed that somebody, perhaps of this thread, waits for. @param length −1: any key of the database */
  noticeReady(db: number, key: Region, at: number, length: number): void {
    if (length < 0) {
      for (const name of this.queues.keys()) if (name.startsWith(`${db}:`)) this.ready.add(name);
      return;
    }
    const name = nameOf(db, key, at, length);
    if (this.queues.has(name)) this.ready.add(name);
  }

  /** Tries again what waits for keys that have changed. Within a batch, between commands. */
  serve(): void {
    const { resp3 } = this.ctx.reply;
    for (const name of this.ready) {
      this.ready.delete(name);
      const queue = this.queues.get(name);
      if (queue !== undefined) this.serveKey(name, queue);
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
    this.host.executor.waitedInVain(client.command);
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

  private serveKey(name: string, queue: Queue): void {
    for (const client of [...queue.clients]) {
      if (!this.clients.has(client.session)) continue;
      if (!this.host.tryLock(client.shardMask)) {
        this.busy.add(name);
        if (this.busy.size === 1) this.serveBusyLater();
        return;
      }
      const { ks, hash } = this.selectKey(queue);
      const entry = ks.peek(queue.key, 0, queue.key.length, hash);
      const awaited = TYPE_AWAITED[client.command.spec.group];
      // A stream that is gone, or something else now, concerns who reads it through a group, which is a write; a list or
      // sorted set that is gone, nobody.
      const isThere = entry !== 0 && typeOf(ks.arena, entry) === awaited;
      if (!isThere && !(awaited === TYPE_STREAM && client.command.isWrite)) continue;
      this.tryAgain(client);
    }
  }

  private selectKey(queue: Queue): Context {
    this.ctx.selectKey(queue.key, 0, queue.key.length, queue.db);
    return this.ctx;
  }

  private openQueue(arg: number): void {
    const { db, source, at, size } = this.ctx;
    const name = nameOf(db, source, at[arg], size[arg]);
    if (this.queues.has(name)) return;
    const key = Region.allocate(size[arg]);
    copy(source, at[arg], key, 0, size[arg]);
    this.queues.set(name, { db, key, clients: new Set() });
  }

  private tryAgain(client: BlockedClient): void {
    const { ctx, host } = this;
    const { reply } = ctx;
    const mark = reply.at;
    client.arguments.loadInto(ctx);
    ctx.renew();
    ctx.session = client.session;
    ctx.db = client.db;
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
  private serveBusyLater(): void {
    this.host.after(1, () => {
      for (const waiting of this.busy) this.ready.add(waiting);
      this.busy.clear();
      this.serve();
    });
  }

  private drop(client: BlockedClient): void {
    clearTimeout(client.timer);
    this.clients.delete(client.session);
    for (const key of client.keys) {
      const queue = this.queues.get(key);
      queue?.clients.delete(client);
      if (queue?.clients.size === 0) this.queues.delete(key);
    }
    this.host.whenLocked(client.shardMask, () => {
      for (const { registry, node } of client.nodes) registry.release(node);
    });
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
