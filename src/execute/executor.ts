/**
 * Runs one command whose shards are locked: on an I/O thread or on a worker, the same code.
 * A command that fails answers with its error and nothing else; whatever it wrote before is taken back.
 */
import type { Context } from '../commands/context.ts';
import { type Command, FLAG_ADMIN } from '../commands/define.ts';
import { BLOCKED, CommandError, HAND_OFF, SHARD_FULL } from '../commands/errors.ts';
import { OutOfMemoryError } from '../memory/out-of-memory.ts';
import type { CommandStats } from '../observe/command-stats.ts';
import type { Shard } from '../store/shard.ts';

/**
 * A command is timed once in so many calls (a power of two), always if it is an administrator's, and whenever it says that it will look at many elements:
 * reading the clock twice costs as much as a GET.
 */
const TIMED_EVERY = 64;

/** The command has replied. */
export const DONE = 0;
/** The command wants to run on a worker: nothing has happened yet. */
export const WANTS_WORKER = 1;
/** The command waits for its keys (`ctx.blocking`): nothing has happened yet. */
export const WAITS = 2;

/**
 * A command that finds its shard full is tried again after evicting one key, two more, four more …, up to this many: one is
 * enough for a value of the same size. A large value among small ones can need more room in one piece than the keys that
 * an eviction policy picks leave behind; it must not cost the whole shard.
 */
const EVICTED_AT_ONCE_MAX = 1024;

export interface FaultLog {
  /** A command threw what no command should: a fault of ours. */
  commandFault(command: Command, error: unknown): void;
}

/** Is shown commands as they run: MONITOR. */
export interface Witness {
  /** The words of the command that is about to run, or undefined if it must not be shown. EXEC overwrites its own. */
  wordsOf(ctx: Context): string | undefined;
  /** The command with these words has run, or has gone to a worker. */
  ran(ctx: Context, words: string): void;
}

export class Executor {
  readonly ctx: Context;
  witness: Witness | undefined = undefined;
  /** Errors replied so far that a command's failure stands for. */
  private ownedErrors = 0;
  /** Whether every call is timed. */
  timesAll = false;
  /** Commands that take longer are told of. */
  slowerThanUs = Number.POSITIVE_INFINITY;
  onSlow: (ctx: Context, microseconds: number) => void = () => {};
  /** Evicts up to so many keys of a locked shard whose memory is full. @returns whether there were any */
  makeRoomIn: (shard: Shard, keys: number) => boolean = () => false;
  private readonly stats: CommandStats;
  private readonly faults: FaultLog;

  constructor(ctx: Context, stats: CommandStats, faults: FaultLog) {
    this.ctx = ctx;
    this.stats = stats;
    this.faults = faults;
  }

  /** @returns DONE, WANTS_WORKER or WAITS */
  run(command: Command): number {
    if (this.witness === undefined) return this.runUnseen(command);
    const { ctx } = this;
    ctx.command = command;
    const words = this.witness.wordsOf(ctx);
    const outcome = this.runUnseen(command);
    if (words !== undefined && outcome !== WANTS_WORKER) this.witness?.ran(ctx, words);
    return outcome;
  }

  /** `run` of a command that has been shown already, as when it has waited. */
  runUnseen(command: Command): number {
    const { ctx, stats } = this;
    const { reply } = ctx;
    const mark = reply.at;
    const unowned = reply.errors - this.ownedErrors;
    ctx.command = command;
    const calls = stats.called(command.id);
    const sampled = this.timesAll || (calls & (TIMED_EVERY - 1)) === 1 || (command.flags & FLAG_ADMIN) !== 0;
    ctx.startedMs = sampled ? performance.now() : 0;
    try {
      command.run(ctx);
    } catch (thrown) {
      const outcome = this.afterThrow(command, thrown, mark);
      if (outcome !== DONE) return outcome;
    }
    if (ctx.startedMs !== 0) this.noteTime(command, sampled);
    // Commands run by this one (EXEC's) have taken their errors on themselves.
    const failures = reply.errors - this.ownedErrors - unowned;
    if (failures > 0) {
      stats.failed(command.id);
      this.ownedErrors += failures;
    }
    return DONE;
  }

  /** Ends a run that threw; one that found its shard full is tried again with fewer keys in there. @returns as `run` does */
  private afterThrow(command: Command, thrown: unknown, mark: number): number {
    const { ctx, stats } = this;
    const { reply } = ctx;
    let failure = thrown;
    for (let keys = 1; failure instanceof OutOfMemoryError && keys <= EVICTED_AT_ONCE_MAX; keys *= 2) {
      reply.rewind(mark);
      if (!this.makeRoomIn(ctx.ks.shard, keys)) break;
      try {
        command.run(ctx);
        return DONE;
      } catch (again) {
        failure = again;
      }
    }
    reply.rewind(mark);
    if (failure === HAND_OFF) {
      stats.uncalled(command.id);
      return WANTS_WORKER;
    }
    if (failure === BLOCKED) {
      // It counts as a call once it is over.
      stats.uncalled(command.id);
      return WAITS;
    }
    reply.error(this.messageOf(failure, command));
    return DONE;
  }

  /** Answers a command that must not run. */
  refuse(command: Command, refusal: CommandError): void {
    this.stats.rejected(command.id);
    this.ctx.reply.error(refusal.message);
  }

  /** A command that waited has ended without being run again. */
  waitedInVain(command: Command, failed: boolean): void {
    this.stats.called(command.id);
    if (failed) this.stats.failed(command.id);
  }

  private noteTime(command: Command, sampled: boolean): void {
    const { ctx } = this;
    const microseconds = (performance.now() - ctx.startedMs) * 1000;
    if (sampled) this.stats.timed(command.id, microseconds);
    else this.stats.timedLong(command.id, microseconds);
    // A transaction's commands have been told of one by one.
    if (microseconds >= this.slowerThanUs && !command.flagNames.includes('skip_slowlog')) {
      ctx.command = command;
      this.onSlow(ctx, microseconds);
    }
  }

  private messageOf(thrown: unknown, command: Command): string {
    if (thrown instanceof CommandError) return thrown.message;
    if (thrown instanceof OutOfMemoryError) return SHARD_FULL.message;
    this.faults.commandFault(command, thrown);
    return 'ERR internal error';
  }
}
