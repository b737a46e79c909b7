import { describe, expect, it } from 'vitest';
import { openTransport } from '../../src/transport/choose.ts';
import { Libc } from '../../src/transport/libc.ts';
import { SYS_IO_URING_REGISTER, SYS_IO_URING_SETUP } from '../../src/transport/linux-abi.ts';
import { Recorder } from './harness.ts';

const isLinux = process.platform === 'linux';

/** The C library of a machine where some system calls answer with an error number. */
function failing(errnoOf: (number: number) => number | undefined): Libc {
  const libc = Libc.open();
  let errno: number | undefined;
  const syscall = (...args: number[]): number => {
    errno = errnoOf(args[0]);
    return errno === undefined ? libc.syscall(...args) : -1;
  };
  return Object.create(libc, {
    syscall: { value: syscall },
    errno: { value: () => errno ?? libc.errno() },
  }) as Libc;
}

const EPERM = 1;
const EINVAL = 22;
const ENOSYS = 38;

describe.runIf(isLinux)('choosing a transport where io_uring works', () => {
  it('takes it', async () => {
    const { transport, log } = openTransport('auto', new Recorder());
    expect(log).toBe('transport io_uring');
    expect(transport.name).toBe('io_uring');
    expect(transport.waker.kind).toBe('eventfd');
    await transport.close();
  });

  it('opens it by name', async () => {
    const { transport, log } = openTransport('io_uring', new Recorder());
    expect(log).toBe('transport io_uring');
    await transport.close();
  });
});

describe.runIf(isLinux)('choosing a transport where io_uring fails', () => {
  it.each([
    ['a container that forbids it', EPERM, 'forbidden here'],
    ['a kernel without it', ENOSYS, 'ENOSYS'],
    ['a kernel too old for it', EINVAL, 'older than Linux 6.0'],
  ])('falls back on epoll in %s', async (_where, errno, reason) => {
    const libc = failing((number) => (number === SYS_IO_URING_SETUP ? errno : undefined));
    const { transport, log } = openTransport('auto', new Recorder(), () => libc);
    expect(transport.name).toBe('epoll');
    expect(log).toContain('transport epoll (no io_uring: ');
    expect(log).toContain(reason);
    await transport.close();
  });

  it('falls back on epoll where there are no provided buffers', async () => {
    const libc = failing((number) => (number === SYS_IO_URING_REGISTER ? EINVAL : undefined));
    const { transport } = openTransport('auto', new Recorder(), () => libc);
    expect(transport.name).toBe('epoll');
    await transport.close();
  });

  it('replaces no transport that was asked for by name', () => {
    const libc = failing((number) => (number === SYS_IO_URING_SETUP ? EPERM : undefined));
    expect(() => openTransport('io_uring', new Recorder(), () => libc)).toThrow(/^no io_uring: io_uring_setup EPERM/);
  });
});

describe('choosing a transport', () => {
  it('falls back on node:net without koffi, and says so', async () => {
    const { transport, log } = openTransport('auto', new Recorder(), () => {
      throw new Error('koffi is not installed');
    });
    expect(log).toBe('transport net (no io_uring: koffi is not installed; no epoll: koffi is not installed)');
    expect(transport.waker.kind).toBe('port');
    await transport.close();
  });

  it.each(isLinux ? (['epoll', 'net'] as const) : (['net'] as const))('opens %s by name', async (name) => {
    const { transport, log } = openTransport(name, new Recorder());
    expect(transport.name).toBe(name);
    expect(log).toBe(`transport ${name}`);
    await transport.close();
  });
});
