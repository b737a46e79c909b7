import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Region } from '../base/region.ts';
import { formatAddress } from './bind-address.ts';
import { replyBuffers } from './reply-buffers.ts';
import { type Landing, LINGER_MS, type Link } from './transport.ts';

/** Bytes of a large reply handed to the socket at a time. */
const PART_BYTES = 256 * 1024;

/** What node's own stream handle offers beyond its typings. Every use copes with its absence. */
export interface StreamHandle {
  readonly fd?: number;
  /** Bytes in libuv's queue. */
  readonly writeQueueSize?: number;
  /** Bytes handed to libuv. */
  readonly bytesWritten?: number;
  useUserBuffer?(buffer: Uint8Array): void;
}

/** What a link needs of its transport. */
export interface NetLinkHost {
  linkDrained(link: NetLink): void;
  /** The peer sends no more. True: the server ends the link itself. */
  linkEnded(link: NetLink): boolean;
  linkGone(link: NetLink): void;
}

/** An accepted connection on a `net.Socket`. */
export class NetLink implements Link {
  readonly id: number;
  readonly fd: number;
  readonly isUnixSocket: boolean;
  owner: unknown = undefined;
  /** Node's streams read where they like. */
  landing: Landing | undefined = undefined;
  closed = false;
  private readonly host: NetLinkHost;
  private readonly socket: Socket;
  private readonly handle: StreamHandle;
  private readonly unixPath: string;
  private remote = '';
  private local = '';
  /** Bytes handed to `socket.write` so far. */
  private queuedBytes = 0;
  private paused = false;
  private peerEnded = false;
  private refused = false;
  private gone = false;
  private readonly onWritten = (): void => {
    if (this.socket.writableLength === 0 && !this.gone) this.host.linkDrained(this);
  };

  constructor(id: number, host: NetLinkHost, socket: Socket, handle: StreamHandle, unixPath: string) {
    this.id = id;
    this.host = host;
    this.socket = socket;
    this.handle = handle;
    this.fd = handle.fd ?? -1;
    this.isUnixSocket = unixPath !== '';
    this.unixPath = unixPath;
    // Every error leads to 'close', which is where the link's end is told.
    socket.on('error', () => undefined);
    socket.on('close', () => this.leave());
    socket.on('finish', () => this.sentAll());
    socket.on('end', () => this.peerEnd());
  }

  /** Begins to receive, unless the server has paused the link already. */
  start(): void {
    if (!this.paused) this.socket.resume();
  }

  get remoteAddress(): string {
    if (this.remote === '') this.remote = this.describe(this.socket.remoteAddress, this.socket.remotePort);
    return this.remote;
  }

  get localAddress(): string {
    if (this.local === '') this.local = this.describe(this.socket.localAddress, this.socket.localPort);
    return this.local;
  }

  get unsentBytes(): number {
    if (this.gone || this.socket.writableLength === 0) return 0;
    const { bytesWritten, writeQueueSize } = this.handle;
    if (bytesWritten === undefined || writeQueueSize === undefined) return this.socket.writableLength;
    return this.queuedBytes - bytesWritten + writeQueueSize;
  }

  send(region: Region, from: number, to: number): void {
    const sent = this.sendNow(region.u8, from, to);
    if (sent < to) this.queue(region.u8.slice(sent, to), 0, to - sent);
  }

  sendOwned(region: Region, from: number, to: number): void {
    const sent = this.sendNow(region.u8, from, to);
    if (sent < to) this.queue(region.u8, sent, to);
    else replyBuffers.giveBack(region);
  }

  pause(): void {
    if (this.closed || this.paused) return;
    this.paused = true;
    this.socket.pause();
  }

  resume(): void {
    if (this.closed || !this.paused) return;
    this.paused = false;
    this.socket.resume();
  }

  endAfterFlush(): void {
    if (this.closed) return;
    this.closed = true;
    this.socket.end();
    // What still arrives is read and dropped: closing over unread bytes would reset the connection under our reply.
    this.socket.resume();
  }

  /** Ends a link that the server doesn't want: without lingering. */
  refuse(): void {
    this.refused = true;
    this.endAfterFlush();
  }

  destroy(): void {
    this.closed = true;
    this.socket.destroy();
  }

  /** The peer has ended its side: what is queued still goes out, then the link closes. */
  private peerEnd(): void {
    this.peerEnded = true;
    if (this.socket.writableFinished) this.socket.destroy();
    else if (!this.closed && !this.host.linkEnded(this)) this.endAfterFlush();
  }

  /**
   * Writes straight from the caller's memory as long as the kernel takes it. libuv would do the same write, but after
   * a write request, a stream chunk and a copy; with the descriptor at hand none of these is needed.
   * Returns where it stopped; `to` also if the link can't send any more.
   */
  private sendNow(bytes: Uint8Array, from: number, to: number): number {
    if (this.closed || this.socket.destroyed) return to;
    if (this.fd < 0 || this.socket.writableLength > 0) return from;
    let at = from;
    try {
      while (at < to) at += writeSync(this.fd, bytes, at, to - at);
    } catch {
      // EAGAIN: the kernel's buffer is full. Anything else comes back from the queued write, with its 'close' event.
    }
    return at;
  }

  private queue(bytes: Uint8Array, from: number, to: number): void {
    this.queuedBytes += to - from;
    for (let at = from; at < to; at += PART_BYTES) {
      this.socket.write(bytes.subarray(at, Math.min(to, at + PART_BYTES)), this.onWritten);
    }
  }

  private sentAll(): void {
    this.leave();
    if (this.peerEnded || this.refused) this.socket.destroy();
    else setTimeout(() => this.socket.destroy(), LINGER_MS).unref();
  }

  private leave(): void {
    this.closed = true;
    if (this.gone) return;
    this.gone = true;
    this.host.linkGone(this);
  }

  private describe(host: string | undefined, port: number | undefined): string {
    if (this.isUnixSocket) return `${this.unixPath}:0`;
    return host === undefined || port === undefined ? '?:0' : formatAddress(host, port);
  }
}
