/** Arithmetic wider than 32 bits on int32 halves, for loops that can't afford a BigInt. */

/** The upper 32 bits of the product of two unsigned 32-bit numbers, as an int32. The lower ones are `Math.imul(a, b)`. */
export function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const low = Math.imul(a0, b0);
  const cross = (Math.imul(a1, b0) + (low >>> 16)) | 0;
  const middle = (Math.imul(a0, b1) + (cross & 0xffff)) | 0;
  return (Math.imul(a1, b1) + (cross >>> 16) + (middle >>> 16)) | 0;
}

/** 1 if adding `addend` to something gave `sum` by running over 32 bits, else 0. */
export function carryOf(sum: number, addend: number): number {
  return sum >>> 0 < addend >>> 0 ? 1 : 0;
}
