/**
 * Just enough of WebAssembly's binary format to write loops over memory by hand: a module is functions of i32 parameters
 * over one memory of its own. Code is written as nested lists of bytes; the names are those of the text format.
 * https://webassembly.github.io/spec/core/binary/
 */

export type Code = readonly (number | Code)[];

/** An unsigned number as LEB128: seven bits a byte, the lowest first. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest >>>= 7) bytes.push((rest & 127) | 128);
  bytes.push(rest);
  return bytes;
}

const TYPE_I32 = 0x7f;
const TYPE_V128 = 0x7b;
const TYPE_FUNCTION = 0x60;
const BLOCK_EMPTY = 0x40;

export const localGet = (index: number): Code => [0x20, unsigned(index)];
export const localSet = (index: number): Code => [0x21, unsigned(index)];
/** Only numbers below 64: a larger one's sign bit would have to be minded. */
export const i32Const = (value: number): Code => [0x41, value];
export const I32_ADD: Code = [0x6a];
export const I32_LT_U: Code = [0x49];

/** Runs `body`, and again as long as it leaves a number other than 0. */
export const loopWhile = (body: Code): Code => [0x03, BLOCK_EMPTY, body, 0x0d, 0, 0x0b];

const simd = (opcode: number): Code => [0xfd, unsigned(opcode)];
/** From and to any address: the alignment is a hint only. */
export const v128Load = (offset: number): Code => [simd(0x00), 0, unsigned(offset)];
export const v128Store = (offset: number): Code => [simd(0x0b), 0, unsigned(offset)];
export const V128_NOT = simd(0x4d);
export const V128_AND = simd(0x4e);
/** The first and not the second. */
export const V128_ANDNOT = simd(0x4f);
export const V128_OR = simd(0x50);
export const V128_XOR = simd(0x51);
export const I8X16_POPCNT = simd(0x62);
export const I8X16_ADD = simd(0x6e);
export const I16X8_EXTADD_PAIRWISE_I8X16_U = simd(0x7d);
export const I16X8_ADD = simd(0x8e);
export const I32X4_EXTADD_PAIRWISE_I16X8_U = simd(0x7f);
export const i32x4ExtractLane = (lane: number): Code => [simd(0x1b), lane];

export interface WasmFunction {
  readonly name: string;
  /** How many i32 it takes: locals 0 and up. */
  readonly parameters: number;
  /** Whether it returns an i32. */
  readonly returns: boolean;
  /** How many v128 locals follow the parameters; they begin as zero. */
  readonly vectors: number;
  readonly code: Code;
}

const SECTION_TYPE = 1;
const SECTION_FUNCTION = 3;
const SECTION_MEMORY = 5;
const SECTION_EXPORT = 7;
const SECTION_CODE = 10;
const EXPORT_FUNCTION = 0;
const EXPORT_MEMORY = 2;

/** What of JavaScript's interface to WebAssembly is used: Node's types don't declare it. */
interface WasmHost {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}
const host = (globalThis as unknown as { WebAssembly: WasmHost }).WebAssembly;

export interface WasmExports {
  readonly memory: { readonly buffer: ArrayBuffer };
}

/** Makes the functions, with a memory of so many pages of 64 KiB, never more. @returns what is exported: all of it */
export function assemble<Functions>(functions: readonly WasmFunction[], pages: number): Functions & WasmExports {
  const types = functions.map(({ parameters, returns }) => [
    TYPE_FUNCTION,
    vector(Array<Code>(parameters).fill([TYPE_I32])),
    vector(returns ? [[TYPE_I32]] : []),
  ]);
  const exports = functions.map(({ name }, index) => [text(name), EXPORT_FUNCTION, unsigned(index)]);
  const bodies = functions.map(({ vectors, code }) =>
    sized([vector(vectors === 0 ? [] : [[unsigned(vectors), TYPE_V128]]), code, 0x0b]),
  );
  const module: Code = [
    text('\0asm').slice(1),
    [1, 0, 0, 0],
    [SECTION_TYPE, sized(vector(types))],
    [SECTION_FUNCTION, sized(vector(functions.map((_, index) => unsigned(index))))],
    [SECTION_MEMORY, sized(vector([[1, unsigned(pages), unsigned(pages)]]))],
    [SECTION_EXPORT, sized(vector([...exports, [text('memory'), EXPORT_MEMORY, 0]]))],
    [SECTION_CODE, sized(vector(bodies))],
  ];
  return new host.Instance(new host.Module(Uint8Array.from(flat(module)))).exports as Functions & WasmExports;
}

const flat = (code: Code): number[] => code.flatMap((part) => (typeof part === 'number' ? part : flat(part)));

const vector = (items: readonly Code[]): Code => [unsigned(items.length), items];

function sized(code: Code): Code {
  const bytes = flat(code);
  return [unsigned(bytes.length), bytes];
}

const text = (word: string): Code => [unsigned(word.length), [...word].map((letter) => letter.charCodeAt(0))];
