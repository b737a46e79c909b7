import type { Bench } from 'tinybench';
import { Region } from '../../src/base/region.ts';
import { replyElement } from '../../src/commands/array-access.ts';
import { Allocator } from '../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import { Writer } from '../../src/protocol/writer.ts';
import { SparseArray } from '../../src/types/array.ts';
import { ArrayCursor } from '../../src/types/array-cursor.ts';
import { ArrayIndex } from '../../src/types/array-index.ts';
import { suite } from './bench.ts';

/** Elements per task: one operation alone is shorter than the clock can tell. */
export const operations = 1000;

const ELEMENTS = 100_000;
/** One element in each slice, as of measurements hours apart. */
const SPREAD = 10_000;

export default function arrayBench(): Bench {
  const bench = suite('array');
  const allocator = new Allocator(new Arena(createArenaBuffer(512 << 20, 1)));
  const index = new ArrayIndex();
  const last = new ArrayIndex();
  const first = new ArrayIndex();
  const cursor = new ArrayCursor();
  const writer = new Writer();
  const values = Array.from({ length: operations }, (_, i) => Region.of(i % 2 === 0 ? String(i * 7) : `value:${i}`));

  const put = (array: SparseArray, place: number, i: number): void => {
    const value = values[i % operations];
    index.setNumber(place);
    array.put(index, value, 0, value.length);
  };
  const made = (elements: number, distance: number): SparseArray => {
    const array = new SparseArray();
    array.create(allocator);
    for (let i = 0; i < elements; i++) put(array, i * distance, i);
    return array;
  };
  const dense = made(ELEMENTS, 1);
  const spread = made(ELEMENTS, SPREAD);

  for (const [name, array, distance] of [
    ['dense', dense, 1],
    ['spread', spread, SPREAD],
  ] as const) {
    let at = 0;
    bench.add(`find, ${name}`, () => {
      for (let i = 0; i < operations; i++) {
        at = (at + 7919) % ELEMENTS;
        index.setNumber(at * distance);
        array.find(index);
      }
    });
    bench.add(`overwrite, ${name}`, () => {
      for (let i = 0; i < operations; i++) {
        at = (at + 7919) % ELEMENTS;
        put(array, at * distance, i);
      }
    });
    bench.add(`scan and reply, ${name}`, () => {
      writer.at = 0;
      index.setNumber(at * distance);
      array.loadLast(last);
      cursor.start(array, index, last);
      for (let i = 0; i < operations && cursor.next(); i++) replyElement(writer, array, cursor.at);
    });
    bench.add(`scan and reply backwards, ${name}`, () => {
      writer.at = 0;
      array.loadLast(last);
      cursor.start(array, last, first);
      for (let i = 0; i < operations && cursor.next(); i++) replyElement(writer, array, cursor.at);
    });
  }

  const growing = made(1, 1);
  let end = 1;
  bench.add('append, and remove as much', () => {
    for (let i = 0; i < operations; i++) put(growing, end++, i);
    first.setNumber(end - 2 * operations < 0 ? 0 : end - 2 * operations);
    last.setNumber(end - operations);
    growing.removeRange(first, last);
    first.setNumber(0);
  });
  const ring = made(operations, 1);
  let turn = 0;
  bench.add('overwrite in a ring', () => {
    for (let i = 0; i < operations; i++) put(ring, i, turn++);
  });
  return bench;
}
