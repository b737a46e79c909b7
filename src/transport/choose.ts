import { EpollTransport } from './epoll.ts';
import { UringTransport } from './io-uring.ts';
import { NetTransport } from './net.ts';
import type { Transport, TransportFactory, TransportHandler } from './transport.ts';

/** The values of `--transport`. */
export const TRANSPORT_CHOICES = ['auto', 'io_uring', 'epoll', 'net'] as const;
export type TransportChoice = (typeof TRANSPORT_CHOICES)[number];

export interface OpenedTransport {
  readonly transport: Transport;
  /** One line for the log: what was taken, and why what is better was not. */
  readonly log: string;
}

/** Best first. */
const FACTORIES: readonly { name: Transport['name']; open: TransportFactory }[] = [
  { name: 'io_uring', open: (handler) => new UringTransport(handler) },
  { name: 'epoll', open: (handler) => new EpollTransport(handler) },
  { name: 'net', open: (handler) => new NetTransport(handler) },
];

/**
 * Opens the transport asked for; `auto` takes the first that works. Throws an `Error` that says why if none does:
 * a transport asked for by name is never replaced by another.
 */
export function openTransport(choice: TransportChoice, handler: TransportHandler): OpenedTransport {
  const failures: string[] = [];
  for (const { name, open } of FACTORIES) {
    if (choice !== 'auto' && choice !== name) continue;
    try {
      const transport = open(handler);
      const because = failures.length === 0 ? '' : ` (${failures.join('; ')})`;
      return { transport, log: `transport ${name}${because}` };
    } catch (error) {
      failures.push(`no ${name}: ${(error as Error).message}`);
    }
  }
  throw new Error(failures.join('; ') || `no transport named ${choice}`);
}
