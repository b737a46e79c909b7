/**
 * Connections and what happens to their bytes: parse, dispatch, reply. One such object an I/O thread; it owns that thread's
 * connections and is its transport's handler.
 */
import type { Clock } from '../base/clock.ts';
import { latin1, type Region } from '../base/region.ts';
import type { Context } from '../commands/context.ts';
import { type Command, FLAG_NO_MULTI, FLAG_PUBSUB } from '../commands/define.ts';
import { error } from '../commands/errors.ts';
import type { OutputBufferLimit } from '../config/list-types.ts';
import { ClientNumbers } from '../execute/client-numbers.ts';
import type { Dispatcher } from '../execute/dispatcher.ts';
import type { HandOff } from '../execute/hand-off.ts';
import type { Transaction } from '../execute/transaction.ts';
import { INCOMPLETE, PARSED, Parser, type ParserLimits } from '../protocol/parser.ts';
import type { Writer } from '../protocol/writer.ts';
import { ChangeNotes, type NotedChange, publishChange } from '../pubsub/notifications.ts';
import { replyBuffers } from '../transport/reply-buffers.ts';
import type { Link, TransportHandler } from '../transport/transport.ts';
import { Connection, REPLY_ON, REPLY_SKIP_NEXT, REPLY_SKIPPING } from './connection.ts';
import { Errands } from './errands.ts';
import { Monitors } from './monitors.ts';
import type { Peers } from './peers.ts';
import { Subscriptions } from './subscriptions.ts';
import { RUN_WITHIN_MULTI } from './transaction-commands.ts';
import { WaitingRoom } from './waiting.ts';

/** Replies of at least this size are given away with their buffer instead of being copied by the transport. */
const OWNED_BYTES_MIN = 262_144;
/** After a reply of this size, or with so much of a command there, it is time to look at what clients take. */
const LARGE_BYTES = 16_384;
/** The clock is read again after so many commands of one batch. */
const COMMANDS_PER_TICK = 64;
/** While a command is with a worker, so much more of a client's input is taken in; then it must wait in the socket. */
const WAITING_INPUT_BYTES_MAX = 1 << 20;
/** Who has yet to say the password can't have more replies, refusals all, wait for him to read them. */
const STRANGER_OUTPUT_MAX = 17 << 10;

/** A client's commands are put off while it has so much of its replies still to take, as long as they are no more than this. */
const LAGGING_OUTPUT_BYTES_MIN = OWNED_BYTES_MIN;
const LAGGING_INPUT_BYTES_MAX = 1 << 19;

const NOT_WITHIN_MULTI = error('ERR Command not allowed inside a transaction');

const MINUS = 45;
/** Enough of an error to see its code. */
const CODE_BYTES_MAX = 64;

export interface ServerLimits extends ParserLimits {
  clientsMax: number;
  /** Bytes of unread input a client may have (client-query-buffer-limit). */
  inputBytesMax: number;
  /** What of unsent replies a client may have, by its class (client-output-buffer-limit). */
  output: readonly OutputBufferLimit[];
}

/** What the server counts; for INFO. */
export class ServerCounters {
  connections = 0;
  rejectedConnections = 0;
  commands = 0;
  inputBytes = 0;
  outputBytes = 0;
  reads = 0;
  writes = 0;
  inputLimitDisconnections = 0;
  outputLimitDisconnections = 0;
  evictedClients = 0;
  clientsMaxSeen = 0;

  /** CONFIG RESETSTAT. */
  reset(): void {
    Object.assign(this, new ServerCounters());
  }
}

/** May look at, refuse or take over a command before it is dispatched. @returns true if it has been dealt with */
export type Interceptor = (command: Command, connection: Connection) => boolean;

/** Says why a client may not connect, as an error reply's text, or undefined. */
export type Doorkeeper = (link: Link) => string | undefined;

