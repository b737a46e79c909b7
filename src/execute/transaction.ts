/** Commands between MULTI and EXEC. */
import type { Command } from '../commands/define.ts';
import type { Arguments } from '../protocol/arguments.ts';
import { SavedArguments } from '../protocol/saved-arguments.ts';

export interface QueuedCommand {
  readonly command: Command;
  readonly arguments: SavedArguments;
}

export class Transaction {
  readonly queue: QueuedCommand[] = [];
  /** A command was refused when it was queued: EXEC will refuse the whole. */
  spoiled = false;
  /** Bytes of the queued arguments. */
  bytes = 0;
  /** The flags of all queued commands together: what EXEC may do. */
  flags = 0;

  add(command: Command, args: Arguments): void {
    const saved = new SavedArguments(args);
    this.queue.push({ command, arguments: saved });
    this.bytes += saved.bytes;
    this.flags |= command.flags;
  }
}
