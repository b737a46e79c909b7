/**
 * Connections whose next step is not theirs to take: blocked on keys, or postponed because a shard was busy with something
 * that must not go to a worker. Times and the order of things are the server's; here is only who waits for what.
 */
import type { Region } from '../base/region.ts';
import { BlockedClients, type BlockingHost } from '../execute/blocked-clients.ts';
import type { Dispatcher } from '../execute/dispatcher.ts';
import type { Executor } from '../execute/executor.ts';
import type { Session } from '../execute/session.ts';
import type { Connection } from './connection.ts';
import type { Server } from './server.ts';

/** A busy shard is tried again after this; workers hold one for about a millisecond at most, long commands aside. */
const BUSY_RETRY_MS = 1;
const NOBODY: readonly Connection[] = [];

export class WaitingRoom implements BlockingHost {
  readonly blocked: BlockedClients;
  readonly executor: Executor;
  private readonly server: Server;
  private readonly dispatcher: Dispatcher;
  /** Their command is in their input; a shard it needs was busy. */
  private readonly postponed = new Set<Connection>();
  /** Answered by somebody else's doing: they go on when the batch ends. */
  private readonly answered: Connection[] = [];
  private retry: NodeJS.Timeout | undefined = undefined;

  constructor(server: Server, dispatcher: Dispatcher, executor: Executor) {
    this.server = server;
    this.dispatcher = dispatcher;
    this.executor = executor;
    this.blocked = new BlockedClients(this);
    server.handOff.onKeyReady = (db, key, at, length) => this.blocked.noticeReady(db, key, at, length);
    dispatcher.onBusy = (session) => this.postponed.add(session as Connection);
    dispatcher.onWaits = (session, shardMask) => this.blocked.add(session, shardMask);
    for (const shard of executor.ctx.shards) {
      shard.events = {
        ...shard.events,
        awaited: (db, key, at, length) => this.blocked.noticeReady(db, key, at, length),
      };
    }
  }

  /** At the end of a batch, locks still held. @returns connections that have been answered and go on */
  takeAnswered(): readonly Connection[] {
    return this.answered.length === 0 ? NOBODY : this.answered.splice(0);
  }

  /** After a batch, no locks held: what waits for locks is tried again soon. */
  armRetry(): void {
    if (this.retry !== undefined || (this.postponed.size === 0 && !this.dispatcher.hasDeferred)) return;
    this.retry = setTimeout(() => {
      this.retry = undefined;
      const again = [...this.postponed];
      this.postponed.clear();
      this.server.resume(again);
    }, BUSY_RETRY_MS);
  }

  /** The connection is gone. */
  forget(connection: Connection): void {
    this.postponed.delete(connection);
    this.blocked.forget(connection);
    this.dispatcher.unwatch(connection);
  }

  get ioThread(): number {
    return this.server.ioThread;
  }

  passOn(ioThread: number, db: number, key: Region, after: number): void {
    this.server.peers?.tell(ioThread, { kind: 'key-ready', db, key: key.u8.slice(), after });
  }

  setClock(): void {
    this.server.tick();
  }

  tryLock(shardMask: number): boolean {
    return this.dispatcher.tryLock(shardMask);
  }

  whenLocked(shardMask: number, action: () => void): void {
    this.dispatcher.whenLocked(shardMask, action);
  }

  deliver(session: Session, mark: number): void {
    const connection = session as Connection;
    this.server.deliver(connection, mark);
    connection.waiting = false;
    this.answered.push(connection);
  }

  after(ms: number, action: () => void): NodeJS.Timeout {
    return setTimeout(() => this.server.inBatchOf(action), ms);
  }
}
