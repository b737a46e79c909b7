import { EpollTransport } from './epoll.ts';
import { UringTransport } from './io-uring.ts';
import { Libc } from './libc.ts';
import { NetTransport } from './net.ts';
import type { Transport, TransportHandler } from './transport.ts';

/** The values of `--transport`. */
export const TRANSPORT_CHOICES = ['auto', 'io_uring', 'epoll', 'net'] as const;
export type TransportChoice = (typeof TRANSPORT_CHOICES)[number];

export interface OpenedTransport {
  readonly transport: Transport;
  /** One line for the log: what was taken, and why what is better was not. */
  readonly log: string;
}

/** Best first. */
const FACTORIES: readonly {
  readonly name: Transport['name'];
  readonly open: (handler: TransportHandler, openLibc: () => Libc) => Transport;
}[] = [
  { name: 'io_uring', open: (handler, openLibc) => new UringTransport(handler, { libc: openLibc() }) },
  { name: 'epoll', open: (handler, openLibc) => new EpollTransport(handler, { libc: openLibc() }) },
  { name: 'net', open: (handler) => new NetTransport(handler) },
];

/**
 * Opens the transport asked for; `auto` takes the first that works. Throws an `Error` that says why if none does:
 * a transport asked for by name is never replaced by another. Tests hand in a C library that fails.
 */
export function openTransport(
  choice: TransportChoice,
  handler: TransportHandler,
  openLibc: () => Libc = () => Libc.open(),
): OpenedTransport {
  const failures: string[] = [];
  for (const { name, open } of FACTORIES) {
    if (choice !== 'auto' && choice !== name) continue;
    try {
      const transport = open(handler, openLibc);
      const because = failures.length === 0 ? '' : ` (${failures.join('; ')})`;
      return { transport, log: `transport ${name}${because}` };
    } catch (error) {
      failures.push(`no ${name}: ${(error as Error).message}`);
    }
  }
  throw new Error(failures.join('; ') || `no transport named ${choice}`);
}
