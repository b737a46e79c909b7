/**
 * MurmurHash3 (x86, 32 bits) of a key or of a collection's member, over memory in place. The seed is drawn anew by every
 * process, so that nobody can prepare keys that collide. How the 32 bits are used: a key's low bits choose the shard; the
 * top bits choose the table's segment, the bits after those the home slot.
 */
export function hashBytes(view: DataView, at: number, length: number, seed: number): number {
  let h = seed;
  const end = at + length;
  const whole = at + (length & ~3);
  let i = at;
  for (; i < whole; i += 4) {
    let k = Math.imul(view.getInt32(i, true), 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  if (i < end) {
    let k = 0;
    for (let shift = 0; i < end; i++, shift += 8) k |= view.getUint8(i) << shift;
    k = Math.imul(k, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
  }
  h ^= length;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h | 0;
}
