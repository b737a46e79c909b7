import { describe, expect, test } from 'vitest';
import { CommandRunner } from '../../support/command-runner.ts';

function withData(): CommandRunner {
  const redis = new CommandRunner();
  redis.run('RPUSH', 'l', 3, 10, 1, 2);
  redis.run('SADD', 's', 'b', 'a', 'c', 'aa');
  redis.run('ZADD', 'z', 3, 'c', 1, 'b', 2, 'a');
  redis.run('MSET', 'w_3', 1, 'w_10', 4, 'w_1', 2, 'w_2', 3, 'name_1', 'one', 'name_3', 'three');
  redis.run('HSET', 'h_a', 'f', 3, 'g', 'A');
  redis.run('HSET', 'h_b', 'f', 1, 'g', 'B');
  redis.run('HSET', 'h_c', 'f', 2);
  return redis;
}

describe('SORT', () => {
  test('by number, by text, backwards, in part', () => {
    const redis = withData();
    expect(redis.run('SORT', 'l')).toEqual(['1', '2', '3', '10']);
    expect(redis.run('SORT', 'l', 'ALPHA')).toEqual(['1', '10', '2', '3']);
    expect(redis.run('SORT', 'l', 'DESC', 'LIMIT', 1, 2)).toEqual(['3', '2']);
    expect(redis.run('SORT', 'l', 'LIMIT', 10, 2)).toEqual([]);
    expect(redis.run('SORT', 'l', 'LIMIT', -5, -1)).toEqual(['1', '2', '3', '10']);
    expect(redis.run('SORT', 's')).toBe("Error: ERR One or more scores can't be converted into double");
    expect(redis.run('SORT', 's', 'ALPHA', 'DESC')).toEqual(['c', 'b', 'aa', 'a']);
    expect(redis.run('SORT', 'h_a')).toMatch('WRONGTYPE');
    expect(redis.run('SORT', 'none', 'BY', 'w_*')).toEqual([]);
  });

  test.each([' 1', '1 ', '', '1\x00', 'nan', '1e400'])('%j is no number, as in Redis 8', (text) => {
    const redis = withData();
    redis.run('RPUSH', 'l', text);
    expect(redis.run('SORT', 'l')).toMatch('converted into double');
    redis.run('SET', 'w_2', text);
    expect(redis.run('SORT', 'some', 'BY', 'w_*')).toEqual([]);
    redis.run('RPUSH', 'some', '1', '2');
    expect(redis.run('SORT', 'some', 'BY', 'w_*')).toMatch('converted into double');
  });

  test('by what other keys and their fields hold, wherever they lie', () => {
    const redis = withData();
    expect(redis.run('SORT', 'l', 'BY', 'w_*', 'GET', '#', 'GET', 'name_*')).toEqual([
      ...['3', 'three'],
      ...['1', 'one'],
      ...['2', null],
      ...['10', null],
    ]);
    expect(redis.run('SORT', 's', 'BY', 'h_*->f', 'GET', 'h_*->g', 'GET', '#')).toEqual([
      ...[null, 'aa'],
      ...['B', 'b'],
      ...[null, 'c'],
      ...['A', 'a'],
    ]);
    redis.run('HSET', 'h_->', 'x', 1);
    expect(redis.run('SORT', 'l', 'GET', 'name_*->', 'LIMIT', 0, 1)).toEqual([null]);
  });

  test('leaves the order of what has one if BY names no keys', () => {
    const redis = withData();
    expect(redis.run('SORT', 'l', 'BY', 'nosort')).toEqual(['3', '10', '1', '2']);
    expect(redis.run('SORT', 'l', 'BY', 'nosort', 'DESC', 'LIMIT', 1, 2)).toEqual(['1', '10']);
    expect(redis.run('SORT', 'z', 'BY', 'nosort')).toEqual(['b', 'a', 'c']);
    expect(redis.run('SORT', 'z', 'BY', 'nosort', 'DESC', 'LIMIT', 0, 2)).toEqual(['c', 'a']);
    expect(redis.run('SORT', 's', 'BY', 'nosort', 'STORE', 'to')).toBe(4);
    expect(redis.run('LRANGE', 'to', 0, -1)).toEqual(['a', 'aa', 'b', 'c']);
  });

  test('stores a list, or nothing', () => {
    const redis = withData();
    redis.takeEvents();
    expect(redis.run('SORT', 'l', 'GET', 'name_*', 'STORE', 'l')).toBe(4);
    expect(redis.run('LRANGE', 'l', 0, -1)).toEqual(['one', '', 'three', '']);
    expect(redis.run('SORT', 'none', 'STORE', 'l')).toBe(0);
    expect(redis.run('EXISTS', 'l')).toBe(0);
    expect(redis.run('SORT', 'none', 'STORE', 'l')).toBe(0);
    expect(redis.takeEvents()).toEqual(['overwritten l', 'sortstore l', 'del l']);
    expect(redis.run('SORT_RO', 's', 'STORE', 'x')).toBe('Error: ERR syntax error');
    expect(redis.problems()).toEqual([]);
  });
});
