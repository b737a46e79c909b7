/** XXH3 with 128 bits, by which a message that a producer doesn't name is recognized. */
import { carryOf } from './wide.ts';
import {
  add,
  avalanche,
  fillLanes,
  high,
  low,
  MIDDLE_MAX,
  MIX_2H,
  MIX_2L,
  mergeLanes,
  mix16,
  multiply,
  multiplyWide,
  PRIME32_2,
  PRIME64_1H,
  PRIME64_1L,
  PRIME64_2H,
  PRIME64_2L,
  PRIME64_4H,
  PRIME64_4L,
  product0,
  product1,
  product2,
  product3,
  SECRET_BYTES,
  STRIPE_BYTES,
  secret,
  set,
  startFromLength,
  swapBytes,
  xorShift28,
} from './xxh3-mixing.ts';

const MERGE_AT = 11;

/** The two halves of the sum, each loaded into the register to be worked on. */
let upperH = 0;
let upperL = 0;
let lowerH = 0;
let lowerL = 0;

/** The hash of the bytes, four at the least: `into` gets its 32-bit words, the lowest first. */
export function xxh128(view: DataView, at: number, length: number, into: Uint32Array): void {
  if (length > MIDDLE_MAX) hashLong(view, at, length);
  else if (length > 16) hashMiddle(view, at, length);
  else if (length > 8) hash9To16(view, at, length);
  else hash4To8(view, at, length);
  into[0] = lowerL;
  into[1] = lowerH;
  into[2] = upperL;
  into[3] = upperH;
}

function storeLower(): void {
  lowerH = high;
  lowerL = low;
}

function storeUpper(): void {
  upperH = high;
  upperL = low;
}

function hash4To8(view: DataView, at: number, length: number): void {
  const keyedL = view.getInt32(at, true) ^ secret(16) ^ secret(24);
  const keyedH = view.getInt32(at + length - 4, true) ^ secret(20) ^ secret(28);
  multiplyWide(keyedH, keyedL, PRIME64_1H, PRIME64_1L + (length << 2));
  set(product3, product2);
  add((product1 << 1) | (product0 >>> 31), product0 << 1);
  storeUpper();
  set(product1 ^ (high >>> 3), product0 ^ ((low >>> 3) | (high << 29)));
  // x ^ (x >> 35)
  set(high, low ^ (high >>> 3));
  multiply(MIX_2H, MIX_2L);
  xorShift28();
  storeLower();
  set(upperH, upperL);
  avalanche();
  storeUpper();
}

function hash9To16(view: DataView, at: number, length: number): void {
  const firstL = view.getInt32(at, true);
  const firstH = view.getInt32(at + 4, true);
  const lastL = view.getInt32(at + length - 8, true);
  const lastH = view.getInt32(at + length - 4, true);
  const keyedL = firstL ^ lastL ^ secret(32) ^ secret(40);
  const keyedH = firstH ^ lastH ^ secret(36) ^ secret(44);
  multiplyWide(keyedH, keyedL, PRIME64_1H, PRIME64_1L);
  lowerH = product1 + ((length - 1) << 22);
  lowerL = product0;
  upperH = product3;
  upperL = product2;
  const keyedLastL = lastL ^ secret(48) ^ secret(56);
  const keyedLastH = lastH ^ secret(52) ^ secret(60);
  set(0, keyedLastL);
  multiply(0, PRIME32_2 - 1);
  add(keyedLastH, keyedLastL);
  add(upperH, upperL);
  storeUpper();
  // The sum, with its lower half changed by the upper one, times a prime.
  multiplyWide(lowerH ^ swapBytes(upperL), lowerL ^ swapBytes(upperH), PRIME64_2H, PRIME64_2L);
  multiply(PRIME64_2H, PRIME64_2L);
  add(product3, product2);
  avalanche();
  storeUpper();
  set(product1, product0);
  avalanche();
  storeLower();
}

function hashMiddle(view: DataView, at: number, length: number): void {
  startFromLength(length);
  storeLower();
  upperH = 0;
  upperL = 0;
  if (length <= 128) {
    // From both ends towards the middle.
    for (let i = (length - 1) >> 5; i >= 0; i--) {
      mix32(view, at + 16 * i, at + length - 16 * (i + 1), 32 * i);
    }
  } else {
    for (let i = 0; i < 128; i += 32) mix32(view, at + i, at + i + 16, i);
    set(lowerH, lowerL);
    avalanche();
    storeLower();
    set(upperH, upperL);
    avalanche();
    storeUpper();
    for (let i = 128; i <= length - 32; i += 32) mix32(view, at + i, at + i + 16, i - 128 + 3);
    mix32(view, at + length - 16, at + length - 32, 103);
  }
  finishMiddle(length);
}

/** Mixes twice 16 bytes with 32 of the secret into the halves. */
function mix32(view: DataView, first: number, second: number, secretAt: number): void {
  set(lowerH, lowerL);
  mix16(view, first, secretAt);
  xorSum(view, second);
  storeLower();
  set(upperH, upperL);
  mix16(view, second, secretAt + 16);
  xorSum(view, first);
  storeUpper();
}

/** register ^= the sum of the two 64-bit numbers at `at` */
function xorSum(view: DataView, at: number): void {
  const addend = view.getInt32(at + 8, true);
  const sumL = (view.getInt32(at, true) + addend) | 0;
  const sumH = view.getInt32(at + 4, true) + view.getInt32(at + 12, true) + carryOf(sumL, addend);
  set(high ^ sumH, low ^ sumL);
}

function finishMiddle(length: number): void {
  const [oldH, oldL] = [upperH, upperL];
  set(0, length);
  multiply(PRIME64_2H, PRIME64_2L);
  storeUpper();
  addProduct(lowerH, lowerL, PRIME64_1H, PRIME64_1L);
  addProduct(oldH, oldL, PRIME64_4H, PRIME64_4L);
  set(upperH, upperL);
  avalanche();
  // −x
  set(~high, ~low);
  add(0, 1);
  storeUpper();
  set(lowerH, lowerL);
  add(oldH, oldL);
  avalanche();
  storeLower();
}

/** upper += a × b */
function addProduct(aH: number, aL: number, bH: number, bL: number): void {
  set(aH, aL);
  multiply(bH, bL);
  add(upperH, upperL);
  storeUpper();
}

function hashLong(view: DataView, at: number, length: number): void {
  fillLanes(view, at, length);
  startFromLength(length);
  mergeLanes(MERGE_AT);
  avalanche();
  storeLower();
  set(0, length);
  multiply(PRIME64_2H, PRIME64_2L);
  set(~high, ~low);
  mergeLanes(SECRET_BYTES - STRIPE_BYTES - MERGE_AT);
  avalanche();
  storeUpper();
}
