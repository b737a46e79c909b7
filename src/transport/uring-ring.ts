import type { Libc, MappedMemory } from './libc.ts';
import {
  CQE_WORDS,
  EAGAIN,
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EINTR,
  IORING_CQ_EVENTFD_DISABLED,
  IORING_ENTER_GETEVENTS,
  IORING_ENTER_REGISTERED_RING,
  IORING_FEAT_NODROP,
  IORING_FEAT_SINGLE_MMAP,
  IORING_OFF_SQ_RING,
  IORING_OFF_SQES,
  IORING_REGISTER_EVENTFD,
  IORING_REGISTER_RING_FDS,
  IORING_SETUP_CLAMP,
  IORING_SETUP_COOP_TASKRUN,
  IORING_SETUP_CQSIZE,
  IORING_SETUP_DEFER_TASKRUN,
  IORING_SETUP_SINGLE_ISSUER,
  IORING_SETUP_SUBMIT_ALL,
  IORING_SETUP_TASKRUN_FLAG,
  IORING_SQ_CQ_OVERFLOW,
  IORING_SQ_TASKRUN,
  MAP_SHARED_POPULATE,
  PARAMS_BYTES,
  PARAMS_CQ_ENTRIES,
  PARAMS_CQ_OFF_CQES,
  PARAMS_CQ_OFF_FLAGS,
  PARAMS_CQ_OFF_HEAD,
  PARAMS_CQ_OFF_TAIL,
  PARAMS_FEATURES,
  PARAMS_FLAGS,
  PARAMS_SQ_ENTRIES,
  PARAMS_SQ_OFF_ARRAY,
  PARAMS_SQ_OFF_FLAGS,
  PARAMS_SQ_OFF_HEAD,
  PARAMS_SQ_OFF_TAIL,
  PROT_READ_WRITE,
  SQE_WORDS,
  SYS_IO_URING_ENTER,
  SYS_IO_URING_REGISTER,
  SYS_IO_URING_SETUP,
} from './linux-abi.ts';
import { PinnedMemory } from './pinned-memory.ts';

const SQ_ENTRIES = 4096;
const CQ_ENTRIES = 16_384;
const NEEDED = IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP;

/** struct io_uring_rsrc_update { offset u32, resv u32, data u64 }, used once, at the start. */
const RSRC_UPDATE_AT = 0;
/** What is read from the eventfd. */
const COUNTER_AT = 16;
const SCRATCH_BYTES = 24;

/**
 * A submission and a completion ring shared with the kernel, both seen as 32-bit words:
 *
 *   sqes   ── 64 bytes an entry: opcode, flags, ioprio | fd | off | addr | len | op flags | user_data | group …
 *   cqes   ── 16 bytes an entry: user_data | result | flags
 *
 * One thread makes it, fills it and enters it. Completions are read by the owner straight from `words`.
 */
export class UringRing {
  readonly fd: number;
  /** Both rings. */
  readonly words: Int32Array;
  readonly cqHead: number;
  readonly cqTail: number;
  readonly cqMask: number;
  readonly cqes: number;
  /** Whether completions wait until we ask for them (Linux 6.1), instead of interrupting. */
  readonly defersWork: boolean;
  private readonly libc: Libc;
  private readonly rings: MappedMemory;
  private readonly sqeMemory: MappedMemory;
  private readonly sqes: Int32Array;
  /** Readable when there is something to enter for, while `signals(true)`. */
  readonly eventFd: number;
  private readonly cqFlags: number;
  private readonly sqFlags: number;
  private readonly sqHead: number;
  private readonly sqTailAt: number;
  private readonly sqEntries: number;
  private readonly scratch: PinnedMemory;
  /** The descriptor io_uring_enter is called with: the ring's, or its index in the thread's table of registered ones. */
  private enterFd: number;
  private enterFlags: number;
  private sqTail: number;

