import { EpollTransport } from '../../src/transport/epoll.ts';
import { UringTransport } from '../../src/transport/io-uring.ts';
import { Libc } from '../../src/transport/libc.ts';
import { NetTransport } from '../../src/transport/net.ts';
import { UringRing } from '../../src/transport/uring-ring.ts';
import type { OpenTransport } from './harness.ts';

/** Why io_uring can't be had on this machine (a container may forbid it, a kernel be too old); '' if it can. */
export function whyNoUring(): string {
  try {
    new UringRing(Libc.open()).close();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

/** Why there is no epoll here: not Linux, or no koffi. */
export function whyNoEpoll(): string {
  try {
    Libc.open();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

function available(): Record<string, OpenTransport> {
  const all: Record<string, OpenTransport> = {};
  const noUring = whyNoUring();
  const noEpoll = whyNoEpoll();
  if (noUring === '') all.io_uring = (handler) => new UringTransport(handler);
  else console.warn(`io_uring is not tested here: ${noUring}`);
  if (noEpoll === '') all.epoll = (handler) => new EpollTransport(handler);
  else console.warn(`epoll is not tested here: ${noEpoll}`);
  all.net = (handler) => new NetTransport(handler);
  all['net, copying'] = (handler) => new NetTransport(handler, { userBuffer: false });
  return all;
}

/** Everything on this machine that has to keep the contract, by the name tests print. */
export const IMPLEMENTATIONS: Readonly<Record<string, OpenTransport>> = available();
