/** LRANGE's reply, written straight from the list's nodes: one check for room a node, then nothing but copying. */
import { integerLength, writeInteger } from '../base/numbers.ts';
import { copy, type Region } from '../base/region.ts';
import type { Writer } from '../protocol/writer.ts';
import { LIST_LISTPACK, type List } from '../types/list.ts';
import { listpackOf, nextNode, nodeBytes, nodeCount } from '../types/list-node.ts';
import { LISTPACK_HEADER_BYTES } from '../types/listpack.ts';
import {
  END,
  elementBytes,
  HEAD_INTEGER_64,
  integerAt,
  isIntegerHead,
  ListpackElement,
} from '../types/listpack-element.ts';

const DOLLAR = 36;
const ZERO = 48;
const CRLF = 0x0a0d;
/** `$0` and CR LF as they lie in memory: with a digit added to the second byte, the header of a short string. */
const SHORT_HEADER = DOLLAR | (ZERO << 8) | (CRLF << 16);
/** What an element's reply takes beyond the element's own bytes, at most: a small number has few bytes and much text. */
const AROUND_BYTES_MAX = 32;
const LONGEST_SHORT_BYTES = 0x3f;
const WORD_BYTES = 4;

const element = new ListpackElement();

/** Replies with an array of `count` elements, which must be there, from number `index` on. */
export function replyRange(reply: Writer, list: List, index: number, count: number): void {
  reply.array(count);
  if (count === 0 || !list.seek(index)) return;
  const { arena } = list.allocator;
  let rest = count;
  let { node, offset } = list;
  while (rest > 0) {
    reply.ensure(nodeBytes(arena, node) + Math.min(rest, nodeCount(arena, node)) * AROUND_BYTES_MAX);
    rest -= replyElements(reply, arena.region, listpackOf(arena, node) + offset, rest);
    node = list.encoding === LIST_LISTPACK ? 0 : nextNode(arena, node);
    offset = LISTPACK_HEADER_BYTES;
  }
}

/** Replies with up to `most` elements of one listpack, for which there is room. @returns how many there were */
function replyElements(reply: Writer, from: Region, first: number, most: number): number {
  const { u8 } = from;
  const to = reply.region;
  // Short strings are copied by whole words: what is too much is overwritten by what comes next.
  const wordsUntil = u8.length - LONGEST_SHORT_BYTES - WORD_BYTES;
  let at = reply.at;
  let position = first;
  let written = 0;
  for (; written < most; written++) {
    const head = u8[position];
    if (head >= 0x80 && head < 0xc0) {
      const length = head & LONGEST_SHORT_BYTES;
      at = writeHeader(to, at, length);
      if (position < wordsUntil) copyWords(from.view, position + 1, to.view, at, length);
      else copy(from, position + 1, to, at, length);
      at += length;
      position += length + 2;
    } else if (head === END) {
      break;
    } else if (isIntegerHead(head) && head !== HEAD_INTEGER_64) {
      const value = integerAt(from, position, head);
      at = writeHeader(to, at, integerLength(value));
      at = writeInteger(to.u8, at, value);
      position += elementBytes(u8, position);
    } else {
      element.read(from, position);
      at = writeHeader(to, at, element.textLength());
      at = element.copyText(to, at);
      position += elementBytes(u8, position);
    }
    to.view.setInt16(at, CRLF, true);
    at += 2;
  }
  reply.at = at;
  return written;
}

function copyWords(from: DataView, fromAt: number, to: DataView, toAt: number, length: number): void {
  for (let i = 0; i < length; i += WORD_BYTES) to.setInt32(toAt + i, from.getInt32(fromAt + i, true), true);
}

function writeHeader(to: Region, at: number, length: number): number {
  if (length < 10) {
    to.view.setInt32(at, SHORT_HEADER + (length << 8), true);
    return at + 4;
  }
  to.u8[at] = DOLLAR;
  const end = writeInteger(to.u8, at + 1, length);
  to.view.setInt16(end, CRLF, true);
  return end + 2;
}
