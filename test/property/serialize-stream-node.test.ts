import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equal, Region } from '../../src/base/region.ts';
import { Allocator } from '../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import { DamagedError, SerialReader, SerialString } from '../../src/persistence/serialize-reader.ts';
import { loadNode, saveNode } from '../../src/persistence/serialize-stream-node.ts';
import { SerialWriter } from '../../src/persistence/serialize-writer.ts';
import * as listpack from '../../src/types/listpack.ts';
import { Slice } from '../../src/types/slice.ts';
import { STREAM_NODES, Stream } from '../../src/types/stream.ts';
import { StreamId } from '../../src/types/stream-id.ts';
import { liveEntries, nodeBytes } from '../../src/types/stream-node.ts';
import { StreamTreeCursor, treeInsert } from '../../src/types/stream-tree.ts';
import { streamValueType } from '../../src/types/stream-value-type.ts';
import { buildStream, walkStream } from '../support/streams.ts';

const allocator = new Allocator(new Arena(createArenaBuffer(4 << 20, 1)));
const { arena } = allocator;
const writer = new SerialWriter();
const reader = new SerialReader();

/** The node in Redis' form. */
function saved(node: number): SerialString {
  const packed = new SerialString();
  writer.reset();
  saveNode(writer, allocator, node);
  reader.open(writer.region, 0, writer.at);
  reader.string(packed);
  return packed;
}

function elementsOf({ region, at: lp }: Slice): string[] {
  const elements: string[] = [];
  const slice = new Slice();
  for (let at = listpack.first(region, lp); at !== 0; at = listpack.next(region, at)) {
    slice.setPacked(region, at);
    elements.push(Buffer.from(slice.region.u8.slice(slice.at, slice.at + slice.length)).toString('latin1'));
  }
  return elements;
}

/** @returns a listpack's address */
function listpackOf(elements: readonly string[]): number {
  let lp = listpack.create(allocator);
  for (const text of elements) lp = listpack.append(allocator, lp, Region.of(text), 0, text.length);
  return lp;
}

const word = fc.constantFrom(
  '',
  'a',
  'field',
  '0',
  '1',
  '-1',
  '127',
  '128',
  '70000',
  '9223372036854775807',
  'x'.repeat(70),
);
const element = fc.oneof(word, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String));
const plan = fc.array(
  fc.tuple(
    fc.oneof(fc.nat(3), fc.nat(100_000)),
    fc.oneof(fc.constant(['f', 'v']), fc.array(word, { minLength: 2, maxLength: 2 })),
    fc.boolean(),
  ),
  { minLength: 1, maxLength: 12 },
);
const change = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('replace', 'insert', 'remove', 'raise'),
  text: element,
});

describe("nodes in Redis' form", () => {
  it('become sound nodes, or none, whatever their elements are', () => {
    let sound = 0;
    fc.assert(
      fc.property(plan, fc.array(change, { maxLength: 3 }), (entries, changes) => {
        const original = buildStream(allocator, { entries, groups: [] });
        const first = new StreamTreeCursor().toFirst(arena, original.base + STREAM_NODES);
        const key = new StreamId();
        if (first === 0) return streamValueType.free(allocator, original.root);
        key.load(arena, first >> 2);
        const elements = elementsOf(saved(first));
        streamValueType.free(allocator, original.root);
        for (const { at, kind, text } of changes) {
          const index = at % elements.length;
          if (kind === 'insert') elements.splice(index, 0, text);
          else if (kind === 'remove') elements.splice(index, 1);
          else if (kind === 'replace') elements[index] = text;
          else elements[index] = String(Number(elements[index]) + 1);
        }
        const lp = listpackOf(elements);
        const before = allocator.usedBytes;
        let node: number;
        try {
          node = loadNode(allocator, arena.region, lp, key, new StreamId());
        } catch (error) {
          expect(error).toBeInstanceOf(DamagedError);
          expect(allocator.usedBytes).toBe(before);
          allocator.free(lp);
          expect(changes.length).toBeGreaterThan(0);
          return;
        }
        sound++;
        allocator.free(lp);
        const again = loadNode(allocator, saved(node).region, saved(node).at, key, new StreamId());
        expect(equal(arena.region, again, arena.region, node, nodeBytes(arena, node))).toBe(true);
        allocator.free(again);
        expect(elementsOf(saved(node))).toEqual(elements);
        const stream = new Stream();
        stream.create(allocator);
        treeInsert(allocator, stream.base + STREAM_NODES, key, node);
        expect(walkStream(stream).length).toBe(liveEntries(arena, node));
        streamValueType.free(allocator, stream.root);
      }),
      { numRuns: 2000 },
    );
    expect(sound).toBeGreaterThan(300);
    expect(allocator.usedBytes).toBe(0);
  });
});
