import { Region } from '../base/region.ts';
import { LinuxLink } from './linux-link.ts';
import type { LinuxSockets } from './linux-sockets.ts';

/** What a link needs of its transport. */
export interface EpollLinkHost {
  readonly sockets: LinuxSockets;
  /** send(2): returns how many bytes the kernel took, 0 also if the connection is broken. */
  sendNow(link: EpollLink, region: Region, from: number, to: number): number;
  /** The link is to be closed (`destroyed`), or its output is sent: not within this call. */
  linkFinishing(link: EpollLink): void;
  /** Bytes may have come while nobody looked. */
  linkResumed(link: EpollLink): void;
}

/** Bytes [from, to) of `region` wait to be sent. */
interface Waiting {
  readonly region: Region;
  from: number;
  readonly to: number;
}

/** An accepted connection in the epoll set. Public fields are the transport's, but for those of Link. */
export class EpollLink extends LinuxLink {
  paused = false;
  /** The transport will read again without having been told to by epoll. */
  readAgain = false;
  peerEnded = false;
  destroyed = false;
  lingerTimer: NodeJS.Timeout | undefined;
  told = false;
  private readonly host: EpollLinkHost;
  private readonly waiting: Waiting[] = [];
  private waitingBytes = 0;

  constructor(host: EpollLinkHost, id: number, place: number, fd: number, unixPath: string) {
    super(id, place, fd, unixPath, host.sockets);
    this.host = host;
  }

  get unsentBytes(): number {
    return this.waitingBytes;
  }

  send(region: Region, from: number, to: number): void {
    if (this.closed) return;
    const sent = this.waitingBytes === 0 ? this.host.sendNow(this, region, from, to) : 0;
    if (from + sent < to && !this.closed) this.wait(copyOf(region, from + sent, to), 0, to - from - sent);
  }

  sendOwned(region: Region, from: number, to: number): void {
    if (this.closed) return;
    const sent = this.waitingBytes === 0 ? this.host.sendNow(this, region, from, to) : 0;
    if (from + sent < to && !this.closed) this.wait(region, from + sent, to);
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
    if (this.waitingBytes === 0) this.host.linkFinishing(this);
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.closed = true;
    this.host.linkFinishing(this);
  }

  /** Sends what waits, as far as the kernel takes it. Returns whether nothing waits any more. */
  flush(): boolean {
    const { waiting } = this;
    while (waiting.length > 0) {
      const first = waiting[0];
      const sent = this.host.sendNow(this, first.region, first.from, first.to);
      first.from += sent;
      this.waitingBytes -= sent;
      if (first.from < first.to) return false;
      waiting.shift();
    }
    return true;
  }

  dropOutput(): void {
    this.waiting.length = 0;
    this.waitingBytes = 0;
  }

  private wait(region: Region, from: number, to: number): void {
    this.waiting.push({ region, from, to });
    this.waitingBytes += to - from;
  }
}

function copyOf(region: Region, from: number, to: number): Region {
  const copy = Region.allocate(to - from);
  copy.u8.set(region.u8.subarray(from, to));
  return copy;
}
