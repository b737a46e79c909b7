import { rmSync } from 'node:fs';
import { AcceptPause } from './accept-pause.ts';
import { BesideLibuv } from './beside-libuv.ts';
import { Libc } from './libc.ts';
import { LinkTable } from './link-table.ts';
import {
  CQE_WORDS,
  EAGAIN,
  ECANCELED,
  ECONNABORTED,
  EINTR,
  ENOBUFS,
  IORING_ACCEPT_MULTISHOT,
  IORING_ASYNC_CANCEL_ALL,
  IORING_ASYNC_CANCEL_FD,
  IORING_CQE_F_BUFFER,
  IORING_CQE_F_MORE,
  IORING_OP_ACCEPT,
  IORING_OP_ASYNC_CANCEL,
  IORING_OP_CLOSE,
  IORING_OP_RECV,
  IORING_OP_SEND,
  IORING_RECV_MULTISHOT,
  IORING_RECVSEND_POLL_FIRST,
  IOSQE_BUFFER_SELECT,
  IOSQE_CQE_SKIP_SUCCESS,
  MSG_NOSIGNAL,
  SHUT_RDWR,
  SHUT_WR,
  SOCK_CLOEXEC,
} from './linux-abi.ts';
import { LinuxSockets, type Listener } from './linux-sockets.ts';
import { SendSlots } from './send-slots.ts';
import {
  LINGER_MS,
  type ListenOptions,
  type Transport,
  type TransportHandler,
  type TransportStatistics,
  type WakerSpec,
} from './transport.ts';
import { BUFFER_GROUP, UringBuffers } from './uring-buffers.ts';
import { UringLink, type UringLinkHost } from './uring-link.ts';
import { UringRing } from './uring-ring.ts';
import { WakeSource } from './wake-source.ts';

const RECEIVE_BUFFERS = 256;
const RECEIVE_BUFFER_BYTES = 16 * 1024;
/** Most that one send is told to send, so that a large reply can be cancelled and counted while it goes out. */
const SEND_BYTES_MAX = 1024 * 1024;
/** user_data: low word kind | place << 4 (of a link or a listener); high word the link's id, so that none is mistaken. */
const KIND_BITS = 4;
const KIND_MASK = (1 << KIND_BITS) - 1;
const KIND_RECEIVE = 1;
const KIND_SEND = 2;
const KIND_ACCEPT = 3;
/** Nobody waits for the result: cancelling and closing. */
const KIND_NONE = 4;

const OP_LAND = IORING_OP_RECV;
const OP_RECEIVE_ONCE = IORING_OP_RECV | (IOSQE_BUFFER_SELECT << 8);
const OP_RECEIVE = OP_RECEIVE_ONCE | (IORING_RECV_MULTISHOT << 16);
/** A connection just accepted seldom has sent anything: waiting first saves an attempt. */
const OP_RECEIVE_FIRST = OP_RECEIVE | (IORING_RECVSEND_POLL_FIRST << 16);
const OP_ACCEPT = IORING_OP_ACCEPT | (IORING_ACCEPT_MULTISHOT << 16);
const OP_CANCEL = IORING_OP_ASYNC_CANCEL | (IOSQE_CQE_SKIP_SUCCESS << 8);
const OP_CLOSE = IORING_OP_CLOSE | (IOSQE_CQE_SKIP_SUCCESS << 8);

/** A listening socket with its multishot accept. */
interface Acceptor extends Listener {
  accepting: boolean;
  stopped: boolean;
}

export interface UringTransportOptions {
  /** For tests: a C library that fails in some way. */
  readonly libc?: Libc;
}

/** The transport on Linux io_uring: one system call a batch, receives into shared memory without being asked twice. */
export class UringTransport implements Transport, UringLinkHost {
  readonly name = 'io_uring';
  readonly waker: WakerSpec;
  readonly slots: SendSlots;
  readonly sockets: LinuxSockets;
  private readonly handler: TransportHandler;
  private readonly libc: Libc;
  private readonly ring: UringRing;
  private readonly buffers: UringBuffers;
  private readonly loop: BesideLibuv;
  private readonly wakeSource: WakeSource;
  private readonly links = new LinkTable<UringLink>();
  private lastId = 0;
  private dirty: UringLink[] = [];
  private finishing: UringLink[] = [];
  private acceptors: Acceptor[] = [];
  private readonly acceptPause: AcceptPause;
  private sendsInFlight = 0;
  private woken = false;
  private closing: (() => void) | undefined;

