import { describe, expect, it } from 'vitest';
import { isPayload, readPayload } from '../../../src/persistence/serialize.ts';
import { Loaded } from '../../../src/persistence/serialize-load.ts';
import { DamagedError } from '../../../src/persistence/serialize-reader.ts';
import {
  RDB_HASH_LISTPACK_EX,
  RDB_HASH_LISTPACK_EX_EARLY,
  RDB_HASH_TEMPLATE_ARRAY,
  RDB_HASH_TEMPLATE_LISTPACK,
  RDB_HASH_ZIPLIST,
  RDB_HASH_ZIPMAP,
  RDB_LIST_QUICKLIST,
  RDB_LIST_ZIPLIST,
  RDB_SET_LISTPACK,
  RDB_STREAM_4,
  RDB_STREAM_5,
  RDB_ZSET,
  RDB_ZSET_ZIPLIST,
} from '../../../src/persistence/serialize-types.ts';
import { contentOf, newKeyspace, payload, regionOf, sealed, writeText } from '../../support/serialized.ts';

const { allocator } = newKeyspace();

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');

function contentOfPayload(region: ReturnType<typeof payload>): unknown {
  expect(isPayload(region, 0, region.length)).toBe(true);
  const loaded = new Loaded();
  readPayload(region, 0, region.length, allocator, loaded);
  const content = contentOf(loaded);
  loaded.free();
  return content;
}

/** The content of a payload with one packed string. */
const contentOfPacked = (type: number, packed: string): unknown =>
  contentOfPayload(payload(type, (writer) => writeText(writer, hex(packed))));

/** A ziplist of entries given without the length of the one before. */
function ziplist(...entries: string[]): string {
  let body = '';
  let before = 0;
  let lastAt = 10;
  for (const entry of entries) {
    lastAt = 10 + body.length / 2;
    const bytesBefore = before < 254 ? Buffer.from([before]) : Buffer.from([254, before & 255, before >> 8, 0, 0]);
    body += bytesBefore.toString('hex') + entry;
    before = bytesBefore.length + entry.length / 2;
  }
  const head = Buffer.alloc(10);
  head.writeUInt32LE(11 + body.length / 2, 0);
  head.writeUInt32LE(lastAt, 4);
  head.writeUInt16LE(entries.length, 8);
  return `${head.toString('hex')}${body}ff`;
}

const text = (word: string): string => Buffer.from([word.length, ...Buffer.from(word)]).toString('hex');

const INTEGER = '00c02a0a0081fb5cfa86634f50';
const COMPRESSED = '00c3094064016161e057000161610a00e8a3b507b06df271';
const LIST = '120102111100000003008161020101f290eefe04ff0a0018418e56c0405984';
const INTSET = '0b0c0200000002000000ffff2c010a006abae7ff5f5fdb33';
const SORTED_SET = '1115150000000400817802dfff0281790283312e3504ff0a003ebc56a5630d6628';
const HASH = '1015150000000200856669656c64068576616c756506ff0a00f141e4cc66b9ceb1';

