/** Answers of the kernel that are seldom heard: nothing is lost, or the link is closed; and nothing is left behind. */
import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { Region } from '../../src/base/region.ts';
import { EpollTransport } from '../../src/transport/epoll.ts';
import { UringTransport } from '../../src/transport/io-uring.ts';
import { type Client, until, withTransport } from './harness.ts';
import { type Mood, MoodyKernel, type Operation } from './moody-kernel.ts';

const { EAGAIN, ECANCELED, ECONNABORTED, ECONNRESET, EINTR, EMFILE, ENOBUFS, ENOMEM, EPIPE } = constants.errno;
const MESSAGE = Buffer.alloc(50_000, 'message ');

/** Every second time `operation` is asked for, the next of `errnos`. */
function everySecond(operation: Operation, ...errnos: number[]): Mood {
  let asked = 0;
  return (which) => (which === operation && asked++ % 2 === 0 ? errnos[(asked >> 1) % errnos.length] : 0);
}

const opening = {
  io_uring: (kernel: MoodyKernel) => (handler: ConstructorParameters<typeof UringTransport>[0]) => {
    const transport = new UringTransport(handler, { libc: kernel.libc });
    kernel.watch(transport);
    return transport;
  },
  epoll: (kernel: MoodyKernel) => (handler: ConstructorParameters<typeof EpollTransport>[0]) =>
    new EpollTransport(handler, { libc: kernel.libc }),
};

async function echoes(clients: readonly Client[], rounds: number): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    for (const { socket } of clients) socket.write(MESSAGE);
    await Promise.all(clients.map((client) => client.receives(round * MESSAGE.length)));
  }
  for (const { chunks } of clients) {
    expect(Buffer.concat(chunks).equals(Buffer.concat(Array.from({ length: rounds }, () => MESSAGE)))).toBe(true);
  }
}

describe.runIf(process.platform === 'linux')('a kernel that answers', () => {
  it('ENOBUFS, ECANCELED, EAGAIN or EINTR to receives on the ring: they are asked for again, nothing is lost', async () => {
    const kernel = new MoodyKernel();
    await withTransport(opening.io_uring(kernel), {}, async ({ connect, recorder }) => {
      kernel.mood = everySecond('receive', ENOBUFS, ECANCELED, EAGAIN, EINTR);
      // Pausing and resuming makes new receives of what would be one for ever.
      recorder.onBytes = (link, received, from, to) => {
        link.send(received, from, to);
        link.pause();
        setImmediate(() => link.resume());
      };
      await echoes(await Promise.all(Array.from({ length: 20 }, connect)), 5);
    });
    for (const errno of [ENOBUFS, ECANCELED, EAGAIN, EINTR]) expect(kernel.answers.get(errno)).toBeGreaterThan(10);
  });

  it('EAGAIN or EINTR to sends on the ring: they are sent again', async () => {
    const kernel = new MoodyKernel();
    kernel.mood = everySecond('send', EAGAIN, EINTR);
    await withTransport(opening.io_uring(kernel), {}, async ({ connect }) => {
      await echoes(await Promise.all(Array.from({ length: 20 }, connect)), 5);
    });
    for (const errno of [EAGAIN, EINTR]) expect(kernel.answers.get(errno)).toBeGreaterThan(10);
  });

  it('EINTR to receives in the epoll set: they are tried again', async () => {
    const kernel = new MoodyKernel();
    kernel.mood = everySecond('receive', EINTR);
    await withTransport(opening.epoll(kernel), {}, async ({ connect }) => {
      await echoes(await Promise.all(Array.from({ length: 20 }, connect)), 5);
    });
  });

  describe.each(Object.entries(opening))('on %s', (_name, open) => {
    it.each([
      ['EPIPE', EPIPE],
      ['ECONNRESET', ECONNRESET],
      ['ENOBUFS', ENOBUFS],
      ['ECANCELED', ECANCELED],
    ])('%s to sends: those links are closed, the others served', async (_errno, errno) => {
      const kernel = new MoodyKernel();
      await withTransport(open(kernel), {}, async ({ connect, recorder }) => {
        const reply = Region.allocate(300_000);
        recorder.onBytes = (link) => link.send(reply, 0, reply.length);
        kernel.mood = everySecond('send', errno);
        const clients = await Promise.all(Array.from({ length: 20 }, connect));
        for (const { socket } of clients) socket.write('go');
        await until('some are closed', () => recorder.closed > 0);
        kernel.mood = () => 0;
        const isOver = ({ ended, closed, receivedBytes }: Client) => ended || closed || receivedBytes >= reply.length;
        await until('each has its reply or its end', () => clients.every(isOver));
        const another = await connect();
        another.socket.write('go');
        await another.receives(reply.length);
      });
    });

    it('ECONNABORTED, EINTR, EMFILE or ENOMEM to accepts: those who wait come in later', async () => {
      const kernel = new MoodyKernel();
      kernel.mood = everySecond('accept', ECONNABORTED, EMFILE, EINTR, ENOMEM);
      await withTransport(open(kernel), {}, async ({ connect, recorder }) => {
        for (let round = 0; round < 10; round++) await echoes(await Promise.all([connect(), connect()]), 1);
        expect(recorder.opened).toBe(20);
      });
    });
  });

  it('ENOBUFS because clients send more at once than there are buffers for: all of it comes', async () => {
    const ROUNDS_MAX = 20;
    const kernel = new MoodyKernel();
    await withTransport(opening.io_uring(kernel), {}, async ({ connect }) => {
      const clients = await Promise.all(Array.from({ length: 40 }, connect));
      const burst = Buffer.alloc(1_000_000, 'burst ');
      // The kernel lets a connection have more under way from round to round.
      for (let round = 1; round <= ROUNDS_MAX && !kernel.answers.has(ENOBUFS); round++) {
        for (const { socket } of clients) socket.write(burst);
        await Promise.all(clients.map((client) => client.receives(round * burst.length)));
      }
      for (const { chunks, receivedBytes } of clients) {
        const expected = Buffer.concat(Array.from({ length: receivedBytes / burst.length }, () => burst));
        expect(Buffer.concat(chunks).equals(expected)).toBe(true);
      }
    });
    expect(kernel.answers.get(ENOBUFS)).toBeGreaterThan(0);
  }, 60_000);
});
