import { closeSync, rmSync } from 'node:fs';
import type { Region } from '../base/region.ts';
import { AcceptPause } from './accept-pause.ts';
import { BesideLibuv } from './beside-libuv.ts';
import { EpollLink, type EpollLinkHost } from './epoll-link.ts';
import { Libc } from './libc.ts';
import { LinkTable } from './link-table.ts';
import {
  EAGAIN,
  ECONNABORTED,
  EFD_CLOEXEC,
  EINTR,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_DATA_WORD,
  EPOLL_EVENT_WORDS,
  EPOLLERR,
  EPOLLET,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SHUT_WR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
} from './linux-abi.ts';
import { LinuxSockets, type Listener } from './linux-sockets.ts';
import { PinnedMemory } from './pinned-memory.ts';
import { SendSlots } from './send-slots.ts';
import {
  LINGER_MS,
  type ListenOptions,
  type Transport,
  type TransportHandler,
  type TransportStatistics,
  type WakerSpec,
} from './transport.ts';

const EVENTS_MAX = 512;
const RECEIVE_BYTES = 64 * 1024;
/** Connections taken from a listener before others get their turn. */
const ACCEPTS_MAX = 64;

/** Ids of links count from 1; these stand in the same place of an event's data. */
const ID_LISTENER = 0;
const ID_WAKE = -1;

export interface EpollTransportOptions {
  /** For tests: a C library that fails in some way. */
  readonly libc?: Libc;
}

/**
 * The transport on epoll: one recv and one send a request, straight between the socket and the server's memory.
 *
 * Connections are watched edge-triggered for input and output alike, so no watch is ever changed: a read that doesn't
 * fill the buffer has emptied the socket, and the next byte makes a new edge; likewise for room to send.
 */
export class EpollTransport implements Transport, EpollLinkHost {
  readonly name = 'epoll';
  readonly waker: WakerSpec;
  readonly sockets: LinuxSockets;
  readonly slots: SendSlots;
  roundNumber = 0;
  private readonly handler: TransportHandler;
  private readonly libc: Libc;
  private readonly epollFd: number;
  private readonly wakeFd: number;
  private readonly loop: BesideLibuv;
  private readonly events: PinnedMemory;
  private readonly change: PinnedMemory;
  private readonly received: PinnedMemory;
  private readonly links = new LinkTable<EpollLink>();
  private readonly listeners: Listener[] = [];
  private readonly acceptPause: AcceptPause;
  private lastId = 0;
  private lastCount = 0;
  /** Links to read from once more: a read filled the buffer, or they were paused. */
  private again: EpollLink[] = [];
  private readonly dirty: EpollLink[] = [];
  private readonly finishing: EpollLink[] = [];
  /** The region sent from last, and where it lies: asking costs more than sending. */
  private sentRegion: Region | undefined;
  private sentAddress = 0;

  /** Throws an Error that says why if this can't work here. */
  constructor(handler: TransportHandler, options: EpollTransportOptions = {}) {
    this.handler = handler;
    this.libc = options.libc ?? Libc.open();
    this.sockets = new LinuxSockets(this.libc);
    this.slots = new SendSlots(this.libc);
    this.events = new PinnedMemory(this.libc, EVENTS_MAX * EPOLL_EVENT_WORDS * 4);
    this.change = new PinnedMemory(this.libc, EPOLL_EVENT_WORDS * 4);
    this.received = new PinnedMemory(this.libc, RECEIVE_BYTES);
    this.acceptPause = new AcceptPause(handler, () => this.watchListeners(this.listeners));
    this.epollFd = this.libc.epollCreate(EPOLL_CLOEXEC);
    if (this.epollFd < 0) throw this.libc.error('epoll_create1');
    this.wakeFd = this.libc.eventfd(0, EFD_CLOEXEC);
    if (this.wakeFd < 0) throw this.libc.error('eventfd');
    this.waker = { kind: 'eventfd', fd: this.wakeFd };
    // Each write is an edge; the counter is never read, and can't overflow in a lifetime.
    this.watch(this.wakeFd, EPOLLIN | EPOLLET, 0, ID_WAKE);
    this.loop = new BesideLibuv(this.libc, {
      fd: this.epollFd,
      round: () => this.round(),
      hasWork: () => this.lastCount > 0 || this.again.length > 0 || this.finishing.length > 0 || this.dirty.length > 0,
      signals: () => undefined,
    });
  }

