/** CLIENT PAUSE: for a time no command runs, or none that writes; connections wait with it in their input. */
import { type Command, FLAG_MAY_REPLICATE, FLAG_WRITE } from '../commands/define.ts';
import type { Connection } from './connection.ts';
import type { Server } from './server.ts';

/** A timer can't be set further ahead. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export class Pause {
  /** Told when a pause begins and ends. */
  onChange: () => void = () => {};
  private readonly server: Server;
  private readonly nowMs: () => number;
  private readonly postponed = new Set<Connection>();
  /** Told of the end, once. */
  private readonly listeners: (() => void)[] = [];
  private untilMs = 0;
  private everything = false;
  private timer: NodeJS.Timeout | undefined = undefined;

  constructor(server: Server, nowMs: () => number) {
    this.server = server;
    this.nowMs = nowMs;
  }

  get isOn(): boolean {
    return this.untilMs > 0;
  }

  /** Connections whose command waits. */
  get count(): number {
    return this.postponed.size;
  }

  /** Of two pauses the stricter kind and the later end hold. @param untilMs since 1970 */
  begin(untilMs: number, everything: boolean): void {
    this.untilMs = Math.max(this.untilMs, untilMs);
    this.everything ||= everything;
    this.arm();
    this.settle();
  }

  end(): void {
    clearTimeout(this.timer);
    this.untilMs = 0;
    this.everything = false;
    const released = [...this.postponed];
    this.postponed.clear();
    this.settle();
    for (const tell of this.listeners.splice(0)) tell();
    // Not here: the command that ends the pause is within a batch of its own.
    if (released.length > 0) setImmediate(() => this.server.resume(released));
  }

  /** For what the server itself wants to change: resolves at once, or when there is no pause any more. */
  async over(): Promise<void> {
    while (this.isOn) await new Promise<void>((resolve) => this.listeners.push(resolve));
  }

  /** Postpones the command if it must not run now. @returns whether it did */
  holds(command: Command, connection: Connection): boolean {
    if (!this.everything && !mayWrite(command, connection)) return false;
    connection.postponed = true;
    connection.waiting = true;
    connection.commands--;
    this.server.counters.commands--;
    this.postponed.add(connection);
    return true;
  }

  /** The connection is gone. */
  forget(connection: Connection): void {
    this.postponed.delete(connection);
  }

  private settle(): void {
    for (const shard of this.server.ctx.shards) shard.isPaused = this.isOn;
    this.onChange();
  }

  private arm(): void {
    clearTimeout(this.timer);
    const leftMs = this.untilMs - this.nowMs();
    this.timer = setTimeout(
      () => (this.untilMs > this.nowMs() ? this.arm() : this.end()),
      Math.min(leftMs, TIMER_MS_MAX),
    );
    this.timer.unref();
  }
}

/** What a replica would hear of: writes, messages, and transactions with either. */
function mayWrite(command: Command, { transaction }: Connection): boolean {
  const flags = command.name === 'exec' && transaction !== undefined ? transaction.flags : command.flags;
  return (flags & (FLAG_WRITE | FLAG_MAY_REPLICATE)) !== 0;
}
