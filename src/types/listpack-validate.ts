import type { Region } from '../base/region.ts';
import { COUNT_UNKNOWN, LISTPACK_EMPTY_BYTES, LISTPACK_HEADER_BYTES } from './listpack.ts';
import { backLengthBytes, END, encodedBytes, HEAD_INTEGER_64, HEAD_STRING_32 } from './listpack-element.ts';

/**
 * Whether `length` bytes at `lp`, which may come from anywhere, are a listpack that is safe to walk in both directions.
 * Reads nothing outside of them. @param deep whether to look at each element, or only at header and end
 * @returns how many elements it has (0 if not `deep`), or −1 if it is none
 */
export function validate(region: Region, lp: number, length: number, deep = true): number {
  if (length < LISTPACK_EMPTY_BYTES || region.view.getUint32(lp, true) !== length) return -1;
  const end = lp + length - 1;
  if (region.u8[end] !== END) return -1;
  if (!deep) return 0;
  let elements = 0;
  let at = lp + LISTPACK_HEADER_BYTES;
  for (; at < end; elements++) {
    const size = validElementBytes(region, at, end);
    if (size === 0) return -1;
    at += size;
  }
  const noted = region.view.getUint16(lp + 4, true);
  return noted === COUNT_UNKNOWN || noted === elements ? elements : -1;
}

/** Bytes of the element at `at` if it is sound and ends by `end`, else 0. */
function validElementBytes(region: Region, at: number, end: number): number {
  const u8 = region.u8;
  const head = u8[at];
  if (head > HEAD_INTEGER_64) return 0;
  // The head of a string may be longer than what is left.
  if (head >= 0xc0 && head < HEAD_STRING_32 && end - at < 2) return 0;
  let encoded: number;
  if (head === HEAD_STRING_32) {
    if (end - at < 5) return 0;
    encoded = 5 + region.view.getUint32(at + 1, true);
  } else {
    encoded = encodedBytes(u8, at);
  }
  const backBytes = backLengthBytes(encoded);
  if (encoded + backBytes > end - at) return 0;
  // Only the one way to write it will do: a longer one would be read well from the right, but mistaken from the left.
  let rest = encoded;
  for (let i = backBytes - 1; i >= 0; i--) {
    if (u8[at + encoded + i] !== (i > 0 ? (rest & 127) | 128 : rest)) return 0;
    rest >>>= 7;
  }
  return encoded + backBytes;
}
