/**
 * RESP requests as offsets into received bytes. Nothing is copied and no state is kept between calls: a command cut off by
 * the end of the bytes is parsed again once `wantedBytes` of it are there, which is rare and, since argument bodies are
 * skipped, costs as many steps as there are arguments.
 */
import type { Region } from '../base/region.ts';
import type { Arguments } from './arguments.ts';
import { splitInline, splitPlainInline } from './inline.ts';

export const PARSED = 0;
export const INCOMPLETE = 1;
export const PROTOCOL_ERROR = 2;

/** A line that is a length or an inline command must end within this many bytes. */
const LINE_BYTES_MAX = 65536;
const ARGUMENTS_MAX = 2 ** 31 - 1;
/** `$0\r\n\r\n`: no argument takes less. */
const ARGUMENT_BYTES_MIN = 6;

const CR = 13;
const LF = 10;
const ASTERISK = 42;
const DOLLAR = 36;
const MINUS = 45;

const NOT_A_NUMBER = -0x8000_0000;

/** Header lines as little-endian words, for lengths of one digit (`$3\r\n`) and two (`$16\r`): nearly all there are. */
const ONE_DIGIT_MASK = 0xffff00ff | 0;
const TWO_DIGITS_MASK = 0xff0000ff | 0;
const ARRAY_ONE_DIGIT = 0x0a0d0000 | ASTERISK;
const BULK_ONE_DIGIT = 0x0a0d0000 | DOLLAR;
const BULK_TWO_DIGITS = 0x0d000000 | DOLLAR;

export interface ParserLimits {
  /** Longest argument in bytes (proto-max-bulk-len). */
  bulkBytesMax: number;
}

export class Parser {
  private readonly limits: ParserLimits;
  /** After PARSED: where the next command begins. */
  end = 0;
  /** After INCOMPLETE: parsing again is no use before this many bytes from the command's start are there. */
  wantedBytes = 0;
  /** After PROTOCOL_ERROR: the message, without `-ERR `. */
  message = '';
  /** Set for clients that have not authenticated yet: they may send ten short arguments, no more. */
  unauthenticated = false;

  private next = 0;

  constructor(limits: ParserLimits) {
    this.limits = limits;
  }

  /** Parses one command out of `source[from, to)` into `into`. An empty request has argc 0. */
  parse(source: Region, from: number, to: number, into: Arguments): number {
    const { u8, view } = source;
    if (u8[from] !== ASTERISK) return this.parseInline(source, from, to, into);
    into.source = source;
    let argc = 0;
    let position = from + 4;
    const head = position <= to ? view.getInt32(from, true) : 0;
    const digit = ((head >>> 8) & 0xff) - 48;
    if ((head & ONE_DIGIT_MASK) === ARRAY_ONE_DIGIT && digit >= 1 && digit <= 9) {
      argc = digit;
    } else {
      argc = this.readLength(u8, from + 1, to);
      if (this.next === 0) return this.lineIncomplete(from, to, 'too big mbulk count string');
      if (argc === NOT_A_NUMBER || argc > ARGUMENTS_MAX) return this.fail('invalid multibulk length');
      if (argc > 10 && this.unauthenticated) return this.fail('unauthenticated multibulk length');
      if (argc <= 0) {
        into.argc = 0;
        this.end = this.next;
        return PARSED;
      }
      position = this.next;
    }
    const { bulkBytesMax } = this.limits;
    let { at, size } = into;
    for (let index = 0; index < argc; index++) {
      let length = -1;
      if (position + 5 <= to) {
        const word = view.getInt32(position, true);
        const first = ((word >>> 8) & 0xff) - 48;
        if ((word & ONE_DIGIT_MASK) === BULK_ONE_DIGIT && first >= 0 && first <= 9) {
          length = first;
          position += 4;
        } else if ((word & TWO_DIGITS_MASK) === BULK_TWO_DIGITS) {
          const second = ((word >>> 16) & 0xff) - 48;
          if (first >= 1 && first <= 9 && second >= 0 && second <= 9) {
            length = first * 10 + second;
            position += 5;
          }
        }
      }
      if (length < 0) {
        if (position >= to) return this.wait(position - from + (argc - index) * ARGUMENT_BYTES_MIN);
        if (u8[position] !== DOLLAR) {
          return this.fail(`expected '$', got '${String.fromCharCode(u8[position])}'`);
        }
        length = this.readLength(u8, position + 1, to);
        if (this.next === 0) {
          if (to - position > LINE_BYTES_MAX) return this.fail('too big bulk count string');
          return this.wait(to - from + 1);
        }
        if (length < 0) return this.fail('invalid bulk length');
        if (this.unauthenticated && length > 16384 && length <= bulkBytesMax)
          return this.fail('unauthenticated bulk length');
        position = this.next;
      }
      if (length > bulkBytesMax) return this.fail('invalid bulk length');
      if (index === at.length) {
        into.reserve(index + 1);
        ({ at, size } = into);
      }
      at[index] = position;
      size[index] = length;
      position += length + 2;
      if (position > to) return this.wait(position - from + (argc - index - 1) * ARGUMENT_BYTES_MIN);
    }
    into.argc = argc;
    this.end = position;
    return PARSED;
  }

