import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Region } from '../../../src/base/region.ts';
import { Allocator } from '../../../src/memory/allocator.ts';
import type { Arena } from '../../../src/memory/arena.ts';
import { Arena as ArenaOf, createArenaBuffer } from '../../../src/memory/arena.ts';
import { STREAM_GROUPS, STREAM_PRODUCERS, Stream } from '../../../src/types/stream.ts';
import { counterAt } from '../../../src/types/stream-counter.ts';
import {
  addPending,
  CONSUMER_PENDING,
  consumerCreate,
  consumerRemove,
  countDelivery,
  deliveredMs,
  findConsumer,
  findPending,
  firstByTime,
  GROUP_PENDING,
  groupCreate,
  groupRemove,
  handOver,
  nackedCount,
  nextByTime,
  ownerOf,
  PENDING_COUNT,
  removePending,
} from '../../../src/types/stream-group.ts';
import { StreamId } from '../../../src/types/stream-id.ts';
import { namedAt } from '../../../src/types/stream-names.ts';
import {
  expireMessages,
  findMessage,
  findProducer,
  messageId,
  noteMessage,
  PRODUCERS_MAXSIZE,
  PRODUCERS_TRACKED,
  producersCreate,
  setMessageId,
} from '../../../src/types/stream-producers.ts';
import { StreamTreeCursor } from '../../../src/types/stream-tree.ts';
import { streamValueType } from '../../../src/types/stream-value-type.ts';

interface Pending {
  consumer: string;
  ms: number;
  times: number;
  /** Place among those given back. */
  order: number;
}

const NAMES = ['a', 'bb', 'c'];

function newStream(): Stream {
  const stream = new Stream();
  stream.create(new Allocator(new ArenaOf(createArenaBuffer(32 << 20, 1))));
  return stream;
}

function idOf(n: number): StreamId {
  const id = new StreamId();
  id.set(0, n >> 4, 0, n & 15);
  return id;
}

const idText = (arena: Arena, block: number): string => {
  const id = new StreamId();
  id.load(arena, block >> 2);
  return id.toString();
};

function consumerOf(stream: Stream, group: number, name: string): number {
  const region = Region.of(name);
  const { allocator } = stream;
  const known = findConsumer(allocator.arena, group, region, 0, region.length);
  return known !== 0 ? known : consumerCreate(allocator, group, region, 0, region.length, 0);
}

/** ID → what is pending, and the IDs in the order they would be claimed. */
function contents(stream: Stream, group: number): { pending: Map<string, unknown>; chain: string[] } {
  const { arena } = stream.allocator;
  const pending = new Map<string, unknown>();
  const cursor = new StreamTreeCursor();
  const names = new Map(NAMES.map((name) => [consumerOf(stream, group, name), name]));
  for (let e = cursor.toFirst(arena, (group >> 2) + GROUP_PENDING); e !== 0; e = cursor.next(arena)) {
    const consumer = names.get(ownerOf(arena, e)) ?? '';
    pending.set(idText(arena, e), {
      consumer,
      ms: deliveredMs(arena, e),
      times: counterAt(arena, (e >> 2) + PENDING_COUNT),
    });
  }
  const chain: string[] = [];
  for (let e = firstByTime(arena, group); e !== 0; e = nextByTime(arena, e)) chain.push(idText(arena, e));
  return { pending, chain };
}

const step = fc.record({
  kind: fc.constantFrom('deliver', 'deliver', 'deliver', 'ack', 'claim', 'nack', 'forget'),
  n: fc.nat(200),
  consumer: fc.constantFrom(...NAMES),
  ms: fc.nat(1000),
});

