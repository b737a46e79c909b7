import { describe, expect, test } from 'vitest';
import { CommandRunner } from '../../support/command-runner.ts';

const OVERFLOW = 'Error: ERR increment or decrement would overflow';
const NOT_AN_INTEGER = 'Error: ERR value is not an integer or out of range';
const WRONG_TYPE = 'Error: WRONGTYPE Operation against a key holding the wrong kind of value';
const MAX = '9223372036854775807';
const MIN = '-9223372036854775808';

describe('numbers', () => {
  test('are exact up to 2^63 and go no further', () => {
    const redis = new CommandRunner();
    redis.run('SET', 'n', Number.MAX_SAFE_INTEGER - 1);
    expect(redis.run('INCR', 'n')).toBe(Number.MAX_SAFE_INTEGER);
    expect(redis.run('INCR', 'n')).toBe('9007199254740992');
    expect(redis.run('INCR', 'n')).toBe('9007199254740993');
    expect(redis.run('DECRBY', 'n', '2')).toBe(Number.MAX_SAFE_INTEGER);
    redis.run('SET', 'n', MAX);
    expect(redis.run('INCR', 'n')).toBe(OVERFLOW);
    expect(redis.run('GET', 'n')).toBe(MAX);
    expect(redis.run('INCRBY', 'n', MIN)).toBe(-1);
    expect(redis.run('INCRBY', 'n', MIN)).toBe(OVERFLOW);
    expect(redis.run('DECRBY', 'n', MIN)).toBe('Error: ERR decrement would overflow');
    expect(redis.problems()).toEqual([]);
  });

  test('grow and shrink in digits and keep their deadline', () => {
    const redis = new CommandRunner();
    redis.run('SET', 'n', 99, 'EX', 100);
    for (const [by, sum] of [
      [1, 100],
      [-101, -1],
      [1e15, 1e15 - 1],
      [-1e15, -1],
    ]) {
      expect(redis.run('INCRBY', 'n', by)).toBe(sum);
      expect(redis.run('GET', 'n')).toBe(String(sum));
      expect(redis.run('TTL', 'n')).toBe(100);
    }
    expect(redis.problems()).toEqual([]);
  });

  test('are refused in any other form', () => {
    const redis = new CommandRunner();
    for (const text of ['', ' 1', '01', '+1', '1.0', '-0', `${MAX}0`, 'abc']) {
      redis.run('SET', 'n', text);
      expect(redis.run('INCR', 'n')).toBe(NOT_AN_INTEGER);
    }
    redis.run('RPUSH', 'l', 'a');
    expect(redis.run('INCR', 'l')).toBe(WRONG_TYPE);
    expect(redis.run('INCRBYFLOAT', 'l', 1)).toBe(WRONG_TYPE);
  });

  test('of INCRBYFLOAT are extended doubles', () => {
    const redis = new CommandRunner();
    expect(redis.run('INCRBYFLOAT', 'f', '0.1')).toBe('0.1');
    expect(redis.run('INCRBYFLOAT', 'f', '0.2')).toBe('0.3');
    expect(redis.run('INCRBYFLOAT', 'f', '5.0e3')).toBe('5000.29999999999999982');
    expect(redis.run('INCRBYFLOAT', 'g', '-5.0e3')).toBe('-5000');
    expect(redis.run('INCRBYFLOAT', 'f', 'inf')).toBe('Error: ERR increment would produce NaN or Infinity');
    expect(redis.run('INCRBYFLOAT', 'f', 'x')).toBe('Error: ERR value is not a valid float');
  });
});

test('OBJECT ENCODING tells what Redis would have made of a string', () => {
  const redis = new CommandRunner();
  const encoding = () => redis.run('OBJECT', 'ENCODING', 'k');
  redis.run('SET', 'k', '12');
  expect(encoding()).toBe('int');
  redis.run('INCRBYFLOAT', 'k', '1');
  expect(encoding()).toBe('embstr');
  redis.run('INCR', 'k');
  expect(encoding()).toBe('int');
  redis.run('APPEND', 'k', '5');
  expect(encoding()).toBe('raw');
  redis.run('COPY', 'k', 'other');
  redis.run('RENAME', 'other', 'k');
  expect(encoding()).toBe('raw');
  redis.run('INCR', 'k');
  expect(encoding()).toBe('int');
  redis.run('SETRANGE', 'k', 0, '7');
  expect(encoding()).toBe('raw');
  redis.run('SET', 'k', 'x'.repeat(40));
  expect(encoding()).toBe('embstr');
  redis.run('SET', 'k', 'x'.repeat(41));
  expect(encoding()).toBe('raw');
  redis.run('SET', 'k', 'x'.repeat(32));
  redis.run('EXPIRE', 'k', 100);
  expect(encoding()).toBe('embstr');
  redis.run('SET', 'k', 'x'.repeat(33), 'EX', 100);
  expect(encoding()).toBe('raw');
  redis.run('SET', 'k'.repeat(41), 'x');
  expect(redis.run('OBJECT', 'ENCODING', 'k'.repeat(41))).toBe('raw');
  redis.run('DEL', 'k');
  redis.run('APPEND', 'k', '10');
  expect(encoding()).toBe('int');
});

