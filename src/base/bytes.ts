/** Words in bytes: keywords compared without regard to case, and the cold ways between bytes and strings. */

/** The bytes of an ASCII word in upper case, as `equalsIgnoreCase` wants them. Make constants of them. */
export function upperAscii(word: string): Uint8Array {
  return Uint8Array.from(word.toUpperCase(), (letter) => letter.charCodeAt(0));
}

/** Whether the bytes are the given word, ASCII letters in any case. `upper` must hold no lower-case letters. */
export function equalsIgnoreCase(u8: Uint8Array, at: number, length: number, upper: Uint8Array): boolean {
  if (length !== upper.length) return false;
  for (let i = 0; i < length; i++) {
    const byte = u8[at + i];
    if (byte !== upper[i] && (byte < 97 || byte > 122 || byte - 32 !== upper[i])) return false;
  }
  return true;
}

const SHORT_BYTES_MAX = 64;
const short = Buffer.alloc(SHORT_BYTES_MAX);

/** The bytes as a string, one character a byte. Not for hot paths, though short ones make no view on the way. */
export function latin1Text(u8: Uint8Array, at: number, length: number): string {
  if (length <= SHORT_BYTES_MAX) {
    for (let i = 0; i < length; i++) short[i] = u8[at + i];
    return short.toString('latin1', 0, length);
  }
  return Buffer.from(u8.buffer, u8.byteOffset + at, length).toString('latin1');
}

/** The bytes read as UTF-8. Cold paths only. */
export function utf8Text(u8: Uint8Array, at: number, length: number): string {
  return Buffer.from(u8.buffer, u8.byteOffset + at, length).toString('utf8');
}

/** A copy of the bytes, in unshared memory: what Node's own APIs want. */
export function copyOf(u8: Uint8Array, at: number, length: number): Buffer<ArrayBuffer> {
  const copy = Buffer.allocUnsafe(length);
  copy.set(u8.subarray(at, at + length));
  return copy;
}
