/**
 * MONITOR: clients that are shown every command, once it has run, as it was sent. One such object an I/O thread; what
 * runs on this one is also told to `onLine`, for monitors whose connections are another's.
 */
import { FineClock } from '../base/clock.ts';
import { latin1, Region } from '../base/region.ts';
import type { Context } from '../commands/context.ts';
import { type Command, FLAG_ADMIN, FLAG_MAY_REPLICATE, FLAG_READONLY, FLAG_WRITE } from '../commands/define.ts';
import { quoteArgument } from '../config/line.ts';
import type { Witness } from '../execute/executor.ts';
import { redact } from '../observe/slow-log.ts';
import { type Connection, REPLY_ON } from './connection.ts';
import type { Server } from './server.ts';

const SHOWN_NOT = 'skip_monitor';

export class Monitors implements Witness {
  /** Told when there come to be monitors, or none are left. */
  onChange: () => void = () => {};
  /** Told of each line, if there is anybody elsewhere who wants them. */
  onLine: ((line: string) => void) | undefined = undefined;
  private readonly server: Server;
  private readonly watching = new Set<Connection>();
  private readonly clock = new FineClock();
  private wantedElsewhere = false;

  constructor(server: Server) {
    this.server = server;
  }

  get isEmpty(): boolean {
    return this.watching.size === 0;
  }

  has(connection: Connection): boolean {
    return this.watching.has(connection);
  }

  add(connection: Connection): void {
    this.watching.add(connection);
    this.settle();
  }

  remove(connection: Connection): void {
    if (this.watching.delete(connection)) this.settle();
  }

  /** Whether `onLine` is to be told. */
  setWantedElsewhere(isWanted: boolean): void {
    this.wantedElsewhere = isWanted;
    this.settle();
  }

  /** Whether the command is one that a monitor may not send: it gets no replies about data. */
  refuses(command: Command, connection: Connection): boolean {
    if (!this.watching.has(connection)) return false;
    const { transaction } = connection;
    const flags = command.name === 'exec' && transaction !== undefined ? transaction.flags : command.flags;
    return (flags & (FLAG_READONLY | FLAG_WRITE | FLAG_MAY_REPLICATE)) !== 0;
  }

  wordsOf(ctx: Context): string | undefined {
    const { command } = ctx;
    if ((command.flags & FLAG_ADMIN) !== 0 || command.flagNames.includes(SHOWN_NOT)) return undefined;
    return this.words(ctx);
  }

  /** The words of the running command whatever its flags: for commands that show themselves, as scripts do. */
  words(ctx: Context): string {
    const words = Array.from({ length: ctx.argc }, (_, arg) => latin1(ctx.source, ctx.at[arg], ctx.size[arg]));
    return redact(words).map(quoteArgument).join(' ');
  }

  ran(ctx: Context, words: string): void {
    const connection = ctx.session as Connection;
    const { link } = connection;
    // Redis tells of a socket by its path, which a link's own address has with a port of 0 behind it.
    const from = link.isUnixSocket ? `unix:${link.localAddress.replace(/:0$/, '')}` : link.remoteAddress;
    this.tell(connection.db, from, words);
  }

  /** Shows a command. @param from the client's address, or `lua` */
  tell(db: number, from: string, words: string): void {
    const ms = this.clock.nowMs();
    const microseconds = Math.floor((ms % 1000) * 1000);
    const time = `${Math.floor(ms / 1000)}.${String(microseconds).padStart(6, '0')}`;
    const line = `${time} [${db} ${from}] ${words}`;
    this.show(line);
    if (this.wantedElsewhere) this.onLine?.(line);
  }

  /** Sends a line to the monitors of this thread. */
  show(line: string): void {
    const { server } = this;
    const { reply } = server.ctx;
    for (const connection of this.watching) {
      if (connection.closing) continue;
      if (server.current === connection && server.isExecuting) {
        if (connection.replyMode === REPLY_ON) server.subscriptions.sendBehindReply(Region.of(`+${line}\r\n`));
        continue;
      }
      const mark = reply.at;
      reply.simple(line);
      // What is written for the current client goes out behind the replies that wait to be sent.
      if (server.current !== connection) server.deliver(connection, mark);
    }
  }

  private settle(): void {
    const isWanted = this.watching.size > 0 || this.wantedElsewhere;
    this.server.dispatcher.executor.witness = isWanted ? this : undefined;
    this.onChange();
  }
}
