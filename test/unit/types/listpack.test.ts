import { beforeEach, describe, expect, it } from 'vitest';
import { latin1, Region } from '../../../src/base/region.ts';
import { Allocator } from '../../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../../src/memory/arena.ts';
import * as listpack from '../../../src/types/listpack.ts';
import { ListpackElement } from '../../../src/types/listpack-element.ts';
import { validate } from '../../../src/types/listpack-validate.ts';

let allocator: Allocator;
let region: Region;
const element = new ListpackElement();

beforeEach(() => {
  allocator = new Allocator(new Arena(createArenaBuffer(8 << 20, 1)));
  region = allocator.arena.region;
});

const of = (...texts: string[]): number => {
  let lp = listpack.create(allocator);
  for (const text of texts) lp = listpack.append(allocator, lp, Region.of(text), 0, Buffer.byteLength(text));
  return lp;
};

const textAt = (at: number): string => {
  element.read(region, at);
  const text = Region.allocate(element.textLength());
  expect(element.copyText(text, 0)).toBe(text.length);
  return latin1(text, 0, text.length);
};

const texts = (lp: number): string[] => {
  const all: string[] = [];
  for (let at = listpack.first(region, lp); at !== 0; at = listpack.next(region, at)) all.push(textAt(at));
  const backwards: string[] = [];
  for (let at = listpack.last(region, lp); at !== 0; at = listpack.previous(region, lp, at)) backwards.push(textAt(at));
  expect(backwards.reverse()).toEqual(all);
  expect(validate(region, lp, listpack.bytes(region, lp))).toBe(all.length);
  expect(listpack.count(region, lp)).toBe(all.length);
  return all;
};

const hex = (lp: number): string => Buffer.from(region.u8.slice(lp, lp + listpack.bytes(region, lp))).toString('hex');

describe('the bytes', () => {
  it('are those of Redis for each encoding', () => {
    expect(hex(of())).toBe('070000000000ff');
    expect(hex(of('0', '127'))).toBe('0b0000000200' + '0001' + '7f01' + 'ff');
    expect(hex(of('128', '-1', '4095', '-4096'))).toBe(
      '130000000400' + 'c08002' + 'dfff02' + 'cfff02' + 'd00002' + 'ff',
    );
    expect(hex(of('4096', '-32768'))).toBe('0f0000000200' + 'f1001003' + 'f1008003' + 'ff');
    expect(hex(of('32768', '-8388608'))).toBe('110000000200' + 'f200800004' + 'f200008004' + 'ff');
    expect(hex(of('8388608', '-2147483648'))).toBe('130000000200' + 'f30000800005' + 'f30000008005' + 'ff');
    expect(hex(of('2147483648'))).toBe('110000000100' + 'f4000000800000000009' + 'ff');
    expect(hex(of('-9223372036854775808'))).toBe('110000000100' + 'f4000000000000008009' + 'ff');
    expect(hex(of('ab'))).toBe('0b0000000100' + '82616203' + 'ff');
    expect(hex(of('x'.repeat(64))).startsWith('4a0000000100' + 'e040' + '78')).toBe(true);
    expect(hex(of('x'.repeat(4096))).startsWith('0e1000000100' + 'f000100000' + '78')).toBe(true);
  });

  it('keep what looks nearly like an integer as a string', () => {
    for (const text of ['', '-', '-0', '00', '+1', ' 1', '1.0', '9223372036854775808', '-9223372036854775809']) {
      element.read(region, listpack.first(region, of(text)));
      expect(element.isInteger, text).toBe(false);
    }
  });

  it('hold every int64 exactly', () => {
    const edges = ['9007199254740991', '9007199254740992', '9007199254740993', '9223372036854775807'];
    const all = [...edges, ...edges.map((text) => `-${text}`), '-9223372036854775808'];
    const lp = of(...all);
    expect(texts(lp)).toEqual(all);
    for (const [index, text] of all.entries()) {
      const at = listpack.find(region, listpack.first(region, lp), Region.of(text), 0, text.length, 0);
      expect(at).toBe(listpack.seek(region, lp, index));
      element.read(region, at);
      expect(element.bigint()).toBe(BigInt(text));
      expect(element.equals(Region.of(text), 0, text.length)).toBe(true);
      expect(element.equals(Region.of('9007199254740994'), 0, 16)).toBe(false);
    }
  });

  it('write the back length with the limits Redis has', () => {
    for (const length of [125, 126, 127, 16379, 16380, 16381, 2097145, 2097146, 2097147]) {
      const lp = of('a', 'x'.repeat(length), 'b');
      expect(texts(lp).map((text) => text.length)).toEqual([1, length, 1]);
      allocator.free(lp);
    }
  });
});

