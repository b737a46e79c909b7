import type { Region } from '../base/region.ts';
import type { LinuxSockets } from './linux-sockets.ts';
import { OutputQueue } from './output-queue.ts';
import type { SendSlots } from './send-slots.ts';
import type { Landing, Link } from './transport.ts';

/** What a link needs of its transport, whose links are all of one kind. */
export interface LinuxLinkHost {
  readonly slots: SendSlots;
  readonly sockets: LinuxSockets;
  /** The link has output, and nothing is under way or refused that would send it. */
  linkDirty(link: LinuxLink): void;
  /** The link is to be closed (`destroyed`), or its output is sent: not within this call. */
  linkFinishing(link: LinuxLink): void;
  /** Bytes may have come while nobody looked. */
  linkResumed(link: LinuxLink): void;
}

/**
 * What the links of the Linux transports have in common: a descriptor and its names, the queue of output, and how they
 * pause and end. Public fields are the transport's, but for those of Link.
 */
export abstract class LinuxLink<Host extends LinuxLinkHost = LinuxLinkHost> implements Link {
  readonly id: number;
  readonly fd: number;
  readonly isUnixSocket: boolean;
  owner: unknown = undefined;
  landing: Landing | undefined = undefined;
  closed = false;
  /** The transport's: place in its table of links. */
  readonly place: number;
  /** The transport's: false from when the descriptor is closed, and may be another's. */
  fdOpen = true;
  readonly output: OutputQueue;
  paused = false;
  peerEnded = false;
  /** `destroy` was called. */
  destroyed = false;
  /** In the transport's list of links whose output is to be sent. */
  dirty = false;
  /** Turned away: closed when its last word is sent, without lingering. */
  refused = false;
  /** Everything is sent and our side shut down; what arrives is dropped until the peer ends too. */
  lingerTimer: NodeJS.Timeout | undefined;
  /** onClose was called. */
  told = false;
  /** The server has seen that output waits, and is to hear when it doesn't any more. */
  drainClaimed = false;
  protected readonly host: Host;
  private remote = '';
  private local = '';

  constructor(host: Host, id: number, place: number, fd: number, unixPath: string) {
    this.id = id;
    this.place = place;
    this.fd = fd;
    this.host = host;
    this.output = new OutputQueue(host.slots);
    this.isUnixSocket = unixPath !== '';
    if (this.isUnixSocket) {
      this.remote = `${unixPath}:0`;
      this.local = this.remote;
    }
  }

  get remoteAddress(): string {
    if (this.remote === '') this.remote = this.fdOpen ? this.host.sockets.peerName(this.fd) : '?:0';
    return this.remote;
  }

  get localAddress(): string {
    if (this.local === '') this.local = this.fdOpen ? this.host.sockets.localName(this.fd) : '?:0';
    return this.local;
  }

  get unsentBytes(): number {
    const { bytes } = this.output;
    if (bytes > 0) this.drainClaimed = true;
    return bytes;
  }

  abstract send(region: Region, from: number, to: number): void;
  abstract sendOwned(region: Region, from: number, to: number): void;

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

  /** Ends a link that the server doesn't want. */
  refuse(): void {
    this.refused = true;
    this.endAfterFlush();
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.closed = true;
    this.host.linkFinishing(this);
  }

  /** Has the transport send what is queued when its round ends. */
  protected markDirty(): void {
    if (this.dirty) return;
    this.dirty = true;
    this.host.linkDirty(this);
  }
}
