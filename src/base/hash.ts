/**
 * The hash of a key or of a collection's member, over memory in place: four bytes a step, each multiplied into the state by
 * a constant, then by a number that comes from the seed. The seed is drawn anew by every process, so nobody can prepare
 * keys that collide; the second factor is what makes that so. (Of MurmurHash3, which costs as much, collisions are known
 * that hold for every seed.) How the 32 bits are used: a key's low bits choose the shard; the top bits choose the table's
 * segment, the bits after those the home slot.
 */
export function hashBytes(view: DataView, at: number, length: number, seed: number): number {
  const secret = Math.imul(seed, 0x9e3779b1) | 1;
  let h = seed ^ length;
  const end = at + length;
  const whole = at + (length & ~3);
  let i = at;
  for (; i < whole; i += 4) {
    h = Math.imul(h ^ view.getInt32(i, true), 0xcc9e2d51);
    h = Math.imul(h ^ (h >>> 15), secret);
  }
  if (i < end) {
    let rest = 0;
    for (let shift = 0; i < end; i++, shift += 8) rest |= view.getUint8(i) << shift;
    h = Math.imul(h ^ rest, 0xcc9e2d51);
    h = Math.imul(h ^ (h >>> 15), secret);
  }
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  return h ^ (h >>> 15);
}