  async listen(options: ListenOptions): Promise<{ port: number }> {
    const { listeners, port } = await this.sockets.listen(options, SOCK_NONBLOCK);
    this.listeners.push(...listeners);
    this.watchListeners(listeners);
    return { port };
  }

  onPortMessage(): void {
    throw new Error('this transport is woken by its eventfd');
  }

  statistics(): TransportStatistics {
    return { links: this.links.count, sendSlotsUsed: this.slots.usedCount };
  }

  stopListening(): void {
    this.acceptPause.stop();
    for (const { fd, unixPath } of this.listeners) {
      this.libc.close(fd);
      if (unixPath !== '') rmSync(unixPath, { force: true });
    }
    this.listeners.length = 0;
  }

  async close(): Promise<void> {
    this.stopListening();
    for (const link of this.links) link.destroy();
    while (this.links.count > 0) await new Promise((resolve) => setImmediate(resolve));
    this.loop.close();
    this.slots.close();
    closeSync(this.epollFd);
    closeSync(this.wakeFd);
  }

  sendNow(link: EpollLink, region: Region, from: number, to: number): number {
    if (region !== this.sentRegion) {
      this.sentRegion = region;
      this.sentAddress = this.libc.addressOf(region.u8);
    }
    const sent = this.libc.send(link.fd, this.sentAddress + from, to - from, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    const errno = this.libc.errno();
    if (errno !== EAGAIN && errno !== EINTR) link.destroy();
    return 0;
  }

  linkDirty(link: EpollLink): void {
    this.dirty.push(link);
    this.loop.kick();
  }

  linkFinishing(link: EpollLink): void {
    this.finishing.push(link);
    this.loop.kick();
  }

  linkResumed(link: EpollLink): void {
    this.readLater(link);
    this.loop.kick();
  }

  private round(): void {
    this.roundNumber++;
    let any = this.settle();
    // What onBatchEnd, or a timer, has sent.
    if (this.flushDirty()) any = true;
    if (this.readAgain()) any = true;
    const count = this.libc.epollWait(this.epollFd, this.events.address, EVENTS_MAX, 0);
    if (count < 0 && this.libc.errno() !== EINTR) throw this.libc.error('epoll_wait');
    this.lastCount = count;
    const { words } = this.events;
    for (let i = 0; i < count; i++) {
      const at = i * EPOLL_EVENT_WORDS;
      this.dispatch(words[at], words[at + EPOLL_DATA_WORD], words[at + EPOLL_DATA_WORD + 1]);
    }
    if (this.flushDirty()) any = true;
    if (this.settle() || any || count > 0) this.handler.onBatchEnd();
  }

  private dispatch(events: number, place: number, id: number): void {
    if (id > 0) {
      const link = this.links.find(place, id);
      // Closed by an event before this one.
      if (link === undefined) return;
      if ((events & EPOLLOUT) !== 0 && link.output.head !== null) this.writable(link);
      if ((events & ~EPOLLOUT) !== 0) this.readable(link, (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) !== 0);
    } else if (id === ID_LISTENER) {
      this.accept(this.listeners.find(({ fd }) => fd === place));
    } else {
      this.handler.onWake();
    }
  }

  /** `ends`: the end of the stream, or an error, is to be read after the bytes; there will be no new edge for it. */
  private readable(link: EpollLink, ends: boolean): void {
    if (link.destroyed || link.peerEnded || (link.paused && !link.closed)) return;
    const landing = link.closed ? undefined : link.landing;
    const from = landing?.from ?? 0;
    const room = landing === undefined ? RECEIVE_BYTES : landing.to - from;
    const address = landing === undefined ? this.received.address : this.libc.addressOf(landing.region.u8) + from;
    const bytes = this.libc.recv(link.fd, address, room, MSG_DONTWAIT);
    if (bytes > 0) {
      link.landing = undefined;
      if (!link.closed) this.handler.onReceive(link, landing?.region ?? this.received.region, from, from + bytes);
      if (ends || bytes === room) this.readLater(link);
    } else if (bytes === 0) {
      link.peerEnded = true;
      if (link.told) link.destroy();
      else if (!link.closed && this.handler.onEnd?.(link) !== true) link.endAfterFlush();
    } else {
      const errno = this.libc.errno();
      if (errno === EINTR) this.readLater(link);
      else if (errno !== EAGAIN) link.destroy();
    }
  }

  private readLater(link: EpollLink): void {
    if (link.readAgain) return;
    link.readAgain = true;
    this.again.push(link);
  }

  private readAgain(): boolean {
    const { again } = this;
    if (again.length === 0) return false;
    this.again = [];
    for (const link of again) {
      link.readAgain = false;
      // Whether the stream ends here is not known any more: reading until nothing is left finds out.
      if (link.fdOpen) this.readable(link, true);
    }
    return true;
  }

  private writable(link: EpollLink): void {
    if (!link.flush() || link.destroyed) return;
    if (link.closed) {
      this.linkFinishing(link);
    } else if (link.drainClaimed) {
      link.drainClaimed = false;
      this.handler.onDrain(link);
    }
  }

  private flushDirty(): boolean {
    const { dirty } = this;
    if (dirty.length === 0) return false;
    for (let i = 0; i < dirty.length; i++) {
      const link = dirty[i];
      link.dirty = false;
      if (link.fdOpen && link.output.head !== null) this.writable(link);
    }
    dirty.length = 0;
    return true;
  }

  private accept(listener: Listener | undefined): void {
    if (listener === undefined) return;
    for (let i = 0; i < ACCEPTS_MAX; i++) {
      const fd = this.libc.accept4(listener.fd, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd >= 0) {
        this.acceptPause.succeeded();
        this.open(listener, fd);
        continue;
      }
      const errno = this.libc.errno();
      if (errno === ECONNABORTED || errno === EINTR) continue;
      if (errno === EAGAIN) return;
      // Out of descriptors or memory. The listener stays readable, so it must not be watched for a while.
      for (const { fd: listening } of this.listeners) this.libc.epollCtl(this.epollFd, EPOLL_CTL_DEL, listening, 0);
      this.acceptPause.failed(errno);
      return;
    }
  }

  private open(listener: Listener, fd: number): void {
    const link = new EpollLink(this, ++this.lastId, this.links.takePlace(), fd, listener.unixPath);
    this.links.put(link);
    this.watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, link.place, link.id);
    if (!this.handler.onOpen(link)) link.refuse();
  }

