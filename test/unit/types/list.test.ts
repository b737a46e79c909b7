import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Region } from '../../../src/base/region.ts';
import { Allocator } from '../../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../../src/memory/arena.ts';
import { OutOfMemoryError } from '../../../src/memory/out-of-memory.ts';
import { typeLimits } from '../../../src/types/limits.ts';
import { List } from '../../../src/types/list.ts';
import { listDebug } from '../../../src/types/list-limits.ts';
import { isPlain, nextNode, nodeBytes, nodeCount } from '../../../src/types/list-node.ts';
import { removeEqual } from '../../../src/types/list-remove.ts';
import { listValueType } from '../../../src/types/list-value-type.ts';
import { checkList, readList } from '../../support/list-checks.ts';

let allocator: Allocator;
let list: List;

beforeEach(() => {
  allocator = new Allocator(new Arena(createArenaBuffer(4 << 20, 1)));
  list = new List();
  list.create(allocator, 0, 0);
});

afterEach(() => {
  typeLimits.listMaxListpackSize = -2;
  listDebug.packedThresholdBytes = 0;
});

const push = (...texts: string[]): void => {
  list.grow(
    texts.reduce((sum, text) => sum + text.length, 0),
    texts.length,
  );
  for (const text of texts) list.pushLast(Region.of(text), 0, text.length);
};

const encoding = (): string => listValueType.encodingName(allocator, list.root, list.encoding);

const removeFirst = (count: number): void => {
  list.removeRange(0, count);
  list.settle(true);
};

const replace = (index: number, text: string): void => {
  list.grow(text.length, 1);
  list.seek(index);
  list.replace(Region.of(text), 0, text.length);
  list.settle(true);
};

const plainNodes = (): boolean[] => {
  const all: boolean[] = [];
  for (let node = list.firstNode; node !== 0; node = nextNode(allocator.arena, node)) {
    all.push(isPlain(allocator.arena, node));
  }
  return all;
};

describe('the encoding', () => {
  it('follows the size, and returns at half of it when one node is left', () => {
    // Each takes 130 bytes: a list of 62 has 8067, and one more is reckoned as 126.
    for (let i = 0; i < 62; i++) push('x'.repeat(126));
    expect([encoding(), list.nodeCount]).toEqual(['listpack', 1]);
    push('x'.repeat(126));
    expect([encoding(), list.nodeCount]).toEqual(['quicklist', 2]);
    list.removeRange(62, 1);
    list.settle(true);
    expect([encoding(), list.nodeCount]).toEqual(['quicklist', 1]);
    removeFirst(30);
    expect(encoding()).toBe('quicklist');
    removeFirst(1);
    expect(encoding()).toBe('listpack');
    checkList(list);
  });

  it('follows the number of elements, and returns at half of it', () => {
    typeLimits.listMaxListpackSize = 5;
    push('a', 'b', 'c', 'd', 'e');
    expect(encoding()).toBe('listpack');
    push('f');
    expect([encoding(), list.nodeCount]).toEqual(['quicklist', 2]);
    list.removeRange(3, 3);
    list.settle(true);
    expect([encoding(), list.nodeCount]).toEqual(['quicklist', 1]);
    removeFirst(1);
    expect([encoding(), readList(list).join()]).toEqual(['listpack', 'b,c']);
  });

  it('follows an element that is set', () => {
    push('a', 'b');
    replace(0, 'x'.repeat(9000));
    expect([encoding(), plainNodes()]).toEqual(['quicklist', [true, false]]);
    replace(0, 'c');
    expect([encoding(), readList(list).join()]).toEqual(['listpack', 'c,b']);
  });

  it('is a quicklist at once for what does not fit', () => {
    list.create(allocator, 9000, 1);
    list.pushFirst(Region.of('x'.repeat(9000)), 0, 9000);
    expect([encoding(), plainNodes()]).toEqual(['quicklist', [true]]);
    list.settle(false);
    expect(encoding()).toBe('quicklist');
  });

  it('after loading is a listpack up to the whole limit', () => {
    typeLimits.listMaxListpackSize = 4;
    push('a', 'b', 'c', 'd', 'e');
    list.removeRange(4, 1);
    list.settle(true);
    expect(encoding()).toBe('quicklist');
    list.settle(false);
    expect(encoding()).toBe('listpack');
  });
});