describe('payloads of other versions', () => {
  it('written by redis-server 7.0', () => {
    expect(contentOfPayload(regionOf(hex(INTEGER)))).toBe('42');
    expect(contentOfPayload(regionOf(hex(COMPRESSED)))).toBe('a'.repeat(100));
    expect(contentOfPayload(regionOf(hex(LIST)))).toEqual(['a', '1', '-70000']);
    expect(contentOfPayload(regionOf(hex(INTSET)))).toEqual(['-1', '300']);
    expect(contentOfPayload(regionOf(hex(SORTED_SET)))).toEqual([
      ['x', -1],
      ['y', 1.5],
    ]);
    expect(contentOfPayload(regionOf(hex(HASH)))).toEqual([['field', 'value', 0]]);
  });

  it('ziplists, whatever their entries', () => {
    const integers = ['c00001', 'd000000100', 'e00000000000000080', 'f0ffff7f', 'fe80', 'f1', 'fd'];
    const long = 'x'.repeat(300);
    const entries = [
      text('one'),
      `412c${Buffer.from(long).toString('hex')}`,
      `8000000002${Buffer.from('ab').toString('hex')}`,
    ];
    expect(contentOfPacked(RDB_LIST_ZIPLIST, ziplist(...entries, ...integers))).toEqual([
      'one',
      long,
      'ab',
      '256',
      '65536',
      '-9223372036854775808',
      '8388607',
      '-128',
      '0',
      '12',
    ]);
    expect(contentOfPacked(RDB_HASH_ZIPLIST, ziplist(text('f'), text('v')))).toEqual([['f', 'v', 0]]);
    expect(contentOfPacked(RDB_ZSET_ZIPLIST, ziplist(text('m'), text('1.5')))).toEqual([['m', 1.5]]);
    expect(() => contentOfPacked(RDB_HASH_ZIPLIST, ziplist(text('f')))).toThrow(DamagedError);
    expect(() => contentOfPacked(RDB_ZSET_ZIPLIST, ziplist(text('m'), text('x')))).toThrow(DamagedError);
    const chunks = payload(RDB_LIST_QUICKLIST, (writer) => {
      writer.length(2);
      writeText(writer, hex(ziplist(text('a'))));
      writeText(writer, hex(ziplist(text('b'), 'f3')));
    });
    expect(contentOfPayload(chunks)).toEqual(['a', 'b', '2']);
  });

  it('ziplists damaged anywhere are refused or read, never overrun', () => {
    const sound = hex(ziplist(text('one'), 'c00001', text('two'), `412c${'78'.repeat(300)}`));
    for (let i = 0; i < sound.length; i++) {
      for (const byte of [0, 0x3f, 0x40, 0x80, 0xc0, 0xe0, 0xf0, 0xfe, 0xff]) {
        const damaged = Buffer.from(sound);
        damaged[i] = byte;
        try {
          contentOfPacked(RDB_LIST_ZIPLIST, damaged.toString('hex'));
        } catch (failure) {
          expect(failure).toBeInstanceOf(DamagedError);
        }
      }
    }
  });

  it('zipmaps', () => {
    expect(contentOfPacked(RDB_HASH_ZIPMAP, '02 01 61 02 00 6162 01 62 00 03 000000 ff')).toEqual([
      ['a', 'ab', 0],
      ['b', '', 0],
    ]);
    expect(() => contentOfPacked(RDB_HASH_ZIPMAP, '01 01 61 ff')).toThrow(DamagedError);
    expect(() => contentOfPacked(RDB_HASH_ZIPMAP, '01 01 61 09 00 6162 ff')).toThrow(DamagedError);
  });

  it('scores as text', () => {
    const scores = payload(RDB_ZSET, (writer) => {
      writer.length(3);
      writeText(writer, 'a');
      writer.byte(254);
      writeText(writer, 'b');
      writer.byte(255);
      writeText(writer, 'c');
      writer.byte(3);
      for (const byte of Buffer.from('0.5')) writer.byte(byte);
    });
    expect(contentOfPayload(scores)).toEqual([
      ['b', Number.NEGATIVE_INFINITY],
      ['c', 0.5],
      ['a', Number.POSITIVE_INFINITY],
    ]);
  });

  it('sets that are listpacks, hashes with deadlines', () => {
    expect(contentOfPacked(RDB_SET_LISTPACK, '0c000000 0200 0101 8161 02 ff')).toEqual(['1', 'a']);
    expect(() => contentOfPacked(RDB_SET_LISTPACK, '0b000000 0200 0101 0101 ff')).toThrow(DamagedError);
    const triples = hex('15000000 0600 8161 02 0101 6401 8162 02 0201 0001 ff');
    const early = payload(RDB_HASH_LISTPACK_EX_EARLY, (writer) => writeText(writer, triples));
    const fields = [
      ['a', '1', 100],
      ['b', '2', 0],
    ];
    expect(contentOfPayload(early)).toEqual(fields);
    const final = payload(RDB_HASH_LISTPACK_EX, (writer) => {
      writer.integer64(100);
      writeText(writer, triples);
    });
    expect(contentOfPayload(final)).toEqual(fields);
  });

  describe('hashes with a template, as Redis 8.10 dumps them', () => {
    /** A listpack of words and of integers up to 127. */
    function listpack(...elements: (string | number)[]): Buffer {
      const body = elements.flatMap((element) =>
        typeof element === 'number'
          ? [element, 1]
          : [0x80 + element.length, ...Buffer.from(element), 1 + element.length],
      );
      const head = Buffer.alloc(6);
      head.writeUInt32LE(7 + body.length, 0);
      head.writeUInt16LE(elements.length, 4);
      return Buffer.concat([head, Buffer.from(body), Buffer.from([0xff])]);
    }

    const packedBoth = (names: Buffer, values: Buffer) =>
      payload(RDB_HASH_TEMPLATE_LISTPACK, (writer) => {
        writer.length(0);
        writeText(writer, names);
        writeText(writer, values);
      });
    const oneByOne = (names: string[], values: string[]) =>
      payload(RDB_HASH_TEMPLATE_ARRAY, (writer) => {
        writer.length(1);
        writer.length(names.length);
        for (const each of [...names, ...values]) writeText(writer, each);
      });
    const fields = [
      ['age', 'two', 0],
      ['b', '1', 0],
      ['name', '3', 0],
    ];

    it('names and values packed or one by one', () => {
      expect(contentOfPayload(packedBoth(listpack('b', 'age', 'name'), listpack(5, 1, 'two', 3)))).toEqual(fields);
      expect(contentOfPayload(oneByOne(['b', 'age', 'name'], ['1', 'two', '3']))).toEqual(fields);
      const namesPacked = payload(RDB_HASH_TEMPLATE_ARRAY, (writer) => {
        writer.length(0);
        for (const each of [listpack('b', 'age', 'name'), '1', 'two', '3']) writeText(writer, each);
      });
      expect(contentOfPayload(namesPacked)).toEqual(fields);
    });

    it.each([
      ['names out of order', packedBoth(listpack('age', 'b'), listpack(0, 1, 2))],
      ['the same name twice', packedBoth(listpack('a', 'a'), listpack(0, 1, 2))],
      ['names of like length out of order', oneByOne(['b', 'a'], ['1', '2'])],
      ['no names', oneByOne([], [])],
      ['too few values', packedBoth(listpack('a', 'b'), listpack(0, 1))],
      ['values cut short', oneByOne(['a', 'b'], ['1'])],
      ['no values', packedBoth(listpack('a'), listpack())],
      ['no number before the values', packedBoth(listpack('a'), listpack('x', 1))],
    ])('%s: damage', (_, damaged) => {
      expect(() => contentOfPayload(damaged)).toThrow(DamagedError);
    });

    it('damaged anywhere they are refused or read, never overrun', () => {
      const sound = packedBoth(listpack('b', 'age', 'name'), listpack(5, 1, 'two', 3));
      for (let i = 1; i < sound.length - 10; i++) {
        for (const byte of [0, 1, 0x3f, 0x40, 0x80, 0xc0, 0xe0, 0xf0, 0xff]) {
          const before = sound.u8[i];
          sound.u8[i] = byte;
          const loaded = new Loaded();
          try {
            readPayload(sound, 0, sound.length, allocator, loaded);
            loaded.free();
          } catch (failure) {
            expect(failure).toBeInstanceOf(DamagedError);
          }
          sound.u8[i] = before;
        }
      }
    });
  });

  describe('streams with what was given back and messages that are recognized', () => {
    const rawId = (ms: string) => `${ms.padStart(16, '0')}${'0'.repeat(16)}`;
    const time = (ms: string) => ms.padEnd(16, '0');
    const INT64_MAX = '817fffffffffffffff';
    // An empty stream: no nodes and no entries, its last and first ID, the last one deleted, three ever added.
    const stream = '00 00 0500 0000 0300 03';
    const pending = `03 ${rawId('01')}${time('')}01 ${rawId('02')}${time('4d')}02 ${rawId('03')}${time('')}${INT64_MAX}`;
    const consumer = `01 0163 ${time('4d')}${time('4d')} 01 ${rawId('02')}`;
    const group = `0167 0300 03 ${pending} ${consumer}`;
    const nacked = `02 ${rawId('03')} ${rawId('01')}`;
    // For 100 seconds, 5 messages of each producer; the producer p sent m and n; 7 ever noted, 2 sent again.
    const producers = '4064 05 01 0170 02 016d 0400 016e 0500 07 02';
    const payloadOf = (type: number, digits: string) => sealed(Buffer.concat([Buffer.from([type]), hex(digits)]));
    const contentOfStream = (type: number, digits: string) => contentOfPayload(payloadOf(type, digits));

    it.each([
      ['8.6', RDB_STREAM_4, `${stream} 00 ${producers}`],
      ['8.8', RDB_STREAM_5, `${stream} 01 ${group} ${nacked} ${producers}`],
    ])('as of %s', (_, type, digits) => {
      expect(contentOfStream(type, digits)).toEqual([[], digits.replaceAll(' ', '')]);
    });

    it.each([
      ['given back twice', `02 ${rawId('03')} ${rawId('03')}`],
      ['given back, but not pending', `02 ${rawId('03')} ${rawId('09')}`],
      ["given back, but a consumer's", `02 ${rawId('03')} ${rawId('02')}`],
      ['not given back and nobody’s', `01 ${rawId('03')}`],
    ])('refused if an entry is %s', (_, damaged) => {
      expect(() => contentOfStream(RDB_STREAM_5, `${stream} 01 ${group} ${damaged} ${producers}`)).toThrow(
        DamagedError,
      );
    });

    it.each([
      ['no time', '00 05 00 00 00'],
      ['twice the same producer', '4064 05 02 0170 01 016d 0400 0170 01 016e 0400 00 00'],
      ['twice the same message', '4064 05 01 0170 02 016d 0400 016d 0500 00 00'],
      ['counts cut off', '4064 05 00 00'],
    ])('refused if there is %s', (_, damaged) => {
      expect(() => contentOfStream(RDB_STREAM_4, `${stream} 00 ${damaged}`)).toThrow(DamagedError);
    });
  });

  it('without a checksum', () => {
    const sound = regionOf(hex(INTEGER));
    sound.u8.fill(0, sound.length - 8);
    expect(contentOfPayload(sound)).toBe('42');
    sound.u8[sound.length - 1] = 1;
    expect(isPayload(sound, 0, sound.length)).toBe(false);
  });
});
