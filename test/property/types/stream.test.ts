import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { equal, Region, utf8 } from '../../../src/base/region.ts';
import { Allocator } from '../../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../../src/memory/arena.ts';
import { OutOfMemoryError } from '../../../src/memory/out-of-memory.ts';
import { SerialReader, SerialString } from '../../../src/persistence/serialize-reader.ts';
import { loadNode, saveNode } from '../../../src/persistence/serialize-stream-node.ts';
import { SerialWriter } from '../../../src/persistence/serialize-writer.ts';
import { typeLimits } from '../../../src/types/limits.ts';
import { encodedBytes } from '../../../src/types/listpack-element.ts';
import { validate } from '../../../src/types/listpack-validate.ts';
import { Slice } from '../../../src/types/slice.ts';
import { STREAM_FIRST_ID, STREAM_GROUPS, STREAM_LAST_ID, STREAM_NODES, Stream } from '../../../src/types/stream.ts';
import { StreamEntries } from '../../../src/types/stream-entries.ts';
import { addPending, consumerCreate, GROUP_PENDING, groupCreate } from '../../../src/types/stream-group.ts';
import { ID_COMPLETE, parseStreamId, StreamId } from '../../../src/types/stream-id.ts';
import { EntryWords, listpackBytesOf, nodeBytes } from '../../../src/types/stream-node.ts';
import { StreamTreeCursor, treeCount } from '../../../src/types/stream-tree.ts';
import { streamValueType } from '../../../src/types/stream-value-type.ts';

const defaults = { ...typeLimits };
afterEach(() => Object.assign(typeLimits, defaults));

interface Entry {
  id: bigint;
  words: string[];
}

function newStream(): Stream {
  const stream = new Stream();
  stream.create(new Allocator(new Arena(createArenaBuffer(32 << 20, 1))));
  return stream;
}

function idOf(id: bigint): StreamId {
  const made = new StreamId();
  made.set(
    Number(id >> 96n),
    Number((id >> 64n) & 0xffffffffn),
    Number((id >> 32n) & 0xffffffffn),
    Number(id & 0xffffffffn),
  );
  return made;
}

const numberOf = (id: StreamId): bigint => {
  const [ms, seq] = id.toString().split('-');
  return (BigInt(ms) << 64n) | BigInt(seq);
};

function add(stream: Stream, id: bigint, texts: string[]): void {
  const region = Region.of(texts.join(''));
  const at = new Int32Array(texts.length);
  const size = new Int32Array(texts.length);
  let position = 0;
  texts.forEach((text, i) => {
    at[i] = position;
    size[i] = Buffer.byteLength(text);
    position += size[i];
  });
  const words = new EntryWords();
  words.set(region, at, size, 0, texts.length / 2);
  stream.append(idOf(id), words);
}

const slice = new Slice();
function textAt(region: Region, at: number): string {
  slice.setPacked(region, at);
  return utf8(slice.region, slice.at, slice.length);
}

function entryAt(stream: Stream, entries: StreamEntries): Entry {
  const { region } = stream.allocator.arena;
  const words: string[] = [];
  let field = entries.masterFieldsAt;
  let at = entries.dataAt;
  for (let i = 0; i < entries.pairs; i++) {
    if (entries.hasMasterFields) {
      words.push(textAt(region, field));
      field += encodedBytes(region.u8, field);
    } else {
      words.push(textAt(region, at));
      at += encodedBytes(region.u8, at);
    }
    words.push(textAt(region, at));
    at += encodedBytes(region.u8, at);
  }
  return { id: numberOf(entries.id), words };
}

function contents(stream: Stream, from: bigint, forward: boolean): Entry[] {
  const entries = new StreamEntries();
  const found: Entry[] = [];
  const nodes = stream.base + STREAM_NODES;
  const seek = forward
    ? entries.seekFrom(stream.allocator, nodes, idOf(from))
    : entries.seekUpTo(stream.allocator, nodes, idOf(from));
  for (let more = seek; more; more = forward ? entries.next() : entries.previous())
    found.push(entryAt(stream, entries));
  return found;
}

