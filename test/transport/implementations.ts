import { EpollTransport } from '../../src/transport/epoll.ts';
import { UringTransport } from '../../src/transport/io-uring.ts';
import { NetTransport } from '../../src/transport/net.ts';
import type { OpenTransport } from './harness.ts';

/** Everything that has to keep the contract, by the name tests print. */
export const IMPLEMENTATIONS: Readonly<Record<string, OpenTransport>> = {
  io_uring: (handler) => new UringTransport(handler),
  epoll: (handler) => new EpollTransport(handler),
  net: (handler) => new NetTransport(handler),
  'net, copying': (handler) => new NetTransport(handler, { userBuffer: false }),
};
