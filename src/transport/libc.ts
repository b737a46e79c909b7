import { createRequire } from 'node:module';
import { getSystemErrorName } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { type LoopFunctions, LoopWatch } from './loop-watch.ts';

/** libuv's watch over a descriptor, as koffi gives it. */
export interface PollHandle {
  close(): void;
}

type Koffi = typeof import('koffi');
/** Arguments are integers and addresses; an address is a number, for none lies above 2^47. */
type IntegerFunction = (...args: number[]) => number;
type Lookup = (library: number, symbol: string) => number;

/**
 * The C functions that Mayfly calls on Linux. All take and return plain integers, so a call costs about 100 ns and
 * allocates nothing; what they point to must be pinned memory.
 */
export class Libc {
  readonly syscall: IntegerFunction;
  readonly socket: IntegerFunction;
  readonly bind: IntegerFunction;
  readonly listen: IntegerFunction;
  readonly accept4: IntegerFunction;
  readonly setsockopt: IntegerFunction;
  readonly getsockname: IntegerFunction;
  readonly getpeername: IntegerFunction;
  readonly read: IntegerFunction;
  readonly recv: IntegerFunction;
  readonly send: IntegerFunction;
  readonly shutdown: IntegerFunction;
  readonly close: IntegerFunction;
  readonly eventfd: IntegerFunction;
  readonly epollCreate: IntegerFunction;
  readonly epollCtl: IntegerFunction;
  readonly epollWait: IntegerFunction;
  readonly munmap: IntegerFunction;
  readonly madvise: IntegerFunction;
  /** glibc has it, others don't. */
  readonly mallocTrim: IntegerFunction | undefined;
  /** Undefined on other threads than the main one, and where Node doesn't export libuv. */
  private readonly loopFunctions: LoopFunctions | undefined;
  private readonly koffi: Koffi;
  private readonly mapFunction: (...args: (number | null)[]) => bigint;

  private constructor(koffi: Koffi) {
    this.koffi = koffi;
    // Node itself is linked to the C library, whichever that is (glibc, musl): its symbols are the program's.
    const program = koffi.load(null);
    const define = (name: string, ...types: string[]): IntegerFunction =>
      program.func(name, types[0], types.slice(1)) as IntegerFunction;
    const address = 'uintptr_t';
    this.syscall = define('syscall', 'long', 'long', 'long', 'long', 'long', 'long', 'long', 'long');
    this.socket = define('socket', 'int', 'int', 'int', 'int');
    this.bind = define('bind', 'int', 'int', address, 'int');
    this.listen = define('listen', 'int', 'int', 'int');
    this.accept4 = define('accept4', 'int', 'int', address, address, 'int');
    this.setsockopt = define('setsockopt', 'int', 'int', 'int', 'int', address, 'int');
    this.getsockname = define('getsockname', 'int', 'int', address, address);
    this.getpeername = define('getpeername', 'int', 'int', address, address);
    this.read = define('read', 'long', 'int', address, 'size_t');
    this.recv = define('recv', 'long', 'int', address, 'size_t', 'int');
    this.send = define('send', 'long', 'int', address, 'size_t', 'int');
    this.shutdown = define('shutdown', 'int', 'int', 'int');
    this.close = define('close', 'int', 'int');
    this.eventfd = define('eventfd', 'int', 'uint', 'int');
    this.epollCreate = define('epoll_create1', 'int', 'int');
    this.epollCtl = define('epoll_ctl', 'int', 'int', 'int', 'int', address);
    this.epollWait = define('epoll_wait', 'int', 'int', address, 'int', 'int');
    this.munmap = define('munmap', 'int', address, 'size_t');
    this.madvise = define('madvise', 'int', address, 'size_t', 'int');
    this.mallocTrim = ifThere(() => define('malloc_trim', 'int', 'size_t'));
    this.loopFunctions = ifThere(() => {
      // Another thread may die with its watch, which koffi then closes; a loop that goes with watches aborts the process.
      if (!isMainThread) return undefined;
      return {
        loop: define('uv_default_loop', address)(),
        handleSize: define('uv_handle_size', 'size_t', 'int'),
        pollInit: define('uv_poll_init', 'int', address, address, 'int'),
        pollStart: define('uv_poll_start', 'int', address, 'int', address),
        close: define('uv_close', 'void', address, address),
        nothing: (program.func('dlsym', address, [address, 'str']) as Lookup)(0, 'uv_is_active'),
      };
    });
    this.mapFunction = program.func('mmap', 'void*', ['void*', 'size_t', 'int', 'int', 'int', 'size_t']);
  }

  /** Throws if this is not Linux on a 64-bit little-endian machine we know, or if koffi can't be loaded. */
  static open(): Libc {
    if (process.platform !== 'linux') throw new Error(`needs Linux, this is ${process.platform}`);
    if (process.arch !== 'x64' && process.arch !== 'arm64') throw new Error(`needs x64 or arm64, not ${process.arch}`);
    return new Libc(loadKoffi());
  }

  /** errno of the last call. */
  errno(): number {
    return this.koffi.errno();
  }

  /** Where the first byte of `memory` lies. Throws if it is not shared: other memory may move, or be given away. */
  addressOf(memory: Uint8Array): number {
    if (!(memory.buffer instanceof SharedArrayBuffer)) throw new TypeError('only shared memory has a lasting address');
    return Number(this.koffi.address(memory));
  }

  /** Maps `bytes` of `fd` at `offset`. Throws if the kernel refuses. */
  map(bytes: number, protection: number, flags: number, fd: number, offset: number): MappedMemory {
    const pointer = this.mapFunction(null, bytes, protection, flags, fd, offset);
    if (pointer === 0n || BigInt.asIntN(64, pointer) === -1n) throw this.error('mmap');
    const words = new Int32Array(this.koffi.view(pointer, bytes));
    return { words, address: Number(pointer), bytes };
  }

  /** Calls back from libuv's loop of this thread whenever `fd` is readable. */
  poll(fd: number, callback: () => void): PollHandle {
    return this.koffi.node.poll(fd, callback);
  }

  /** Has libuv's loop of this thread turn whenever `fd` is readable, for immediates to run. */
  wakeLoop(fd: number): PollHandle {
    const { loopFunctions } = this;
    return loopFunctions === undefined ? this.poll(fd, () => undefined) : new LoopWatch(this, loopFunctions, fd);
  }

  /** The error of the call that just failed, in the shape of Node's own. `detail` names what was acted on. */
  error(call: string, detail = ''): NodeJS.ErrnoException {
    return systemError(this.errno(), call, detail);
  }
}

export interface MappedMemory {
  readonly words: Int32Array;
  readonly address: number;
  readonly bytes: number;
}

/** An error with `code`, `errno` and `syscall`, as Node makes them. `errno` is positive. */
export function systemError(errno: number, call: string, detail = ''): NodeJS.ErrnoException {
  const code = getSystemErrorName(-errno);
  const error: NodeJS.ErrnoException = new Error(`${call} ${code}${detail === '' ? '' : ` ${detail}`}`);
  error.code = code;
  error.errno = -errno;
  error.syscall = call;
  return error;
}

/** Undefined where there is no such function: koffi throws. */
function ifThere<T>(define: () => T): T | undefined {
  try {
    return define();
  } catch {
    return undefined;
  }
}

function loadKoffi(): Koffi {
  try {
    return createRequire(import.meta.url)('koffi') as Koffi;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    throw new Error(missing ? 'koffi is not installed' : `koffi does not load: ${(error as Error).message}`);
  }
}
