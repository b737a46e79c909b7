import { expect, test } from 'vitest';
import { CommandRunner } from '../../support/command-runner.ts';

test.each([
  ['HRANDFIELD', 'h', 'WITHVALUES'],
  ['ZRANDMEMBER', 'z', 'WITHSCORES'],
])('%s draws in pairs up to half of what 64 bits count, once it knows the words', (command, key, word) => {
  const redis = new CommandRunner();
  redis.run('HSET', 'h', 'a', 1);
  redis.run('ZADD', 'z', 1, 'a');
  redis.run('SET', 'text', 'x');
  expect(redis.run(command, key, '4611686018427387903', word)).toEqual(['a', '1']);
  expect(redis.run(command, 'text', '4611686018427387903', word)).toMatch('WRONGTYPE');
  expect(redis.run(command, key, '4611686018427387904', word)).toBe('Error: ERR value is out of range');
  expect(redis.run(command, key, '4611686018427387904')).toEqual(['a']);
  expect(redis.run(command, key, '4611686018427387904', 'OTHER')).toMatch('syntax error');
});
