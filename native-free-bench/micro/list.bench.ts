import type { Bench } from 'tinybench';
import { Region } from '../../src/base/region.ts';
import { replyRange } from '../../src/commands/list-reply.ts';
import { Allocator } from '../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import { Writer } from '../../src/protocol/writer.ts';
import { List } from '../../src/types/list.ts';
import { listValueType } from '../../src/types/list-value-type.ts';
import { suite } from './bench.ts';

/** Elements per task: one operation alone is shorter than the clock can tell. */
export const operations = 600;

export default function listBench(): Bench {
  const bench = suite('list');
  const allocator = new Allocator(new Arena(createArenaBuffer(64 << 20, 1)));
  const list = new List();
  const value = Region.of('VXK');
  const writer = new Writer();

  const made = (elements: number, first: boolean, bytes: Region): List => {
    const filled = new List();
    filled.create(allocator, 0, 0);
    for (let i = 0; i < elements; i++) {
      filled.grow(bytes.length, 1);
      if (first) filled.pushFirst(bytes, 0, bytes.length);
      else filled.pushLast(bytes, 0, bytes.length);
    }
    return filled;
  };

  const pushAll = (first: boolean, long: number) => () => {
    list.set(allocator, ready[long].root, ready[long].encoding);
    for (let i = 0; i < operations; i++) {
      list.grow(value.length, 1);
      if (first) list.pushFirst(value, 0, value.length);
      else list.pushLast(value, 0, value.length);
    }
    for (let i = 0; i < operations; i++) {
      list.toEnd(first);
      list.remove();
    }
    ready[long].set(allocator, list.root, list.encoding);
  };
  const ready: Record<number, List> = { 0: made(10, false, value), 1: made(100_000, false, value) };
  bench.add('push and pop first, short list', pushAll(true, 0));
  bench.add('push and pop last, short list', pushAll(false, 0));
  bench.add('push and pop first, 100,000 elements', pushAll(true, 1));
  bench.add('push and pop last, 100,000 elements', pushAll(false, 1));
  bench.add('make by pushing first, and free', () => {
    const filled = made(operations, true, value);
    listValueType.free(allocator, filled.root, filled.encoding);
  });

  const wide = made(600, false, Region.of('x'.repeat(40)));
  const numbers = made(600, false, Region.of('1234567'));
  for (const [name, from] of [
    ['3 bytes', ready[1]],
    ['40 bytes', wide],
    ['integers', numbers],
  ] as const) {
    bench.add(`range of 600, ${name}`, () => {
      writer.at = 0;
      replyRange(writer, from, 0, 600);
    });
  }
  bench.add('walk 600 with the cursor', () => {
    let steps = 0;
    for (let more = wide.seek(0); more; more = wide.next()) steps++;
    return { steps };
  });
  return bench;
}
