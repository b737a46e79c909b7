/** Connections as subscribers: messages go straight into what is sent to them. */
import { copy, latin1, Region } from '../base/region.ts';
import { Hub, type Message, type Subscriber } from '../pubsub/hub.ts';
import type { Connection } from './connection.ts';
import { CLASS_NORMAL, CLASS_PUBSUB } from './connection.ts';
import type { Server } from './server.ts';

/** What a connection in RESP2 may still say once it has subscribed. */
const ALLOWED = new Set([
  'subscribe',
  'unsubscribe',
  'psubscribe',
  'punsubscribe',
  'ssubscribe',
  'sunsubscribe',
  'ping',
  'quit',
  'reset',
]);

class Listener implements Subscriber {
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  readonly shardChannels = new Set<string>();
  private readonly connection: Connection;
  private readonly deliver: (connection: Connection, message: Message) => void;

  constructor(connection: Connection, deliver: (connection: Connection, message: Message) => void) {
    this.connection = connection;
    this.deliver = deliver;
  }

  receive(message: Message): void {
    this.deliver(this.connection, message);
  }
}

export class Subscriptions {
  readonly hub = new Hub();
  private readonly server: Server;
  private readonly listeners = new Map<Connection, Listener>();
  /** For the client whose command is running, behind its reply: messages, and what is written already. */
  private readonly own: (Message | Region)[] = [];

  constructor(server: Server) {
    this.server = server;
  }

  get clientCount(): number {
    return this.listeners.size;
  }

  of(connection: Connection): Subscriber {
    const known = this.listeners.get(connection);
    if (known !== undefined) return known;
    const made = new Listener(connection, (to, message) => this.deliver(to, message));
    this.listeners.set(connection, made);
    return made;
  }

  /** Subscriptions of any kind. */
  countOf(connection: Connection): number {
    const listener = this.listeners.get(connection);
    return listener === undefined ? 0 : listener.channels.size + listener.patterns.size + listener.shardChannels.size;
  }

  counts(connection: Connection): { channels: number; patterns: number; shardChannels: number } {
    const listener = this.listeners.get(connection);
    return {
      channels: listener?.channels.size ?? 0,
      patterns: listener?.patterns.size ?? 0,
      shardChannels: listener?.shardChannels.size ?? 0,
    };
  }

  /** After a subscription came or went. */
  settle(connection: Connection): void {
    const isSubscribed = this.countOf(connection) > 0;
    connection.subscribed = isSubscribed;
    connection.outputClass = isSubscribed ? CLASS_PUBSUB : CLASS_NORMAL;
    if (!isSubscribed) this.listeners.delete(connection);
  }

  /** RESET, or the connection is gone. */
  forget(connection: Connection): void {
    const listener = this.listeners.get(connection);
    if (listener === undefined) return;
    this.hub.forget(listener);
    this.settle(connection);
  }

  /** The error for a command that a subscribed RESP2 connection may not send, or undefined. */
  static refusal(name: string): string | undefined {
    if (ALLOWED.has(name)) return undefined;
    return (
      `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed ` +
      'in this context'
    );
  }

  publish(channel: Region, at: number, length: number, body: Region, bodyAt: number, bodyBytes: number): number {
    return this.hub.publish(latin1(channel, at, length), body, bodyAt, bodyBytes);
  }

  get hasOwn(): boolean {
    return this.own.length > 0;
  }

  /** Writes what the running client is to get besides its reply, behind it. */
  flushOwn(): void {
    for (const message of this.own.splice(0)) {
      if (message instanceof Region) this.server.ctx.reply.raw(message);
      else this.write(message);
    }
  }

  /** Sends the running client something behind its reply. */
  sendBehindReply(bytes: Region): void {
    this.own.push(bytes);
  }

  /** Takes what stands in the reply buffer from `mark` on out of a reply that CLIENT REPLY silences: it is sent after all. */
  sendInSpiteOfSilence(mark: number): void {
    const { reply } = this.server.ctx;
    const bytes = Region.allocate(reply.at - mark);
    copy(reply.region, mark, bytes, 0, bytes.length);
    reply.rewind(mark);
    this.own.push(bytes);
  }

  private deliver(connection: Connection, message: Message): void {
    const { reply } = this.server.ctx;
    if (this.server.current === connection) {
      // What is written now goes out behind the replies that wait to be sent; the running command's must come first.
      if (this.server.isExecuting) this.own.push(message);
      else this.write(message);
      return;
    }
    const mark = reply.at;
    const { resp3 } = reply;
    reply.resp3 = connection.resp3;
    this.write(message);
    this.server.push(connection, mark);
    reply.resp3 = resp3;
  }

  private write({ kind, pattern, channel, body, bodyAt, bodyBytes }: Message): void {
    const { reply } = this.server.ctx;
    reply.push(kind === 'pmessage' ? 4 : 3);
    reply.bulkBytes(kind);
    if (kind === 'pmessage') reply.bulkBytes(pattern);
    reply.bulkBytes(channel);
    reply.bulk(body, bodyAt, bodyBytes);
  }
}
