/**
 * Bits counted and combined 16 bytes at a time. JavaScript has no such wide operations, WebAssembly has, but reaches
 * only a memory of its own: strings are brought there a piece at a time, which is little work beside a loop in
 * JavaScript, as pieces stay in the first-level cache.
 *
 *     slot 0   what has been combined so far        slot 2   bits seen twice, for `addOnce`
 *     slot 1   the next operand                     slot 3   –
 */
import { Region } from './region.ts';
import {
  assemble,
  type Code,
  I8X16_ADD,
  I8X16_POPCNT,
  I16X8_ADD,
  I16X8_EXTADD_PAIRWISE_I8X16_U,
  I32_ADD,
  I32_LT_U,
  I32X4_EXTADD_PAIRWISE_I16X8_U,
  i32Const,
  i32x4ExtractLane,
  localGet,
  localSet,
  loopWhile,
  V128_AND,
  V128_ANDNOT,
  V128_NOT,
  V128_OR,
  V128_XOR,
  v128Load,
  v128Store,
  type WasmFunction,
} from './wasm-assembler.ts';

/** Bytes of a slot, of which there are four in a page. */
export const SLOT_BYTES = 16_384;
/** A step of a loop: what is worked on is rounded up to it, and zero there. */
export const STEP_BYTES = 32;
const OFFSETS = [0, 16];

/** Ranges begin at `to` or `from` and end where `to` has reached `end`, a multiple of STEP_BYTES further. */
export interface BitKernels {
  /** How many bits are set from `from` up to `end`, at most a slot further. */
  count(from: number, end: number): number;
  not(to: number, end: number): void;
  and(to: number, end: number, from: number): void;
  /** Leaves in `to` what isn't in `from`. */
  andNot(to: number, end: number, from: number): void;
  or(to: number, end: number, from: number): void;
  xor(to: number, end: number, from: number): void;
  /** Adds what is in `from` and has been seen in `to` to `twice`, then what is in `from` to `to`. */
  addOnce(to: number, end: number, from: number, twice: number): void;
}

const TO = 0;
const END = 1;
const FROM = 2;
const TWICE = 3;

const advance = (local: number): Code => [localGet(local), i32Const(STEP_BYTES), I32_ADD, localSet(local)];
const untilEnd: Code = [localGet(TO), localGet(END), I32_LT_U];
const load = (local: number, offset: number): Code => [localGet(local), v128Load(offset)];
const store = (local: number, offset: number, value: Code): Code => [localGet(local), value, v128Store(offset)];

/** `to` becomes what `operation` makes of it and `from`. */
function combining(name: string, operation: Code): WasmFunction {
  const step = OFFSETS.map((offset) => store(TO, offset, [load(TO, offset), load(FROM, offset), operation]));
  return {
    name,
    parameters: 3,
    returns: false,
    vectors: 0,
    code: loopWhile([step, advance(TO), advance(FROM), untilEnd]),
  };
}

const not: WasmFunction = {
  name: 'not',
  parameters: 2,
  returns: false,
  vectors: 0,
  code: loopWhile([OFFSETS.map((offset) => store(TO, offset, [load(TO, offset), V128_NOT])), advance(TO), untilEnd]),
};

const addOnce: WasmFunction = {
  name: 'addOnce',
  parameters: 4,
  returns: false,
  vectors: 0,
  code: loopWhile([
    OFFSETS.map((offset) => [
      store(TWICE, offset, [load(TWICE, offset), load(TO, offset), load(FROM, offset), V128_AND, V128_OR]),
      store(TO, offset, [load(TO, offset), load(FROM, offset), V128_OR]),
    ]),
    advance(TO),
    advance(FROM),
    advance(TWICE),
    untilEnd,
  ]),
};

/** Eight sums of 16 bits, each of two bytes of each 16: a slot's are at most 16,384. */
const SUMS = 2;
const count: WasmFunction = {
  name: 'count',
  parameters: 2,
  returns: true,
  vectors: 1,
  code: [
    loopWhile([
      OFFSETS.map((offset) => [load(TO, offset), I8X16_POPCNT]),
      I8X16_ADD,
      I16X8_EXTADD_PAIRWISE_I8X16_U,
      localGet(SUMS),
      I16X8_ADD,
      localSet(SUMS),
      advance(TO),
      untilEnd,
    ]),
    [localGet(SUMS), I32X4_EXTADD_PAIRWISE_I16X8_U, localSet(SUMS)],
    [0, 1, 2, 3].map((lane) => [localGet(SUMS), i32x4ExtractLane(lane)]),
    [I32_ADD, I32_ADD, I32_ADD],
  ],
};

/** A thread's kernels and the memory they work on. */
export class BitBench {
  readonly memory: Region;
  readonly kernels: BitKernels;

  constructor() {
    const combinations = [
      combining('and', V128_AND),
      combining('andNot', V128_ANDNOT),
      combining('or', V128_OR),
      combining('xor', V128_XOR),
    ];
    const made = assemble<BitKernels>([count, not, ...combinations, addOnce], 1);
    const { buffer } = made.memory;
    this.memory = new Region(new Uint8Array(buffer), new DataView(buffer));
    this.kernels = made;
  }
}