describe('SET', () => {
  test('reads all its options before it looks at any value', () => {
    const redis = new CommandRunner();
    expect(redis.run('SET', 'k', 'v', 'EX', 'abc', 'FOO')).toBe('Error: ERR syntax error');
    expect(redis.run('SET', 'k', 'v', 'EX', 'abc')).toBe(NOT_AN_INTEGER);
    expect(redis.run('SET', 'k', 'v', 'EX', '0')).toBe("Error: ERR invalid expire time in 'set' command");
    expect(redis.run('SET', 'k', 'v', 'EX', '10', 'EX', '20')).toBe('OK');
    expect(redis.run('TTL', 'k')).toBe(20);
    for (const clash of [
      ['NX', 'XX'],
      ['EX', 1, 'PX', 1],
      ['KEEPTTL', 'EX', 1],
      ['NX', 'IFEQ', 'v'],
      ['IFEQ', 'v', 'IFNE', 'v'],
      ['IFEQ'],
      ['PX'],
    ]) {
      expect(redis.run('SET', 'k', 'v', ...clash)).toBe('Error: ERR syntax error');
    }
  });

  test('compares by value and by digest', () => {
    const redis = new CommandRunner();
    redis.run('SET', 'k', 'Hello world');
    expect(redis.run('DIGEST', 'k')).toBe('b6acb9d84a38ff74');
    expect(redis.run('SET', 'k', 'x', 'IFDEQ', 'B6ACB9D84A38FF75')).toBe(null);
    expect(redis.run('SET', 'k', 'x', 'IFDEQ', 'b6acb9d84a38ff7')).toBe(
      'Error: ERR must be exactly 16 hexadecimal characters',
    );
    expect(redis.run('SET', 'none', 'x', 'IFDEQ', 'b6ac')).toBe(null);
    expect(redis.run('SET', 'k', 'x', 'IFDNE', 'b6acb9d84a38ff74', 'GET')).toBe('Hello world');
    expect(redis.run('SET', 'k', 'x', 'IFDEQ', 'B6ACB9D84A38FF74')).toBe('OK');
    expect(redis.run('SET', 'none', 'x', 'IFNE', 'x', 'GET')).toBe(null);
    expect(redis.run('GET', 'none')).toBe('x');
    redis.run('RPUSH', 'l', 'a');
    expect(redis.run('SET', 'l', 'x', 'IFEQ', 'a')).toBe(WRONG_TYPE);
    expect(redis.run('DELEX', 'l', 'IFEQ', 'a')).toBe(
      'Error: ERR Key should be of string type if conditions are specified',
    );
    expect(redis.run('DELEX', 'k', 'IFEQ', 'y')).toBe(0);
    expect(redis.run('DELEX', 'k', 'IFEQ', 'x')).toBe(1);
    expect(redis.run('DELEX', 'l')).toBe(1);
  });

  test('tells of itself, then of the deadline', () => {
    const redis = new CommandRunner();
    redis.run('SET', 'k', 'v', 'PX', 10);
    redis.run('GETEX', 'k', 'PERSIST');
    redis.run('GETEX', 'k', 'EXAT', 1);
    redis.run('GETDEL', 'k');
    expect(redis.takeEvents()).toEqual(['set k', 'expire k', 'persist k', 'del k']);
  });

  test('with a deadline that has passed writes nothing and removes what was there', () => {
    const redis = new CommandRunner();
    expect(redis.run('SET', 'k', 'v', 'EXAT', 1)).toBe('OK');
    expect(redis.takeEvents()).toEqual([]);
    redis.run('SET', 'k', 'old');
    redis.run('RPUSH', 'l', 'a');
    redis.takeEvents();
    expect(redis.run('SET', 'k', 'v', 'NX', 'PXAT', 1)).toBe(null);
    expect(redis.run('SET', 'k', 'v', 'IFEQ', 'other', 'PXAT', 1)).toBe(null);
    expect(redis.run('GET', 'k')).toBe('old');
    expect(redis.run('SET', 'k', 'v', 'GET', 'PXAT', 1)).toBe('old');
    expect(redis.run('SET', 'l', 'v', 'EXAT', 1)).toBe('OK');
    expect(redis.takeEvents()).toEqual(['del k', 'del l']);
    expect(redis.run('EXISTS', 'k', 'l')).toBe(0);
    expect(redis.problems()).toEqual([]);
  });
});