const writer = new SerialWriter();
const reader = new SerialReader();
const packed = new SerialString();

/** Sees to it that a node in Redis' form is as long as it was reckoned to be, and becomes the same node again. */
function expectSameFromRedis(allocator: Allocator, node: number): void {
  const { arena } = allocator;
  writer.reset();
  saveNode(writer, allocator, node);
  reader.open(writer.region, 0, writer.at);
  reader.string(packed);
  expect(packed.length).toBe(listpackBytesOf(arena, node));
  expect(validate(packed.region, packed.at, packed.length)).toBeGreaterThan(0);
  const key = new StreamId();
  key.load(arena, node >> 2);
  const again = loadNode(allocator, packed.region, packed.at, key, new StreamId());
  const bytes = nodeBytes(arena, node);
  expect(nodeBytes(arena, again)).toBe(bytes);
  expect(equal(arena.region, again, arena.region, node, bytes)).toBe(true);
  allocator.free(again);
}

const word = fc.oneof(
  fc.constantFrom('a', 'b', '17', '-1', '9007199254740993', ''),
  fc.string({ maxLength: 12 }),
  fc.constant('x'.repeat(5000)),
);
const gap = fc.oneof(
  fc.bigInt(1n, 3n),
  fc.constantFrom(1n << 32n, 1n << 64n, (1n << 64n) - 1n, 1n << 96n, 123456789n << 64n),
);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      gap,
      words: fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 3 }),
      times: fc.nat(6),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), index: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('trim' as const), keep: fc.nat(40), byId: fc.boolean() }) },
);

