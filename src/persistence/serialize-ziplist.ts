/**
 * Ziplists and zipmaps, which Redis wrote until 6.2 and 2.4: read, never written.
 *
 *     ziplist    total bytes (u32) | offset of the last entry (u32) | entries (u16; 65535: many) | entry … | 0xFF
 *     entry      bytes of the one before (u8, or 254 and u32) | head | contents
 *     head       00LLLLLL, 01LLLLLL +1 byte, 10…… +4 bytes: a string's length, big-endian
 *                C0 D0 E0 F0 FE: an integer of 2, 4, 8, 3, 1 bytes; F1 … FD: 0 … 12
 *
 *     zipmap     entries (u8) | key length, key, value length, free bytes (u8), value, the free bytes … | 0xFF
 */
import type { Region } from '../base/region.ts';
import { IntsetElement } from '../types/intset.ts';
import { Slice } from '../types/slice.ts';
import { DamagedError } from './serialize-reader.ts';

const HEADER_BYTES = 10;
const MANY = 65535;
const END = 0xff;
const LONG_LENGTH = 254;

const number = new IntsetElement();

/** All elements of a ziplist. @throws DamagedError */
export function ziplistElements({ region, at, length }: Slice): Slice[] {
  const { u8, view } = region;
  const end = at + length - 1;
  if (length <= HEADER_BYTES || view.getUint32(at, true) !== length || u8[end] !== END) {
    throw new DamagedError('bad ziplist');
  }
  const elements: Slice[] = [];
  let entry = at + HEADER_BYTES;
  let before = entry;
  while (entry < end) {
    const bytesBefore = u8[entry] < LONG_LENGTH ? u8[entry] : readWord(region, entry + 1, end);
    if (u8[entry] === END || bytesBefore !== entry - before) throw new DamagedError('bad ziplist');
    before = entry;
    const element = new Slice();
    entry = readEntry(region, entry + (u8[entry] < LONG_LENGTH ? 1 : 5), end, element);
    elements.push(element);
  }
  const noted = view.getUint16(at + 8, true);
  const lastAt = view.getUint32(at + 4, true);
  if (noted !== MANY && noted !== elements.length) throw new DamagedError('bad ziplist');
  if (lastAt !== before - at) throw new DamagedError('bad ziplist');
  return elements;
}

function readWord(region: Region, at: number, end: number): number {
  if (at + 4 > end) throw new DamagedError('cut short');
  return region.view.getUint32(at, true);
}

/** Takes the entry whose head is at `at`. @returns the position behind it */
function readEntry(region: Region, at: number, end: number, into: Slice): number {
  const { u8, view } = region;
  if (at >= end) throw new DamagedError('cut short');
  const head = u8[at];
  if (head < 0xc0) return readString(region, at, end, into);
  const bytes = integerBytes(head);
  if (bytes < 0 || at + 1 + bytes > end) throw new DamagedError('bad ziplist');
  if (bytes === 8) number.setWords(view.getInt32(at + 5, true), view.getInt32(at + 1, true));
  else if (bytes === 4) number.set(view.getInt32(at + 1, true));
  else if (bytes === 3) number.set(view.getUint16(at + 1, true) | (view.getInt8(at + 3) << 16));
  else if (bytes === 2) number.set(view.getInt16(at + 1, true));
  else if (bytes === 1) number.set(view.getInt8(at + 1));
  else number.set((head & 15) - 1);
  into.setNumber(number);
  return at + 1 + bytes;
}

/** Bytes of the integer that a head announces; 0 if it is in the head; −1 if there is no such head. */
function integerBytes(head: number): number {
  switch (head) {
    case 0xc0:
      return 2;
    case 0xd0:
      return 4;
    case 0xe0:
      return 8;
    case 0xf0:
      return 3;
    case 0xfe:
      return 1;
    default:
      return head > 0xf0 && head < 0xfe ? 0 : -1;
  }
}

function readString(region: Region, at: number, end: number, into: Slice): number {
  const { u8, view } = region;
  const head = u8[at];
  const headBytes = head < 0x40 ? 1 : head < 0x80 ? 2 : 5;
  if (at + headBytes > end) throw new DamagedError('cut short');
  let length = head & 0x3f;
  if (headBytes === 2) length = (length << 8) | u8[at + 1];
  else if (headBytes === 5) length = view.getUint32(at + 1);
  if (at + headBytes + length > end) throw new DamagedError('cut short');
  into.set(region, at + headBytes, length);
  return at + headBytes + length;
}

/** All keys and values of a zipmap, by turns. @throws DamagedError */
export function zipmapElements({ region, at, length }: Slice): Slice[] {
  const { u8 } = region;
  const end = at + length - 1;
  if (length < 2 || u8[end] !== END) throw new DamagedError('bad zipmap');
  const elements: Slice[] = [];
  for (let entry = at + 1; entry < end; ) {
    if (u8[entry] === END) throw new DamagedError('bad zipmap');
    const isLong = u8[entry] === LONG_LENGTH;
    const bytes = isLong ? readWord(region, entry + 1, end) : u8[entry];
    const isValue = elements.length % 2 === 1;
    const contents = entry + (isLong ? 5 : 1) + (isValue ? 1 : 0);
    const behind = contents + bytes + (isValue ? u8[contents - 1] : 0);
    if (contents > end || behind > end) throw new DamagedError('cut short');
    const element = new Slice();
    element.set(region, contents, bytes);
    elements.push(element);
    entry = behind;
  }
  return elements;
}
