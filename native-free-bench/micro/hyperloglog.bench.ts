import { Region } from '../../src/base/region.ts';
import {
  countValues,
  DENSE,
  DENSE_BYTES,
  denseRaise,
  LANE_COUNTS,
  REGISTERS,
  Registers,
  writeHeader,
} from '../../src/types/hyperloglog.ts';
import { SketchEditor } from '../../src/types/hyperloglog-editor.ts';
import { estimate } from '../../src/types/hyperloglog-estimate.ts';
import { INDEX_BITS, registerOf } from '../../src/types/hyperloglog-hash.ts';
import { suite } from './bench.ts';

export const operations = 100;

export default function hyperloglog() {
  const bench = suite('hyperloglog');
  const element = Region.allocate(16);
  const dense = Region.allocate(DENSE_BYTES);
  writeHeader(dense, 0, DENSE);
  let seen = 0;
  bench.add('hash and raise, dense, 16 bytes', () => {
    for (let i = 0; i < operations; i++) {
      element.view.setInt32(8, seen++);
      const register = registerOf(element, 0, 16);
      denseRaise(dense, 0, register & (REGISTERS - 1), register >>> INDEX_BITS);
    }
    return { dense };
  });
  const editor = new SketchEditor();
  editor.create();
  for (let i = 0; i < 500; i++) editor.raise(Math.imul(i, 0x9e3779b1) >>> 18, 1 + (i % 5));
  const sparse = Region.allocate(editor.length);
  sparse.u8.set(editor.region.u8.subarray(0, editor.length));
  bench.add(`open and raise, sparse, ${sparse.length} bytes`, () => {
    for (let i = 0; i < operations; i++) {
      editor.open(sparse, 0, sparse.length);
      editor.raise((i * 163) & (REGISTERS - 1), 6);
    }
    return { editor };
  });
  const counts = new Int32Array(LANE_COUNTS);
  bench.add('estimate, dense', () => {
    let sum = 0;
    for (let i = 0; i < operations; i++) {
      counts.fill(0);
      countValues(counts, dense, 0, DENSE_BYTES);
      sum += estimate(counts);
    }
    return { sum };
  });
  const registers = new Registers();
  bench.add('merge, dense', () => {
    for (let i = 0; i < operations; i++) registers.merge(dense, 0, DENSE_BYTES);
    return { registers };
  });
  return bench;
}
