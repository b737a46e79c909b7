/** IDs and counts of streams in the form of RDB files. */
import type { Region } from '../base/region.ts';
import type { Arena } from '../memory/arena.ts';
import type { StreamId } from '../types/stream-id.ts';
import type { SerialReader } from './serialize-reader.ts';
import type { SerialWriter } from './serialize-writer.ts';

/** Bytes of an ID that is written raw. */
export const ID_BYTES = 16;

/** An ID as two lengths. */
export function writeId(writer: SerialWriter, id: StreamId): void {
  writer.length64(id.msHigh, id.msLow);
  writer.length64(id.seqHigh, id.seqLow);
}

/** The ID in an arena as two lengths. */
export function saveId(writer: SerialWriter, { i32 }: Arena, word: number): void {
  writer.length64(i32[word], i32[word + 1]);
  writer.length64(i32[word + 2], i32[word + 3]);
}

/** An ID as two lengths. */
export function readId(reader: SerialReader, into: StreamId): void {
  reader.length64();
  into.msHigh = reader.high;
  into.msLow = reader.low;
  reader.length64();
  into.seqHigh = reader.high;
  into.seqLow = reader.low;
}

/** The ID in an arena as 16 bytes, the highest first. */
export function saveRawId(writer: SerialWriter, { i32 }: Arena, word: number): void {
  writer.ensure(ID_BYTES);
  for (let i = 0; i < 4; i++) writer.region.view.setInt32(writer.at + i * 4, i32[word + i]);
  writer.at += ID_BYTES;
}

/** An ID as 16 bytes, the highest first. */
export function readRawId({ view }: Region, at: number, into: StreamId): void {
  into.set(view.getInt32(at), view.getInt32(at + 4), view.getInt32(at + 8), view.getInt32(at + 12));
}

export function saveCounter(writer: SerialWriter, { i32 }: Arena, word: number): void {
  writer.length64(i32[word + 1], i32[word]);
}

export function loadCounter(reader: SerialReader, { i32 }: Arena, word: number): void {
  reader.length64();
  i32[word] = reader.low;
  i32[word + 1] = reader.high;
}
