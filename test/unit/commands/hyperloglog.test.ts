import { expect, test } from 'vitest';
import { CommandRunner } from '../../support/command-runner.ts';

const DENSE_BYTES = 12_304;

test('a dense HyperLogLog takes no room to grow', () => {
  const redis = new CommandRunner();
  for (let i = 0; i < 5_000; i++) redis.run('PFADD', 'sketch', `element:${i}`);
  expect(redis.run('STRLEN', 'sketch')).toBe(DENSE_BYTES);
  expect(redis.run('MEMORY', 'USAGE', 'sketch')).toBeLessThan(DENSE_BYTES * 1.35);
});