describe('nodes', () => {
  it('that are plain hold one element and take no other', () => {
    listDebug.packedThresholdBytes = 4;
    typeLimits.listMaxListpackSize = 3;
    push('a', 'long', 'b', 'c', 'longer', 'd');
    expect(plainNodes()).toEqual([false, true, false, true, false]);
    expect(readList(list).join()).toBe('a,long,b,c,longer,d');
    checkList(list);
  });

  it('fill a size class of the allocator', () => {
    const text = 'x'.repeat(10);
    while (list.nodeCount < 4) push(text);
    // The first one was a list of its own once, with Redis' limit.
    let node = nextNode(allocator.arena, list.firstNode);
    for (let i = 0; i < 2; i++, node = nextNode(allocator.arena, node)) {
      expect(nodeBytes(allocator.arena, node)).toBeGreaterThan(8100);
      expect(allocator.sizeOf(node)).toBe(8192);
    }
  });

  it('unite after most of their elements went', () => {
    for (let i = 0; i < 4000; i++) push(i % 50 === 0 ? `keep ${i}` : 'go');
    const before = list.nodeCount;
    expect(removeEqual(list, 0, Region.of('go'), 0, 2)).toBe(3920);
    expect(list.nodeCount).toBeLessThan(before);
    expect(readList(list)).toEqual(Array.from({ length: 80 }, (_, i) => `keep ${i * 50}`));
    checkList(list);
  });

  it('split where something is put in between and there is no room', () => {
    typeLimits.listMaxListpackSize = 4;
    push('a', 'b', 'c', 'd', 'e', 'f');
    list.seek(2);
    list.insertBefore(Region.of('x'), 0, 1);
    expect(readList(list).join()).toBe('a,b,x,c,d,e,f');
    checkList(list);
    const counts: number[] = [];
    for (let node = list.firstNode; node !== 0; node = nextNode(allocator.arena, node)) {
      counts.push(nodeCount(allocator.arena, node));
    }
    expect(counts).toEqual([3, 2, 2]);
  });
});

describe('memory that runs out', () => {
  it('leaves the list with the elements it had', () => {
    for (const length of [5, 100, 3000, 20_000]) {
      const text = 'x'.repeat(length);
      const source = Region.of(text);
      let pushed = 0;
      const fill = (first: boolean): void => {
        list.grow(length, 1);
        if (first) list.pushFirst(source, 0, length);
        else list.pushLast(source, 0, length);
        pushed++;
      };
      expect(() => {
        for (;;) fill((pushed & 3) === 3);
      }).toThrow(OutOfMemoryError);
      expect(list.length).toBe(pushed);
      checkList(list);
      for (const index of [0, pushed >> 1, -1]) {
        list.seek(index);
        expect(() => {
          for (;;) {
            list.insertAfter(source, 0, length);
            pushed++;
          }
        }).toThrow(OutOfMemoryError);
        expect(list.length).toBe(pushed);
        checkList(list);
      }
      while (list.length > 0) {
        list.removeRange(list.length >> 1, 1);
        list.removeRange(0, Math.min(list.length, 500));
        list.settle(true);
      }
      listValueType.free(allocator, list.root, list.encoding);
      expect(allocator.usedBytes).toBe(0);
      list.create(allocator, 0, 0);
    }
  });

  it('is told before the first of several elements', () => {
    expect(() => list.grow(5 << 20, 2)).toThrow(OutOfMemoryError);
    expect(() => new List().create(allocator, 5 << 20, 2)).toThrow(OutOfMemoryError);
    expect(list.length).toBe(0);
  });
});
