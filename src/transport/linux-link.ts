import type { Region } from '../base/region.ts';
import type { LinuxSockets } from './linux-sockets.ts';
import type { Link } from './transport.ts';

/** What the links of the Linux transports have in common: a descriptor and its names. */
export abstract class LinuxLink implements Link {
  readonly id: number;
  readonly fd: number;
  readonly isUnixSocket: boolean;
  owner: unknown = undefined;
  closed = false;
  /** The transport's: place in its table of links. */
  readonly place: number;
  /** The transport's: false from when the descriptor is closed, and may be another's. */
  fdOpen = true;
  private readonly sockets: LinuxSockets;
  private remote = '';
  private local = '';

  constructor(id: number, place: number, fd: number, unixPath: string, sockets: LinuxSockets) {
    this.id = id;
    this.place = place;
    this.fd = fd;
    this.sockets = sockets;
    this.isUnixSocket = unixPath !== '';
    if (this.isUnixSocket) {
      this.remote = `${unixPath}:0`;
      this.local = this.remote;
    }
  }

  get remoteAddress(): string {
    if (this.remote === '') this.remote = this.fdOpen ? this.sockets.peerName(this.fd) : '?:0';
    return this.remote;
  }

  get localAddress(): string {
    if (this.local === '') this.local = this.fdOpen ? this.sockets.localName(this.fd) : '?:0';
    return this.local;
  }

  abstract readonly unsentBytes: number;
  abstract send(region: Region, from: number, to: number): void;
  abstract sendOwned(region: Region, from: number, to: number): void;
  abstract pause(): void;
  abstract resume(): void;
  abstract endAfterFlush(): void;
  abstract destroy(): void;
}
