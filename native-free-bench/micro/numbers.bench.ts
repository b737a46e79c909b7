import { formatDouble, parseDouble, parseInteger, writeDouble, writeInteger } from '../../src/base/numbers.ts';
import { suite } from './bench.ts';

export const operations = 1000;

export default function numbers() {
  const bench = suite('numbers');
  const u8 = new Uint8Array(new SharedArrayBuffer(64));

  for (const value of [7, 1234567890, 1_700_000_000_000, Number.MAX_SAFE_INTEGER]) {
    const length = writeInteger(u8, 0, value);
    const bytes = u8.slice(0, length);
    bench.add(`parseInteger, ${length} digits`, () => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum += parseInteger(bytes, 0, length);
      return { sum };
    });
    bench.add(`writeInteger, ${length} digits`, () => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum += writeInteger(u8, 0, value);
      return { sum };
    });
  }

  for (const text of ['42', '3.25', '1234.567891', '3.141592653589793', '1.5e300']) {
    const bytes = Buffer.from(text);
    bench.add(`parseDouble, ${text}`, () => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum += parseDouble(bytes, 0, bytes.length)!;
      return { sum };
    });
  }
  for (const value of [42, 3.25, 1234.567891, Math.PI, 1.5e300]) {
    bench.add(`writeDouble, ${formatDouble(value)}`, () => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum += writeDouble(u8, 0, value);
      return { sum };
    });
  }
  return bench;
}
