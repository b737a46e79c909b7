/**
 * The I/O thread's side of the mailboxes: commands out, replies in. A command for which a ring has no room waits here and
 * goes out when the ring's worker has read on: its connection waits anyway, and no other connection is held up.
 */
import type { MessagePort } from 'node:worker_threads';
import { receiveMessageOnPort } from 'node:worker_threads';
import { copy, Region } from '../base/region.ts';
import type { Context } from '../commands/context.ts';
import { Doorbell } from '../memory/doorbell.ts';
import { RingConsumer, RingProducer } from '../memory/ring.ts';
import {
  BY_PORT_BYTES,
  IN_RING,
  KEY_READY,
  type LongReply,
  REPLY_HEAD_BYTES,
  REQUEST_NO_TOUCH,
  REQUEST_RESP3,
  regionOver,
  requestBytes,
  WORKER_DIED,
  writeByPort,
  writeRequest,
} from './messages.ts';
import type { Plane } from './plane.ts';
import { workerOf } from './plane.ts';
import type { Session } from './session.ts';

/** Told of each reply that a worker sends back: bytes `[at, at + length)`, valid during the call unless `owned`. */
export type ReplyReceiver = (session: number, reply: Region, at: number, length: number, owned: boolean) => void;

interface Mailbox {
  readonly worker: number;
  readonly requests: RingProducer;
  readonly replies: RingConsumer;
  readonly doorbell: Doorbell;
  /** Where long messages go; undefined until the worker runs. */
  port: MessagePort | undefined;
  /** Ports of workers that died: what they sent last may still be there. */
  retired: MessagePort[];
  /** A reply that came by port, and whose record in the ring is still to come: the one before it was lost. */
  early: LongReply | undefined;
  /** Requests for which the ring had no room, whole, in order. */
  readonly backlog: Region[];
}

export class HandOff {
  private readonly mailboxes: Mailbox[];
  private readonly plane: Plane;
  private readonly doorbell: Doorbell;
  private readonly receive: ReplyReceiver;
  /** Told of keys that clients wait for and that a worker has changed. */
  onKeyReady: (db: number, key: Region, at: number, length: number) => void = () => {};
  /** Called before a worker's reply is taken, where something that it tells by another way must come first. */
  beforeReply: ((worker: number) => void) | undefined;
  /** Commands with workers now. */
  pending = 0;
  /** Commands handed over since the start. */
  total = 0;

  constructor(plane: Plane, ioThread: number, receive: ReplyReceiver) {
    this.plane = plane;
    this.receive = receive;
    this.doorbell = new Doorbell(plane.doorbells[ioThread]);
    this.mailboxes = Array.from({ length: plane.workers }, (_, worker) => ({
      worker,
      requests: new RingProducer(plane.requests[ioThread][worker]),
      replies: new RingConsumer(plane.replies[ioThread][worker]),
      doorbell: new Doorbell(plane.doorbells[plane.ioThreads + worker]),
      port: undefined,
      retired: [],
      early: undefined,
      backlog: [],
    }));
    this.doorbell.prepareSleep();
  }

  /** The worker is there, or there again: long messages can go by this port. */
  attach(worker: number, port: MessagePort): void {
    const mailbox = this.mailboxes[worker];
    if (mailbox.port !== undefined) mailbox.retired.push(mailbox.port);
    mailbox.port = port;
    this.flushBacklog(mailbox);
    mailbox.doorbell.ring();
  }

