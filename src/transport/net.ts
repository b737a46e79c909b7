import { chmod } from 'node:fs/promises';
import {
  type AddressInfo,
  createServer,
  type ListenOptions as NetListenOptions,
  type Server,
  Socket,
  type SocketConstructorOpts,
} from 'node:net';
import { copyBulk } from '../base/bulk.ts';
import { Region } from '../base/region.ts';
import { mayBeSkipped, noAddressError, removeStaleSocket, resolveBindAddresses } from './bind-address.ts';
import { NetLink, type NetLinkHost, type StreamHandle } from './net-link.ts';
import type { ListenOptions, Transport, TransportHandler, TransportStatistics, WakerSpec } from './transport.ts';

const RECEIVE_BYTES = 64 * 1024;

export interface NetTransportOptions {
  /** Lets libuv read straight into the transport's memory (an option of `net.Socket` for clients, used for servers). */
  readonly userBuffer?: boolean;
}

/** The transport on `node:net`: slower than the others, and works wherever Node does. */
export class NetTransport implements Transport, NetLinkHost {
  readonly name = 'net';
  readonly waker: WakerSpec = { kind: 'port' };
  private readonly handler: TransportHandler;
  private readonly userBuffer: boolean;
  /** All sockets share one receive buffer: its content is used up before the next read. */
  private readonly received = Region.allocate(RECEIVE_BYTES);
  private readonly servers: Server[] = [];
  private readonly links = new Set<NetLink>();
  private lastId = 0;

  constructor(handler: TransportHandler, options: NetTransportOptions = {}) {
    this.handler = handler;
    this.userBuffer = options.userBuffer ?? true;
  }

  async listen(options: ListenOptions): Promise<{ port: number }> {
    let port = options.port;
    try {
      for (const address of await resolveBindAddresses(options.bind)) {
        const { host, family } = address;
        const where = { host, port, backlog: options.backlog, ipv6Only: family === 6, exclusive: true };
        try {
          const server = await this.open(where, '', options.keepAliveSeconds);
          port = (server.address() as AddressInfo).port;
        } catch (error) {
          if (!mayBeSkipped(address, (error as NodeJS.ErrnoException).code)) throw error;
        }
      }
      if (options.bind.length > 0 && this.servers.length === 0) throw noAddressError(options.port);
      if (options.unixSocketPath !== undefined) {
        const path = options.unixSocketPath;
        await removeStaleSocket(path);
        await this.open({ path, backlog: options.backlog, exclusive: true }, path, 0);
        if (options.unixSocketMode !== undefined) await chmod(path, options.unixSocketMode);
      }
    } catch (error) {
      this.stopListening();
      throw error;
    }
    return { port };
  }

  onPortMessage(): void {
    this.handler.onWake();
    this.handler.onBatchEnd();
  }

  statistics(): TransportStatistics {
    let unsentBytes = 0;
    for (const link of this.links) unsentBytes += link.unsentBytes;
    return { links: this.links.size, unsentBytes };
  }

  stopListening(): void {
    for (const server of this.servers) server.close();
    this.servers.length = 0;
  }

  async close(): Promise<void> {
    this.stopListening();
    for (const link of this.links) link.destroy();
    // 'close' events come after pending callbacks; a turn of the loop later every onClose has been made.
    while (this.links.size > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  linkDrained(link: NetLink): void {
    this.handler.onDrain(link);
    this.handler.onBatchEnd();
  }

  linkEnded(link: NetLink): boolean {
    const stays = this.handler.onEnd?.(link) ?? false;
    this.handler.onBatchEnd();
    return stays;
  }

  linkGone(link: NetLink): void {
    this.links.delete(link);
    this.handler.onClose(link);
    this.handler.onBatchEnd();
  }

  private open(where: NetListenOptions, unixPath: string, keepAliveSeconds: number): Promise<Server> {
    const server = createServer({
      noDelay: true,
      keepAlive: keepAliveSeconds > 0,
      keepAliveInitialDelay: keepAliveSeconds * 1000,
      pauseOnConnect: true,
      allowHalfOpen: true,
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(where, () => {
        server.off('error', reject);
        server.on('error', (error) => this.handler.onAcceptError?.(error));
        server.on('connection', (socket) => this.accept(socket, unixPath));
        this.servers.push(server);
        resolve(server);
      });
    });
  }

  private accept(accepted: Socket, unixPath: string): void {
    const holder = accepted as unknown as { _handle: StreamHandle | null };
    const handle = holder._handle;
    if (handle === null) return;
    const id = ++this.lastId;
    let link: NetLink;
    if (this.userBuffer && typeof handle.useUserBuffer === 'function') {
      // `onread` can't be given to a server, so the accepted handle moves to a socket of our own making.
      holder._handle = null;
      const onread = { buffer: this.received.u8, callback: (length: number) => this.receive(link, length) };
      const socket = new Socket({ handle, allowHalfOpen: true, onread } as SocketConstructorOpts);
      link = new NetLink(id, this, socket, handle, unixPath);
    } else {
      link = new NetLink(id, this, accepted, handle, unixPath);
      accepted.on('data', (chunk: Buffer) => this.receiveCopy(link, chunk));
    }
    this.links.add(link);
    if (this.handler.onOpen(link)) link.start();
    else link.refuse();
    this.handler.onBatchEnd();
  }

  private receiveCopy(link: NetLink, chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at += RECEIVE_BYTES) {
      const part = chunk.subarray(at, at + RECEIVE_BYTES);
      copyBulk(part, 0, this.received.u8, 0, part.length);
      this.receive(link, part.length);
    }
  }

  private receive(link: NetLink, length: number): boolean {
    if (!link.closed) {
      link.landing = undefined;
      this.handler.onReceive(link, this.received, 0, length);
      this.handler.onBatchEnd();
    }
    return true;
  }
}
