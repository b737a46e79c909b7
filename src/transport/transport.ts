import type { Region } from '../base/region.ts';

/**
 * What a transport is to the server: something that accepts connections, brings bytes in memory of its own, and takes
 * replies. Three implementations (`net`, `epoll`, `io-uring`) keep this contract; `test/transport/contract.test.ts` holds them to it.
 */

/** Bytes `[from, to)` of shared memory, one at least, that are free to be received into. */
export interface Landing {
  readonly region: Region;
  readonly from: number;
  readonly to: number;
}

/** One accepted connection, as the transport sees it. The server hangs its own state on `owner`. */
export interface Link {
  /** Unique in its transport, counting from 1, never reused. */
  readonly id: number;
  /** File descriptor, or -1 where the transport doesn't know it. For CLIENT LIST. */
  readonly fd: number;
  /**
   * `ip:port`, `[v6]:port` or `path:0` for a Unix socket, as Redis prints them; `?:0` if
   * asked for the first time when the peer is gone. Cold: computed when asked.
   */
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly isUnixSocket: boolean;
  /** The server's connection object. */
  owner: unknown;
  /**
   * Where the server would have what comes next: large arguments need not be copied to where they are gathered. Set
   * during `onReceive` and good until the next, before which the transport clears it. A transport that can't, or has
   * received already, brings the bytes in memory of its own as ever.
   */
  landing?: Landing | undefined;
  /**
   * Bytes accepted by `send` that the kernel has not taken yet. io_uring hands everything over at the end of a batch, so
   * there it is above 0 after every `send`. Seeing it above 0 is a claim on `onDrain`.
   */
  readonly unsentBytes: number;
  /** True once the link is closed or closing: `send` is then a no-op. */
  readonly closed: boolean;
  /**
   * Sends bytes `[from, to)` of `region`, which must be shared memory (as Region.allocate makes it). What the kernel doesn't take at once is copied and sent later, in order; the
   * caller may overwrite its memory as soon as this returns.
   */
  send(region: Region, from: number, to: number): void;
  /**
   * Like `send`, but the memory becomes the transport's (nobody writes to it again), so large replies are not copied.
   */
  sendOwned(region: Region, from: number, to: number): void;
  /**
   * Stops receiving (back-pressure: a connection that waits for a worker and has too much unread). Bytes the kernel has
   * handed over already may still come. While paused, a peer that goes away is not noticed. Idempotent.
   */
  pause(): void;
  resume(): void;
  /**
   * Sends what is queued, then closes: `onClose` comes when the last byte is the kernel's. Bytes received from now on
   * are dropped; they are still read for a moment, so that closing over unread input doesn't reset the connection.
   */
  endAfterFlush(): void;
  /** Closes at once; what is unsent is dropped. `onClose` follows exactly once, not during this call. */
  destroy(): void;
}

/** What a transport calls. All calls are made on the transport's thread, never reentrantly. */
export interface TransportHandler {
  /**
   * A connection was accepted. Returning false refuses it: the transport closes it after sending what `send` queued, and
   * doesn't linger. Who turns clients away has no descriptors to spare.
   */
  onOpen(link: Link): boolean;
  /**
   * Bytes `[from, to)` of `received` arrived. They lie in shared memory of the transport's, the same at every call, and
   * are valid during this call only; or they are the first of what was last asked for by `link.landing`.
   */
  onReceive(link: Link, received: Region, from: number, to: number): void;
  /**
   * The peer sends no more (it closed, or shut down its side). Returning true keeps the link open for replies under
   * way: the server then calls `endAfterFlush` itself. Otherwise what is queued goes out and the link closes.
   */
  onEnd?(link: Link): boolean;
  /** Accepting failed (`EMFILE`, …): for the log. The transport goes on by itself as soon as it can. */
  onAcceptError?(error: Error): void;
  /** All queued bytes of a link went out. Called at least when `unsentBytes` was seen above 0 since the last time. */
  onDrain(link: Link): void;
  /** The link is gone: peer closed, error, destroy or endAfterFlush done. Exactly once a link for which onOpen ran. */
  onClose(link: Link): void;
  /** The end of a batch: every event that was ready has been delivered; locks held over the batch are let go here. */
  onBatchEnd(): void;
  /** Another thread called `Waker.wake`. At least one call after the last wake; wakes may be merged. */
  onWake(): void;
}

/** How other threads wake the transport's thread. Structured-cloneable, so it goes to workers as workerData. */
export type WakerSpec =
  /** write(2) 8 bytes (a 64-bit 1) to this eventfd */
  | { readonly kind: 'eventfd'; readonly fd: number }
  /** postMessage(0) on the worker's own `parentPort`-like port, which the transport's thread listens to */
  | { readonly kind: 'port' };

export interface ListenOptions {
  /** Addresses to bind; a leading `-` means: no error if the address is not available (as in redis.conf). */
  readonly bind: readonly string[];
  /** 0 picks a free port. */
  readonly port: number;
  readonly backlog: number;
  readonly unixSocketPath?: string;
  /** Octal permission bits of the Unix socket. */
  readonly unixSocketMode?: number;
  /** TCP keep-alive in seconds; 0 is off. */
  readonly keepAliveSeconds: number;
  /**
   * Several threads listen on one port, and the kernel deals connections out: the first binds it, the others join it.
   * Linux only. A port that another process listens on is in use to the first as ever, whatever that one allows.
   */
  readonly sharesPort?: 'first' | 'joins';
}

/**
 * What is out of a transport's hands at a moment, by name: its links, and memory that waits to be sent or filled. All of
 * it is 0 when no link is left, or something leaks: DEBUG TRANSPORT, and tests.
 */
export type TransportStatistics = Readonly<{ links: number } & Record<string, number>>;

export interface Transport {
  readonly name: 'io_uring' | 'epoll' | 'net';
  readonly waker: WakerSpec;
  /** Binds and accepts. Rejects with an `Error` whose `code` is a Node error code (`EADDRINUSE`, `EACCES`, …). */
  listen(options: ListenOptions): Promise<{ port: number }>;
  /** For the `port` waker: the I/O thread calls this when a worker's port brought a message. */
  onPortMessage(): void;
  statistics(): TransportStatistics;
  /** Stops accepting; open links stay. */
  stopListening(): void;
  /** Closes everything and gives back every resource. Must be done before a worker thread that owns a transport ends. */
  close(): Promise<void>;
}

/** How long a link whose last byte is sent keeps reading, so that unread input doesn't turn the close into a reset. */
export const LINGER_MS = 500;

/** Makes a transport; throws an Error that says why if it can't work here (no io_uring, koffi missing, …). */
export type TransportFactory = (handler: TransportHandler) => Transport;
