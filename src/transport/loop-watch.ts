import type { Libc, PollHandle } from './libc.ts';
import { PinnedMemory } from './pinned-memory.ts';

/** enum uv_handle_type, enum uv_poll_event */
const UV_POLL = 8;
const UV_READABLE = 1;

/** What Node exports of libuv. */
export interface LoopFunctions {
  /** uv_loop_t of the main thread. */
  readonly loop: number;
  readonly handleSize: (type: number) => number;
  readonly pollInit: (loop: number, handle: number, fd: number) => number;
  readonly pollStart: (handle: number, events: number, callback: number) => number;
  readonly close: (handle: number, callback: number) => void;
  /** A function that does nothing, for libuv to call: any that only looks at the handle will do. */
  readonly nothing: number;
}

/**
 * libuv's watch over a descriptor that ends the loop's wait and does nothing else: then immediates run, also those that
 * keep no loop from waiting. Koffi's own watch makes an object and calls JavaScript, 3 µs a wake-up.
 */
export class LoopWatch implements PollHandle {
  private readonly functions: LoopFunctions;
  private readonly handle: PinnedMemory;

  constructor(libc: Libc, functions: LoopFunctions, fd: number) {
    this.functions = functions;
    this.handle = new PinnedMemory(libc, functions.handleSize(UV_POLL));
    const { address } = this.handle;
    if (functions.pollInit(functions.loop, address, fd) < 0) throw new Error(`libuv can't watch descriptor ${fd}`);
    if (functions.pollStart(address, UV_READABLE, functions.nothing) < 0)
      throw new Error(`libuv doesn't watch descriptor ${fd}`);
  }

  close(): void {
    this.functions.close(this.handle.address, 0);
    // libuv looks at a closed handle once more at the end of a turn of the loop, so its memory has to outlast one.
    const keep = (): PinnedMemory => this.handle;
    setImmediate(() => setImmediate(keep));
  }
}