  private watchListeners(listeners: readonly Listener[]): void {
    for (const { fd } of listeners) this.watch(fd, EPOLLIN, fd, ID_LISTENER);
  }

  private watch(fd: number, events: number, place: number, id: number): void {
    this.change.words[0] = events;
    this.change.words[EPOLL_DATA_WORD] = place;
    this.change.words[EPOLL_DATA_WORD + 1] = id;
    if (this.libc.epollCtl(this.epollFd, EPOLL_CTL_ADD, fd, this.change.address) < 0)
      throw this.libc.error('epoll_ctl');
  }

  /** Goes on with links that are to be closed. Returns whether there were any. */
  private settle(): boolean {
    const { finishing } = this;
    if (finishing.length === 0) return false;
    for (let i = 0; i < finishing.length; i++) {
      const link = finishing[i];
      if (link.destroyed || link.peerEnded) this.release(link);
      else if (link.output.head === null) this.flushed(link);
    }
    finishing.length = 0;
    return true;
  }

  /** The last byte is the kernel's. */
  private flushed(link: EpollLink): void {
    if (link.told) return;
    if (link.refused) {
      this.release(link);
      return;
    }
    this.libc.shutdown(link.fd, SHUT_WR);
    link.lingerTimer = setTimeout(() => link.destroy(), LINGER_MS).unref();
    this.tellClosed(link);
  }

  private release(link: EpollLink): void {
    if (!link.fdOpen) return;
    link.fdOpen = false;
    link.closed = true;
    clearTimeout(link.lingerTimer);
    link.output.drop(false);
    this.libc.close(link.fd);
    this.links.remove(link);
    this.tellClosed(link);
    this.acceptPause.over();
  }

  private tellClosed(link: EpollLink): void {
    if (link.told) return;
    link.told = true;
    this.handler.onClose(link);
  }
}