describe('changes', () => {
  it('insert, replace and remove at any place', () => {
    let lp = of('a', 'c');
    const put = (at: number, text: string, how: typeof listpack.replace): void => {
      lp = how(allocator, lp, at, Region.of(text), 0, text.length);
    };
    put(listpack.seek(region, lp, 1), 'b', listpack.insertBefore);
    put(listpack.seek(region, lp, 2), 'd'.repeat(300), listpack.insertAfter);
    lp = listpack.prepend(allocator, lp, Region.of('12'), 0, 2);
    lp = listpack.appendInteger(allocator, lp, -70000);
    expect(texts(lp)).toEqual(['12', 'a', 'b', 'c', 'd'.repeat(300), '-70000']);
    put(listpack.seek(region, lp, -2), 'e', listpack.replace);
    lp = listpack.replaceInteger(allocator, lp, listpack.first(region, lp), 2 ** 40);
    expect(texts(lp)).toEqual(['1099511627776', 'a', 'b', 'c', 'e', '-70000']);
    lp = listpack.remove(allocator, lp, listpack.seek(region, lp, 1));
    lp = listpack.removeRange(allocator, lp, listpack.seek(region, lp, 2), 2);
    expect(texts(lp)).toEqual(['1099511627776', 'b', '-70000']);
    lp = listpack.removeRange(allocator, lp, listpack.first(region, lp), 99);
    expect(hex(lp)).toBe('070000000000ff');
  });

  it('copy an element as it is encoded', () => {
    const from = of('1', 'abc', '9223372036854775807', 'y'.repeat(5000));
    let to = of('z');
    for (let at = listpack.first(region, from); at !== 0; at = listpack.next(region, at)) {
      to = listpack.appendElement(allocator, to, region, at);
    }
    expect(texts(to)).toEqual(['z', ...texts(from)]);
  });

  it('shrink the block when more than half of it is empty', () => {
    let lp = of(...Array.from({ length: 500 }, (_, i) => `element ${i}`));
    const before = allocator.sizeOf(lp);
    lp = listpack.removeRange(allocator, lp, listpack.seek(region, lp, 3), 497);
    expect(allocator.sizeOf(lp)).toBeLessThan(before / 10);
    expect(texts(lp)).toEqual(['element 0', 'element 1', 'element 2']);
  });

  it('change nothing when memory runs out', () => {
    let lp = of('a', 'b');
    const before = hex(lp);
    const big = 'x'.repeat(9 << 20);
    expect(() => {
      lp = listpack.append(allocator, lp, Region.of(big), 0, big.length);
    }).toThrow();
    expect(hex(lp)).toBe(before);
  });
});

describe('finding', () => {
  it('looks at every (1 + skip)th element only', () => {
    const lp = of('f1', 'v1', 'v1', 'f1', '5', '7', '7', '5');
    const from = listpack.first(region, lp);
    const indexOf = (text: string, skip: number): number => {
      const at = listpack.find(region, from, Region.of(text), 0, text.length, skip);
      for (let i = 0; i < 8; i++) if (listpack.seek(region, lp, i) === at) return i;
      return -1;
    };
    expect([indexOf('v1', 0), indexOf('v1', 1), indexOf('7', 1), indexOf('5', 3)]).toEqual([1, 2, 6, 4]);
    expect([indexOf('nope', 0), indexOf('05', 0), indexOf('8', 0), indexOf('', 0)]).toEqual([-1, -1, -1, -1]);
  });

  it('counts when the header no longer tells', () => {
    let lp = listpack.create(allocator, 300_000);
    for (let i = 0; i < 65_600; i++) lp = listpack.appendInteger(allocator, lp, i & 63);
    expect(region.view.getUint16(lp + 4, true)).toBe(65535);
    expect(listpack.count(region, lp)).toBe(65_600);
    expect(textAt(listpack.seek(region, lp, -1))).toBe(String(65_599 & 63));
    expect(textAt(listpack.seek(region, lp, 65_598))).toBe(String(65_598 & 63));
    expect(listpack.seek(region, lp, 65_600)).toBe(0);
    lp = listpack.removeRange(allocator, lp, listpack.first(region, lp), 600);
    expect(listpack.count(region, lp)).toBe(65_000);
    expect(region.view.getUint16(lp + 4, true)).toBe(65_000);
  });
});