describe('stream group', () => {
  it('keeps what is pending by ID, by consumer and by time, as a plain map does', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 250 }), (steps) => {
        const stream = newStream();
        const { allocator } = stream;
        const { arena } = allocator;
        const name = Region.of('group');
        const holder = stream.base + STREAM_GROUPS;
        const group = groupCreate(allocator, holder, name, 0, name.length, idOf(0), 0n);
        const model = new Map<string, Pending>();
        let order = 0;
        for (const { kind, n, consumer, ms } of steps) {
          const id = idOf(n);
          const key = id.toString();
          const entry = findPending(arena, group, id);
          expect(entry !== 0).toBe(model.has(key));
          const known = model.get(key);
          if (kind === 'deliver' && known === undefined) {
            addPending(allocator, group, consumerOf(stream, group, consumer), id, ms, 1);
            model.set(key, { consumer, ms, times: 1, order: ++order });
          } else if (kind === 'ack' && known !== undefined) {
            removePending(allocator, group, entry);
            model.delete(key);
          } else if (kind === 'claim' && known !== undefined) {
            handOver(allocator, group, entry, consumerOf(stream, group, consumer), ms);
            countDelivery(arena, entry);
            model.set(key, { consumer, ms, times: known.times + 1, order: ++order });
          } else if (kind === 'nack' && known !== undefined) {
            handOver(allocator, group, entry, 0, 0);
            model.set(key, { ...known, consumer: '', ms: 0, order: ++order });
          } else if (kind === 'forget' && n < 20) {
            const gone = [...model].filter(([, one]) => one.consumer === consumer);
            expect(consumerRemove(allocator, group, consumerOf(stream, group, consumer))).toBe(gone.length);
            for (const [one] of gone) model.delete(one);
          }
        }
        const expected = new Map([...model].map(([key, { consumer, ms, times }]) => [key, { consumer, ms, times }]));
        const chain = [...model]
          .sort(([, a], [, b]) => {
            const given = Number(a.consumer !== '') - Number(b.consumer !== '');
            return given !== 0 ? given : a.ms - b.ms || a.order - b.order;
          })
          .map(([key]) => key);
        expect(contents(stream, group)).toEqual({ pending: expected, chain });
        expect(nackedCount(arena, group)).toBe([...model.values()].filter(({ consumer }) => consumer === '').length);
        for (const one of NAMES) {
          const cursor = new StreamTreeCursor();
          const tree = (consumerOf(stream, group, one) >> 2) + CONSUMER_PENDING;
          let count = 0;
          for (let e = cursor.toFirst(arena, tree); e !== 0; e = cursor.next(arena)) count++;
          expect(count).toBe([...model.values()].filter(({ consumer }) => consumer === one).length);
        }
        const copied = new Stream();
        copied.set(allocator, streamValueType.copy(allocator, stream.root, 0, allocator), 0);
        expect(contents(copied, namedAt(arena, copied.base + STREAM_GROUPS, 0))).toEqual({ pending: expected, chain });
        expect(
          streamValueType.sizeOf(allocator, stream.root, 0, 0) + streamValueType.sizeOf(allocator, copied.root, 0, 0),
        ).toBe(allocator.usedBytes);
        streamValueType.free(allocator, copied.root);
        groupRemove(allocator, holder, group);
        streamValueType.free(allocator, stream.root);
        expect(allocator.usedBytes).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('recognizes the newest messages of each producer, as long as their time is', () => {
    const sent = fc.record({ producer: fc.constantFrom('p', 'q'), message: fc.nat(30).map(String), ms: fc.nat(3000) });
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 120 }), fc.integer({ min: 1, max: 20 }), (messages, most) => {
        const stream = newStream();
        const { allocator } = stream;
        const { arena } = allocator;
        const record = producersCreate(allocator, stream.base + STREAM_PRODUCERS);
        arena.i32[(record >> 2) + PRODUCERS_MAXSIZE] = most;
        const model = new Map<string, [string, number][]>([
          ['p', []],
          ['q', []],
        ]);
        let nowMs = 1_000_000;
        for (const { producer, message, ms } of messages) {
          nowMs += ms;
          const name = Region.of(producer);
          const text = Region.of(message);
          const known = (model.get(producer) as [string, number][]).filter(([, at]) => at + 100_000 > nowMs);
          model.set(producer, known);
          let found = findProducer(arena, record, name, 0, name.length);
          if (found !== 0 && expireMessages(allocator, record, found, nowMs)) found = 0;
          const at = found === 0 ? 0 : findMessage(arena, found, text, 0, text.length);
          const expected = known.find(([one]) => one === message);
          expect(at !== 0).toBe(expected !== undefined);
          const id = new StreamId();
          if (expected !== undefined) {
            messageId(arena, at, id);
            expect(id.toString()).toBe(`${expected[1]}-0`);
          } else {
            id.setMs(nowMs);
            const noted = noteMessage(allocator, record, name, 0, name.length, text, 0, text.length);
            setMessageId(arena, noted, id);
            known.push([message, nowMs]);
            if (known.length > most) known.shift();
          }
        }
        const root = streamValueType.copy(allocator, stream.root, 0, allocator);
        const copied = arena.i32[(root >> 2) + STREAM_PRODUCERS];
        expect(arena.i32[(copied >> 2) + PRODUCERS_TRACKED]).toBe(arena.i32[(record >> 2) + PRODUCERS_TRACKED]);
        expect(
          streamValueType.sizeOf(allocator, stream.root, 0, 0) + streamValueType.sizeOf(allocator, root, 0, 0),
        ).toBe(allocator.usedBytes);
        streamValueType.free(allocator, root);
        streamValueType.free(allocator, stream.root);
        expect(allocator.usedBytes).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
