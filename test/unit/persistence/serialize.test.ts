import { describe, expect, it } from 'vitest';
import { isPayload, readPayload } from '../../../src/persistence/serialize.ts';
import { Loaded } from '../../../src/persistence/serialize-load.ts';
import { DamagedError } from '../../../src/persistence/serialize-reader.ts';
import {
  RDB_HASH_LISTPACK_EX,
  RDB_HASH_LISTPACK_EX_EARLY,
  RDB_HASH_ZIPLIST,
  RDB_HASH_ZIPMAP,
  RDB_LIST_QUICKLIST,
  RDB_LIST_ZIPLIST,
  RDB_SET_LISTPACK,
  RDB_ZSET,
  RDB_ZSET_ZIPLIST,
} from '../../../src/persistence/serialize-types.ts';
import { contentOf, newKeyspace, payload, regionOf, writeText } from '../../support/serialized.ts';

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
});
