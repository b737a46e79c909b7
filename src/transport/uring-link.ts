import { copy, Region } from '../base/region.ts';
import { LinuxLink } from './linux-link.ts';
import type { LinuxSockets } from './linux-sockets.ts';
import { type OutputChunk, type SendSlots, SLOT_BYTES } from './send-slots.ts';

/** Larger replies are copied into memory of their own rather than into a row of slots. */
const SLOTTED_BYTES_MAX = 8 * SLOT_BYTES;

/** What a link needs of its transport. */
export interface UringLinkHost {
  readonly slots: SendSlots;
  readonly sockets: LinuxSockets;
  /** The link has output, and no send under way. */
  linkDirty(link: UringLink): void;
  /** The link is to be closed (`destroyed`), or when its output is sent: not within this call. */
  linkFinishing(link: UringLink): void;
  linkPaused(link: UringLink): void;
  linkResumed(link: UringLink): void;
}

/** An accepted connection on the ring. Public fields are the transport's, but for those of Link. */
export class UringLink extends LinuxLink {
  /** A multishot receive is under way. */
  receiving = false;
  /** A send is under way: it reads from `head`, and may do so until its completion. */
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
  head: OutputChunk | null = null;
  queuedBytes = 0;
  drainClaimed = false;
  private tail: OutputChunk | null = null;
  private readonly host: UringLinkHost;

  constructor(host: UringLinkHost, id: number, place: number, fd: number, unixPath: string) {
    super(id, place, fd, unixPath, host.sockets);
    this.host = host;
  }

  get unsentBytes(): number {
    if (this.queuedBytes > 0) this.drainClaimed = true;
    return this.queuedBytes;
  }

  send(region: Region, from: number, to: number): void {
    if (this.closed) return;
    const length = to - from;
    let chunk = this.tail;
    if (chunk === null || chunk.end - chunk.to < length) {
      if (length > SLOT_BYTES) {
        this.sendLarge(region, from, to);
        return;
      }
      chunk = this.host.slots.take();
      this.append(chunk);
    }
    copy(region, from, chunk.region, chunk.to, length);
    chunk.to += length;
    this.queued(length);
  }

  sendOwned(region: Region, from: number, to: number): void {
    if (this.closed) return;
    if (to - from <= SLOT_BYTES) {
      this.send(region, from, to);
      return;
    }
    this.append(this.host.slots.own(region, from, to));
    this.queued(to - from);
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
    if (this.queuedBytes === 0) this.host.linkFinishing(this);
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.closed = true;
    this.host.linkFinishing(this);
  }

  /** The kernel has taken `bytes` of the first chunk. */
  sent(bytes: number): void {
    const chunk = this.head!;
    chunk.from += bytes;
    this.queuedBytes -= bytes;
    if (chunk.from < chunk.to) return;
    this.head = chunk.next;
    if (this.head === null) this.tail = null;
    this.host.slots.release(chunk);
  }

  /** Drops what is unsent, but keeps the chunk that a send under way reads from. */
  dropOutput(): void {
    const kept = this.sending ? this.head : null;
    let chunk = kept === null ? this.head : kept.next;
    while (chunk !== null) {
      const { next } = chunk;
      this.host.slots.release(chunk);
      chunk = next;
    }
    if (kept !== null) kept.next = null;
    this.head = kept;
    this.tail = null;
    this.queuedBytes = 0;
  }

  private sendLarge(region: Region, from: number, to: number): void {
    if (to - from > SLOTTED_BYTES_MAX) {
      const own = Region.allocate(to - from);
      own.u8.set(region.u8.subarray(from, to));
      this.sendOwned(own, 0, to - from);
      return;
    }
    for (let at = from; at < to; at += SLOT_BYTES) this.send(region, at, Math.min(to, at + SLOT_BYTES));
  }

  private append(chunk: OutputChunk): void {
    if (this.tail === null) this.head = chunk;
    else this.tail.next = chunk;
    this.tail = chunk;
  }

  private queued(bytes: number): void {
    this.queuedBytes += bytes;
    if (!this.dirty && !this.sending) {
      this.dirty = true;
      this.host.linkDirty(this);
    }
  }
}