describe('stream', () => {
  it('holds what a plain array holds', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 80 }),
        fc.integer({ min: 1, max: 8 }),
        fc.nat(40),
        (steps, nodeEntries, origin) => {
          typeLimits.streamNodeMaxEntries = nodeEntries;
          const stream = newStream();
          const model: Entry[] = [];
          let last = (BigInt(origin) << 64n) | 5n;
          for (const one of steps) {
            if (one.kind === 'add') {
              for (let i = 0; i <= one.times; i++) {
                const id = last + one.gap;
                if (id >= 1n << 128n) break;
                const words = one.words.flat();
                add(stream, id, words);
                model.push({ id, words });
                last = id;
              }
            } else if (one.kind === 'remove') {
              const entry = model.length > 0 ? model[one.index % model.length] : undefined;
              const id = entry?.id ?? 3n;
              expect(stream.remove(idOf(id))).toBe(entry !== undefined);
              expect(stream.remove(idOf(id))).toBe(false);
              if (entry !== undefined) model.splice(model.indexOf(entry), 1);
            } else if (one.byId) {
              const least = model[Math.min(one.keep, model.length - 1)]?.id ?? 0n;
              const kept = model.filter(({ id }) => id >= least);
              expect(stream.trim(0, idOf(least), false, 0)).toBe(model.length - kept.length);
              model.splice(0, model.length - kept.length);
            } else {
              const removed = Math.max(0, model.length - one.keep);
              expect(stream.trim(one.keep, undefined, false, 0)).toBe(removed);
              model.splice(0, removed);
            }
          }
          expect(stream.length).toBe(model.length);
          const id = new StreamId();
          stream.loadId(STREAM_FIRST_ID, id);
          expect(numberOf(id)).toBe(model[0]?.id ?? 0n);
          if (model.length > 0) {
            stream.loadId(STREAM_LAST_ID, id);
            expect(numberOf(id)).toBe(last);
          }
          expect(contents(stream, 0n, true)).toEqual(model);
          expect(contents(stream, (1n << 128n) - 1n, false)).toEqual([...model].reverse());
          for (const { id: middle } of model.slice(0, 10)) {
            expect(contents(stream, middle + 1n, true)).toEqual(model.filter((entry) => entry.id > middle));
            expect(contents(stream, middle, false)[0].id).toBe(middle);
          }
          const { allocator } = stream;
          const cursor = new StreamTreeCursor();
          const { arena } = allocator;
          for (let node = cursor.toFirst(arena, stream.base + STREAM_NODES); node !== 0; node = cursor.next(arena)) {
            expectSameFromRedis(allocator, node);
          }
          const copy = Stream.of(allocator, streamValueType.copy(allocator, stream.root, 0, allocator), 0);
          const same = new Stream();
          same.become(copy);
          expect(contents(same, 0n, true)).toEqual(model);
          const used = allocator.usedBytes;
          expect(
            streamValueType.sizeOf(allocator, stream.root, 0, 0) + streamValueType.sizeOf(allocator, copy.root, 0, 0),
          ).toBe(used);
          streamValueType.free(allocator, copy.root);
          streamValueType.free(allocator, stream.root);
          expect(allocator.usedBytes).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keeps what it has when memory is short', () => {
    for (const [bytes, pending] of [
      [30, true],
      [30, false],
      [3000, true],
      [90_000, false],
    ] as const) {
      const stream = new Stream();
      const allocator = new Allocator(new Arena(createArenaBuffer(1 << 20, 1)));
      stream.create(allocator);
      const name = Region.of('g');
      const holder = stream.base + STREAM_GROUPS;
      const group = groupCreate(allocator, holder, name, 0, name.length, idOf(0n), 0n);
      const consumer = consumerCreate(allocator, group, name, 0, name.length, 0);
      let added = 0;
      let given = 0;
      expect(() => {
        for (let i = 1n; ; i++) {
          add(stream, i << 64n, ['field', 'x'.repeat(bytes)]);
          added++;
          if (!pending) continue;
          addPending(allocator, group, consumer, idOf(i << 64n), 0, 1);
          given++;
        }
      }).toThrow(OutOfMemoryError);
      expect(stream.length).toBe(added);
      expect(contents(stream, 0n, true).length).toBe(added);
      expect(treeCount(allocator.arena, (group >> 2) + GROUP_PENDING)).toBe(given);
      expect(streamValueType.sizeOf(allocator, stream.root, 0, 0)).toBe(allocator.usedBytes);
      expect(() => streamValueType.copy(allocator, stream.root, 0, allocator)).toThrow(OutOfMemoryError);
      expect(streamValueType.sizeOf(allocator, stream.root, 0, 0)).toBe(allocator.usedBytes);
      // Deleting needs next to nothing.
      expect(stream.trim(0, undefined, false, 0)).toBe(added);
      streamValueType.free(allocator, stream.root);
      expect(allocator.usedBytes).toBe(0);
    }
  });

  it('parses and writes IDs up to the last one', () => {
    const half = fc.oneof(
      fc.bigInt(0n, (1n << 64n) - 1n),
      fc.constantFrom(0n, 1n << 32n, (1n << 53n) + 1n, (1n << 64n) - 1n),
    );
    fc.assert(
      fc.property(half, half, (ms, seq) => {
        const region = Region.of(`${ms}-${seq}`);
        const id = new StreamId();
        expect(parseStreamId(region, 0, region.length, true, 0, false, id)).toBe(ID_COMPLETE);
        const to = Region.allocate(64);
        expect(utf8(to, 0, id.writeText(to, 0))).toBe(`${ms}-${seq}`);
        expect(id.textLength).toBe(region.length);
        const next = idOf(numberOf(id));
        const last = id.isMax;
        expect(next.increment()).toBe(!last);
        if (!last) expect(numberOf(next)).toBe(numberOf(id) + 1n);
        expect(next.decrement()).toBe(!last);
        expect(next.compare(id)).toBe(0);
      }),
    );
  });
});
