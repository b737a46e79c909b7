/** CRC-16/XMODEM, which maps keys to cluster slots. */

const POLYNOMIAL = 0x1021;

const table = new Uint16Array(256);
for (let byte = 0; byte < 256; byte++) {
  let sum = byte << 8;
  for (let bit = 0; bit < 8; bit++) sum = (sum & 0x8000) !== 0 ? (sum << 1) ^ POLYNOMIAL : sum << 1;
  table[byte] = sum;
}

/** The sum of the bytes, 0 … 65,535. */
export function crc16(u8: Uint8Array, at: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum = ((sum << 8) & 0xffff) ^ table[(sum >>> 8) ^ u8[at + i]];
  return sum;
}

const SLOTS = 16384;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;

/**
 * The cluster slot of a key, 0 … 16,383. If the key holds `{…}` with something in it, only what is between the first
 * `{` and the first `}` behind it counts: that is how keys are kept together.
 */
export function keySlot(u8: Uint8Array, at: number, length: number): number {
  const end = at + length;
  let open = at;
  while (open < end && u8[open] !== OPENING_BRACE) open++;
  let close = open + 1;
  while (close < end && u8[close] !== CLOSING_BRACE) close++;
  const tagged = close < end && close > open + 1;
  return (tagged ? crc16(u8, open + 1, close - open - 1) : crc16(u8, at, length)) % SLOTS;
}
