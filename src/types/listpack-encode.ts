/**
 * Encoding in two steps, since the room an element needs must be known, and had, before anything is written:
 * `prepare…` answers the bytes wanted and remembers what is to be written, `writePrepared` writes it.
 * One preparation is remembered at a time.
 */
import { BEYOND_SAFE, INTEGER_LENGTH_MAX, parseInt64, parseInteger } from '../base/integers.ts';
import { copy, Region } from '../base/region.ts';
import {
  backLengthBytes,
  elementBytes,
  HEAD_INTEGER_16,
  HEAD_INTEGER_24,
  HEAD_INTEGER_32,
  HEAD_INTEGER_64,
  HEAD_STRING_32,
  writeBackLength,
} from './listpack-element.ts';

const STRING = 0;
const INTEGER = 1;
/** A number whose two words are in `high` and `low`. */
const INTEGER_64 = 2;
/** An element already encoded elsewhere. */
const ENCODED = 3;

const NOTHING = new Region(new Uint8Array(0), new DataView(new ArrayBuffer(0)));

let kind = STRING;
let source = NOTHING;
let sourceAt = 0;
/** Bytes of the string, or of the encoded element. */
let sourceLength = 0;
let encoded = 0;
let integer = 0;
let high = 0;
let low = 0;

/** Prepares the given bytes, as a number if they are a number's text. @returns bytes that the element takes */
export function prepare(region: Region, at: number, length: number): number {
  if (length <= INTEGER_LENGTH_MAX) {
    const value = parseInteger(region.u8, at, length);
    if (value === BEYOND_SAFE) return prepareBigInt(parseInt64(region.u8, at, length) as bigint);
    if (!Number.isNaN(value)) return prepareInteger(value);
  }
  kind = STRING;
  source = region;
  sourceAt = at;
  sourceLength = length;
  encoded = (length < 64 ? 1 : length < 4096 ? 2 : 5) + length;
  return encoded + backLengthBytes(encoded);
}

/** Prepares a safe integer. @returns bytes that the element takes */
export function prepareInteger(value: number): number {
  kind = INTEGER;
  integer = value;
  if (value >= 0 && value <= 127) encoded = 1;
  else if (value >= -4096 && value <= 4095) encoded = 2;
  else if (value >= -32768 && value <= 32767) encoded = 3;
  else if (value >= -8388608 && value <= 8388607) encoded = 4;
  else if (value >= -2147483648 && value <= 2147483647) encoded = 5;
  else {
    kind = INTEGER_64;
    high = Math.floor(value / 4294967296) | 0;
    low = value | 0;
    encoded = 9;
  }
  return encoded + 1;
}

/** Prepares any int64. @returns bytes that the element takes */
export function prepareBigInt(value: bigint): number {
  if (value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)) {
    return prepareInteger(Number(value));
  }
  kind = INTEGER_64;
  high = Number(BigInt.asIntN(32, value >> 32n));
  low = Number(BigInt.asIntN(32, value));
  encoded = 9;
  return 10;
}

/** Prepares a copy of another listpack's element. @returns bytes that the element takes */
export function prepareElement(region: Region, at: number): number {
  kind = ENCODED;
  source = region;
  sourceAt = at;
  sourceLength = elementBytes(region.u8, at);
  return sourceLength;
}

/** Writes what was prepared last. The memory it was prepared from must still be as it was. */
export function writePrepared(region: Region, at: number): void {
  const u8 = region.u8;
  if (kind === ENCODED) {
    copy(source, sourceAt, region, at, sourceLength);
    source = NOTHING;
    return;
  }
  writePreparedContent(region, at);
  if (encoded <= 127) u8[at + encoded] = encoded;
  else writeBackLength(u8, at + encoded, encoded);
}

/** Bytes of what was prepared last without its back length, for places that are never read from the right. */
export const preparedContentBytes = (): number => encoded;

/** Writes what was prepared last, which is no copy of an element, without its back length. */
export function writePreparedContent(region: Region, at: number): void {
  const u8 = region.u8;
  if (kind === STRING) {
    if (sourceLength < 64) {
      u8[at] = 0x80 | sourceLength;
    } else if (sourceLength < 4096) {
      u8[at] = 0xe0 | (sourceLength >> 8);
      u8[at + 1] = sourceLength;
    } else {
      u8[at] = HEAD_STRING_32;
      region.view.setInt32(at + 1, sourceLength, true);
    }
    copy(source, sourceAt, region, at + encoded - sourceLength, sourceLength);
    source = NOTHING;
  } else {
    writeNumber(region, at);
  }
}

function writeNumber(region: Region, at: number): void {
  const { u8, view } = region;
  switch (encoded) {
    case 1:
      u8[at] = integer;
      return;
    case 2:
      u8[at] = 0xc0 | ((integer >> 8) & 0x1f);
      u8[at + 1] = integer;
      return;
    case 3:
      u8[at] = HEAD_INTEGER_16;
      view.setInt16(at + 1, integer, true);
      return;
    case 4:
      u8[at] = HEAD_INTEGER_24;
      view.setInt16(at + 1, integer, true);
      u8[at + 3] = integer >> 16;
      return;
    case 5:
      u8[at] = HEAD_INTEGER_32;
      view.setInt32(at + 1, integer, true);
      return;
    default:
      u8[at] = HEAD_INTEGER_64;
      view.setInt32(at + 1, low, true);
      view.setInt32(at + 5, high, true);
  }
}