  /** Throws an Error that says why if the kernel has no io_uring, forbids it, or is older than 6.0. */
  constructor(libc: Libc) {
    this.libc = libc;
    const params = new PinnedMemory(libc, PARAMS_BYTES);
    this.fd = setUp(libc, params);
    try {
      const at = params.words;
      this.defersWork = (at[PARAMS_FLAGS] & IORING_SETUP_DEFER_TASKRUN) !== 0;
      if ((at[PARAMS_FEATURES] & NEEDED) !== NEEDED) throw new Error('this kernel lacks needed io_uring features');
      this.sqEntries = at[PARAMS_SQ_ENTRIES];
      this.sqHead = at[PARAMS_SQ_OFF_HEAD] >> 2;
      this.sqFlags = at[PARAMS_SQ_OFF_FLAGS] >> 2;
      this.sqTailAt = at[PARAMS_SQ_OFF_TAIL] >> 2;
      this.cqHead = at[PARAMS_CQ_OFF_HEAD] >> 2;
      this.cqTail = at[PARAMS_CQ_OFF_TAIL] >> 2;
      this.cqMask = at[PARAMS_CQ_ENTRIES] - 1;
      this.cqes = at[PARAMS_CQ_OFF_CQES] >> 2;
      this.cqFlags = at[PARAMS_CQ_OFF_FLAGS] >> 2;
      const array = at[PARAMS_SQ_OFF_ARRAY] >> 2;
      const ringWords = Math.max(array + this.sqEntries, this.cqes + at[PARAMS_CQ_ENTRIES] * CQE_WORDS);
      this.rings = libc.map(ringWords * 4, PROT_READ_WRITE, MAP_SHARED_POPULATE, this.fd, IORING_OFF_SQ_RING);
      const sqeBytes = this.sqEntries * SQE_WORDS * 4;
      this.sqeMemory = libc.map(sqeBytes, PROT_READ_WRITE, MAP_SHARED_POPULATE, this.fd, IORING_OFF_SQES);
      this.words = this.rings.words;
      this.sqes = this.sqeMemory.words;
      for (let i = 0; i < this.sqEntries; i++) this.words[array + i] = i;
      this.sqTail = this.words[this.sqTailAt];
      this.scratch = new PinnedMemory(libc, SCRATCH_BYTES);
      this.enterFd = this.fd;
      this.enterFlags = IORING_ENTER_GETEVENTS;
      this.eventFd = this.registerEventFd();
      this.registerOwnFd();
    } catch (error) {
      libc.close(this.fd);
      throw error;
    }
  }

  /** Entries prepared that the kernel has not taken yet. It takes them while we are in `enter` only, so a plain read does. */
  get unsubmitted(): number {
    return (this.sqTail - this.words[this.sqHead]) | 0;
  }

  /**
   * Writes a submission entry; it goes to the kernel with the next `enter`. `op` is opcode | flags << 8 | ioprio << 16;
   * the two halves of user_data come back in the completion.
   */
  prepare(
    op: number,
    fd: number,
    addressLow: number,
    addressHigh: number,
    length: number,
    opFlags: number,
    userLow: number,
    userHigh: number,
    bufferGroup: number,
  ): void {
    if (this.unsubmitted >= this.sqEntries) this.makeRoom();
    const sqes = this.sqes;
    const at = (this.sqTail & (this.sqEntries - 1)) * SQE_WORDS;
    sqes[at] = op;
    sqes[at + 1] = fd;
    sqes[at + 2] = 0;
    sqes[at + 3] = 0;
    sqes[at + 4] = addressLow;
    sqes[at + 5] = addressHigh;
    sqes[at + 6] = length;
    sqes[at + 7] = opFlags;
    sqes[at + 8] = userLow;
    sqes[at + 9] = userHigh;
    sqes[at + 10] = bufferGroup;
    sqes[at + 11] = 0;
    sqes[at + 12] = 0;
    sqes[at + 13] = 0;
    this.sqTail = (this.sqTail + 1) | 0;
  }

  /** Whether there is something to submit, to read, or for the kernel to do once we enter. */
  get hasWork(): boolean {
    const { words } = this;
    if (words[this.cqHead] !== Atomics.load(words, this.cqTail) || this.unsubmitted > 0) return true;
    return (Atomics.load(words, this.sqFlags) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) !== 0;
  }

