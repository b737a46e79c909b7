/**
 * Runs one command whose shards are locked: on an I/O thread or on a worker, the same code.
 * A command that fails answers with its error and nothing else; whatever it wrote before is taken back.
 */
import type { Context } from '../commands/context.ts';
import type { Command } from '../commands/define.ts';
import { CommandError, HAND_OFF, SHARD_FULL } from '../commands/errors.ts';
import { OutOfMemoryError } from '../memory/out-of-memory.ts';
import type { CommandStats } from '../observe/command-stats.ts';

/**
 * A command is timed once in so many calls (a power of two), and whenever it says that it will look at many elements:
 * reading the clock twice costs as much as a GET.
 */
const TIMED_EVERY = 16;

export interface FaultLog {
  /** A command threw what no command should: a fault of ours. */
  commandFault(command: Command, error: unknown): void;
}

export class Executor {
  readonly ctx: Context;
  private readonly stats: CommandStats;
  private readonly faults: FaultLog;

  constructor(ctx: Context, stats: CommandStats, faults: FaultLog) {
    this.ctx = ctx;
    this.stats = stats;
    this.faults = faults;
  }

  /** @returns false if the command wants to run on a worker: nothing has happened yet */
  run(command: Command): boolean {
    const { ctx, stats } = this;
    const { reply } = ctx;
    const mark = reply.at;
    const errors = reply.errors;
    ctx.command = command;
    const calls = stats.called(command.id);
    ctx.startedMs = (calls & (TIMED_EVERY - 1)) === 0 ? performance.now() : 0;
    try {
      command.run(ctx);
    } catch (thrown) {
      if (thrown === HAND_OFF) {
        reply.rewind(mark);
        stats.uncalled(command.id);
        return false;
      }
      reply.rewind(mark);
      reply.error(this.messageOf(thrown, command));
    }
    if (ctx.startedMs !== 0) stats.timed(command.id, (performance.now() - ctx.startedMs) * 1000);
    if (reply.errors !== errors) stats.failed(command.id);
    return true;
  }

  private messageOf(thrown: unknown, command: Command): string {
    if (thrown instanceof CommandError) return thrown.message;
    if (thrown instanceof OutOfMemoryError) return SHARD_FULL.message;
    this.faults.commandFault(command, thrown);
    return 'ERR internal error';
  }
}
