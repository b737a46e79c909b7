import { EpollTransport } from '../../src/transport/epoll.ts';
import { UringTransport } from '../../src/transport/io-uring.ts';
import { NetTransport } from '../../src/transport/net.ts';
import type { OpenTransport } from './harness.ts';

/** One that can't be had here (a container forbids io_uring, koffi is missing) fails: left out it would seem to have passed. */
const linuxOnly: Readonly<Record<string, OpenTransport>> = {
  io_uring: (handler) => new UringTransport(handler),
  epoll: (handler) => new EpollTransport(handler),
};

/** Everything on this platform that has to keep the contract, by the name tests print. */
export const IMPLEMENTATIONS: Readonly<Record<string, OpenTransport>> = {
  ...(process.platform === 'linux' ? linuxOnly : {}),
  net: (handler) => new NetTransport(handler),
  'net, copying': (handler) => new NetTransport(handler, { userBuffer: false }),
};