export class Server implements TransportHandler {
  readonly connections = new Map<number, Connection>();
  readonly counters = new ServerCounters();
  readonly limits: ServerLimits;
  readonly ctx: Context;
  readonly dispatcher: Dispatcher;
  readonly handOff: HandOff;
  readonly waiting: WaitingRoom;
  readonly subscriptions: Subscriptions;
  readonly monitors: Monitors;
  readonly errands: Errands;
  /** Which of the I/O threads this is. */
  ioThread = 0;
  /** Shared with the other I/O threads. */
  numbers = new ClientNumbers();
  /** The other I/O threads, if there are any. */
  peers: Peers | undefined = undefined;
  /** The connection whose input is being worked off: what is in the reply buffer is for it. */
  current: Connection | undefined = undefined;
  /** True while a command runs. */
  isExecuting = false;
  /** Changes of keys that this thread has noted and is to publish. */
  readonly notes = new ChangeNotes();
  /** Publishes what has been noted. */
  onNoted: () => void = () => {};
  /** Set while something stands between all clients and their commands. */
  interceptor: Interceptor | undefined = undefined;
  /** Called when a batch begins, after a large reply and within a large command, while it matters what clients take. */
  checkClients: (() => void) | undefined = undefined;
  /** Set while not everybody may connect. */
  doorkeeper: Doorkeeper | undefined = undefined;
  /** True while clients must log in before they may do anything. */
  asksPassword = false;
  onWarning: (message: string) => void = () => {};
  onVerbose: (message: string) => void = () => {};
  /** Told of each connection that is gone. */
  onGone: (connection: Connection) => void = () => {};
  /** Told of the beginning of each error that a worker replied; those of this thread the writer tells of. */
  onErrorReply: (text: string) => void = () => {};
  private readonly writer: Writer;
  private readonly parser: Parser;
  private readonly clock: Clock;
  private inBatch = false;
  private untilTick = COMMANDS_PER_TICK;

  constructor(dispatcher: Dispatcher, handOff: HandOff, ctx: Context, limits: ServerLimits, clock: Clock) {
    this.dispatcher = dispatcher;
    this.handOff = handOff;
    this.subscriptions = new Subscriptions(this);
    this.monitors = new Monitors(this);
    this.errands = new Errands(this);
    this.waiting = new WaitingRoom(this, dispatcher, dispatcher.executor);
    this.ctx = ctx;
    this.writer = ctx.reply;
    this.writer.buffers = replyBuffers;
    this.limits = limits;
    this.parser = new Parser(limits);
    this.clock = clock;
  }

  // --- what the transport calls -------------------------------------------------------------------------------------

  onOpen(link: Link): boolean {
    this.beginBatch();
    if (!this.numbers.enter(this.limits.clientsMax)) return this.turnAway(link, 'ERR max number of clients reached');
    const refusal = this.doorkeeper?.(link);
    if (refusal !== undefined) {
      this.numbers.leave();
      return this.turnAway(link, refusal);
    }
    const connection = new Connection(link, this.numbers.nextId(), this.ctx.nowMs);
    connection.authenticated = !this.asksPassword;
    link.owner = connection;
    this.connections.set(connection.id, connection);
    this.counters.connections++;
    this.counters.clientsMaxSeen = Math.max(this.counters.clientsMaxSeen, this.connections.size);
    return true;
  }

  onReceive(link: Link, received: Region, from: number, to: number): void {
    const connection = link.owner as Connection;
    if (connection.closing) return;
    this.beginBatch();
    // Who takes too much memory is disconnected when a batch begins.
    if (connection.closing) return;
    connection.lastActiveMs = this.ctx.nowMs;
    connection.receivedBytes += to - from;
    this.counters.inputBytes += to - from;
    this.counters.reads++;
    if (connection.waiting || connection.lagging || connection.inputBytes > 0) {
      this.keepInput(connection, received, from, to);
      if (connection.inputBytes >= connection.inputWanted && this.mayGoOn(connection)) this.processInput(connection);
    } else {
      const used = this.process(connection, received, from, to);
      if (used < to && !connection.closing) this.keepInput(connection, received, used, to);
    }
    if (connection.inputBytes > 0) link.landing = connection.landing();
    this.flush(connection);
    if (connection.inputBytes >= LARGE_BYTES && this.checkClients !== undefined) this.checkClients();
  }

  onDrain(link: Link): void {
    const connection = link.owner as Connection | undefined;
    if (connection === undefined || !connection.lagging || connection.closing) return;
    this.beginBatch();
    if (connection.closing) return;
    connection.lagging = false;
    connection.lastActiveMs = this.ctx.nowMs;
    this.goOn(connection);
  }

  /** Commands that were put off are run now: the link ends when their replies are sent. */
  onEnd(link: Link): boolean {
    const connection = link.owner as Connection | undefined;
    if (connection === undefined || !connection.lagging || connection.closing) return false;
    this.beginBatch();
    if (connection.closing) return false;
    connection.ended = true;
    this.goOn(connection);
    return false;
  }

  onClose(link: Link): void {
    const connection = link.owner as Connection | undefined;
    // It was turned away.
    if (connection === undefined) return;
    connection.closing = true;
    this.connections.delete(connection.id);
    this.numbers.leave();
    connection.input = undefined;
    connection.inputBytes = 0;
    this.waiting.forget(connection);
    this.subscriptions.forget(connection);
    this.monitors.remove(connection);
    this.onGone(connection);
  }