describe('several strings', () => {
  test('are set all or none when memory runs out', () => {
    const redis = new CommandRunner({ shards: 2, shardBytes: 1 << 20 });
    const large = 'x'.repeat(300_000);
    const keys = Array.from({ length: 8 }, (_, i) => `k${i}`);
    const full = 'Error: OOM the memory reserved for the shard of this key is full (see shard-memory)';
    expect(redis.run('MSET', ...keys.flatMap((key) => [key, large]))).toBe(full);
    expect(redis.run('MSETEX', 8, ...keys.flatMap((key) => [key, large]))).toBe(full);
    expect(redis.run('EXISTS', ...keys)).toBe(0);
    expect(redis.problems()).toEqual([]);
  });

  test('of MSETEX meet one condition together', () => {
    const redis = new CommandRunner();
    expect(redis.run('MSETEX', 2, 'a', 1, 'b', 2, 'NX', 'EX', 10)).toBe(1);
    expect(redis.run('MSETEX', 2, 'b', 3, 'c', 4, 'NX')).toBe(0);
    expect(redis.run('MSETEX', 2, 'b', 3, 'c', 4, 'XX')).toBe(0);
    expect(redis.run('MSETEX', 2, 'a', 3, 'b', 4, 'XX', 'KEEPTTL')).toBe(1);
    expect(redis.run('MGET', 'a', 'b', 'c')).toEqual(['3', '4', null]);
    expect(redis.run('TTL', 'b')).toBe(10);
    expect(redis.run('MSETEX', '2147483648', 'a', 1)).toBe('Error: ERR invalid numkeys value');
    expect(redis.run('MSETEX', '2147483647', 'a', 1)).toBe('Error: ERR wrong number of key-value pairs');
  });

  test('of MSETEX tell of the deadline before the value, key by key', () => {
    const redis = new CommandRunner();
    redis.run('MSETEX', 2, 'a', 1, 'b', 2, 'EX', 10);
    redis.run('MSETEX', 1, 'c', 3, 'KEEPTTL');
    expect(redis.takeEvents()).toEqual(['expire a', 'set a', 'expire b', 'set b', 'set c']);
  });
});

