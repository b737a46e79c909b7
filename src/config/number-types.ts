import { ConfigRefusal } from './refusal.ts';
import type { Setting, ValueType } from './value-type.ts';

/** The limits of C's types, in which Redis states its ranges. */
export const INT_MIN = -(2n ** 31n);
export const INT_MAX = 2n ** 31n - 1n;
export const UINT_MAX = 2n ** 32n - 1n;
export const LONG_MAX = 2n ** 63n - 1n;
export const ULONG_MAX = 2n ** 64n - 1n;

type Bound = number | bigint;

export interface IntegerOptions {
  /** Values are accepted in the wider range of the type, then brought into this one. */
  readonly clampTo?: readonly [number, number];
  /** Returns the reason for which a value within the range is refused. */
  readonly check?: (value: number) => string | undefined;
}

/** A decimal integer, written without a plus sign, blanks or leading zeros. */
export function integer(least: Bound, most: Bound, options: IntegerOptions = {}): ValueType<number> {
  return {
    description: describeRange('integer', least, most),
    takesSeveral: false,
    parse([argument]) {
      const parsed = parseInt64(argument);
      if (parsed === undefined) throw new ConfigRefusal("argument couldn't be parsed into an integer");
      requireRange(parsed, least, most);
      const [low, high] = options.clampTo ?? [];
      const value = low !== undefined && parsed < low ? low : high !== undefined && parsed > high ? high : parsed;
      const reason = options.check?.(Number(value));
      if (reason !== undefined) throw new ConfigRefusal(reason);
      return settingOf(value);
    },
    toLines: (setting) => [setting.text],
  };
}

/** Permission bits. */
export function octal(most: number): ValueType<number> {
  return {
    description: `octal number, 0 to ${most.toString(8)}`,
    takesSeveral: false,
    parse([argument]) {
      if (!/^\s*[+-]?[0-7]+$/.test(argument)) {
        throw new ConfigRefusal("argument couldn't be parsed as an octal number");
      }
      const value = Number.parseInt(argument, 8);
      if (value < 0 || value > most) {
        throw new ConfigRefusal(`argument must be between 0 and ${most.toString(8)} inclusive`);
      }
      return { value, text: value.toString(8) };
    },
    toLines: (setting) => [setting.text],
  };
}

/** A number of bytes, optionally with a unit: `1k` is 1000 and `1kb` 1024. */
export function memory(least: Bound, most: Bound): ValueType<number> {
  return {
    description: describeRange('bytes', least, most),
    takesSeveral: false,
    parse([argument]) {
      const bytes = parseMemory(argument);
      if (bytes === undefined) throw new ConfigRefusal('argument must be a memory value');
      requireRange(bytes, least, most);
      return settingOf(bytes);
    },
    toLines: (setting) => [shortMemory(BigInt(setting.text))],
  };
}

/** Either a fixed number of bytes or a share of another limit. */
export type MemoryOrShare = { readonly bytes: number } | { readonly percent: number };

/** A number of bytes, or a percentage of `maxmemory`. */
export function memoryOrPercent(most: Bound): ValueType<MemoryOrShare> {
  return {
    description: 'bytes or a percentage, up to 100%',
    takesSeveral: false,
    parse([argument]): Setting<MemoryOrShare> {
      const bytes = parseMemory(argument);
      if (bytes !== undefined) {
        requireRange(bytes, 0, most);
        return { value: { bytes: Number(bytes) }, text: bytes.toString() };
      }
      const share = /^.+%$/.test(argument) ? parseInt64(argument.slice(0, -1)) : undefined;
      if (share === undefined || share < 0n) throw new ConfigRefusal('argument must be a memory or percent value');
      if (share > 100n) throw new ConfigRefusal('percentage argument must be less or equal to 100');
      if (share === 0n) return { value: { bytes: 0 }, text: '0' };
      return { value: { percent: Number(share) }, text: `${share}%` };
    },
    toLines: ({ text }) => [text.endsWith('%') ? text : shortMemory(BigInt(text))],
  };
}

const UNITS: Readonly<Record<string, bigint>> = {
  '': 1n,
  b: 1n,
  k: 1000n,
  kb: 2n ** 10n,
  m: 1000n ** 2n,
  mb: 2n ** 20n,
  g: 1000n ** 3n,
  gb: 2n ** 30n,
};

/** Bytes, or undefined if the text is no amount of memory. No digits at all count as zero, as they always have. */
export function parseMemory(text: string): bigint | undefined {
  const [, digits, unit] = /^(\d*)([a-z]*)$/i.exec(text) ?? [];
  const factor = unit === undefined ? undefined : UNITS[unit.toLowerCase()];
  if (factor === undefined) return undefined;
  const bytes = BigInt(digits === '' ? 0 : digits) * factor;
  return bytes > ULONG_MAX ? undefined : bytes;
}

/** As strtoll(3) with base 10 reads a whole string: blanks and a sign may come first, and "" is 0. */
export function parseLenient(text: string): bigint | undefined {
  if (text === '') return 0n;
  return /^\s*[+-]?\d+$/.test(text) ? BigInt(text.trim().replace(/^\+/, '')) : undefined;
}

function parseInt64(text: string): bigint | undefined {
  if (!/^(0|-?[1-9]\d{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > LONG_MAX || value < -LONG_MAX - 1n ? undefined : value;
}

function requireRange(value: bigint, least: Bound, most: Bound): void {
  if (value < least || value > most) {
    throw new ConfigRefusal(`argument must be between ${least} and ${most} inclusive`);
  }
}

function settingOf(value: Bound): Setting<number> {
  return { value: Number(value), text: value.toString() };
}

/** The largest unit that divides the amount: what a person would write into a configuration file. */
export function shortMemory(bytes: bigint): string {
  for (const unit of ['gb', 'mb', 'kb']) {
    if (bytes !== 0n && bytes % UNITS[unit] === 0n) return `${bytes / UNITS[unit]}${unit}`;
  }
  return bytes.toString();
}

function describeRange(kind: string, least: Bound, most: Bound): string {
  if (most >= INT_MAX) return least <= INT_MIN ? kind : `${kind}, at least ${least}`;
  return `${kind}, ${least} to ${most}`;
}