  onBatchEnd(): void {
    if (this.peers !== undefined) this.hearPeers(this.peers);
    for (let answered = this.waiting.takeAnswered(); answered.length > 0; answered = this.waiting.takeAnswered()) {
      for (const connection of answered) if (!connection.closing) this.goOn(connection);
      if (this.peers !== undefined) this.hearPeers(this.peers);
    }
    this.inBatch = false;
    this.dispatcher.endBatch();
    this.waiting.armRetry();
  }

  /** Does what other threads have asked for meanwhile. */
  private hearPeers(peers: Peers): void {
    peers.betweenCommands();
    if (this.waiting.blocked.hasReady) this.waiting.blocked.serve();
  }

  onWake(): void {
    this.beginBatch();
    this.handOff.drain();
    if (this.waiting.blocked.hasReady) this.waiting.blocked.serve();
  }

  /** Runs `action` as a batch of its own, if not within one. */
  inBatchOf(action: () => void): void {
    if (this.inBatch) return action();
    this.beginBatch();
    action();
    if (this.waiting.blocked.hasReady) this.waiting.blocked.serve();
    this.onBatchEnd();
  }

  /** Publishes what has happened to keys, here or on a worker. @param classes notify-keyspace-events */
  publishChanges(changes: readonly NotedChange[], classes: number): void {
    for (const change of changes) publishChange(this.subscriptions.hub, classes, change);
  }

  /** Sends a client other than the current one an out-of-band message: the reply buffer from `mark` on. */
  push(connection: Connection, mark: number): void {
    this.countOutput(connection, this.writer.at - mark);
    connection.link.send(this.writer.region, mark, this.writer.at);
    this.writer.rewind(mark);
    this.checkOutput(connection);
  }

  /** Sends a client other than the running one what stands in the reply buffer from `mark` on. */
  deliver(connection: Connection, mark: number): void {
    const bytes = this.writer.at - mark;
    this.countOutput(connection, bytes);
    if (connection.replyMode === REPLY_ON) connection.link.send(this.writer.region, mark, this.writer.at);
    this.writer.rewind(mark);
    this.checkOutput(connection);
  }

  private turnAway(link: Link, text: string): boolean {
    this.counters.rejectedConnections++;
    this.writer.resp3 = false;
    this.writer.error(text);
    this.sendTo(link);
    return false;
  }

  // --- commands -----------------------------------------------------------------------------------------------------

  /** A worker's reply to a command that was handed off. */
  onWorkerReply(session: number, reply: Region, at: number, length: number, owned: boolean): void {
    if (session < 0) return this.errands.answered(session, reply, at, length);
    const connection = this.connections.get(session);
    // A worker that died after its reply is answered for once more.
    if (connection === undefined || !connection.waiting) return;
    connection.waiting = false;
    if (length > 0 && reply.u8[at] === MINUS)
      this.onErrorReply(latin1(reply, at + 1, Math.min(length - 1, CODE_BYTES_MAX)));
    if (connection.replyMode === REPLY_ON) {
      this.countOutput(connection, length);
      if (owned) connection.link.sendOwned(reply, at, at + length);
      else connection.link.send(reply, at, at + length);
      this.checkOutput(connection);
    } else if (connection.replyMode === REPLY_SKIPPING) connection.replyMode = REPLY_ON;
    // Who waited for what the worker has changed comes before this connection's next command.
    if (this.waiting.blocked.hasReady) this.waiting.blocked.serve();
    this.goOn(connection);
  }

  /** Closes a connection after what has been replied so far. */
  closeSoon(connection: Connection): void {
    connection.closing = true;
  }

  /** Closes a connection at once; what is unsent is dropped. */
  close(connection: Connection): void {
    connection.closing = true;
    // The link says later that it is gone; CLIENT LIST doesn't show it any more.
    this.connections.delete(connection.id);
    connection.link.destroy();
  }

  /** Goes on with connections whose command had to wait for the end of a pause. Not within a batch. */
  resume(connections: Iterable<Connection>): void {
    this.beginBatch();
    for (const connection of connections) {
      connection.postponed = false;
      connection.waiting = false;
      if (!connection.closing) this.goOn(connection);
    }
    if (this.waiting.blocked.hasReady) this.waiting.blocked.serve();
    this.onBatchEnd();
  }

  /** Runs what has come in while a connection waited. */
  private goOn(connection: Connection): void {
    if (connection.inputBytes > 0 && this.mayGoOn(connection)) this.processInput(connection);
    this.flush(connection);
    if (!connection.waiting) connection.link.resume();
  }

