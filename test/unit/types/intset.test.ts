import { beforeEach, describe, expect, it } from 'vitest';
import { latin1, Region } from '../../../src/base/region.ts';
import { Allocator } from '../../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../../src/memory/arena.ts';
import { loadIntset, saveIntset } from '../../../src/persistence/serialize-intset.ts';
import { DamagedError, SerialReader, SerialString } from '../../../src/persistence/serialize-reader.ts';
import { SerialWriter } from '../../../src/persistence/serialize-writer.ts';
import * as intset from '../../../src/types/intset.ts';
import { Slice } from '../../../src/types/slice.ts';

let allocator: Allocator;
let region: Region;
const element = new intset.IntsetElement();

beforeEach(() => {
  allocator = new Allocator(new Arena(createArenaBuffer(4 << 20, 1)));
  region = allocator.arena.region;
});

const parsed = (text: string): intset.IntsetElement => {
  expect(element.parse(Region.of(text), 0, text.length)).toBe(true);
  return element;
};

const of = (...texts: string[]): number => {
  let set = intset.create(allocator);
  for (const text of texts) set = intset.add(allocator, set, parsed(text)) || set;
  return set;
};

const texts = (set: number): string[] =>
  Array.from({ length: intset.count(region, set) }, (_, index) => {
    element.read(region, set, index);
    const text = Region.allocate(element.textLength());
    element.copyText(text, 0);
    return latin1(text, 0, text.length);
  });

const hex = (set: number): string => Buffer.from(region.u8.slice(set, set + intset.bytes(region, set))).toString('hex');

const regionOf = (hexText: string): Region => {
  const bytes = Region.allocate(hexText.length / 2);
  bytes.u8.set(Buffer.from(hexText, 'hex'));
  return bytes;
};

const savedHex = (set: number): string => {
  const writer = new SerialWriter();
  saveIntset(writer, region, set);
  const reader = new SerialReader();
  reader.open(writer.region, 0, writer.at);
  const packed = new SerialString();
  reader.string(packed);
  return Buffer.from(packed.region.u8.slice(packed.at, packed.at + packed.length)).toString('hex');
};

describe('an intset', () => {
  it('has a word of head, and numbers as wide as its widest', () => {
    expect(hex(of())).toBe('00000000');
    expect(hex(of('5', '-1', '5'))).toBe('10000000' + 'ff' + '05');
    expect(hex(of('5', '65535'))).toBe('12000000' + '050000' + 'ffff00');
    expect(hex(of('-1', '4294967296'))).toBe('14000000' + 'ffffffffff' + '0000000001');
  });

  it('has the bytes of Redis where it is saved', () => {
    expect(savedHex(of('5', '-1', '5'))).toBe('0200000002000000' + 'ffff' + '0500');
    expect(savedHex(of('5', '65535'))).toBe('0400000002000000' + '05000000' + 'ffff0000');
    expect(savedHex(of('-1', '4294967296'))).toBe('0800000002000000' + 'ffffffffffffffff' + '0000000001000000');
  });

  it('widens when a number wants it, at either end', () => {
    const set = of('1', '-32768', '32767', '32768', '-32769', '2147483648', '-2147483649');
    expect(texts(set)).toEqual(['-2147483649', '-32769', '-32768', '1', '32767', '32768', '2147483648']);
  });

  it('tells apart what doubles cannot', () => {
    const all = ['-9223372036854775808', '-9007199254740993', '9007199254740992', '9007199254740993'];
    const set = of(...all);
    expect(texts(set)).toEqual(all);
    for (const [index, text] of all.entries()) expect(intset.find(region, set, parsed(text))).toBe(index);
    expect(intset.find(region, set, parsed('9007199254740994'))).toBe(-5);
    expect(intset.find(region, set, parsed('-9007199254740992'))).toBe(-3);
  });

  it('removes numbers and gives memory back', () => {
    let set = of(...Array.from({ length: 400 }, (_, i) => String(i * 3)));
    const before = allocator.sizeOf(set);
    expect(intset.remove(allocator, set, parsed('1'))).toBe(0);
    expect(intset.remove(allocator, set, parsed('1000000'))).toBe(0);
    for (let i = 3; i < 400; i++) set = intset.remove(allocator, set, parsed(String(i * 3)));
    expect(texts(set)).toEqual(['0', '3', '6']);
    expect(allocator.sizeOf(set)).toBeLessThan(before / 10);
    expect(texts(intset.removeAt(allocator, set, 1))).toEqual(['0', '6']);
  });

  it('takes no text but that of an int64', () => {
    for (const text of ['', 'a', '01', '1.0', '9223372036854775808']) {
      expect(element.parse(Region.of(text), 0, text.length), text).toBe(false);
    }
  });
});

describe('bytes from anywhere', () => {
  const load = (text: string): string[] => {
    const packed = new Slice();
    packed.set(regionOf(text), 0, text.length / 2);
    return texts(loadIntset(allocator, packed));
  };

  it('pass if they are sound', () => {
    expect(load('0200000002000000ffff0500')).toEqual(['-1', '5']);
    expect(load('0800000002000000ffffffffffffffff0000000001000000')).toEqual(['-1', '4294967296']);
  });

  it('do not pass otherwise', () => {
    for (const text of ['', '02', '0200000000000000', '0300000001000000000000', '0200000003000000ffff0500']) {
      expect(() => load(text), text).toThrow(DamagedError);
    }
    for (const text of ['02000000020000000500ffff', '020000000200000005000500', '0800000000000020']) {
      expect(() => load(text), text).toThrow(DamagedError);
    }
    expect(allocator.usedBytes).toBe(0);
  });
});
