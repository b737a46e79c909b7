import { moveBulk } from './bulk.ts';
import type { Region } from './region.ts';

/** By way of another place a byte costs two copies and two calls: later than with a plain copy that is the quicker way. */
const BULK_MOVE_BYTES_MIN = 1024;

/** Moves `length` bytes within a region; the two places may overlap. */
export function move(region: Region, fromAt: number, toAt: number, length: number): void {
  const distance = toAt - fromAt;
  if (distance === 0) return;
  if (length >= BULK_MOVE_BYTES_MIN) moveBulk(region.u8, fromAt, toAt, length);
  else if ((distance & 7) === 0 && length >= 64) region.u8.copyWithin(toAt, fromAt, fromAt + length);
  else if (distance < 0) moveDown(region.view, fromAt, toAt, length);
  else moveUp(region.view, fromAt, toAt, length);
}

/** From the front: for a target before the source. Each group is read before it is written, so any distance will do. */
function moveDown(view: DataView, fromAt: number, toAt: number, length: number): void {
  let i = 0;
  for (; i + 16 <= length; i += 16) {
    const a = view.getInt32(fromAt + i, true);
    const b = view.getInt32(fromAt + i + 4, true);
    const c = view.getInt32(fromAt + i + 8, true);
    const d = view.getInt32(fromAt + i + 12, true);
    view.setInt32(toAt + i, a, true);
    view.setInt32(toAt + i + 4, b, true);
    view.setInt32(toAt + i + 8, c, true);
    view.setInt32(toAt + i + 12, d, true);
  }
  for (; i + 4 <= length; i += 4) view.setInt32(toAt + i, view.getInt32(fromAt + i, true), true);
  for (; i < length; i++) view.setUint8(toAt + i, view.getUint8(fromAt + i));
}

/** From the back: for a target behind the source. */
function moveUp(view: DataView, fromAt: number, toAt: number, length: number): void {
  let i = length;
  for (; i >= 16; i -= 16) {
    const a = view.getInt32(fromAt + i - 4, true);
    const b = view.getInt32(fromAt + i - 8, true);
    const c = view.getInt32(fromAt + i - 12, true);
    const d = view.getInt32(fromAt + i - 16, true);
    view.setInt32(toAt + i - 4, a, true);
    view.setInt32(toAt + i - 8, b, true);
    view.setInt32(toAt + i - 12, c, true);
    view.setInt32(toAt + i - 16, d, true);
  }
  for (; i >= 4; i -= 4) view.setInt32(toAt + i - 4, view.getInt32(fromAt + i - 4, true), true);
  for (; i > 0; i--) view.setUint8(toAt + i - 1, view.getUint8(fromAt + i - 1));
}
