/**
 * Commands that the server gives itself. They take the road that clients' commands take, to a worker if they are long, and
 * wait for nobody on this thread.
 */
import { Region } from '../base/region.ts';
import type { Command } from '../commands/define.ts';
import { Session } from '../execute/session.ts';
import type { Server } from './server.ts';

type Receive = (reply: Buffer) => void;

export class Errands {
  private readonly server: Server;
  private readonly underWay = new Map<number, Receive>();
  /** Below 0, where no connection has its number. */
  private nextId = -1;

  constructor(server: Server) {
    this.server = server;
  }

  /** Runs a command that needs no connection. Not within a batch. @param words without its name  @returns its reply */
  run(command: Command, db: number, words: readonly Buffer[]): Promise<Buffer> {
    return new Promise((resolve) => {
      this.server.inBatchOf(() => this.begin(command, db, words, resolve));
    });
  }

  /** A worker's reply. */
  answered(session: number, reply: Region, at: number, length: number): void {
    const receive = this.underWay.get(session);
    this.underWay.delete(session);
    receive?.(bytesOf(reply, at, at + length));
  }

  private begin(command: Command, db: number, words: readonly Buffer[], receive: Receive): void {
    const { ctx, dispatcher } = this.server;
    const session = new Session(this.nextId--);
    session.db = db;
    ctx.reserve(words.length + 1);
    ctx.argc = words.length + 1;
    const all = Buffer.concat([Buffer.from(command.name), ...words]);
    ctx.source = Region.allocate(all.length);
    ctx.source.u8.set(all);
    let at = 0;
    for (const [arg, length] of [command.name.length, ...words.map((word) => word.length)].entries()) {
      ctx.at[arg] = at;
      ctx.size[arg] = length;
      at += length;
    }
    ctx.renew();
    const { reply } = ctx;
    const mark = reply.mark();
    reply.resp3 = false;
    dispatcher.dispatch(command, session);
    if (session.waiting) {
      this.underWay.set(session.id, receive);
    } else {
      receive(bytesOf(reply.region, mark, reply.at));
      reply.rewind(mark);
    }
  }
}

const bytesOf = (region: Region, from: number, to: number): Buffer => Buffer.from(region.u8.slice(from, to).buffer);
