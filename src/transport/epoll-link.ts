import type { Region } from '../base/region.ts';
import { LinuxLink } from './linux-link.ts';
import type { LinuxSockets } from './linux-sockets.ts';
import { OutputQueue } from './output-queue.ts';
import type { SendSlots } from './send-slots.ts';

/** What a link needs of its transport. */
export interface EpollLinkHost {
  readonly slots: SendSlots;
  readonly sockets: LinuxSockets;
  /** Counts rounds. */
  readonly roundNumber: number;
  /** send(2): returns how many bytes the kernel took, 0 also if the connection is broken. */
  sendNow(link: EpollLink, region: Region, from: number, to: number): number;
  /** The link has output that the kernel hasn't refused. */
  linkDirty(link: EpollLink): void;
  /** The link is to be closed (`destroyed`), or its output is sent: not within this call. */
  linkFinishing(link: EpollLink): void;
  /** Bytes may have come while nobody looked. */
  linkResumed(link: EpollLink): void;
}

/** An accepted connection in the epoll set. Public fields are the transport's, but for those of Link. */
export class EpollLink extends LinuxLink {
  readonly output: OutputQueue;
  paused = false;
  /** The transport will read again without having been told to by epoll. */
  readAgain = false;
  peerEnded = false;
  destroyed = false;
  /** In the transport's list of links to flush. */
  dirty = false;
  lingerTimer: NodeJS.Timeout | undefined;
  told = false;
  drainClaimed = false;
  private sentInRound = -1;
  private readonly host: EpollLinkHost;

  constructor(host: EpollLinkHost, id: number, place: number, fd: number, unixPath: string) {
    super(id, place, fd, unixPath, host.sockets);
    this.host = host;
    this.output = new OutputQueue(host.slots);
  }

  get unsentBytes(): number {
    const { bytes } = this.output;
    if (bytes > 0) this.drainClaimed = true;
    return bytes;
  }

  send(region: Region, from: number, to: number): void {
    if (this.closed || from === to) return;
    const sent = this.tryNow(region, from, to);
    if (from + sent < to && !this.closed) this.output.push(region, from + sent, to);
  }

  sendOwned(region: Region, from: number, to: number): void {
    if (this.closed || from === to) return;
    const sent = this.tryNow(region, from, to);
    if (from + sent < to && !this.closed) this.output.pushOwned(region, from + sent, to);
  }

  pause(): void {
    if (!this.closed) this.paused = true;
  }

  resume(): void {
    if (this.closed || !this.paused) return;
    this.paused = false;
    this.host.linkResumed(this);
  }

  endAfterFlush(): void {
    if (this.closed) return;
    this.closed = true;
    // Unread input has to be read away before the descriptor is closed.
    if (this.paused) this.host.linkResumed(this);
    if (this.output.head === null) this.host.linkFinishing(this);
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.closed = true;
    this.host.linkFinishing(this);
  }

  /** Sends what waits, as far as the kernel takes it. Returns whether nothing waits any more. */
  flush(): boolean {
    const { output } = this;
    for (let chunk = output.head; chunk !== null; chunk = output.head) {
      const bytes = chunk.to - chunk.from;
      const sent = this.host.sendNow(this, chunk.region, chunk.from, chunk.to);
      if (sent > 0) output.taken(sent);
      if (sent < bytes) return false;
    }
    return true;
  }

  /**
   * The first reply of a round goes out at once, from where it lies; if there are more they go together when the round
   * ends. Returns how many bytes were sent.
   */
  private tryNow(region: Region, from: number, to: number): number {
    if (this.output.head !== null) return 0;
    if (this.sentInRound !== this.host.roundNumber) {
      this.sentInRound = this.host.roundNumber;
      return this.host.sendNow(this, region, from, to);
    }
    if (!this.dirty) {
      this.dirty = true;
      this.host.linkDirty(this);
    }
    return 0;
  }
}