  private beginBatch(): void {
    if (this.inBatch) return;
    this.inBatch = true;
    this.tick();
    if (this.checkClients !== undefined) this.checkClients();
  }

  /** Sets the clock that commands see to now. */
  tick(): void {
    this.untilTick = COMMANDS_PER_TICK;
    this.ctx.access.set(this.clock.nowMs());
  }

  private process(connection: Connection, region: Region, from: number, to: number): number {
    const { parser, ctx } = this;
    let position = from;
    while (position < to) {
      parser.unauthenticated = this.asksPassword && !connection.authenticated;
      const status = parser.parse(region, position, to, ctx);
      if (status !== PARSED) {
        if (status === INCOMPLETE) {
          connection.inputWanted = parser.wantedBytes;
          return position;
        }
        this.writer.resp3 = connection.resp3;
        this.writer.error(`ERR ${parser.message}`);
        connection.closing = true;
        return to;
      }
      const start = position;
      position = parser.end;
      if (ctx.argc === 0) continue;
      this.execute(connection);
      const isLarge = this.writer.at >= OWNED_BYTES_MIN;
      if (isLarge) this.sendLarge(connection);
      if (connection.waiting) {
        connection.inputWanted = 0;
        return connection.postponed ? start : position;
      }
      if (connection.closing) return to;
      if (isLarge && this.putsOff(connection, to - position)) {
        connection.inputWanted = 0;
        return position;
      }
    }
    return position;
  }

  private execute(connection: Connection): void {
    const { writer, dispatcher } = this;
    const mark = writer.at;
    if (--this.untilTick === 0) this.tick();
    writer.resp3 = connection.resp3;
    connection.commands++;
    this.counters.commands++;
    this.current = connection;
    const command = dispatcher.resolve(connection);
    if (command !== undefined) {
      connection.lastCommand = command.name;
      // What was published before this is received before it.
      if (this.peers !== undefined && (command.flags & FLAG_PUBSUB) !== 0) this.peers.takeAll();
      this.isExecuting = true;
      const isRefused = connection.subscribed && this.refuseSubscribed(command, connection);
      if (!isRefused && !this.interceptor?.(command, connection)) {
        if (connection.transaction === undefined) dispatcher.dispatch(command, connection);
        else this.dispatchWithin(connection.transaction, command, connection);
      }
    } else this.refuse(connection);
    if (connection.replyMode !== REPLY_ON) this.applyReplyMode(connection, mark);
    this.isExecuting = false;
    if (this.subscriptions.hasOwn) this.subscriptions.flushOwn();
    if (!this.notes.isEmpty) this.onNoted();
    if (this.waiting.blocked.hasReady) this.waiting.blocked.serve();
  }

  /** Who listens to channels in RESP2 can't be told apart what is a reply: most commands are refused. */
  private refuseSubscribed(command: Command, connection: Connection): boolean {
    const refusal = connection.resp3 ? undefined : Subscriptions.refusal(command.name);
    if (refusal !== undefined) this.dispatcher.refuse(command, error(refusal), connection);
    return refusal !== undefined;
  }

  /** Between MULTI and EXEC commands are queued. */
  private dispatchWithin(transaction: Transaction, command: Command, connection: Connection): void {
    if (RUN_WITHIN_MULTI.has(command.name)) return this.dispatcher.dispatch(command, connection);
    if ((command.flags & FLAG_NO_MULTI) !== 0) return this.dispatcher.refuse(command, NOT_WITHIN_MULTI, connection);
    if (this.dispatcher.isShortOfMemory(command, connection)) return;
    transaction.add(command, this.ctx);
    this.writer.queued();
  }

  /** There was nothing to run. A browser that was lured into sending HTTP here must not get to say anything else. */
  private refuse(connection: Connection): void {
    this.spoilTransaction(connection);
    if (!this.ctx.isWord(0, 'POST') && !this.ctx.isWord(0, 'HOST:')) return;
    this.onWarning(
      `Possible SECURITY ATTACK detected: id=${connection.id} sends HTTP (POST or Host:), perhaps to have a browser ` +
        'talk to this server. Connection aborted.',
    );
    this.close(connection);
  }

  private spoilTransaction(connection: Connection): void {
    if (connection.transaction !== undefined) connection.transaction.spoiled = true;
  }

  private applyReplyMode(connection: Connection, mark: number): void {
    if (connection.replyMode === REPLY_SKIP_NEXT) {
      // The command that asked for it; it answers nothing itself.
      connection.replyMode = REPLY_SKIPPING;
      return;
    }
    this.writer.rewind(mark);
    if (connection.replyMode === REPLY_SKIPPING && !connection.waiting) connection.replyMode = REPLY_ON;
  }

