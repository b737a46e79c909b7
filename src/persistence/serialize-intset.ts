/**
 * Intsets in Redis' form, little-endian:
 *
 *     bytes of each number (u32: 2, 4 or 8) | numbers (u32) | number … (signed)
 */
import type { Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import * as intset from '../types/intset.ts';
import type { Slice } from '../types/slice.ts';
import { DamagedError } from './serialize-reader.ts';
import type { SerialWriter } from './serialize-writer.ts';

const HEADER_BYTES = 8;

const number = new intset.IntsetElement();
const last = new intset.IntsetElement();

export function saveIntset(writer: SerialWriter, region: Region, root: number): void {
  const count = intset.count(region, root);
  const own = intset.numberBytes(region, root);
  const size = own <= 2 ? 2 : own <= 4 ? 4 : 8;
  const length = HEADER_BYTES + count * size;
  const to = writer.scratch(length);
  to.view.setUint32(0, size, true);
  to.view.setUint32(4, count, true);
  for (let i = 0; i < count; i++) {
    number.read(region, root, i);
    number.write(to.view, HEADER_BYTES + i * size, size);
  }
  writer.string(to, 0, length);
}

/** Makes an intset of the bytes. @returns its address  @throws DamagedError unless they are one that isn't empty */
export function loadIntset(allocator: Allocator, { region, at, length }: Slice): number {
  if (length <= HEADER_BYTES) throw new DamagedError('bad intset');
  const size = region.view.getUint32(at, true);
  const count = region.view.getUint32(at + 4, true);
  const isSize = size === 2 || size === 4 || size === 8;
  if (!isSize || HEADER_BYTES + count * size !== length) throw new DamagedError('bad intset');
  const read = (into: intset.IntsetElement, index: number): void =>
    readNumber(into, region.view, at + HEADER_BYTES + index * size, size);
  // The first or the last of them is the widest, if they are in order.
  read(number, 0);
  read(last, count - 1);
  const own = Math.max(number.bytes(), last.bytes());
  const root = intset.createFor(allocator, count, own);
  for (let i = 0; i < count; i++) {
    last.setWords(number.high, number.low);
    read(number, i);
    if (i > 0 && number.compare(last) <= 0) {
      allocator.free(root);
      throw new DamagedError('numbers not in order');
    }
    intset.put(allocator.arena.region, root, i, number);
  }
  return root;
}

function readNumber(into: intset.IntsetElement, view: DataView, at: number, size: number): void {
  const low = size === 2 ? view.getInt16(at, true) : view.getInt32(at, true);
  into.setWords(size === 8 ? view.getInt32(at + 4, true) : low >> 31, low);
}
