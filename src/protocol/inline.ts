/** Inline commands: words on a line, as typed into telnet. Words are left where they are, unless some are quoted. */
import { isSpace } from '../base/character-class.ts';
import { Region } from '../base/region.ts';
import type { Arguments } from './arguments.ts';

const endsWord = (c: number): boolean => isSpace(c) || c === 0;
const hexDigit = (c: number): number => {
  if (c >= 48 && c <= 57) return c - 48;
  const lower = c | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
};
const ESCAPES = new Map([...'nrtba'].map((letter, i) => [letter.charCodeAt(0), [10, 13, 9, 8, 7][i]]));

const isQuote = (c: number): boolean => c === 34 || c === 39;

/**
 * Splits `source[from, to)` at its blanks.
 * @returns false if there is a quote somewhere: then nothing is to be had this way
 */
export function splitPlainInline(source: Region, from: number, to: number, into: Arguments): boolean {
  const u8 = source.u8;
  let argc = 0;
  let at = from;
  for (;;) {
    while (at < to && endsWord(u8[at])) at++;
    if (at >= to) break;
    const start = at;
    while (at < to && !endsWord(u8[at])) if (isQuote(u8[at++])) return false;
    if (argc === into.at.length) into.reserve(argc + 1);
    into.at[argc] = start;
    into.size[argc++] = at - start;
  }
  into.source = source;
  into.argc = argc;
  return true;
}

/**
 * Splits `source[from, to)` into words, with Redis' quoting: "…" with escapes, '…' with \' only; a closing quote must be
 * followed by a space. @returns false if the quotes are unbalanced
 */
export function splitInline(source: Region, from: number, to: number, into: Arguments): boolean {
  const u8 = source.u8;
  const words: number[][] = [];
  let at = from;
  for (;;) {
    while (at < to && endsWord(u8[at])) at++;
    if (at >= to) break;
    const word: number[] = [];
    at = readWord(u8, at, to, word);
    if (at < 0) return false;
    words.push(word);
  }
  const region = Region.allocate(words.reduce((sum, word) => sum + word.length, 0));
  into.reserve(words.length);
  let position = 0;
  words.forEach((word, index) => {
    region.u8.set(word, position);
    into.at[index] = position;
    into.size[index] = word.length;
    position += word.length;
  });
  into.source = region;
  into.argc = words.length;
  return true;
}

/** @returns where the word ends, or -1 */
function readWord(u8: Uint8Array, from: number, to: number, word: number[]): number {
  let at = from;
  while (at < to && !endsWord(u8[at])) {
    const c = u8[at];
    if (isQuote(c)) {
      at = c === 34 ? readDoubleQuoted(u8, at + 1, to, word) : readSingleQuoted(u8, at + 1, to, word);
      if (at < 0 || (at < to && !endsWord(u8[at]))) return -1;
      return at;
    }
    word.push(c);
    at++;
  }
  return at;
}

function readDoubleQuoted(u8: Uint8Array, from: number, to: number, word: number[]): number {
  for (let at = from; at < to; at++) {
    const c = u8[at];
    if (c === 34) return at + 1;
    if (c !== 92 || at + 1 >= to) {
      word.push(c);
      continue;
    }
    const escaped = u8[at + 1];
    if (escaped === 120 && at + 3 < to && hexDigit(u8[at + 2]) >= 0 && hexDigit(u8[at + 3]) >= 0) {
      word.push(hexDigit(u8[at + 2]) * 16 + hexDigit(u8[at + 3]));
      at += 3;
      continue;
    }
    word.push(ESCAPES.get(escaped) ?? escaped);
    at++;
  }
  return -1;
}

function readSingleQuoted(u8: Uint8Array, from: number, to: number, word: number[]): number {
  for (let at = from; at < to; at++) {
    const c = u8[at];
    if (c === 39) return at + 1;
    if (c === 92 && u8[at + 1] === 39 && at + 1 < to) {
      word.push(39);
      at++;
    } else {
      word.push(c);
    }
  }
  return -1;
}
