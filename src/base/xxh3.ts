/** XXH3 with 64 bits, which is what DIGEST and the conditions IFDEQ and IFDNE compare values by. */
import {
  add,
  addFolded,
  avalanche,
  avalanche64,
  fillLanes,
  high,
  low,
  MIDDLE_MAX,
  MIX_2H,
  MIX_2L,
  mergeLanes,
  mix16,
  multiply,
  secret,
  set,
  startFromLength,
  swapBytes,
  xorShift28,
} from './xxh3-mixing.ts';

/** The hash of the bytes as 16 lower-case hexadecimal digits, the form in which Redis shows it. */
export function xxh3Hex(view: DataView, at: number, length: number): string {
  hash(view, at, length);
  return (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0');
}

/** The hash of the bytes: `into[0]` gets its upper, `into[1]` its lower 32 bits. */
export function xxh3(view: DataView, at: number, length: number, into: Uint32Array): void {
  hash(view, at, length);
  into[0] = high;
  into[1] = low;
}

function hash(view: DataView, at: number, length: number): void {
  if (length > MIDDLE_MAX) hashLong(view, at, length);
  else if (length > 16) hashMiddle(view, at, length);
  else if (length > 8) hash9To16(view, at, length);
  else if (length >= 4) hash4To8(view, at, length);
  else if (length > 0) hash1To3(view, at, length);
  else {
    set(secret(60) ^ secret(68), secret(56) ^ secret(64));
    avalanche64();
  }
}

function hash1To3(view: DataView, at: number, length: number): void {
  const first = view.getUint8(at);
  const middle = view.getUint8(at + (length >> 1));
  const last = view.getUint8(at + length - 1);
  set(0, ((first << 16) | (middle << 24) | last | (length << 8)) ^ secret(0) ^ secret(4));
  avalanche64();
}

function hash4To8(view: DataView, at: number, length: number): void {
  const h = view.getInt32(at, true) ^ secret(12) ^ secret(20);
  const l = view.getInt32(at + length - 4, true) ^ secret(8) ^ secret(16);
  // x ^ (x rotated by 49) ^ (x rotated by 24)
  set(h ^ ((l << 17) | (h >>> 15)) ^ ((h << 24) | (l >>> 8)), l ^ ((h << 17) | (l >>> 15)) ^ ((l << 24) | (h >>> 8)));
  multiply(MIX_2H, MIX_2L);
  set(high, low ^ ((high >>> 3) + length));
  multiply(MIX_2H, MIX_2L);
  xorShift28();
}

function hash9To16(view: DataView, at: number, length: number): void {
  const firstL = view.getInt32(at, true) ^ secret(24) ^ secret(32);
  const firstH = view.getInt32(at + 4, true) ^ secret(28) ^ secret(36);
  const lastL = view.getInt32(at + length - 8, true) ^ secret(40) ^ secret(48);
  const lastH = view.getInt32(at + length - 4, true) ^ secret(44) ^ secret(52);
  set(swapBytes(firstL), swapBytes(firstH));
  add(0, length);
  add(lastH, lastL);
  addFolded(firstH, firstL, lastH, lastL);
  avalanche();
}

function hashMiddle(view: DataView, at: number, length: number): void {
  startFromLength(length);
  if (length <= 128) {
    // From both ends towards the middle.
    for (let i = (length - 1) >> 5; i >= 0; i--) {
      mix16(view, at + 16 * i, 32 * i);
      mix16(view, at + length - 16 * (i + 1), 32 * i + 16);
    }
  } else {
    for (let i = 0; i < 8; i++) mix16(view, at + 16 * i, 16 * i);
    avalanche();
    for (let i = 8; i < length >> 4; i++) mix16(view, at + 16 * i, 16 * (i - 8) + 3);
    mix16(view, at + length - 16, 119);
  }
  avalanche();
}

function hashLong(view: DataView, at: number, length: number): void {
  fillLanes(view, at, length);
  startFromLength(length);
  mergeLanes(11);
  avalanche();
}
