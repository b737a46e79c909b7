import { xxh3 } from '../../src/base/xxh3.ts';
import { suite } from './bench.ts';

export const operations = 100;

export default function xxh() {
  const bench = suite('xxh3');
  const view = new DataView(new SharedArrayBuffer(65_536));
  for (let i = 0; i < view.byteLength; i++) view.setUint8(i, Math.imul(i, 0x9e3779b1) >>> 24);
  const into = new Uint32Array(2);
  for (const length of [3, 8, 16, 100, 200, 1024, 65_536]) {
    bench.add(`xxh3, ${length} bytes`, () => {
      for (let i = 0; i < operations; i++) xxh3(view, 0, length, into);
      return { into };
    });
  }
  return bench;
}
