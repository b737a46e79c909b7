import type { Totals } from '../thread-figures.ts';

/** A part of INFO: a title, and fields in order. */
export type Field = readonly [name: string, value: string | number];

export interface Section {
  /** As asked for, in lower case. */
  readonly name: string;
  /** As shown. */
  readonly title: string;
  /** Whether plain INFO shows it; otherwise only `INFO all` and `INFO <name>` do. */
  readonly isDefault: boolean;
  fields(totals: Totals): readonly Field[];
}

const UNITS = ['B', 'K', 'M', 'G', 'T', 'P'];

/** Bytes for people: `1.50M`. */
export function humanBytes(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? `${bytes}B` : `${value.toFixed(2)}${UNITS[unit]}`;
}

export const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
