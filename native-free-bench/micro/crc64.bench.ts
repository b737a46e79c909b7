import { Crc64 } from '../../src/base/crc64.ts';
import { suite } from './bench.ts';

export const operations = 100;

export default function crc64() {
  const bench = suite('crc64');
  const bytes = new Uint8Array(65_536);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.imul(i, 0x9e3779b1) >>> 24;
  const sum = new Crc64();
  for (const length of [16, 256, 65_536]) {
    bench.add(`update, ${length} bytes`, () => {
      for (let i = 0; i < operations; i++) sum.update(bytes, 0, length);
      return { sum };
    });
  }
  return bench;
}