  /** Throws an Error that says why if io_uring can't be had here. */
  constructor(handler: TransportHandler, options: UringTransportOptions = {}) {
    this.handler = handler;
    this.acceptPause = new AcceptPause(handler, () => this.armAcceptors());
    this.libc = options.libc ?? Libc.open();
    this.ring = new UringRing(this.libc);
    try {
      this.buffers = new UringBuffers(this.libc, this.ring, RECEIVE_BUFFERS, RECEIVE_BUFFER_BYTES);
    } catch (error) {
      this.ring.close();
      throw error;
    }
    this.slots = new SendSlots(this.libc);
    this.sockets = new LinuxSockets(this.libc);
    this.wakeSource = new WakeSource(this.libc, () => {
      this.woken = true;
      this.loop.kick();
    });
    this.waker = { kind: 'eventfd', fd: this.wakeSource.fd };
    this.loop = new BesideLibuv(this.libc, {
      fd: this.ring.eventFd,
      round: () => this.round(),
      hasWork: () => this.dirty.length > 0 || this.finishing.length > 0 || this.ring.hasWork,
      signals: (on) => this.ring.signals(on),
    });
  }

  async listen(options: ListenOptions): Promise<{ port: number }> {
    const { listeners, port } = await this.sockets.listen(options, 0);
    for (const listener of listeners) {
      this.acceptors.push({ ...listener, accepting: false, stopped: false });
    }
    this.armAcceptors();
    return { port };
  }

  onPortMessage(): void {
    throw new Error('this transport is woken by its eventfd');
  }

  stopListening(): void {
    this.acceptPause.stop();
    for (const acceptor of this.acceptors) {
      if (acceptor.stopped) continue;
      acceptor.stopped = true;
      // The accept under way keeps the socket open for a while yet; shut down, it refuses at once.
      this.libc.shutdown(acceptor.fd, SHUT_RDWR);
      this.ring.prepare(
        OP_CANCEL,
        acceptor.fd,
        0,
        0,
        0,
        IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD,
        KIND_NONE,
        0,
        0,
      );
      this.ring.prepare(OP_CLOSE, acceptor.fd, 0, 0, 0, 0, KIND_NONE, 0, 0);
      if (acceptor.unixPath !== '') rmSync(acceptor.unixPath, { force: true });
    }
    this.loop.kick();
  }

  async close(): Promise<void> {
    this.stopListening();
    for (const link of this.links) link.destroy();
    await new Promise<void>((resolve) => {
      this.closing = resolve;
      if (this.links.count === 0) resolve();
    });
    this.loop.close();
    this.slots.close();
    // Descriptors are closed by the ring: what is prepared must go out, and what was just accepted be refused.
    this.ring.enter();
    this.complete();
    this.ring.enter();
    this.ring.close();
    this.wakeSource.close();
  }

  /** Receive buffers are told of where the kernel counts them: from Linux 6.8. */
  statistics(): TransportStatistics {
    const { sendsInFlight, buffers } = this;
    const receiveBuffersOut = buffers.countOut();
    const sending = { links: this.links.count, sendsInFlight, sendSlotsUsed: this.slots.usedCount };
    return receiveBuffersOut < 0 ? sending : { ...sending, receiveBuffersOut };
  }

  linkDirty(link: UringLink): void {
    this.dirty.push(link);
    this.loop.kick();
  }

  linkFinishing(link: UringLink): void {
    this.finishing.push(link);
    this.loop.kick();
  }

  linkPaused(link: UringLink): void {
    if (link.receiving) this.cancelReceive(link);
  }

  linkResumed(link: UringLink): void {
    // If the cancelled receive has not ended yet, its last completion arms the next.
    if (link.receiving || link.peerEnded) return;
    this.armReceive(link, OP_RECEIVE);
    this.loop.kick();
  }

  /** One system call and what it brought. */
  private round(): void {
    // Whoever holds something over a batch lets go of it before the system call.
    const woken = this.wakeIfAsked();
    if (this.settle() || woken) this.handler.onBatchEnd();
    this.submitOutput();
    this.buffers.publish();
    this.ring.enter();
    const any = this.complete();
    if (this.settle() || any) this.handler.onBatchEnd();
  }

  private wakeIfAsked(): boolean {
    if (!this.woken) return false;
    this.woken = false;
    this.handler.onWake();
    return true;
  }

