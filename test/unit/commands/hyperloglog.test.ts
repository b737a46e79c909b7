import { expect, test } from 'vitest';
import { Region } from '../../../src/base/region.ts';
import { dropEstimate, REGISTERS } from '../../../src/types/hyperloglog.ts';
import { SketchEditor } from '../../../src/types/hyperloglog-editor.ts';
import { INDEX_BITS, registerOf } from '../../../src/types/hyperloglog-hash.ts';
import { CommandRunner } from '../../support/command-runner.ts';

const DENSE_BYTES = 12_304;

test('a sketch changed where it lies gets the bytes of one changed in the editor, until it is dense', () => {
  const redis = new CommandRunner();
  const editor = new SketchEditor();
  editor.create();
  redis.run('PFADD', 'sketch');
  for (let i = 0; !editor.isDense; i++) {
    const element = `element:${i}`;
    redis.run('PFADD', 'sketch', element);
    const register = registerOf(Region.of(element), 0, element.length);
    editor.raise(register & (REGISTERS - 1), register >>> INDEX_BITS);
    dropEstimate(editor.region, 0);
    expect(redis.run('GET', 'sketch')).toBe(Buffer.from(editor.region.u8.slice(0, editor.length)).toString('latin1'));
  }
});

test('a dense HyperLogLog takes no room to grow', () => {
  const redis = new CommandRunner();
  for (let i = 0; i < 5_000; i++) redis.run('PFADD', 'sketch', `element:${i}`);
  expect(redis.run('STRLEN', 'sketch')).toBe(DENSE_BYTES);
  expect(redis.run('MEMORY', 'USAGE', 'sketch')).toBeLessThan(DENSE_BYTES * 1.35);
});
