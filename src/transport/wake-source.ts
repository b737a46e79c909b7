import type { Libc, PollHandle } from './libc.ts';
import { EFD_CLOEXEC, EFD_NONBLOCK } from './linux-abi.ts';
import { PinnedMemory } from './pinned-memory.ts';

/**
 * An eventfd that other threads write to. libuv watches it, even where a ring or an epoll set could: inside the write of
 * an eventfd the kernel puts off signalling another one, as the ring would have to, for milliseconds.
 */
export class WakeSource {
  readonly fd: number;
  private readonly libc: Libc;
  private readonly handle: PollHandle;
  private readonly counter: PinnedMemory;

  /** `onWake` is called from libuv's loop; wakes that came close together are one. */
  constructor(libc: Libc, onWake: () => void) {
    this.libc = libc;
    this.fd = libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (this.fd < 0) throw libc.error('eventfd');
    this.counter = new PinnedMemory(libc, 8);
    this.handle = libc.poll(this.fd, () => {
      libc.read(this.fd, this.counter.address, 8);
      onWake();
    });
  }

  close(): void {
    this.handle.close();
    this.libc.close(this.fd);
  }
}
