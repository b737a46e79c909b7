/** Streams for tests of what others make of them. */
import { Region } from '../../src/base/region.ts';
import type { Allocator } from '../../src/memory/allocator.ts';
import { STREAM_GROUPS, STREAM_NODES, STREAM_PRODUCERS, Stream } from '../../src/types/stream.ts';
import { StreamEntries } from '../../src/types/stream-entries.ts';
import { addPending, consumerCreate, findPending, groupCreate } from '../../src/types/stream-group.ts';
import { StreamId } from '../../src/types/stream-id.ts';
import { EntryWords } from '../../src/types/stream-node.ts';
import {
  countAdded,
  countRepeated,
  findMessage,
  findProducer,
  noteMessage,
  producersCreate,
  setMessageId,
} from '../../src/types/stream-producers.ts';
import type { Value } from '../../src/types/value.ts';

export interface StreamPlan {
  /** Of each entry how much later it is than the one before, its words, and whether it is deleted afterwards. */
  readonly entries: readonly (readonly [laterMs: number, words: readonly string[], deleted: boolean])[];
  /** Of each group the numbers of the entries that are pending, and the consumer of each: 0 nobody. */
  readonly groups: readonly (readonly (readonly [entry: number, consumer: number, ms: number])[])[];
  /** Messages that producers have sent: their names are numbers. */
  readonly messages?: readonly (readonly [producer: number, message: number])[];
}

function wordsOf(texts: readonly string[]): EntryWords {
  const at = new Int32Array(texts.length);
  const size = new Int32Array(texts.length);
  let position = 0;
  for (const [i, text] of texts.entries()) {
    at[i] = position;
    size[i] = Buffer.byteLength(text);
    position += size[i];
  }
  const words = new EntryWords();
  words.set(Region.of(texts.join('')), at, size, 0, texts.length / 2);
  return words;
}

export function buildStream(allocator: Allocator, { entries, groups, messages }: StreamPlan): Stream {
  const stream = new Stream();
  stream.create(allocator);
  const ids: StreamId[] = [];
  let ms = 0;
  for (const [laterMs, words] of entries) {
    ms += laterMs + 1;
    const id = new StreamId();
    id.setMs(ms);
    stream.append(id, wordsOf(words));
    ids.push(id);
  }
  for (const [i, [, , deleted]] of entries.entries()) if (deleted) stream.remove(ids[i]);
  for (const [i, pending] of groups.entries()) {
    const name = Region.of(`group ${i}`);
    const last = ids[ids.length - 1] ?? new StreamId();
    const group = groupCreate(allocator, stream.base + STREAM_GROUPS, name, 0, name.length, last, BigInt(i) - 1n);
    const consumers = [0];
    for (const consumer of ['one', 'two']) {
      const region = Region.of(consumer);
      consumers.push(consumerCreate(allocator, group, region, 0, region.length, 77));
    }
    for (const [entry, consumer, deliveredMs] of pending) {
      const id = ids[entry % Math.max(ids.length, 1)];
      if (id === undefined || findPending(allocator.arena, group, id) !== 0) continue;
      addPending(allocator, group, consumers[consumer], id, deliveredMs, entry + 1);
    }
  }
  for (const [producer, message] of messages ?? []) note(stream, Region.of(`p${producer}`), Region.of(`m${message}`));
  return stream;
}

function note({ allocator, base }: Stream, producer: Region, message: Region): void {
  const { arena } = allocator;
  const holder = base + STREAM_PRODUCERS;
  const record = arena.i32[holder] || producersCreate(allocator, holder);
  const known = findProducer(arena, record, producer, 0, producer.length);
  if (known !== 0 && findMessage(arena, known, message, 0, message.length) !== 0) return countRepeated(arena, record);
  setMessageId(
    arena,
    noteMessage(allocator, record, producer, 0, producer.length, message, 0, message.length),
    new StreamId(),
  );
  countAdded(arena, record);
}

/** Walks a stream in both directions. @returns its entries' IDs */
export function walkStream(value: Value): string[] {
  const base = (value.root >> 2) + STREAM_NODES;
  const entries = new StreamEntries();
  const forwards: string[] = [];
  const backwards: string[] = [];
  for (let more = entries.toFirst(value.allocator, base); more; more = entries.next()) {
    forwards.push(entries.id.toString());
  }
  for (let more = entries.toLast(value.allocator, base); more; more = entries.previous()) {
    backwards.unshift(entries.id.toString());
  }
  if (forwards.join() !== backwards.join()) throw new Error(`forwards ${forwards}, backwards ${backwards}`);
  return forwards;
}
