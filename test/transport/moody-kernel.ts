import type { UringTransport } from '../../src/transport/io-uring.ts';
import { Libc } from '../../src/transport/libc.ts';
import {
  CQE_WORDS,
  IORING_OP_ACCEPT,
  IORING_OP_RECV,
  IORING_OP_SEND,
  SQE_WORDS,
  SYS_IO_URING_ENTER,
} from '../../src/transport/linux-abi.ts';
import type { UringRing } from '../../src/transport/uring-ring.ts';

export type Operation = 'accept' | 'receive' | 'send';

/** The errno that the kernel answers to an operation, or 0: it does what it was asked for. */
export type Mood = (operation: Operation) => number;

const OPERATIONS: ReadonlyMap<number, Operation> = new Map([
  [IORING_OP_ACCEPT, 'accept'],
  [IORING_OP_RECV, 'receive'],
  [IORING_OP_SEND, 'send'],
]);
const OPCODE_MASK = 0xff;
const NO_DESCRIPTOR = -1;
const EBADF = 9;
/** Words of a submission and of a completion. */
const SQE_FD = 1;
const SQE_USER = 8;
const CQE_RESULT = 2;

/** What a ring keeps to itself. */
interface Submissions {
  readonly sqes: Int32Array;
  readonly sqEntries: number;
  readonly sqHead: number;
  readonly sqTail: number;
}

/** A kernel that gives answers which are seldom heard, to a transport that was opened with its `libc`. */
export class MoodyKernel {
  readonly libc: Libc;
  mood: Mood = () => 0;
  /** How often each errno was answered to an operation of the ring, asked for or not. */
  readonly answers = new Map<number, number>();
  private readonly refused = new Map<string, number>();
  private ring: UringRing | undefined;
  private errno = 0;

  constructor() {
    const libc = Libc.open();
    const call =
      (operation: Operation, really: (...args: number[]) => number) =>
      (...args: number[]): number => {
        this.errno = this.mood(operation);
        return this.errno === 0 ? really(...args) : -1;
      };
    this.libc = Object.create(libc, {
      accept4: { value: call('accept', libc.accept4) },
      recv: { value: call('receive', libc.recv) },
      send: { value: call('send', libc.send) },
      errno: { value: () => this.errno || libc.errno() },
      syscall: {
        value: (...args: number[]) => {
          this.errno = 0;
          if (args[0] !== SYS_IO_URING_ENTER || this.ring === undefined) return libc.syscall(...args);
          this.refuse(this.ring);
          const result = libc.syscall(...args);
          this.answer(this.ring);
          return result;
        },
      },
    }) as Libc;
  }

  /** Looks at what this transport submits. */
  watch(transport: UringTransport): void {
    this.ring = (transport as unknown as { ring: UringRing }).ring;
  }

  /** What it is to refuse is submitted without a descriptor, so nothing happens and EBADF is the answer. */
  private refuse(ring: UringRing): void {
    const { sqes, sqEntries, sqHead, sqTail } = ring as unknown as Submissions;
    for (let entry = ring.words[sqHead]; entry !== sqTail; entry = (entry + 1) | 0) {
      const at = (entry & (sqEntries - 1)) * SQE_WORDS;
      const operation = OPERATIONS.get(sqes[at] & OPCODE_MASK);
      const errno = operation === undefined ? 0 : this.mood(operation);
      if (errno === 0) continue;
      this.refused.set(`${sqes[at + SQE_USER]} ${sqes[at + SQE_USER + 1]}`, errno);
      sqes[at + SQE_FD] = NO_DESCRIPTOR;
    }
  }

  /** Puts the answers in place of EBADF, and counts. */
  private answer(ring: UringRing): void {
    const { words, cqHead, cqTail, cqMask, cqes } = ring;
    for (let entry = words[cqHead]; entry !== words[cqTail]; entry = (entry + 1) | 0) {
      const at = cqes + (entry & cqMask) * CQE_WORDS;
      const errno = this.refused.get(`${words[at]} ${words[at + 1]}`);
      if (words[at + CQE_RESULT] === -EBADF && errno !== undefined) words[at + CQE_RESULT] = -errno;
      const result = words[at + CQE_RESULT];
      if (result < 0) this.answers.set(-result, (this.answers.get(-result) ?? 0) + 1);
    }
  }
}