  /** Whether what has come of a connection's input may be worked off. */
  private mayGoOn(connection: Connection): boolean {
    return !connection.waiting && !this.putsOff(connection, connection.inputBytes);
  }

  /**
   * Whether a client has so many of its replies still to take that its next commands are put off until it has, as their
   * replies would only fill memory. Not once there is much of its input, since a client may send everything before it
   * reads anything; nor where a limit on what clients may hold says how much is too much.
   */
  private putsOff(connection: Connection, inputBytes: number): boolean {
    const { hardBytes, softBytes } = this.limits.output[connection.outputClass];
    const isLimited = hardBytes !== 0 || softBytes !== 0 || this.checkClients !== undefined;
    connection.lagging =
      !isLimited &&
      !connection.ended &&
      inputBytes <= LAGGING_INPUT_BYTES_MAX &&
      connection.link.unsentBytes >= LAGGING_OUTPUT_BYTES_MIN;
    return connection.lagging;
  }

  private processInput(connection: Connection): void {
    const { input, inputBytes } = connection;
    if (input === undefined) return;
    const used = this.process(connection, input, 0, inputBytes);
    connection.consumeInput(used);
  }

  private keepInput(connection: Connection, region: Region, from: number, to: number): void {
    connection.appendInput(region, from, to);
    if (connection.inputBytes > this.limits.inputBytesMax) {
      this.counters.inputLimitDisconnections++;
      this.onWarning(`Closing client that reached max query buffer length: id=${connection.id}`);
      this.close(connection);
    } else if (connection.waiting && connection.inputBytes > WAITING_INPUT_BYTES_MAX) connection.link.pause();
  }

  /** Sends what has been written for the connection, and closes it if it is to be closed. */
  private flush(connection: Connection): void {
    this.current = undefined;
    const isLarge = this.writer.at >= LARGE_BYTES;
    this.sendWritten(connection);
    if (connection.closing) connection.link.endAfterFlush();
    if (isLarge && this.checkClients !== undefined) this.checkClients();
  }

  /** Sends a large reply before the next command; who holds too much then goes before that command can see it. */
  private sendLarge(connection: Connection): void {
    this.current = undefined;
    this.sendWritten(connection);
    if (this.checkClients !== undefined) this.checkClients();
  }

  private sendWritten(connection: Connection): void {
    const bytes = this.writer.at;
    if (this.peers !== undefined) {
      // What others will do because of these commands comes before the client can know that they are done.
      this.peers.post();
      this.dispatcher.letGo();
    }
    if (bytes > 0) {
      this.countOutput(connection, bytes);
      this.sendTo(connection.link);
      this.checkOutput(connection);
    }
  }

  private sendTo(link: Link): void {
    const { writer } = this;
    const bytes = writer.at;
    if (bytes >= OWNED_BYTES_MIN) {
      link.sendOwned(writer.detach(), 0, bytes);
    } else {
      link.send(writer.region, 0, bytes);
      writer.rewind(0);
    }
  }

  private countOutput(connection: Connection, bytes: number): void {
    connection.sentBytes += bytes;
    this.counters.outputBytes += bytes;
    this.counters.writes++;
  }

  /** Disconnects a client that takes its replies too slowly. */
  checkOutput(connection: Connection, nowMs: number = this.ctx.nowMs): void {
    const limit = this.limits.output[connection.outputClass];
    const isStranger = this.asksPassword && !connection.authenticated;
    if (limit.hardBytes === 0 && limit.softBytes === 0 && !isStranger) return;
    const unsent = connection.link.unsentBytes;
    const isOverHardLimit =
      (limit.hardBytes > 0 && unsent > limit.hardBytes) || (isStranger && unsent > STRANGER_OUTPUT_MAX);
    if (!isOverHardLimit && !isOverSoftLimit(connection, limit, unsent, nowMs)) return;
    this.counters.outputLimitDisconnections++;
    this.onWarning(`Client id=${connection.id} closed for overcoming of output buffer limits.`);
    this.close(connection);
  }
}

/** Notes since when the soft limit is exceeded. */
function isOverSoftLimit(connection: Connection, limit: OutputBufferLimit, unsent: number, nowMs: number): boolean {
  if (limit.softBytes === 0 || unsent <= limit.softBytes) {
    connection.softLimitSinceMs = 0;
    return false;
  }
  if (connection.softLimitSinceMs === 0) connection.softLimitSinceMs = nowMs;
  return nowMs - connection.softLimitSinceMs > limit.softSeconds * 1000;
}
