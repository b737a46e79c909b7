/**
 * What the two sizes of XXH3 (Yann Collet, xxHash 0.8) with seed 0 and the default secret have in common. All in int32
 * halves: the names end with H and L, tables hold the lower half first.
 */
import { carryOf, multiplyHigh } from './wide.ts';

export const SECRET_BYTES = 192;
const SECRET = new DataView(new ArrayBuffer(SECRET_BYTES));
const SECRET_WORDS = [
  0xb8fe6c39, 0x23a44bbe, 0x7c01812c, 0xf721ad1c, 0xded46de9, 0x839097db, 0x7240a4a4, 0xb7b3671f, 0xcb79e64e,
  0xccc0e578, 0x825ad07d, 0xccff7221, 0xb8084674, 0xf743248e, 0xe03590e6, 0x813a264c, 0x3c2852bb, 0x91c300cb,
  0x88d0658b, 0x1b532ea3, 0x71644897, 0xa20df94e, 0x3819ef46, 0xa9deacd8, 0xa8fa763f, 0xe39c343f, 0xf9dcbbc7,
  0xc70b4f1d, 0x8a51e04b, 0xcdb45931, 0xc89f7ec9, 0xd9787364, 0xeac5ac83, 0x34d3ebc3, 0xc581a0ff, 0xfa1363eb,
  0x170ddd51, 0xb7f0da49, 0xd3165526, 0x29d4689e, 0x2b16be58, 0x7d47a1fc, 0x8ff8b8d1, 0x7ad031ce, 0x45cb3a8f,
  0x95160428, 0xafd7fbca, 0xbb4b407e,
];
SECRET_WORDS.forEach((word, index) => {
  SECRET.setUint32(index * 4, word);
});

const PRIME32_1 = 0x9e3779b1;
export const PRIME32_2 = 0x85ebca77;
const PRIME32_3 = 0xc2b2ae3d;
export const PRIME64_1H = 0x9e3779b1;
export const PRIME64_1L = 0x85ebca87;
export const PRIME64_2H = 0xc2b2ae3d;
export const PRIME64_2L = 0x27d4eb4f;
const PRIME64_3H = 0x165667b1;
const PRIME64_3L = 0x9e3779f9;
export const PRIME64_4H = 0x85ebca77;
export const PRIME64_4L = 0xc2b2ae63;
const PRIME64_5H = 0x27d4eb2f;
const PRIME64_5L = 0x165667c5;
const MIX_1H = 0x16566791;
const MIX_1L = 0x9e3779f9;
export const MIX_2H = 0x9fb21c65;
export const MIX_2L = 0x1e98df25;

export const STRIPE_BYTES = 64;
const STRIPES_IN_BLOCK = (SECRET_BYTES - STRIPE_BYTES) / 8;
const BLOCK_BYTES = STRIPE_BYTES * STRIPES_IN_BLOCK;
export const MIDDLE_MAX = 240;

/** The register that short inputs are mixed in and every result ends up in. */
export let high = 0;
export let low = 0;
/** The last product of 128 bits, the lowest 32 first. */
export let product0 = 0;
export let product1 = 0;
export let product2 = 0;
export let product3 = 0;
/** Eight lanes of 64 bits for long inputs. */
const lanes = new Int32Array(16);
const LANES_START = new Int32Array([
  ...[PRIME32_3, 0, PRIME64_1L, PRIME64_1H, PRIME64_2L, PRIME64_2H, PRIME64_3L, PRIME64_3H],
  ...[PRIME64_4L, PRIME64_4H, PRIME32_2, 0, PRIME64_5L, PRIME64_5H, PRIME32_1, 0],
]);

/** register = a */
export function set(aH: number, aL: number): void {
  high = aH;
  low = aL;
}

export function secret(at: number): number {
  return SECRET.getInt32(at, true);
}

/** Mixes an input longer than MIDDLE_MAX into the lanes. */
export function fillLanes(view: DataView, at: number, length: number): void {
  lanes.set(LANES_START);
  const blocks = Math.floor((length - 1) / BLOCK_BYTES);
  for (let block = 0; block < blocks; block++) {
    accumulate(view, at + block * BLOCK_BYTES, STRIPES_IN_BLOCK);
    scramble();
  }
  const rest = length - 1 - blocks * BLOCK_BYTES;
  accumulate(view, at + blocks * BLOCK_BYTES, Math.floor(rest / STRIPE_BYTES));
  accumulateStripe(view, at + length - STRIPE_BYTES, SECRET_BYTES - STRIPE_BYTES - 7);
}

/** Adds the lanes to the register, mixed with the secret from `secretAt` on. */
export function mergeLanes(secretAt: number): void {
  for (let i = 0; i < 4; i++) {
    const lane = i * 4;
    const key = secretAt + 16 * i;
    addFolded(
      lanes[lane + 1] ^ secret(key + 4),
      lanes[lane] ^ secret(key),
      lanes[lane + 3] ^ secret(key + 12),
      lanes[lane + 2] ^ secret(key + 8),
    );
  }
}

