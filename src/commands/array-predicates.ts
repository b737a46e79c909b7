/** What ARGREP asks of an element's text. */
import { matchGlob } from '../base/glob.ts';
import { Regex } from '../base/regex-program.ts';
import { BackReferenceError, RegexError } from '../base/regex-syntax.ts';
import { equal, type Region } from '../base/region.ts';
import type { Slice } from '../types/slice.ts';
import { error } from './errors.ts';

const PATTERN_BYTES_MAX = 2048;
const EMPTY_PATTERN = error('ERR regular expression is empty');
const NO_BACK_REFERENCES = error('ERR regular expression backreferences are not supported');
export const PATTERN_TOO_LONG = error(`ERR regular expression is too long, maximum is ${PATTERN_BYTES_MAX} bytes`);

export const PREDICATES = ['EXACT', 'MATCH', 'GLOB', 'RE'] as const;
export type PredicateKind = (typeof PREDICATES)[number];

export const isTooLong = (kind: PredicateKind, length: number): boolean => kind === 'RE' && length > PATTERN_BYTES_MAX;

/** One predicate. Its pattern lies where it was given. */
export class Predicate {
  private readonly kind: PredicateKind;
  private readonly region: Region;
  private readonly at: number;
  private readonly length: number;
  private readonly ignoreCase: boolean;
  private readonly regex: Regex | undefined;

  /** @throws CommandError if it is a regular expression that is none */
  constructor(kind: PredicateKind, region: Region, at: number, length: number, ignoreCase: boolean) {
    this.kind = kind;
    this.region = region;
    this.at = at;
    this.length = length;
    this.ignoreCase = ignoreCase;
    this.regex = kind === 'RE' ? compile(region.u8.slice(at, at + length), ignoreCase) : undefined;
  }

  holds(text: Slice): boolean {
    const { region, at, length, ignoreCase } = this;
    switch (this.kind) {
      case 'EXACT':
        return text.length === length && this.isAt(text, 0);
      case 'MATCH':
        return this.isIn(text);
      case 'GLOB':
        return matchGlob(region.u8, at, length, text.region.u8, text.at, text.length, ignoreCase);
      default:
        return (this.regex as Regex).matches(text.region.u8, text.at, text.length);
    }
  }

  private isIn(text: Slice): boolean {
    const last = text.length - this.length;
    for (let from = 0; from <= last; from++) if (this.isAt(text, from)) return true;
    return false;
  }

  private isAt(text: Slice, from: number): boolean {
    const { region, at, length } = this;
    if (!this.ignoreCase) return equal(region, at, text.region, text.at + from, length);
    const a = region.u8;
    const b = text.region.u8;
    for (let i = 0; i < length; i++) if (lower(a[at + i]) !== lower(b[text.at + from + i])) return false;
    return true;
  }
}

const lower = (byte: number): number => (byte >= 65 && byte <= 90 ? byte + 32 : byte);

function compile(pattern: Uint8Array, ignoreCase: boolean): Regex {
  if (pattern.length === 0) throw EMPTY_PATTERN;
  try {
    return new Regex(pattern, ignoreCase);
  } catch (failure) {
    if (failure instanceof BackReferenceError) throw NO_BACK_REFERENCES;
    if (failure instanceof RegexError) throw error(`ERR invalid regular expression: ${failure.message}`);
    throw failure;
  }
}
