import { lzfCompress, lzfDecompress } from '../../src/base/lzf.ts';
import { SeededRandom } from '../../src/base/random.ts';
import { suite } from './bench.ts';

export const operations = 10;

export default function lzf() {
  const bench = suite('lzf');
  const random = new SeededRandom(1);
  const users = Array.from({ length: 500 }, (_, id) => ({ id, name: `user-${random.next32()}`, active: id % 3 === 0 }));
  const inputs: [string, Buffer][] = [
    ['100 bytes of JSON', Buffer.from(JSON.stringify(users).slice(0, 100))],
    ['20 KB of JSON', Buffer.from(JSON.stringify(users).slice(0, 20_000))],
    ['20 KB of chance', Buffer.from(Uint8Array.from({ length: 20_000 }, () => random.next32()))],
  ];
  for (const [name, source] of inputs) {
    const packed = Buffer.alloc(source.length * 2);
    bench.add(`compress ${name}`, () => {
      let length = 0;
      for (let i = 0; i < operations; i++) length += lzfCompress(source, 0, source.length, packed, 0, packed.length);
      return { length };
    });
    const stream = Buffer.alloc(source.length * 2);
    const length = lzfCompress(source, 0, source.length, stream, 0, stream.length);
    const target = Buffer.alloc(source.length);
    bench.add(`decompress ${name}`, () => {
      let good = 0;
      for (let i = 0; i < operations; i++) if (lzfDecompress(stream, 0, length, target, 0, target.length)) good++;
      return { good };
    });
  }
  return bench;
}
