/**
 * Signed 64-bit integers in as few bytes as they need, 1 to 8, little-endian. In two int32 halves, so that nothing is boxed.
 */

/** Bytes that the integer needs. */
export function shortBytes(high: number, low: number): number {
  return high === low >> 31 ? wordBytes(low) : 4 + wordBytes(high);
}

/** The lower half of the integer of `size` bytes at `at`. */
export const lowAt = (view: DataView, at: number, size: number): number => wordAt(view, at, size < 4 ? size : 4);

/** The upper half of the integer of `size` bytes at `at`, of which `low` is the lower. */
export const highAt = (view: DataView, at: number, size: number, low: number): number =>
  size > 4 ? wordAt(view, at + 4, size - 4) : low >> 31;

/** Writes an integer for which `size` bytes suffice. */
export function writeShort(view: DataView, at: number, size: number, high: number, low: number): void {
  setWordAt(view, at, size < 4 ? size : 4, low);
  if (size > 4) setWordAt(view, at + 4, size - 4, high);
}

/** Bytes that a signed word needs: 1 to 4. */
function wordBytes(word: number): number {
  if (word === (word << 16) >> 16) return word === (word << 24) >> 24 ? 1 : 2;
  return word === (word << 8) >> 8 ? 3 : 4;
}

/** The signed word of 1 to 4 bytes at `at`. */
export function wordAt(view: DataView, at: number, bytes: number): number {
  if (bytes === 2) return view.getInt16(at, true);
  if (bytes === 4) return view.getInt32(at, true);
  return bytes === 1 ? view.getInt8(at) : view.getUint16(at, true) | (view.getInt8(at + 2) << 16);
}

function setWordAt(view: DataView, at: number, bytes: number, word: number): void {
  if (bytes === 4) {
    view.setInt32(at, word, true);
  } else if (bytes === 1) {
    view.setInt8(at, word);
  } else {
    view.setInt16(at, word, true);
    if (bytes === 3) view.setInt8(at + 2, word >> 16);
  }
}
