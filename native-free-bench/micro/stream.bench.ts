import type { Bench } from 'tinybench';
import { Region } from '../../src/base/region.ts';
import { replyEntry } from '../../src/commands/stream-reply.ts';
import { Allocator } from '../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import { Writer } from '../../src/protocol/writer.ts';
import { STREAM_GROUPS, STREAM_NODES, Stream } from '../../src/types/stream.ts';
import { StreamEntries } from '../../src/types/stream-entries.ts';
import { addPending, consumerCreate, findPending, groupCreate, removePending } from '../../src/types/stream-group.ts';
import { StreamId } from '../../src/types/stream-id.ts';
import { noteRead } from '../../src/types/stream-lag.ts';
import { EntryWords } from '../../src/types/stream-node.ts';
import { suite } from './bench.ts';

/** Entries per task: one operation alone is shorter than the clock can tell. */
export const operations = 500;

const WORDS = ['field1', 'value1', 'field2', '12345'];

export default function streamBench(): Bench {
  const bench = suite('stream');
  const allocator = new Allocator(new Arena(createArenaBuffer(256 << 20, 1)));
  const { arena } = allocator;
  const words = new EntryWords();
  const at = Int32Array.from(WORDS, (_, i) => WORDS.slice(0, i).join('').length);
  const size = Int32Array.from(WORDS, ({ length }) => length);
  words.set(Region.of(WORDS.join('')), at, size, 0, 2);
  const noLimit = new StreamId();

  const made = (entries: number): Stream => {
    const stream = new Stream();
    stream.create(allocator);
    const id = new StreamId();
    id.setMs(1_700_000_000_000);
    for (let i = 0; i < entries; i++) {
      id.increment();
      stream.append(id, words);
    }
    return stream;
  };

  const growing = made(0);
  const next = new StreamId();
  next.setMs(1_700_000_000_000);
  bench.add('append, and trim as much', () => {
    for (let i = 0; i < operations; i++) {
      next.increment();
      growing.append(next, words);
    }
    growing.trim(1000, undefined, true, 0);
  });

  const full = made(100_000);
  const entries = new StreamEntries();
  const writer = new Writer();
  bench.add('reply with entries', () => {
    writer.at = 0;
    entries.toFirst(allocator, full.base + STREAM_NODES);
    for (let i = 0; i < operations; i++) {
      replyEntry(writer, arena.region, entries);
      entries.next();
    }
  });
  bench.add('reply with entries, the newest first', () => {
    writer.at = 0;
    entries.toLast(allocator, full.base + STREAM_NODES);
    for (let i = 0; i < operations; i++) {
      replyEntry(writer, arena.region, entries);
      entries.previous();
    }
  });

  const name = Region.of('group');
  const group = groupCreate(allocator, full.base + STREAM_GROUPS, name, 0, name.length, noLimit, 0n);
  const consumer = consumerCreate(allocator, group, name, 0, name.length, 0);
  bench.add('deliver and acknowledge', () => {
    entries.toFirst(allocator, full.base + STREAM_NODES);
    for (let i = 0; i < operations; i++) {
      noteRead(full, group, entries.id);
      addPending(allocator, group, consumer, entries.id, i, 1);
      entries.next();
    }
    entries.toFirst(allocator, full.base + STREAM_NODES);
    for (let i = 0; i < operations; i++) {
      removePending(allocator, group, findPending(arena, group, entries.id));
      entries.next();
    }
  });
  return bench;
}
