import { chmodSync } from 'node:fs';
import {
  type BindAddress,
  formatAddress,
  mayBeSkipped,
  noAddressError,
  removeStaleSocket,
  resolveBindAddresses,
} from './bind-address.ts';
import { type Libc, systemError } from './libc.ts';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  ENAMETOOLONG,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  SO_KEEPALIVE,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
  TCP_NODELAY,
} from './linux-abi.ts';
import { PinnedMemory } from './pinned-memory.ts';
import type { ListenOptions } from './transport.ts';

/** sizeof struct sockaddr_un, the largest of those used: family, then a path of at most 107 bytes and a zero. */
const SOCKADDR_BYTES = 110;
const UNIX_PATH_BYTES_MAX = 107;
const LENGTH_AT = 112;
const OPTION_AT = 116;

/** A socket that listens. */
export interface Listener {
  readonly fd: number;
  /** '' for TCP. */
  readonly unixPath: string;
}

/** Listening sockets and socket names, through the C library. Cold. */
export class LinuxSockets {
  private readonly libc: Libc;
  /** A struct sockaddr, its length, and the value of a socket option. */
  private readonly scratch: PinnedMemory;

  constructor(libc: Libc) {
    this.libc = libc;
    this.scratch = new PinnedMemory(libc, 120);
  }

  /**
   * Binds and listens on everything `options` ask for. `socketFlags` are added to the listening sockets. Rejects with
   * a Node error code, and leaves nothing bound then.
   */
  async listen(options: ListenOptions, socketFlags: number): Promise<{ listeners: Listener[]; port: number }> {
    const listeners: Listener[] = [];
    let port = options.port;
    try {
      for (const address of await resolveBindAddresses(options.bind)) {
        try {
          const fd = this.listenTcp(address, port, options, socketFlags);
          listeners.push({ fd, unixPath: '' });
          port = this.portOf(fd);
        } catch (error) {
          if (!mayBeSkipped(address, (error as NodeJS.ErrnoException).code)) throw error;
        }
      }
      if (options.bind.length > 0 && listeners.length === 0) throw noAddressError(options.port);
      if (options.unixSocketPath !== undefined) {
        const unixPath = options.unixSocketPath;
        await removeStaleSocket(unixPath);
        listeners.push({ fd: this.listenUnix(unixPath, options, socketFlags), unixPath });
      }
    } catch (error) {
      for (const { fd } of listeners) this.libc.close(fd);
      throw error;
    }
    return { listeners, port };
  }

  /** The peer's address as Redis prints it, `?:0` if it has none any more. */
  peerName(fd: number): string {
    return this.nameBy(this.libc.getpeername, fd);
  }

  /** This side's address as Redis prints it. */
  localName(fd: number): string {
    return this.nameBy(this.libc.getsockname, fd);
  }

  private listenTcp(address: BindAddress, port: number, options: ListenOptions, socketFlags: number): number {
    const where = formatAddress(address.host, port);
    const fd = this.open(address.family === 4 ? AF_INET : AF_INET6, socketFlags, where);
    try {
      // An accepted socket inherits these, so accepting costs no call but the accept.
      this.setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
      this.setOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
      if (options.sharesPort === 'joins') this.setOption(fd, SOL_SOCKET, SO_REUSEPORT, 1);
      if (address.family === 6) this.setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
      if (options.keepAliveSeconds > 0) this.keepAlive(fd, options.keepAliveSeconds);
      const bytes = this.writeAddress(address, port);
      this.check(this.libc.bind(fd, this.scratch.address, bytes), 'bind', where);
      // Set before, it would bind to a port that somebody else of this user shares.
      if (options.sharesPort === 'first') this.setOption(fd, SOL_SOCKET, SO_REUSEPORT, 1);
      this.check(this.libc.listen(fd, options.backlog), 'listen', where);
    } catch (error) {
      this.libc.close(fd);
      throw error;
    }
    return fd;
  }

