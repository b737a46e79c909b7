/**
 * Runs a program where io_uring_setup fails, as a container's seccomp filter has it. Arguments: the errno, the program
 * and its arguments. Signals to end are passed on, and so is the exit code.
 */
import { spawn } from 'node:child_process';
import koffi from 'koffi';
import { SYS_IO_URING_SETUP } from '../../src/transport/linux-abi.ts';

const PR_SET_NO_NEW_PRIVS = 38;
const PR_SET_SECCOMP = 22;
const SECCOMP_MODE_FILTER = 2;
const SECCOMP_RET_ERRNO = 0x0005_0000;
const SECCOMP_RET_ALLOW = 0x7fff_0000;
/** Classic BPF: load a word of struct seccomp_data, jump if equal, return. Word 0 is the number of the system call. */
const LOAD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;
const NUMBER_AT = 0;

const [errno, program, ...args] = process.argv.slice(2);
const instructions = [
  [LOAD, 0, 0, NUMBER_AT],
  [JUMP_IF_EQUAL, 0, 1, SYS_IO_URING_SETUP],
  [RETURN, 0, 0, SECCOMP_RET_ERRNO | Number(errno)],
  [RETURN, 0, 0, SECCOMP_RET_ALLOW],
];
const filter = Buffer.from(new SharedArrayBuffer(instructions.length * 8));
instructions.forEach(([code, ifTrue, ifFalse, value], i) => {
  filter.writeUInt16LE(code, i * 8);
  filter.set([ifTrue, ifFalse], i * 8 + 2);
  filter.writeUInt32LE(value, i * 8 + 4);
});
// struct sock_fprog { len u16, filter* }
const description = Buffer.from(new SharedArrayBuffer(16));
description.writeUInt16LE(instructions.length);
description.writeBigUInt64LE(BigInt(koffi.address(filter)), 8);

const prctl = koffi.load(null).func('prctl', 'int', ['int', 'ulong', 'uintptr_t', 'ulong', 'ulong']);
if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) !== 0) throw new Error(`no_new_privs: errno ${koffi.errno()}`);
if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, Number(koffi.address(description)), 0, 0) !== 0)
  throw new Error(`seccomp: errno ${koffi.errno()}`);

// What this thread starts has its filter.
const child = spawn(program, args, { stdio: 'inherit' });
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