describe('INCREX', () => {
  test('stays within its bounds or steps to them', () => {
    const redis = new CommandRunner();
    redis.run('SET', 'n', 10);
    expect(redis.run('INCREX', 'n', 'BYINT', 10, 'UBOUND', 15, 'EX', 100)).toEqual([10, 0]);
    expect(redis.run('TTL', 'n')).toBe(-1);
    expect(redis.run('INCREX', 'n', 'BYINT', 10, 'UBOUND', 15, 'SATURATE', 'EX', 100)).toEqual([15, 5]);
    expect(redis.run('TTL', 'n')).toBe(100);
    expect(redis.run('INCREX', 'n', 'BYINT', MAX, 'SATURATE')).toEqual([MAX, '9223372036854775792']);
    expect(redis.run('INCREX', 'n', 'SATURATE', 'UBOUND', MIN)).toBe('Error: ERR applied increment would overflow');
    expect(redis.run('INCREX', 'n', 'LBOUND', 2, 'UBOUND', 1)).toBe("Error: ERR LBOUND can't be greater than UBOUND");
    expect(redis.run('INCREX', 'new', 'BYINT', 5, 'LBOUND', 10)).toEqual([0, 0]);
    expect(redis.run('EXISTS', 'new')).toBe(0);
  });

  test('counts decimals', () => {
    const redis = new CommandRunner();
    redis.run('SET', 'f', '1.5');
    expect(redis.run('INCREX', 'f', 'BYFLOAT', '0.25')).toEqual(['1.75', '0.25']);
    expect(redis.run('INCREX', 'f', 'BYFLOAT', 100, 'UBOUND', '42.5')).toEqual(['1.75', '0']);
    expect(redis.run('INCREX', 'f', 'BYFLOAT', 100, 'UBOUND', '42.5', 'SATURATE')).toEqual(['42.5', '40.75']);
    expect(redis.run('INCREX', 'f', 'BYFLOAT', 1, 'UBOUND', 'inf')).toEqual(['43.5', '1']);
    const crossed = "Error: ERR LBOUND can't be greater than UBOUND";
    expect(redis.run('INCREX', 'f', 'BYFLOAT', 1, 'UBOUND', '-inf', 'SATURATE')).toBe(crossed);
    expect(redis.run('INCREX', 'f', 'BYFLOAT', 1, 'LBOUND', 'inf')).toBe(crossed);
    expect(redis.run('INCREX', 'f', 'BYFLOAT', 1, 'LBOUND', '-inf', 'UBOUND', '-inf', 'SATURATE')).toBe(
      'Error: ERR applied increment would be Infinity',
    );
    redis.run('SET', 'huge', '1e4932');
    expect(redis.run('INCREX', 'huge', 'BYFLOAT', '1e4932', 'UBOUND', 'inf', 'SATURATE')).toBe(
      'Error: ERR applied increment would be Infinity',
    );
    expect(redis.run('INCREX', 'f', 'BYFLOAT', '+inf')).toBe('Error: ERR BYFLOAT increment cannot be Infinity');
    redis.run('SET', 'f', 'inf');
    expect(redis.run('INCREX', 'f', 'BYFLOAT', '1')).toBe('Error: ERR value cannot be Infinity');
  });

  test('tells what rounding has left of a decimal increment', () => {
    const redis = new CommandRunner();
    redis.run('SET', 'f', -427808);
    expect(redis.run('INCREX', 'f', 'BYFLOAT', '0.1')).toEqual(['-427807.90000000000000568', '0.09999999999999432']);
  });

  test('finds what is wrong in the order in which Redis does', () => {
    const redis = new CommandRunner();
    const answers = (...words: string[]) => redis.run('INCREX', 'n', ...words);
    expect(answers('BYINT', 'x', 'nonsense')).toBe('Error: ERR Increment is not an integer or out of range');
    expect(answers('BYFLOAT', 'BYFLOAT', '1')).toBe('Error: ERR Increment is not a valid float');
    expect(answers('BYFLOAT', 'inf', 'nonsense')).toBe('Error: ERR BYFLOAT increment cannot be Infinity');
    expect(answers('LBOUND', 'x', 'nonsense')).toBe('Error: ERR syntax error');
    expect(answers('LBOUND', 'x', 'ENX')).toBe('Error: ERR LBOUND is not an integer or out of range');
    expect(answers('UBOUND', 'x', 'BYFLOAT', '1', 'ENX')).toBe('Error: ERR UBOUND is not a valid float');
    expect(answers('ENX')).toBe('Error: ERR ENX flag requires an expiration');
  });

  test('sees to the deadline as told, and tells of each step', () => {
    const redis = new CommandRunner();
    redis.run('INCREX', 'n', 'PX', 5000, 'ENX');
    expect(redis.run('PTTL', 'n')).toBe(5000);
    redis.run('INCREX', 'n', 'EXAT', 1, 'ENX');
    expect(redis.run('PTTL', 'n')).toBe(5000);
    redis.run('INCREX', 'n', 'PERSIST');
    expect(redis.run('PTTL', 'n')).toBe(-1);
    expect(redis.run('INCREX', 'n', 'EXAT', 1)).toEqual([4, 1]);
    expect(redis.run('EXISTS', 'n')).toBe(0);
    expect(redis.takeEvents()).toEqual(['incrby n', 'expire n', 'incrby n', 'incrby n', 'persist n', 'del n']);
    for (const twice of [['ENX'], ['PERSIST', 'EX', 1], ['PERSIST', 'ENX'], ['BYINT', 1, 'BYINT', 1], ['SAT']]) {
      expect(redis.run('INCREX', 'n', ...twice)).toMatch(/^Error: ERR (syntax error|ENX flag requires)/);
    }
  });
});

test('LCS goes back through its table as Redis does', () => {
  const redis = new CommandRunner();
  redis.run('MSET', 'a', 'ohmytext', 'b', 'mynewtext');
  expect(redis.run('LCS', 'a', 'b')).toBe('mytext');
  expect(redis.run('LCS', 'a', 'b', 'LEN')).toBe(6);
  expect(redis.run('LCS', 'a', 'b', 'IDX', 'MINMATCHLEN', 4, 'WITHMATCHLEN')).toEqual([
    'matches',
    [[[4, 7], [5, 8], 4]],
    'len',
    6,
  ]);
  redis.run('MSET', 'x', 'aaaabbbcccabcaabb', 'y', 'abcaabbcabcabcbbaac');
  expect(redis.run('LCS', 'x', 'y')).toBe('aaabbcabcabb');
  expect(redis.run('LCS', 'y', 'x')).toBe('aaabbbcabcaa');
  expect(redis.run('LCS', 'none', 'y', 'IDX')).toEqual(['matches', [], 'len', 0]);
});

test('a string longer than proto-max-bulk-len is refused before it is made', () => {
  const redis = new CommandRunner();
  const tooLong = 'Error: ERR string exceeds maximum allowed size (proto-max-bulk-len)';
  expect(redis.run('SETRANGE', 's', 536870910, 'abcd')).toBe(tooLong);
  expect(redis.run('SETRANGE', 's', MAX, 'abcd')).toBe(tooLong);
  expect(redis.run('SETRANGE', 's', -1, 'a')).toBe('Error: ERR offset is out of range');
  expect(redis.run('EXISTS', 's')).toBe(0);
});