  /** Gives the command in `ctx` to the worker of its first shard. */
  send(ctx: Context, session: Session, shardMask: number): void {
    const shard = shardMask === 0 ? 0 : 31 - Math.clz32(shardMask & -shardMask);
    const mailbox = this.mailboxes[workerOf(shard, this.plane.workers)];
    session.waiting = true;
    this.pending++;
    this.total++;
    const flags = (session.resp3 ? REQUEST_RESP3 : 0) | (session.noTouch ? REQUEST_NO_TOUCH : 0);
    const bytes = requestBytes(ctx);
    const { requests } = mailbox;
    if (mailbox.backlog.length === 0 && bytes <= requests.payloadBytesMax) {
      const at = requests.tryReserve(bytes);
      if (at >= 0) {
        writeRequest(requests.region, at, ctx, session.id, ctx.db, flags);
        requests.commit();
        mailbox.doorbell.ring();
        return;
      }
    }
    const copy = Region.allocate(bytes);
    writeRequest(copy, 0, ctx, session.id, ctx.db, flags);
    mailbox.backlog.push(copy);
    this.flushBacklog(mailbox);
  }

  /** Wakes a worker whose deadlines have changed. */
  wake(worker: number): void {
    this.mailboxes[worker].doorbell.ring();
  }

  /** Takes every reply that has come, and sends out what waited for room. */
  drain(): void {
    this.doorbell.stayAwake();
    for (const mailbox of this.mailboxes) {
      this.drainReplies(mailbox);
      if (mailbox.backlog.length > 0) this.flushBacklog(mailbox);
    }
    // From here on a worker that replies rings; what came in between is seen by this second look.
    this.doorbell.prepareSleep();
    for (const mailbox of this.mailboxes) this.drainReplies(mailbox);
  }

  private drainReplies(mailbox: Mailbox): void {
    const { replies } = mailbox;
    for (let at = replies.peek(); at >= 0; at = replies.peek()) {
      const { view } = replies.region;
      const session = view.getInt32(at + 4, true);
      const kind = view.getInt32(at, true);
      if (kind === KEY_READY) {
        this.onKeyReady(session, replies.region, at + REPLY_HEAD_BYTES, view.getInt32(at + 8, true));
        replies.release();
        continue;
      }
      this.pending--;
      if (this.beforeReply !== undefined) this.beforeReply(mailbox.worker);
      if (kind === IN_RING) {
        this.receive(session, replies.region, at + REPLY_HEAD_BYTES, view.getInt32(at + 8, true), false);
      } else {
        const long = takeLongReply(mailbox, session);
        if (long === undefined) this.receive(session, LOST_REPLY, 0, LOST_REPLY.length, false);
        else this.receive(session, regionOver(long.buffer), 0, long.bytes, true);
      }
      replies.release();
    }
  }

  private flushBacklog(mailbox: Mailbox): void {
    const { backlog, requests } = mailbox;
    while (backlog.length > 0) {
      const message = backlog[0];
      const long = message.length > requests.payloadBytesMax;
      if (long && mailbox.port === undefined) return;
      const at = requests.tryReserve(long ? BY_PORT_BYTES : message.length);
      if (at < 0) return;
      if (long) {
        mailbox.port?.postMessage(message.u8.buffer);
        writeByPort(requests.region, at, message.view.getInt32(4, true));
      } else {
        copy(message, 0, requests.region, at, message.length);
      }
      requests.commit();
      backlog.shift();
    }
    mailbox.doorbell.ring();
  }
}

const LOST_REPLY = Region.of(`-${WORKER_DIED}\r\n`);

/** The reply that a record in the ring announces; undefined if it was lost with the worker that wrote the record. */
function takeLongReply(mailbox: Mailbox, session: number): LongReply | undefined {
  const found = mailbox.early ?? nextLongReply(mailbox);
  mailbox.early = found?.session === session ? undefined : found;
  return found?.session === session ? found : undefined;
}

function nextLongReply(mailbox: Mailbox): LongReply | undefined {
  for (let old = mailbox.retired[0]; old !== undefined; old = mailbox.retired[0]) {
    const message = receiveMessageOnPort(old);
    if (message !== undefined) return message.message as LongReply;
    mailbox.retired.shift();
  }
  const message = mailbox.port === undefined ? undefined : receiveMessageOnPort(mailbox.port);
  return message?.message as LongReply | undefined;
}
