import { createHash } from 'node:crypto';

/** The 20 bytes of the SHA-1 of the bytes. */
export const sha1 = (bytes: Uint8Array): Uint8Array => createHash('sha1').update(bytes).digest();

/** The SHA-1 of the bytes as 40 lower-case hexadecimal digits: the name of a script. */
export function sha1Hex(u8: Uint8Array, at: number, length: number): string {
  return createHash('sha1')
    .update(u8.subarray(at, at + length))
    .digest('hex');
}
