import type { Region } from '../base/region.ts';
import { LinuxLink } from './linux-link.ts';
import type { LinuxSockets } from './linux-sockets.ts';
import { OutputQueue } from './output-queue.ts';
import type { SendSlots } from './send-slots.ts';

/** What a link needs of its transport. */
export interface UringLinkHost {
  readonly slots: SendSlots;
  readonly sockets: LinuxSockets;
  /** The link has output, and no send under way. */
  linkDirty(link: UringLink): void;
  /** The link is to be closed (`destroyed`), or its output is sent: not within this call. */
  linkFinishing(link: UringLink): void;
  linkPaused(link: UringLink): void;
  linkResumed(link: UringLink): void;
}

/** An accepted connection on the ring. Public fields are the transport's, but for those of Link. */
export class UringLink extends LinuxLink {
  readonly output: OutputQueue;
  /** A multishot receive is under way. */
  receiving = false;
  /** A send is under way: it reads from the first chunk, and may do so until its completion. */
  sending = false;
  /** In the transport's list of links whose output is to be submitted. */
  dirty = false;
  paused = false;
  peerEnded = false;
  /** `destroy` was called. */
  destroyed = false;
  /** Everything is sent and our side shut down; what arrives is dropped until the peer ends too. */
  lingerTimer: NodeJS.Timeout | undefined;
  /** Operations are being cancelled; the descriptor is closed when the last has ended. */
  doomed = false;
  /** onClose was called. */
  told = false;
  drainClaimed = false;
  private readonly host: UringLinkHost;

  constructor(host: UringLinkHost, id: number, place: number, fd: number, unixPath: string) {
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
    this.output.push(region, from, to);
    this.queued();
  }

  sendOwned(region: Region, from: number, to: number): void {
    if (this.closed || from === to) return;
    this.output.pushOwned(region, from, to);
    this.queued();
  }

  pause(): void {
    if (this.closed || this.paused) return;
    this.paused = true;
    this.host.linkPaused(this);
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

  private queued(): void {
    if (this.dirty || this.sending) return;
    this.dirty = true;
    this.host.linkDirty(this);
  }
}
