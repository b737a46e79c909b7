import { connect, type Socket } from 'node:net';
import type { Region } from '../../src/base/region.ts';
import type { Landing, Link, ListenOptions, Transport, TransportHandler } from '../../src/transport/transport.ts';

export const LISTEN: ListenOptions = { bind: ['127.0.0.1'], port: 0, backlog: 511, keepAliveSeconds: 300 };

/** Waits until `condition` holds; throws with `what` after `timeoutMs`. */
export async function until(what: string, condition: () => boolean, timeoutMs = 10_000): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error(`timed out waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A handler that counts every call and checks the contract's "exactly once" and "never reentrantly" as it goes. */
export class Recorder implements TransportHandler {
  readonly open = new Set<Link>();
  readonly acceptErrors: Error[] = [];
  opened = 0;
  closed = 0;
  ended = 0;
  drained = 0;
  batches = 0;
  wakes = 0;
  receivedBytes = 0;
  /** Calls that came while another was running, for unknown links, or outside a batch. Must stay empty. */
  readonly violations: string[] = [];
  accepts = true;
  ends: (link: Link) => boolean = () => false;
  onBytes: (link: Link, received: Region, from: number, to: number) => void = (link, received, from, to) =>
    link.send(received, from, to);
  opens: (link: Link) => void = () => undefined;
  batchEnds: () => void = () => undefined;
  /** What each link was asked for last. */
  private readonly landings = new Map<Link, Landing>();
  private region: Region | undefined;
  private running = '';
  private unbatched = 0;

  get unbatchedCalls(): number {
    return this.unbatched;
  }

  onOpen(link: Link): boolean {
    return this.call('onOpen', () => {
      this.opened++;
      this.open.add(link);
      this.opens(link);
      return this.accepts;
    });
  }

  onReceive(link: Link, received: Region, from: number, to: number): void {
    this.call('onReceive', () => {
      if (!this.open.has(link)) this.violations.push('onReceive for a link that is not open');
      if (link.closed) this.violations.push('onReceive after the link was closed');
      if (!(received.u8.buffer instanceof SharedArrayBuffer)) this.violations.push('received in unshared memory');
      const landing = this.landings.get(link);
      if (received === landing?.region) {
        if (from !== landing.from || to > landing.to) this.violations.push('landed elsewhere than was asked');
      } else {
        this.region ??= received;
        if (received !== this.region) this.violations.push('received in another region');
      }
      if (link.landing !== undefined) this.violations.push('the last landing was not cleared');
      if (to <= from) this.violations.push('an empty receive');
      this.receivedBytes += to - from;
      this.onBytes(link, received, from, to);
      if (link.landing === undefined) this.landings.delete(link);
      else this.landings.set(link, link.landing);
    });
  }

  onEnd(link: Link): boolean {
    return this.call('onEnd', () => {
      if (!this.open.has(link)) this.violations.push('onEnd for a link that is not open');
      this.ended++;
      return this.ends(link);
    });
  }

  onAcceptError(error: Error): void {
    this.acceptErrors.push(error);
  }

  onDrain(link: Link): void {
    this.call('onDrain', () => {
      if (!this.open.has(link)) this.violations.push('onDrain for a link that is not open');
      if (link.unsentBytes !== 0) this.violations.push('onDrain with unsent bytes');
      this.drained++;
    });
  }

  onClose(link: Link): void {
    this.call('onClose', () => {
      if (!this.open.delete(link)) this.violations.push('onClose twice, or without onOpen');
      if (!link.closed) this.violations.push('onClose of a link that says it is open');
      this.closed++;
    });
  }

  onBatchEnd(): void {
    if (this.running !== '') this.violations.push(`onBatchEnd within ${this.running}`);
    this.batches++;
    this.unbatched = 0;
    this.batchEnds();
  }

  onWake(): void {
    this.call('onWake', () => {
      this.wakes++;
    });
  }

  /** Runs `body` as if it were part of a handler call: what it calls must not call the handler back. */
  guard<T>(name: string, body: () => T): T {
    return this.call(name, body);
  }

  private call<T>(name: string, body: () => T): T {
    if (this.running !== '') this.violations.push(`${name} within ${this.running}`);
    this.running = name;
    this.unbatched++;
    try {
      return body();
    } finally {
      this.running = '';
    }
  }
}

/** A client that keeps all it gets, and tells how the connection ended. */
export class Client {
  readonly socket: Socket;
  readonly connected: Promise<void>;
  readonly chunks: Buffer[] = [];
  receivedBytes = 0;
  ended = false;
  closed = false;
  error: NodeJS.ErrnoException | undefined;

  constructor(target: number | string, host = '127.0.0.1') {
    this.socket = typeof target === 'number' ? connect({ port: target, host, allowHalfOpen: true }) : connect(target);
    this.connected = new Promise((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('error', reject);
    });
    this.socket.on('error', (error) => {
      this.error = error;
    });
    this.socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.receivedBytes += chunk.length;
    });
    this.socket.on('end', () => {
      this.ended = true;
    });
    this.socket.on('close', () => {
      this.closed = true;
    });
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }

  async receives(bytes: number, timeoutMs?: number): Promise<void> {
    await until(`a client has ${bytes} bytes`, () => this.receivedBytes >= bytes, timeoutMs);
  }
}

export interface Running {
  readonly transport: Transport;
  readonly recorder: Recorder;
  readonly port: number;
  connect(): Promise<Client>;
}

export type OpenTransport = (handler: TransportHandler) => Transport;

/** Ends what is open still, and waits until the transport holds nothing any more. */
async function nothingIsLeft({ open }: Recorder, transport: Transport): Promise<void> {
  const nothing = (): boolean => {
    for (const link of open) link.destroy();
    return Object.values(transport.statistics()).every((count) => count === 0);
  };
  await until('nothing is held', nothing).catch((error) => {
    throw new Error(`the transport still holds ${JSON.stringify(transport.statistics())}`, { cause: error });
  });
}

/** Runs `body` against a listening transport, and closes it whatever happens. Nothing may be left that it has used. */
export async function withTransport(
  open: OpenTransport,
  options: Partial<ListenOptions>,
  body: (running: Running) => Promise<void>,
): Promise<void> {
  const recorder = new Recorder();
  const transport = open(recorder);
  const clients: Client[] = [];
  try {
    const { port } = await transport.listen({ ...LISTEN, ...options });
    const connectClient = async (): Promise<Client> => {
      const client = new Client(port);
      clients.push(client);
      await client.connected;
      return client;
    };
    await body({ transport, recorder, port, connect: connectClient });
    for (const client of clients) client.socket.destroy();
    await nothingIsLeft(recorder, transport);
  } finally {
    for (const client of clients) client.socket.destroy();
    await transport.close();
  }
  if (recorder.violations.length > 0) throw new Error(`contract violated: ${recorder.violations.join('; ')}`);
  if (recorder.open.size > 0) throw new Error(`${recorder.open.size} links without onClose after close()`);
  if (recorder.opened !== recorder.closed) throw new Error('onOpen and onClose differ in number');
}
