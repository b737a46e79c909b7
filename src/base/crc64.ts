/**
 * CRC-64 with the Jones polynomial, reflected, as RDB files and DUMP payloads end with. A sum is a pair of unsigned
 * 32-bit halves, so that the loop stays free of BigInts; eight bytes are taken at a time ("slicing by 8").
 */

const POLYNOMIAL_H = 0x95ac9329;
const POLYNOMIAL_L = 0xac4bc9b5;
const SLICES = 8;

/** Row s holds the sums of each byte followed by s zero bytes. */
const tableH = new Int32Array(256 * SLICES);
const tableL = new Int32Array(256 * SLICES);
for (let byte = 0; byte < 256; byte++) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit++) {
    const out = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (out !== 0) {
      low ^= POLYNOMIAL_L;
      high ^= POLYNOMIAL_H;
    }
  }
  tableH[byte] = high;
  tableL[byte] = low;
}
for (let i = 256; i < 256 * SLICES; i++) {
  const high = tableH[i - 256];
  const low = tableL[i - 256];
  tableL[i] = ((low >>> 8) | (high << 24)) ^ tableL[low & 0xff];
  tableH[i] = (high >>> 8) ^ tableH[low & 0xff];
}

/** A running sum. Start with a new one (or `reset`), `update` with each piece, then read `high` and `low` or the bytes. */
export class Crc64 {
  private h = 0;
  private l = 0;

  reset(): void {
    this.h = 0;
    this.l = 0;
  }

  update(u8: Uint8Array, at: number, length: number): void {
    const end = at + length;
    const bulkEnd = end - (SLICES - 1);
    let high = this.h;
    let low = this.l;
    let i = at;
    for (; i < bulkEnd; i += SLICES) {
      low ^= u8[i] | (u8[i + 1] << 8) | (u8[i + 2] << 16) | (u8[i + 3] << 24);
      high ^= u8[i + 4] | (u8[i + 5] << 8) | (u8[i + 6] << 16) | (u8[i + 7] << 24);
      const a = 0x700 | (low & 0xff);
      const b = 0x600 | ((low >>> 8) & 0xff);
      const c = 0x500 | ((low >>> 16) & 0xff);
      const d = 0x400 | (low >>> 24);
      const e = 0x300 | (high & 0xff);
      const f = 0x200 | ((high >>> 8) & 0xff);
      const g = 0x100 | ((high >>> 16) & 0xff);
      const h = high >>> 24;
      low = tableL[a] ^ tableL[b] ^ tableL[c] ^ tableL[d] ^ tableL[e] ^ tableL[f] ^ tableL[g] ^ tableL[h];
      high = tableH[a] ^ tableH[b] ^ tableH[c] ^ tableH[d] ^ tableH[e] ^ tableH[f] ^ tableH[g] ^ tableH[h];
    }
    for (; i < end; i++) {
      const index = (low ^ u8[i]) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ tableL[index];
      high = (high >>> 8) ^ tableH[index];
    }
    this.h = high;
    this.l = low;
  }

  /** The upper 32 bits of the sum so far. */
  get high(): number {
    return this.h >>> 0;
  }

  /** The lower 32 bits of the sum so far. */
  get low(): number {
    return this.l >>> 0;
  }

  /** Writes the sum little-endian, as RDB and DUMP have it, and returns the position behind its 8 bytes. */
  write(u8: Uint8Array, at: number): number {
    for (let i = 0; i < 4; i++) {
      u8[at + i] = this.l >>> (i * 8);
      u8[at + 4 + i] = this.h >>> (i * 8);
    }
    return at + 8;
  }

  /** Whether the 8 bytes at `at`, little-endian, are the sum. */
  matches(u8: Uint8Array, at: number): boolean {
    for (let i = 0; i < 4; i++) {
      if (u8[at + i] !== ((this.l >>> (i * 8)) & 0xff) || u8[at + 4 + i] !== ((this.h >>> (i * 8)) & 0xff))
        return false;
    }
    return true;
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    return this.high.toString(16).padStart(8, '0') + this.low.toString(16).padStart(8, '0');
  }
}
