/**
 * An I/O thread's way from a parsed command to its reply: find it, check it, find its shards, then run it here or hand it
 * to a worker.
 *
 *     auto     here if the shards are free and the command is short, else to the worker (the default)
 *     always   every command with keys to the worker: the classic message-passing server, kept to be measured against
 *     never    here, whatever it costs; a lock that a worker holds to expire keys is waited for
 *
 * Locks taken for a command are kept until the batch ends (`endBatch`) or a worker wants them.
 */
import type { Context } from '../commands/context.ts';
import { type Command, FLAG_BLOCKING, SCOPE_ALL, SCOPE_EACH, SCOPE_NONE, SCOPE_ONE_KEY } from '../commands/define.ts';
import { type CommandError, error, OUT_OF_MEMORY, wrongArity } from '../commands/errors.ts';
import type { Registry } from '../commands/registry.ts';
import type { LockSet } from '../store/lock-set.ts';
import { type Executor, WAITS, WANTS_WORKER } from './executor.ts';
import type { HandOff } from './hand-off.ts';
import { shardMaskOf } from './keys.ts';
import type { Session } from './session.ts';
import { subcommandOf, unknownCommandText } from './unknown-command.ts';

export type HandOffMode = 'auto' | 'always' | 'never';

export const GATE_OPEN = 0;
/** There is no memory for the command. */
export const GATE_SHUT = 1;
/** There might be, but what could give way is in shards that this thread would have to wait for. */
export const GATE_WORKER = 2;

/** What stands between a command and its running: maxmemory. @returns GATE_OPEN, GATE_SHUT or GATE_WORKER */
export type Gate = (command: Command, session: Session) => number;

export class Dispatcher {
  private readonly ctx: Context;
  private readonly registry: Registry;
  readonly executor: Executor;
  private readonly handOff: HandOff;
  private readonly locks: LockSet;
  private readonly allShards: number;
  private readonly deferred: { mask: number; action: () => void }[] = [];
  mode: HandOffMode = 'auto';
  /** How often a shard that is busy is looked at again: not at all where no other I/O thread could have it. */
  looksAgain = 0;
  /** Told of a command that must stay on this thread but whose shards are busy: it is still in the session's input. */
  onBusy: (session: Session) => void = () => {};
  /** Told of a command that waits for its keys (`ctx.blocking`), its shards locked. */
  onWaits: (session: Session, shardMask: number) => void = () => {};
  /** Looked at for commands that may need memory, only while a limit is set. */
  memoryGate: Gate | undefined = undefined;

  constructor(executor: Executor, registry: Registry, handOff: HandOff) {
    this.executor = executor;
    this.ctx = executor.ctx;
    this.registry = registry;
    this.handOff = handOff;
    this.locks = executor.ctx.locks;
    const shards = executor.ctx.shards.length;
    this.allShards = shards === 32 ? -1 : (1 << shards) - 1;
  }

  /**
   * Finds the command that `ctx` holds the arguments of and checks its arity.
   * @returns undefined if there is nothing to run: the error is written
   */
  resolve(session: Session): Command | undefined {
    const { ctx } = this;
    ctx.renew();
    let command = this.registry.find(ctx.source, ctx.at[0], ctx.size[0]);
    if (command === undefined) {
      ctx.reply.error(unknownCommandText(ctx));
      return undefined;
    }
    if (command.hasSubcommands && ctx.argc > 1) {
      const sub = subcommandOf(command, ctx);
      if (sub === undefined) return undefined;
      command = sub;
    }
    const { arity } = command;
    if (arity > 0 ? ctx.argc !== arity : ctx.argc < -arity) {
      this.refuse(command, wrongArity(command.name), session);
      return undefined;
    }
    return command;
  }

  /** Answers a command that must not run. For EXEC that is the end of the transaction, for others only a stain on it. */
  refuse(command: Command, refusal: CommandError, session: Session): void {
    const { transaction } = session;
    if (command.name !== 'exec') {
      if (transaction !== undefined) transaction.spoiled = true;
      return this.executor.refuse(command, refusal);
    }
    session.transaction = undefined;
    this.unwatch(session);
    const why = refusal.message.replace(/^ERR /, '');
    this.executor.refuse(command, error(`EXECABORT Transaction discarded because of: ${why}`));
  }

  /** Forgets what a session watches, as soon as the shards are free. */
  unwatch(session: Session): void {
    const { watching } = session;
    session.watching = undefined;
    if (watching !== undefined && watching.count > 0) this.whenLocked(watching.shardMask, () => watching.release());
  }

