import { createHash } from 'node:crypto';

/** The SHA-1 of the bytes as 40 lower-case hexadecimal digits: the name of a script. */
export function sha1Hex(u8: Uint8Array, at: number, length: number): string {
  return createHash('sha1')
    .update(u8.subarray(at, at + length))
    .digest('hex');
}
