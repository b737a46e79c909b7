/** The input of xxHash's own sanity checks. */
export function sanityBytes(length: number): Uint8Array {
  let generator = 0x9e3779b1n;
  return Uint8Array.from({ length }, () => {
    const byte = Number(generator >> 56n);
    generator = BigInt.asUintN(64, generator * 0x9e3779b185ebca8dn);
    return byte;
  });
}