  /**
   * Reads an integer up to CR LF. Sets `next` behind the line, or to 0 if its end has not come yet.
   * @returns NOT_A_NUMBER unless it is what Redis takes for one
   */
  private readLength(u8: Uint8Array, from: number, to: number): number {
    let at = from;
    let value = 0;
    let c = 0;
    while (at < to) {
      c = u8[at] - 48;
      if (c < 0 || c > 9) break;
      value = value * 10 + c;
      at++;
    }
    // Both line-end bytes must be there; Redis doesn't look at the second.
    if (at + 1 < to && u8[at] === CR && at > from && value <= ARGUMENTS_MAX) {
      this.next = at + 2;
      return at - from > 1 && u8[from] === 48 ? NOT_A_NUMBER : value;
    }
    return this.readOddLength(u8, from, to);
  }

  /** Negative numbers, garbage and unfinished lines. */
  private readOddLength(u8: Uint8Array, from: number, to: number): number {
    this.next = 0;
    const limit = Math.min(to, from + LINE_BYTES_MAX);
    let end = from;
    while (end < limit && u8[end] !== CR) end++;
    if (end + 1 >= to || end === limit) return NOT_A_NUMBER;
    this.next = end + 2;
    let value = 0;
    const first = u8[from] === MINUS ? from + 1 : from;
    if (first === end || (u8[first] === 48 && end - from > 1)) return NOT_A_NUMBER;
    for (let i = first; i < end; i++) {
      const digit = u8[i] - 48;
      if (digit < 0 || digit > 9) return NOT_A_NUMBER;
      value = value * 10 + digit;
    }
    return first === from ? Math.min(value, ARGUMENTS_MAX + 1) : Math.max(-value, NOT_A_NUMBER + 1);
  }

  private parseInline(source: Region, from: number, to: number, into: Arguments): number {
    const u8 = source.u8;
    let end = from;
    while (end < to && u8[end] !== LF) end++;
    if (end === to) return this.lineIncomplete(from, to, 'too big inline request');
    if (end - from > LINE_BYTES_MAX) return this.fail('too big inline request');
    this.end = end + 1;
    const lineEnd = end > from && u8[end - 1] === CR ? end - 1 : end;
    if (splitPlainInline(source, from, lineEnd, into)) return PARSED;
    if (!splitInline(source, from, lineEnd, into)) return this.fail('unbalanced quotes in request');
    return PARSED;
  }

  private lineIncomplete(from: number, to: number, tooLong: string): number {
    if (to - from > LINE_BYTES_MAX) return this.fail(tooLong);
    return this.wait(to - from + 1);
  }

  private wait(bytes: number): number {
    this.wantedBytes = bytes;
    return INCOMPLETE;
  }

  private fail(message: string): number {
    this.message = `Protocol error: ${message}`;
    return PROTOCOL_ERROR;
  }
}
