/**
 * LZF (Marc Lehmann), as RDB files and DUMP payloads hold compressed strings. A stream is a row of
 *
 *   000LLLLL  literal bytes        a run of L + 1 bytes as they are (1 … 32)
 *   LLLooooo  oooooooo             L + 2 bytes (3 … 8) from o + 1 bytes before
 *   111ooooo  LLLLLLLL  oooooooo   L + 9 bytes (9 … 264) from o + 1 bytes before
 *
 * Any stream of that form is valid; ours need not be byte for byte those of liblzf.
 */

const LITERALS_MAX = 32;
const MATCH_MIN = 3;
const MATCH_MAX = 264;
const DISTANCE_MAX = 8192;
const HASH_BITS_MIN = 8;
const HASH_BITS_MAX = 14;

/**
 * Where three bytes of some hash were last seen, as an offset into the input; 0 is a place like another, for candidates
 * are always compared. The part in use grows with the input, so that clearing it never costs more than compressing.
 */
const lastSeen = new Int32Array(1 << HASH_BITS_MAX);

/**
 * Compresses `length` bytes into `target`, which must be other memory. Costs O(length).
 *
 * @returns the compressed length, or 0 if it would be more than `room` bytes.
 */
export function lzfCompress(
  source: Uint8Array,
  at: number,
  length: number,
  target: Uint8Array,
  targetAt: number,
  room: number,
): number {
  const end = at + length;
  const matchableEnd = end - (MATCH_MIN - 1);
  const targetEnd = targetAt + room;
  const hashBits = Math.min(HASH_BITS_MAX, Math.max(HASH_BITS_MIN, 32 - Math.clz32(length)));
  const hashShift = 32 - hashBits;
  lastSeen.fill(0, 0, 1 << hashBits);
  let i = at;
  let literalsAt = at;
  let out = targetAt;
  while (i < matchableEnd) {
    const three = source[i] | (source[i + 1] << 8) | (source[i + 2] << 16);
    const slot = Math.imul(three, 0x9e3779b1) >>> hashShift;
    const candidate = at + lastSeen[slot];
    lastSeen[slot] = i - at;
    const distance = i - candidate;
    if (
      distance <= 0 ||
      distance > DISTANCE_MAX ||
      (source[candidate] | (source[candidate + 1] << 8) | (source[candidate + 2] << 16)) !== three
    ) {
      // The longer nothing has matched, the larger the steps: what can't be compressed is soon through.
      i += 1 + ((i - literalsAt) >> 6);
      continue;
    }
    const matchEnd = end - i > MATCH_MAX ? i + MATCH_MAX : end;
    let to = i + MATCH_MIN;
    let from = candidate + MATCH_MIN;
    while (to < matchEnd && source[to] === source[from]) {
      to++;
      from++;
    }
    out = writeLiterals(source, literalsAt, i, target, out, targetEnd);
    if (out < 0 || out + 3 > targetEnd) return 0;
    const count = to - i - 2;
    const offset = distance - 1;
    if (count < 7) {
      target[out++] = (count << 5) | (offset >>> 8);
    } else {
      target[out++] = 0xe0 | (offset >>> 8);
      target[out++] = count - 7;
    }
    target[out++] = offset & 0xff;
    // Only the last places of a match are remembered: enough for what follows to link to, and far fewer writes.
    for (i = Math.max(i + 1, to - 2); i < to && i < matchableEnd; i++) {
      const inside = source[i] | (source[i + 1] << 8) | (source[i + 2] << 16);
      lastSeen[Math.imul(inside, 0x9e3779b1) >>> hashShift] = i - at;
    }
    i = to;
    literalsAt = to;
  }
  out = writeLiterals(source, literalsAt, end, target, out, targetEnd);
  return out < 0 ? 0 : out - targetAt;
}

/** Returns the position behind what was written, or -1 if there is no room. */
function writeLiterals(
  source: Uint8Array,
  at: number,
  end: number,
  target: Uint8Array,
  targetAt: number,
  targetEnd: number,
): number {
  let out = targetAt;
  for (let i = at; i < end; ) {
    const count = Math.min(LITERALS_MAX, end - i);
    if (out + 1 + count > targetEnd) return -1;
    target[out++] = count - 1;
    for (const runEnd = i + count; i < runEnd; ) target[out++] = source[i++];
  }
  return out;
}

/**
 * Decompresses exactly `targetLength` bytes into `target`, which must be other memory.
 *
 * @returns false if the stream is corrupt: cut short, reaching back before its start, or of another length. Then bytes
 *   within the target's room may have been written, none outside.
 */
export function lzfDecompress(
  source: Uint8Array,
  at: number,
  length: number,
  target: Uint8Array,
  targetAt: number,
  targetLength: number,
): boolean {
  const end = at + length;
  const targetEnd = targetAt + targetLength;
  let i = at;
  let out = targetAt;
  while (i < end) {
    const control = source[i++];
    if (control < LITERALS_MAX) {
      const runEnd = i + control + 1;
      if (runEnd > end || out + control + 1 > targetEnd) return false;
      while (i < runEnd) target[out++] = source[i++];
      continue;
    }
    let count = control >>> 5;
    if (count === 7) {
      if (i >= end) return false;
      count += source[i++];
    }
    if (i >= end) return false;
    let from = out - (((control & 0x1f) << 8) | source[i++]) - 1;
    const matchEnd = out + count + 2;
    if (from < targetAt || matchEnd > targetEnd) return false;
    // Byte by byte, since a match may overlap itself: that is how a run of one byte is packed.
    while (out < matchEnd) target[out++] = target[from++];
  }
  return out === targetEnd;
}