  /** Idle time as asked, then three probes a third of it apart: what Redis does. */
  private keepAlive(fd: number, seconds: number): void {
    this.setOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    this.setOption(fd, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
    this.setOption(fd, IPPROTO_TCP, TCP_KEEPINTVL, Math.max(1, Math.trunc(seconds / 3)));
    this.setOption(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
  }

  private listenUnix(path: string, options: ListenOptions, socketFlags: number): number {
    const bytes = Buffer.from(path);
    if (bytes.length > UNIX_PATH_BYTES_MAX) throw systemError(ENAMETOOLONG, 'bind', path);
    const fd = this.open(AF_UNIX, socketFlags, path);
    try {
      const { u8, view } = this.scratch.region;
      u8.fill(0);
      view.setUint16(0, AF_UNIX, true);
      u8.set(bytes, 2);
      this.check(this.libc.bind(fd, this.scratch.address, SOCKADDR_BYTES), 'bind', path);
      if (options.unixSocketMode !== undefined) chmodSync(path, options.unixSocketMode);
      this.check(this.libc.listen(fd, options.backlog), 'listen', path);
    } catch (error) {
      this.libc.close(fd);
      throw error;
    }
    return fd;
  }

  private open(family: number, flags: number, where: string): number {
    const fd = this.libc.socket(family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    this.check(fd, 'socket', where);
    return fd;
  }

  private setOption(fd: number, level: number, option: number, value: number): void {
    this.scratch.region.view.setInt32(OPTION_AT, value, true);
    const result = this.libc.setsockopt(fd, level, option, this.scratch.address + OPTION_AT, 4);
    this.check(result, 'setsockopt', `${level}/${option}`);
  }

  /** Writes struct sockaddr_in or sockaddr_in6 and returns its size. */
  private writeAddress(address: BindAddress, port: number): number {
    const { u8, view } = this.scratch.region;
    u8.fill(0);
    view.setUint16(0, address.family === 4 ? AF_INET : AF_INET6, true);
    view.setUint16(2, port, false);
    if (address.family === 4) {
      u8.set(address.host.split('.').map(Number), 4);
      return 16;
    }
    u8.set(parseIpv6(address.host), 8);
    return 28;
  }

  private portOf(fd: number): number {
    this.readName(this.libc.getsockname, fd);
    return this.scratch.region.view.getUint16(2, false);
  }

  private nameBy(call: Libc['getpeername'], fd: number): string {
    if (!this.readName(call, fd)) return '?:0';
    const { u8, view } = this.scratch.region;
    const port = view.getUint16(2, false);
    const family = view.getUint16(0, true);
    if (family === AF_INET) return formatAddress(u8.subarray(4, 8).join('.'), port);
    return family === AF_INET6 ? formatAddress(formatIpv6(view, 8), port) : '?:0';
  }

  private readName(call: Libc['getpeername'], fd: number): boolean {
    this.scratch.region.view.setInt32(LENGTH_AT, SOCKADDR_BYTES, true);
    return call(fd, this.scratch.address, this.scratch.address + LENGTH_AT) === 0;
  }

  private check(result: number, call: string, detail: string): void {
    if (result < 0) throw this.libc.error(call, detail);
  }
}

/** The 16 bytes of an address that `net.isIPv6` has accepted. A zone (`%eth0`) is dropped. */
export function parseIpv6(text: string): Uint8Array {
  const bytes = new Uint8Array(16);
  // The URL parser writes any form (`::ffff:1.2.3.4` too) as groups of hexadecimal digits with at most one `::`.
  const canonical = new URL(`http://[${text.split('%')[0]}]/`).hostname.slice(1, -1);
  const [head, tail] = canonical.split('::');
  const groupsOf = (part: string | undefined): string[] => (part === undefined || part === '' ? [] : part.split(':'));
  groupsOf(head).forEach((group, index) => {
    new DataView(bytes.buffer).setUint16(index * 2, Number.parseInt(group, 16));
  });
  const last = groupsOf(tail);
  last.forEach((group, index) => {
    new DataView(bytes.buffer).setUint16(16 - (last.length - index) * 2, Number.parseInt(group, 16));
  });
  return bytes;
}

/** An IPv6 address in its shortest form (RFC 5952), as getnameinfo prints it. */
export function formatIpv6(view: DataView, at: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(at + index * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}
