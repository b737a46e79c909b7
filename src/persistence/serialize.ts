/**
 * A value on its own, as DUMP gives and RESTORE takes it:
 *
 *     type (u8) | value | version (u16) | CRC-64 of all before (8 bytes)          little-endian
 */
import { Crc64 } from '../base/crc64.ts';
import type { Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Keyspace } from '../store/keyspace.ts';
import { type Loaded, loadValue } from './serialize-load.ts';
import { DamagedError, SerialReader } from './serialize-reader.ts';
import { saveValue, serialTypeOf } from './serialize-save.ts';
import { VERSION_MAX, versionOf } from './serialize-types.ts';
import type { SerialWriter } from './serialize-writer.ts';

const VERSION_BYTES = 2;
const CRC_BYTES = 8;
const FOOTER_BYTES = VERSION_BYTES + CRC_BYTES;

const crc = new Crc64();
const reader = new SerialReader();

/** Writes an entry's value with type, version and checksum. @returns false if its type has no such form */
export function writePayload(writer: SerialWriter, keyspace: Keyspace, entry: number): boolean {
  const serialType = serialTypeOf(keyspace, entry);
  if (serialType < 0) return false;
  writer.reset();
  writer.byte(serialType);
  saveValue(writer, keyspace, entry, serialType);
  writer.integer16(versionOf(serialType));
  writer.ensure(CRC_BYTES);
  crc.reset();
  crc.update(writer.region.u8, 0, writer.at);
  writer.at = crc.write(writer.region.u8, writer.at);
  return true;
}

/** Bytes of an entry's value in this form, without type and footer; 0 if its type has no such form. */
export function serializedLength(writer: SerialWriter, keyspace: Keyspace, entry: number): number {
  const serialType = serialTypeOf(keyspace, entry);
  if (serialType < 0) return 0;
  writer.reset();
  saveValue(writer, keyspace, entry, serialType);
  return writer.at;
}

/** Whether version and checksum are right. As in Redis 8.10, a checksum of 0 stands for none. */
export function isPayload(region: Region, at: number, length: number): boolean {
  if (length < FOOTER_BYTES) return false;
  const footer = at + length - FOOTER_BYTES;
  if (region.view.getUint16(footer, true) > VERSION_MAX) return false;
  const checksum = footer + VERSION_BYTES;
  if (region.view.getInt32(checksum) === 0 && region.view.getInt32(checksum + 4) === 0) return true;
  crc.reset();
  crc.update(region.u8, at, length - CRC_BYTES);
  return crc.matches(region.u8, checksum);
}

/** Reads the value of a payload, of which `isPayload` holds. @throws DamagedError  @throws OutOfMemoryError */
export function readPayload(region: Region, at: number, length: number, allocator: Allocator, into: Loaded): void {
  reader.open(region, at, length - FOOTER_BYTES);
  const serialType = reader.byte();
  loadValue(reader, serialType, allocator, into);
  if (reader.left === 0) return;
  into.free();
  throw new DamagedError('more than a value');
}