  /** Handles all completions. Returns whether there were any. */
  private complete(): boolean {
    const { ring } = this;
    const { words, cqMask, cqes } = ring;
    let head = words[ring.cqHead];
    const tail = Atomics.load(words, ring.cqTail);
    if (head === tail) return false;
    try {
      while (head !== tail) {
        const at = cqes + (head & cqMask) * CQE_WORDS;
        head = (head + 1) | 0;
        this.dispatch(words[at], words[at + 1], words[at + 2], words[at + 3]);
      }
    } finally {
      // Also if the handler has thrown: the same completion must not be seen twice.
      Atomics.store(words, ring.cqHead, head);
    }
    return true;
  }

  private dispatch(userLow: number, userHigh: number, result: number, flags: number): void {
    const kind = userLow & KIND_MASK;
    const place = userLow >>> KIND_BITS;
    if (kind === KIND_RECEIVE || kind === KIND_SEND) {
      const link = this.links.find(place, userHigh);
      // A place is given to another link only when all operations have ended, so this can't be; a mistaken send would
      // be worse than a dropped completion.
      if (link === undefined) return;
      if (kind === KIND_RECEIVE) this.received(link, result, flags);
      else this.sent(link, result);
    } else if (kind === KIND_ACCEPT) {
      this.accepted(this.acceptors[place], result, flags);
    }
  }

  private received(link: UringLink, result: number, flags: number): void {
    if ((flags & IORING_CQE_F_MORE) === 0) {
      link.receiving = false;
      link.turning = false;
    }
    if (result > 0) {
      this.deliver(link, result, flags);
    } else {
      if ((flags & IORING_CQE_F_BUFFER) !== 0) this.buffers.giveBack(flags >>> 16);
      if (result === 0) link.peerEnded = true;
      // Buffers ran out, or pause has cancelled: received again when there are buffers, or at resume.
      else if (result !== -ENOBUFS && result !== -ECANCELED && result !== -EINTR && result !== -EAGAIN) this.fail(link);
    }
    if (link.receiving) {
      if (link.landing !== undefined) this.turn(link);
      return;
    }
    link.landingAt = undefined;
    if (link.doomed) this.releaseIfDone(link);
    else if (link.peerEnded) this.ended(link);
    else if (link.closed || !link.paused) this.armReceive(link, OP_RECEIVE);
  }

  private deliver(link: UringLink, bytes: number, flags: number): void {
    const { landingAt } = link;
    link.landing = undefined;
    if ((flags & IORING_CQE_F_BUFFER) === 0) {
      if (!link.closed) this.handler.onReceive(link, landingAt!.region, landingAt!.from, landingAt!.from + bytes);
      return;
    }
    const id = flags >>> 16;
    const from = this.buffers.offsetOf(id);
    // The kernel sees it given back only at the next `publish`, so the bytes stay for this call.
    this.buffers.giveBack(id);
    if (!link.closed) this.handler.onReceive(link, this.buffers.region, from, from + bytes);
  }

  /** The server wants the next bytes elsewhere: ends the receive that takes any of our buffers. */
  private turn(link: UringLink): void {
    if (link.turning || link.closed) return;
    link.turning = true;
    link.lands = true;
    this.cancelReceive(link);
  }

  private cancelReceive(link: UringLink): void {
    this.ring.prepare(OP_CANCEL, -1, KIND_RECEIVE | (link.place << KIND_BITS), link.id, 0, 0, KIND_NONE, 0, 0);
    this.loop.kick();
  }

  private ended(link: UringLink): void {
    if (link.told) this.doom(link);
    else if (!link.closed && this.handler.onEnd?.(link) !== true) link.endAfterFlush();
  }

  private sent(link: UringLink, result: number): void {
    link.sending = false;
    this.sendsInFlight--;
    if (link.doomed) {
      link.output.drop(false);
      this.releaseIfDone(link);
      return;
    }
    if (result < 0 && result !== -EAGAIN && result !== -EINTR) {
      this.fail(link);
      return;
    }
    if (result > 0) link.output.taken(result);
    if (link.output.head !== null) {
      this.submitSend(link);
      return;
    }
    if (link.drainClaimed) {
      link.drainClaimed = false;
      this.handler.onDrain(link);
    }
    if (link.closed && link.output.head === null) this.linkFinishing(link);
  }

  private accepted(acceptor: Acceptor, result: number, flags: number): void {
    if ((flags & IORING_CQE_F_MORE) === 0) acceptor.accepting = false;
    if (result >= 0) {
      this.acceptPause.succeeded();
      if (this.closing === undefined) this.open(acceptor, result);
      else this.libc.close(result);
    }
    if (acceptor.accepting || acceptor.stopped) return;
    if (result >= 0 || result === -ECONNABORTED || result === -EINTR || result === -EAGAIN) {
      this.armAcceptors();
      return;
    }
    // Out of descriptors or memory.
    this.acceptPause.failed(-result);
  }