  /** Runs the command for the session, or hands it over: then `session.waiting` is true. */
  dispatch(command: Command, session: Session): void {
    const { ctx } = this;
    ctx.command = command;
    ctx.session = session;
    ctx.db = session.db;
    ctx.access.notesUses = !session.noTouch;
    if (command.scope === SCOPE_NONE) {
      if (this.memoryGate?.(command, session) === GATE_SHUT) return this.refuse(command, OUT_OF_MEMORY, session);
      this.executor.run(command);
      return;
    }
    const mask = this.maskOf(command);
    if (this.memoryGate !== undefined) {
      const gate = this.memoryGate(command, session);
      if (gate === GATE_SHUT) return this.refuse(command, OUT_OF_MEMORY, session);
      if (gate === GATE_WORKER && !command.staysHere) return this.sendAway(session, mask);
    }
    if (command.staysHere && !command.spec.neverWaits?.(ctx)) {
      this.runHere(command, session, mask);
      return;
    }
    if (!this.take(mask)) {
      this.sendAway(session, mask);
      return;
    }
    ctx.mayHandOff = this.mode === 'auto';
    ctx.mayBlock = false;
    if (this.executor.run(command) === WANTS_WORKER) this.sendAway(session, mask);
  }

  /** Whether a command that is only queued must be refused for want of memory, which is then said. */
  isShortOfMemory(command: Command, session: Session): boolean {
    if (this.memoryGate === undefined || this.memoryGate(command, session) === GATE_OPEN) return false;
    this.refuse(command, OUT_OF_MEMORY, session);
    return true;
  }

  /** The shards that the command in `ctx` needs. */
  maskOf(command: Command): number {
    const { ctx } = this;
    const { scope } = command;
    if (scope === SCOPE_ONE_KEY) return 1 << ctx.shardIndexOf(ctx.hashOf(command.keyIndex));
    if (scope === SCOPE_NONE) return 0;
    if (scope === SCOPE_ALL || scope === SCOPE_EACH) return this.allShards;
    return shardMaskOf(command, ctx);
  }

  /** Takes locks for something that can't go to a worker. They are held to the end of the batch, as always. */
  tryLock(mask: number): boolean {
    return (
      (mask & ~this.locks.held) === 0 || this.locks.tryAcquire(mask) || (this.looksAgain > 0 && this.lookAgain(mask))
    );
  }

  /** Runs `action` with the shards locked: now, or in a later batch when they are free. */
  whenLocked(mask: number, action: () => void): void {
    if (this.tryLock(mask)) action();
    else this.deferred.push({ mask, action });
  }

  /** Whether something waits for locks. */
  get hasDeferred(): boolean {
    return this.deferred.length > 0;
  }

  /** Hands the command over. */
  private sendAway(session: Session, mask: number): void {
    const { witness } = this.executor;
    const words = witness?.wordsOf(this.ctx);
    if (words !== undefined) witness?.ran(this.ctx, words);
    this.handOff.send(this.ctx, session, mask);
  }

  private runHere(command: Command, session: Session, mask: number): void {
    const { ctx } = this;
    if (!this.tryLock(mask)) {
      session.postponed = true;
      session.waiting = true;
      this.onBusy(session);
      return;
    }
    ctx.mayHandOff = false;
    ctx.mayBlock = (command.flags & FLAG_BLOCKING) !== 0;
    ctx.resumed = undefined;
    if (this.executor.run(command) === WAITS) this.onWaits(session, mask);
  }

  /** Lets go of every lock before the batch is over. Not while a command runs. */
  letGo(): void {
    if (this.locks.held !== 0) this.locks.release(this.locks.held);
  }

  /** Lets go of every lock: the batch is over. */
  endBatch(): void {
    if (this.deferred.length > 0) this.settleDeferred();
    if (this.locks.held !== 0) this.locks.release(this.locks.held);
  }

  private settleDeferred(): void {
    for (const waiting of this.deferred.splice(0)) {
      if (this.tryLock(waiting.mask)) waiting.action();
      else this.deferred.push(waiting);
    }
  }

  /** @returns whether the command may run here, its shards locked */
  private take(mask: number): boolean {
    const { locks } = this;
    if (this.mode !== 'auto') return this.takeOutright(mask);
    const wanted = locks.wanted(mask);
    if (wanted !== 0) {
      locks.release(wanted);
      return false;
    }
    return (mask & ~locks.held) === 0 || locks.tryAcquire(mask) || (this.looksAgain > 0 && this.lookAgain(mask));
  }

  /**
   * Looks for a moment whether shards that another I/O thread holds come free: it lets go of them after a chunk of some
   * connection's input. Nothing is held meanwhile, or two threads could keep each other waiting for the whole moment.
   */
  private lookAgain(mask: number): boolean {
    const { locks } = this;
    locks.release(locks.held);
    for (let look = 0; look < this.looksAgain; look++) {
      if (locks.wanted(mask) !== 0) return false;
      if (locks.areFree(mask) && locks.tryAcquire(mask)) return true;
    }
    return false;
  }

  private takeOutright(mask: number): boolean {
    const { locks } = this;
    if (this.mode === 'always') {
      locks.release(locks.held);
      return false;
    }
    if ((mask & ~locks.held) !== 0 && !locks.tryAcquire(mask)) {
      locks.release(locks.held);
      locks.acquire(mask);
    }
    return true;
  }
}