  /**
   * Submits what is prepared and lets the kernel post completions; doesn't wait. Throws only on a misuse of the ring: a
   * signal and want of memory are no errors.
   */
  enter(): void {
    Atomics.store(this.words, this.sqTailAt, this.sqTail);
    const { unsubmitted, enterFd, enterFlags } = this;
    if (this.libc.syscall(SYS_IO_URING_ENTER, enterFd, unsubmitted, 0, enterFlags, 0, 0) < 0) this.checkEnter();
  }

  /** Calls io_uring_register. Returns what the kernel does: below 0 is a failure, with errno set. */
  register(operation: number, address: number, count: number): number {
    return this.libc.syscall(SYS_IO_URING_REGISTER, this.fd, operation, address, count, 0, 0);
  }

  /**
   * Whether new work makes `eventFd` readable. The ring's own descriptor can't be watched: completions that are
   * deferred until we enter don't show there. Turned off, it costs nothing.
   */
  signals(on: boolean): void {
    if (on) {
      Atomics.and(this.words, this.cqFlags, ~IORING_CQ_EVENTFD_DISABLED);
      return;
    }
    Atomics.or(this.words, this.cqFlags, IORING_CQ_EVENTFD_DISABLED);
    this.libc.read(this.eventFd, this.scratch.address + COUNTER_AT, 8);
  }

  /** Ends every operation that is still under way, and gives the memory back. */
  close(): void {
    this.libc.close(this.fd);
    this.libc.close(this.eventFd);
    this.libc.munmap(this.rings.address, this.rings.bytes);
    this.libc.munmap(this.sqeMemory.address, this.sqeMemory.bytes);
  }

  private makeRoom(): void {
    this.enter();
    if (this.unsubmitted >= this.sqEntries) throw new Error('io_uring takes no more submissions');
  }

  private checkEnter(): void {
    const errno = this.libc.errno();
    // EBUSY (16): completions overflow and have to be read first.
    if (errno === EINTR || errno === EAGAIN || errno === 16) return;
    throw this.libc.error('io_uring_enter');
  }

  private registerEventFd(): number {
    const fd = this.libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) throw this.libc.error('eventfd');
    this.scratch.words[RSRC_UPDATE_AT >> 2] = fd;
    if (this.register(IORING_REGISTER_EVENTFD, this.scratch.address + RSRC_UPDATE_AT, 1) < 0) {
      const error = this.libc.error('io_uring_register');
      this.libc.close(fd);
      throw error;
    }
    return fd;
  }

  /** A registered ring saves the kernel a look-up at every call; a kernel that refuses costs nothing. */
  private registerOwnFd(): void {
    const at = RSRC_UPDATE_AT >> 2;
    this.scratch.words[at] = -1;
    this.scratch.setAddress(at + 2, this.fd);
    if (this.register(IORING_REGISTER_RING_FDS, this.scratch.address + RSRC_UPDATE_AT, 1) !== 1) return;
    this.enterFd = this.scratch.words[at];
    this.enterFlags |= IORING_ENTER_REGISTERED_RING;
  }
}

/** Calls io_uring_setup with the best flags this kernel knows; fills `params`. */
function setUp(libc: Libc, params: PinnedMemory): number {
  const sizes = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
  const common = sizes | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_TASKRUN_FLAG;
  for (const extra of [IORING_SETUP_DEFER_TASKRUN, IORING_SETUP_COOP_TASKRUN]) {
    params.words.fill(0);
    params.words[PARAMS_CQ_ENTRIES] = CQ_ENTRIES;
    params.words[PARAMS_FLAGS] = common | extra;
    const fd = libc.syscall(SYS_IO_URING_SETUP, SQ_ENTRIES, params.address, 0, 0, 0, 0);
    if (fd >= 0) return fd;
    const error = libc.error('io_uring_setup');
    if (error.code === 'EPERM')
      throw new Error('io_uring_setup EPERM (forbidden here: seccomp or kernel.io_uring_disabled)');
    if (error.code !== 'EINVAL') throw error;
  }
  throw new Error('this kernel is older than Linux 6.0');
}