  private open(acceptor: Acceptor, fd: number): void {
    const link = new UringLink(this, ++this.lastId, this.links.takePlace(), fd, acceptor.unixPath);
    this.links.put(link);
    if (!this.handler.onOpen(link)) link.refuse();
    if (!link.paused && !link.receiving) this.armReceive(link, OP_RECEIVE_FIRST);
  }

  private armAcceptors(): void {
    this.acceptors.forEach((acceptor, place) => {
      if (acceptor.accepting || acceptor.stopped) return;
      acceptor.accepting = true;
      const userLow = KIND_ACCEPT | (place << KIND_BITS);
      this.ring.prepare(OP_ACCEPT, acceptor.fd, 0, 0, 0, SOCK_CLOEXEC, userLow, 0, 0);
    });
    this.loop.kick();
  }

  private armReceive(link: UringLink, op: number): void {
    link.receiving = true;
    const userLow = KIND_RECEIVE | (link.place << KIND_BITS);
    const { landing } = link;
    if (landing !== undefined && !link.closed) {
      link.landingAt = landing;
      link.lands = true;
      const address = this.libc.addressOf(landing.region.u8) + landing.from;
      const high = address / 4_294_967_296;
      this.ring.prepare(OP_LAND, link.fd, address | 0, high, landing.to - landing.from, 0, userLow, link.id, 0);
      return;
    }
    // Only one buffer, as the rest may be wanted elsewhere, too.
    this.ring.prepare(link.lands ? OP_RECEIVE_ONCE : op, link.fd, 0, 0, 0, 0, userLow, link.id, BUFFER_GROUP);
    link.lands = false;
  }

  private submitOutput(): void {
    const { dirty } = this;
    // Taken off one by one: setting an array's length is a call into V8's runtime.
    for (let link = dirty.pop(); link !== undefined; link = dirty.pop()) {
      link.dirty = false;
      if (!link.sending && link.output.head !== null) this.submitSend(link);
    }
  }

  private submitSend(link: UringLink): void {
    const chunk = link.output.head!;
    const address = chunk.address + chunk.from;
    const bytes = Math.min(chunk.to - chunk.from, SEND_BYTES_MAX);
    link.sending = true;
    this.sendsInFlight++;
    const userLow = KIND_SEND | (link.place << KIND_BITS);
    const high = address / 4_294_967_296;
    this.ring.prepare(IORING_OP_SEND, link.fd, address | 0, high, bytes, MSG_NOSIGNAL, userLow, link.id, 0);
  }

  /** Goes on with links that are to be closed. Returns whether there were any. */
  private settle(): boolean {
    const { finishing } = this;
    if (finishing.length === 0) return false;
    for (let i = 0; i < finishing.length; i++) {
      const link = finishing[i];
      if (link.destroyed) this.doom(link);
      else if (link.output.head === null) this.flushed(link);
    }
    finishing.length = 0;
    return true;
  }

  /** The last byte is the kernel's. */
  private flushed(link: UringLink): void {
    if (link.told) return;
    if (link.peerEnded || link.refused) {
      this.doom(link);
      return;
    }
    this.libc.shutdown(link.fd, SHUT_WR);
    link.lingerTimer = setTimeout(() => link.destroy(), LINGER_MS).unref();
    this.tellClosed(link);
  }

  private fail(link: UringLink): void {
    link.destroyed = true;
    this.doom(link);
  }

  /** Ends what is under way, and closes the descriptor when that has ended. */
  private doom(link: UringLink): void {
    if (link.doomed) return;
    link.doomed = true;
    link.closed = true;
    clearTimeout(link.lingerTimer);
    link.output.drop(link.sending);
    if (link.receiving || link.sending) {
      this.ring.prepare(OP_CANCEL, link.fd, 0, 0, 0, IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD, KIND_NONE, 0, 0);
    } else {
      this.releaseIfDone(link);
    }
    this.tellClosed(link);
  }

  private tellClosed(link: UringLink): void {
    if (link.told) return;
    link.told = true;
    this.handler.onClose(link);
  }

  private releaseIfDone(link: UringLink): void {
    if (link.receiving || link.sending || !link.fdOpen) return;
    link.fdOpen = false;
    this.ring.prepare(OP_CLOSE, link.fd, 0, 0, 0, 0, KIND_NONE, 0, 0);
    this.links.remove(link);
    if (this.links.count === 0) this.closing?.();
    this.acceptPause.over();
  }
}
