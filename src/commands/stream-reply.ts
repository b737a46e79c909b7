/** Entries of a stream as replies, copied straight from its nodes. */
import { integerLength, writeInteger } from '../base/numbers.ts';
import type { Region } from '../base/region.ts';
import type { Writer } from '../protocol/writer.ts';
import { encodedBytes, ListpackElement } from '../types/listpack-element.ts';
import { STREAM_NODES, type Stream } from '../types/stream.ts';
import type { StreamEntries } from '../types/stream-entries.ts';
import { StreamId } from '../types/stream-id.ts';
import { liveEntries } from '../types/stream-node.ts';
import { StreamTreeCursor } from '../types/stream-tree.ts';
import { LONG_ELEMENTS } from './context.ts';
import { replyId } from './stream-access.ts';

const element = new ListpackElement();
const walk = new StreamTreeCursor();
const nodeId = new StreamId();

/** Replies with a field or value. @returns the position behind it */
export function replyPacked(reply: Writer, region: Region, at: number): number {
  const head = region.u8[at];
  if (head >= 0x80 && head < 0xc0) {
    const length = head & 0x3f;
    reply.bulk(region, at + 1, length);
    return at + 1 + length;
  }
  element.read(region, at);
  if (!element.isInteger) {
    reply.bulk(region, element.at, element.length);
  } else if (element.isSafe) {
    reply.bulkInteger(element.integer);
  } else {
    const space = reply.bulkSpace(element.textLength());
    element.copyText(reply.region, space);
  }
  return at + encodedBytes(region.u8, at);
}

/** Replies with the fields and values of the entry, an array. */
export function replyFields(reply: Writer, region: Region, entries: StreamEntries): void {
  const { pairs } = entries;
  reply.array(pairs * 2);
  let at = entries.dataAt;
  if (entries.hasMasterFields) {
    let field = entries.masterFieldsAt;
    for (let i = 0; i < pairs; i++) {
      field = replyPacked(reply, region, field);
      at = replyPacked(reply, region, at);
    }
  } else {
    for (let i = 0; i < pairs * 2; i++) at = replyPacked(reply, region, at);
  }
  entries.dataEnd = at;
}

/** Begins an array of probably `guess` elements. @returns a mark for `closeArray` */
export function openArray(reply: Writer, guess: number): number {
  const mark = reply.mark();
  reply.array(guess);
  return mark;
}

/** Ends an array that turned out to have `count` elements; what was written moves only if that has other digits. */
export function closeArray(reply: Writer, mark: number, guess: number, count: number): void {
  if (count === guess) return;
  const guessed = integerLength(guess);
  const digits = integerLength(count);
  if (digits !== guessed) {
    reply.ensure(Math.max(0, digits - guessed));
    const { u8 } = reply.region;
    u8.copyWithin(mark + 1 + digits, mark + 1 + guessed, reply.at);
    reply.at += digits - guessed;
  }
  writeInteger(reply.region.u8, mark + 1, count);
}

/** Replies with the entry: its ID, and an array of its fields and values. */
export function replyEntry(reply: Writer, region: Region, entries: StreamEntries): void {
  reply.array(2);
  replyId(reply, entries.id);
  replyFields(reply, region, entries);
}

/**
 * Replies with an array of the entries from `start` to `end`, both included, in either direction.
 * @param most how many at most; 0: all
 */
export function replyRange(
  reply: Writer,
  stream: Stream,
  entries: StreamEntries,
  start: StreamId,
  end: StreamId,
  most: number,
  reverse: boolean,
): void {
  const { allocator } = stream;
  const { region } = allocator.arena;
  const nodes = stream.base + STREAM_NODES;
  const guess = most > 0 ? Math.min(most, stream.length) : stream.length;
  const mark = openArray(reply, guess);
  let count = 0;
  let found = start.compare(end) <= 0;
  if (found) found = reverse ? entries.seekUpTo(allocator, nodes, end) : entries.seekFrom(allocator, nodes, start);
  while (found && (reverse ? entries.id.compare(start) >= 0 : entries.id.compare(end) <= 0)) {
    replyEntry(reply, region, entries);
    if (++count === most) break;
    found = reverse ? entries.previous() : entries.next();
  }
  closeArray(reply, mark, guess, count);
}

/** About how many entries lie between two IDs, as far as it matters for `weigh`. */
export function entriesBetween(stream: Stream, start: StreamId, end: StreamId): number {
  const { arena } = stream.allocator;
  const nodes = stream.base + STREAM_NODES;
  let total = 0;
  let node = walk.seekUpTo(arena, nodes, start);
  if (node === 0) node = walk.toFirst(arena, nodes);
  for (; node !== 0 && total <= LONG_ELEMENTS; node = walk.next(arena)) {
    nodeId.load(arena, node >> 2);
    if (nodeId.compare(end) > 0) break;
    total += liveEntries(arena, node);
  }
  return total;
}