function accumulate(view: DataView, at: number, stripes: number): void {
  for (let stripe = 0; stripe < stripes; stripe++) accumulateStripe(view, at + stripe * STRIPE_BYTES, stripe * 8);
}

function accumulateStripe(view: DataView, at: number, secretAt: number): void {
  for (let lane = 0; lane < 16; lane += 2) {
    const dataL = view.getInt32(at + lane * 4, true);
    const dataH = view.getInt32(at + lane * 4 + 4, true);
    const keyedL = dataL ^ SECRET.getInt32(secretAt + lane * 4, true);
    const keyedH = dataH ^ SECRET.getInt32(secretAt + lane * 4 + 4, true);
    // The data itself goes to the neighbour lane, its product with the secret to its own.
    const neighbour = lane ^ 2;
    const neighbourL = (lanes[neighbour] + dataL) | 0;
    lanes[neighbour + 1] = lanes[neighbour + 1] + dataH + carryOf(neighbourL, dataL);
    lanes[neighbour] = neighbourL;
    const productL = Math.imul(keyedL, keyedH);
    const sumL = (lanes[lane] + productL) | 0;
    lanes[lane + 1] = lanes[lane + 1] + multiplyHigh(keyedL, keyedH) + carryOf(sumL, productL);
    lanes[lane] = sumL;
  }
}

function scramble(): void {
  const secretAt = SECRET_BYTES - STRIPE_BYTES;
  for (let lane = 0; lane < 16; lane += 2) {
    const h = lanes[lane + 1];
    const keyedL = lanes[lane] ^ (h >>> 15) ^ secret(secretAt + lane * 4);
    const keyedH = h ^ secret(secretAt + lane * 4 + 4);
    lanes[lane] = Math.imul(keyedL, PRIME32_1);
    lanes[lane + 1] = multiplyHigh(keyedL, PRIME32_1) + Math.imul(keyedH, PRIME32_1);
  }
}

/** register = length × PRIME64_1 */
export function startFromLength(length: number): void {
  high = 0;
  low = length;
  multiply(PRIME64_1H, PRIME64_1L);
}

/** Mixes 16 bytes with 16 of the secret into the register. */
export function mix16(view: DataView, at: number, secretAt: number): void {
  addFolded(
    view.getInt32(at + 4, true) ^ secret(secretAt + 4),
    view.getInt32(at, true) ^ secret(secretAt),
    view.getInt32(at + 12, true) ^ secret(secretAt + 12),
    view.getInt32(at + 8, true) ^ secret(secretAt + 8),
  );
}

/** register += the two halves of a 128-bit product, xored. */
export function addFolded(aH: number, aL: number, bH: number, bL: number): void {
  multiplyWide(aH, aL, bH, bL);
  add(product3 ^ product1, product2 ^ product0);
}

/** product = a × b */
export function multiplyWide(aH: number, aL: number, bH: number, bL: number): void {
  const highLowL = Math.imul(aH, bL);
  const lowHighL = Math.imul(aL, bH);
  // Bits 32 to 63 of the product, and what runs over into bit 64.
  let carry = 0;
  let middle = (multiplyHigh(aL, bL) + highLowL) | 0;
  carry += carryOf(middle, highLowL);
  middle = (middle + lowHighL) | 0;
  carry += carryOf(middle, lowHighL);
  // Bits 64 to 95, and what runs over into bit 96.
  const highLowH = multiplyHigh(aH, bL);
  const lowHighH = multiplyHigh(aL, bH);
  let upper = (Math.imul(aH, bH) + carry) | 0;
  let carryUp = carryOf(upper, carry);
  upper = (upper + highLowH) | 0;
  carryUp += carryOf(upper, highLowH);
  upper = (upper + lowHighH) | 0;
  carryUp += carryOf(upper, lowHighH);
  product0 = Math.imul(aL, bL);
  product1 = middle;
  product2 = upper;
  product3 = (multiplyHigh(aH, bH) + carryUp) | 0;
}

/** register += b */
export function add(bH: number, bL: number): void {
  low = (low + bL) | 0;
  high = (high + bH + carryOf(low, bL)) | 0;
}

/** register ×= b */
export function multiply(bH: number, bL: number): void {
  high = (multiplyHigh(low, bL) + Math.imul(high, bL) + Math.imul(low, bH)) | 0;
  low = Math.imul(low, bL);
}

/** register ^= register >> 28 */
export function xorShift28(): void {
  low ^= (low >>> 28) | (high << 4);
  high ^= high >>> 28;
}

/** The last mixing of XXH3. */
export function avalanche(): void {
  low ^= high >>> 5;
  multiply(MIX_1H, MIX_1L);
  low ^= high;
}

/** The last mixing of XXH64, which the shortest inputs end with. */
export function avalanche64(): void {
  low ^= high >>> 1;
  multiply(PRIME64_2H, PRIME64_2L);
  low ^= (low >>> 29) | (high << 3);
  high ^= high >>> 29;
  multiply(PRIME64_3H, PRIME64_3L);
  low ^= high;
}

export function swapBytes(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
