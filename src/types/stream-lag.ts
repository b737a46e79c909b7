/** How far a group has read: counts that hold as long as no deleted entry is in between. Redis' own reckoning. */
import type { Stream } from './stream.ts';
import { STREAM_ENTRIES_ADDED, STREAM_FIRST_ID, STREAM_LAST_ID, STREAM_MAX_DELETED_ID } from './stream.ts';
import { addToStreamCounter, counterAt, exactCounterAt, setCounter, setExactCounter } from './stream-counter.ts';
import { ENTRIES_READ_UNKNOWN, GROUP_ENTRIES_READ, GROUP_LAST_ID } from './stream-group.ts';
import { StreamId } from './stream-id.ts';

const first = new StreamId();
const deleted = new StreamId();
const last = new StreamId();
const read = new StreamId();

/** Whether the greatest deleted entry is at `from` or behind. */
function hasDeletedFrom(stream: Stream, from: StreamId): boolean {
  if (stream.length === 0) return false;
  stream.loadId(STREAM_MAX_DELETED_ID, deleted);
  return !deleted.isMin && from.compare(deleted) <= 0;
}

/** How many entries were ever added up to `id`, or undefined if that can't be told. */
export function entriesUpTo(stream: Stream, id: StreamId): bigint | undefined {
  const { arena } = stream.allocator;
  const added = exactCounterAt(arena, stream.base + STREAM_ENTRIES_ADDED);
  if (added === 0n) return 0n;
  stream.loadId(STREAM_LAST_ID, last);
  const order = id.compare(last);
  if (stream.length === 0 && order < 1) return added;
  stream.loadId(STREAM_MAX_DELETED_ID, deleted);
  if (!id.isMin && id.compare(deleted) < 0) return undefined;
  if (order === 0) return added;
  if (order > 0) return undefined;
  stream.loadId(STREAM_FIRST_ID, first);
  if (!deleted.isMin && deleted.compare(first) >= 0) return undefined;
  const toFirst = id.compare(first);
  if (toFirst < 0) return added - BigInt(stream.length);
  return toFirst === 0 ? added - BigInt(stream.length) + 1n : undefined;
}

/** Notes that the group was given `id`, which is above what it was given last. */
export function noteRead(stream: Stream, group: number, id: StreamId): void {
  const { arena } = stream.allocator;
  const counter = (group >> 2) + GROUP_ENTRIES_READ;
  read.load(arena, (group >> 2) + GROUP_LAST_ID);
  stream.loadId(STREAM_FIRST_ID, first);
  // Where trimming went past the group, what it skipped isn't in its count.
  const isCounting = counterAt(arena, counter) !== ENTRIES_READ_UNKNOWN && read.compare(first) >= 0;
  if (isCounting && !hasDeletedFrom(stream, read)) {
    addToStreamCounter(arena, counter, 1);
  } else if (counterAt(arena, stream.base + STREAM_ENTRIES_ADDED) !== 0) {
    const upTo = entriesUpTo(stream, id);
    if (upTo === undefined) setCounter(arena, counter, ENTRIES_READ_UNKNOWN);
    else setExactCounter(arena, counter, upTo);
  }
  id.store(arena, (group >> 2) + GROUP_LAST_ID);
}

/** How many entries the group has yet to be given, or undefined if that can't be told. */
export function lagOf(stream: Stream, group: number): bigint | undefined {
  const { arena } = stream.allocator;
  const added = exactCounterAt(arena, stream.base + STREAM_ENTRIES_ADDED);
  if (added === 0n || stream.length === 0) return 0n;
  read.load(arena, (group >> 2) + GROUP_LAST_ID);
  stream.loadId(STREAM_FIRST_ID, first);
  stream.loadId(STREAM_MAX_DELETED_ID, deleted);
  if (read.compare(first) < 0 && deleted.compare(first) < 0) return BigInt(stream.length);
  const counter = exactCounterAt(arena, (group >> 2) + GROUP_ENTRIES_READ);
  if (counter !== BigInt(ENTRIES_READ_UNKNOWN) && !hasDeletedFrom(stream, read)) return added - counter;
  const upTo = entriesUpTo(stream, read);
  return upTo === undefined ? undefined : added - upTo;
}
