import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CommandRunner, type Plain } from '../../support/command-runner.ts';

const list = (reply: Plain): Plain[] => [...(reply as Plain[])];

describe('deadlines', () => {
  test('come when they come', () => {
    const redis = new CommandRunner();
    redis.run('SET', 'k', 'v');
    expect(redis.run('PEXPIRE', 'k', 1000)).toBe(1);
    redis.pass(999);
    expect(redis.run('PTTL', 'k')).toBe(1);
    redis.pass(1);
    expect(redis.run('GET', 'k')).toBe(null);
    expect(redis.run('PTTL', 'k')).toBe(-2);
    expect(redis.problems()).toEqual([]);
  });

  test('meet conditions, where no deadline counts as never', () => {
    const redis = new CommandRunner();
    redis.run('SET', 'k', 'v');
    const expire = (seconds: number, ...conditions: string[]) => redis.run('EXPIRE', 'k', seconds, ...conditions);
    expect(expire(10, 'XX')).toBe(0);
    expect(expire(10, 'GT')).toBe(0);
    expect(expire(10, 'LT')).toBe(1);
    expect(expire(10, 'NX')).toBe(0);
    expect(expire(10, 'GT')).toBe(0);
    expect(expire(11, 'GT', 'XX')).toBe(1);
    expect(expire(11, 'LT')).toBe(0);
    expect(expire(1, 'GT', 'LT')).toMatch('GT and LT options');
    expect(expire(1, 'NX', 'GT')).toMatch('NX and XX, GT or LT options');
    expect(expire(1, 'a\0b')).toBe('Error: ERR Unsupported option a');
    expect(redis.run('TTL', 'k')).toBe(11);
  });

  test('in the past remove the key and say del', () => {
    const redis = new CommandRunner();
    redis.run('SET', 'k', 'v');
    redis.takeEvents();
    expect(redis.run('EXPIREAT', 'k', -5)).toBe(1);
    expect(redis.takeEvents()).toEqual(['del k']);
    expect(redis.run('DBSIZE')).toBe(0);
  });

  test('reach as far as 64 bits of milliseconds do, to the second', () => {
    const redis = new CommandRunner();
    redis.run('SET', 'k', 'v');
    expect(redis.run('PEXPIREAT', 'k', '9223372036854775807')).toBe(1);
    expect(redis.run('PEXPIRETIME', 'k')).toBe('9223372036854774784');
    expect(redis.run('EXPIREAT', 'k', '9223372036854776')).toBe("Error: ERR invalid expire time in 'expireat' command");
    expect(redis.run('PEXPIRE', 'k', '9223372036854775807')).toMatch('invalid expire time');
    expect(redis.run('EXPIREAT', 'k', '9007199254741')).toBe(1);
    expect(redis.run('EXPIRETIME', 'k')).toBe(9007199254741);
  });
});

describe('keys that get another name', () => {
  const values: [string, ...(string | number)[]][] = [
    ['SET', 'text'],
    ['RPUSH', 'a', 'b', 'c'],
    ['SADD', 'a', 'b', 'c'],
    ['ZADD', 1, 'a', 2, 'b'],
    ['HSET', 'f', 'v'],
  ];
  // Of so many names some lie in the shard of the first, others don't.
  const names = Array.from({ length: 12 }, (_, i) => `name ${i}`);

  test.each(values)('%s: the value moves from shard to shard with its deadline', (command, ...words) => {
    const redis = new CommandRunner();
    redis.run(command, 'key', ...words);
    redis.run('COPY', 'key', 'witness');
    redis.run('EXPIRE', 'key', 100);
    const type = redis.run('TYPE', 'key');
    redis.takeEvents();
    let name = 'key';
    for (const next of names) {
      redis.run('SET', next, 'in the way', 'EX', 5);
      redis.takeEvents();
      expect(redis.run('RENAME', name, next)).toBe('OK');
      const overwritten = [`overwritten ${next}`, ...(type === 'string' ? [] : [`type_changed ${next}`])];
      const renamed = [`new ${next}`, `rename_from ${name}`, `rename_to ${next}`];
      expect(redis.takeEvents()).toEqual([...renamed, ...overwritten]);
      expect(redis.run('EXISTS', name)).toBe(0);
      expect(redis.run('TYPE', next)).toBe(type);
      expect(redis.run('TTL', next)).toBe(100);
      expect(redis.run('COPY', next, 'key', 'REPLACE')).toBe(1);
      name = next;
    }
    expect(redis.run('MOVE', name, 3)).toBe(1);
    expect(redis.run('COPY', 'key', 'key', 'DB', 3)).toBe(1);
    expect(redis.run('DBSIZE')).toBe(2);
    expect(redis.problems()).toEqual([]);
    redis.run('FLUSHDB');
    expect(redis.run('DBSIZE')).toBe(0);
    redis.ctx.db = 3;
    expect(redis.run('DBSIZE')).toBe(2);
    expect(redis.run('TTL', name)).toBe(100);
    expect(redis.problems()).toEqual([]);
  });

  test('are refused what Redis refuses', () => {
    const redis = new CommandRunner();
    redis.run('SET', 'k', 'v');
    const same = 'Error: ERR source and destination objects are the same';
    expect(redis.run('RENAME', 'none', 'k')).toBe('Error: ERR no such key');
    expect(redis.run('RENAME', 'k', 'k')).toBe('OK');
    expect(redis.run('RENAMENX', 'k', 'k')).toBe(0);
    expect(redis.run('COPY', 'k', 'k')).toBe(same);
    expect(redis.run('MOVE', 'k', 0)).toBe(same);
    expect(redis.run('MOVE', 'k', 4)).toBe('Error: ERR DB index is out of range');
    expect(redis.run('MOVE', 'k', 'x')).toBe('Error: ERR value is not an integer or out of range');
    expect(redis.run('SWAPDB', 'x', 9)).toBe('Error: ERR invalid first DB index');
    expect(redis.run('SWAPDB', 9, 'x')).toBe('Error: ERR invalid second DB index');
  });
});

describe('SCAN', () => {
  const scanAll = (redis: CommandRunner, between: () => void, ...options: (string | number)[]) => {
    const found: Plain[] = [];
    let cursor: Plain = '0';
    do {
      const [next, keys] = list(redis.run('SCAN', cursor as string, ...options));
      found.push(...list(keys));
      cursor = next;
      between();
    } while (cursor !== '0');
    return found;
  };

  test('returns whatever is there throughout, while other keys come and go', () => {
    fc.assert(
      fc.property(
        fc.record({
          kept: fc.integer({ min: 0, max: 1500 }),
          moving: fc.integer({ min: 0, max: 3000 }),
          count: fc.integer({ min: 1, max: 400 }),
          seed: fc.nat(),
        }),
        ({ kept, moving, count, seed }) => {
          const redis = new CommandRunner({ shardBytes: 2 << 20 });
          const stays = Array.from({ length: kept }, (_, i) => `stays ${i}`);
          for (const key of stays) redis.run('SET', key, 'v');
          let step = seed;
          const found = scanAll(
            redis,
            () => {
              for (let i = 0; i < 200 && moving > 0; i++) {
                step = (Math.imul(step, 1103515245) + 12345) >>> 0;
                redis.run(step & 4 ? 'SET' : 'DEL', `moves ${step % moving}`, ...(step & 4 ? ['v'] : []));
              }
            },
            'COUNT',
            count,
          );
          const seen = new Set(found);
          expect(stays.filter((key) => !seen.has(key))).toEqual([]);
        },
      ),
      { numRuns: 15 },
    );
  });

  test('takes a small database in one call, and leaves out what has passed or is not asked for', () => {
    const redis = new CommandRunner();
    redis.run('MSET', 'a1', 1, 'a2', 2, 'b1', 3);
    redis.run('RPUSH', 'a3', 'x');
    redis.run('EXPIRE', 'a1', 1);
    redis.pass(1000);
    const scan = (...options: (string | number)[]) => list(list(redis.run('SCAN', 0, ...options))[1]).sort();
    expect(scan()).toEqual(['a2', 'a3', 'b1']);
    expect(scan('MATCH', 'a*')).toEqual(['a2', 'a3']);
    expect(scan('MATCH', 'a*', 'TYPE', 'LIST')).toEqual(['a3']);
    expect(scan('TYPE', 'nosuch')).toEqual([]);
    expect(redis.run('SCAN', 0, 'TYPE', 'nosuch', 'COUNT', 0)).toBe('Error: ERR syntax error');
    expect(redis.run('SCAN', 0, 'COUNT', 0)).toBe('Error: ERR syntax error');
    expect(redis.run('SCAN', '18446744073709551615')).toEqual(['0', []]);
    expect(redis.run('SCAN', '18446744073709551616')).toBe('Error: ERR invalid cursor');
    expect(list(redis.run('KEYS', '*')).sort()).toEqual(['a2', 'a3', 'b1']);
    expect(redis.run('KEYS', 'a[12]')).toEqual(['a2']);
  });

  test('removes what matches and is past its deadline, of whatever type, and nothing else', () => {
    const redis = new CommandRunner();
    redis.run('MSET', 'a1', 1, 'b1', 2, 'stays', 3);
    redis.run('RPUSH', 'a2', 'x');
    for (const key of ['a1', 'a2', 'b1']) redis.run('PEXPIRE', key, 1);
    redis.pass(1);
    redis.run('KEYS', '*');
    expect(redis.run('DBSIZE')).toBe(4);
    redis.run('SCAN', 0, 'MATCH', 'a*', 'TYPE', 'list');
    expect(redis.run('DBSIZE')).toBe(2);
    for (const shard of redis.shards) shard.isPaused = true;
    expect(scanAll(redis, () => {})).toEqual(['stays']);
    expect(redis.run('DBSIZE')).toBe(2);
    for (const shard of redis.shards) shard.isPaused = false;
    expect(scanAll(redis, () => {})).toEqual(['stays']);
    expect(redis.run('DBSIZE')).toBe(1);
    expect(redis.problems()).toEqual([]);
  });

  test('finds the keys of databases that were exchanged', () => {
    const redis = new CommandRunner();
    for (let i = 0; i < 300; i++) redis.run('SET', `k${i}`, i);
    redis.run('SWAPDB', 0, 2);
    expect(scanAll(redis, () => {})).toEqual([]);
    redis.ctx.db = 2;
    expect(new Set(scanAll(redis, () => {})).size).toBe(300);
    expect(redis.problems()).toEqual([]);
  });
});

test('RANDOMKEY gets to every key and to none that has passed', () => {
  const redis = new CommandRunner();
  expect(redis.run('RANDOMKEY')).toBe(null);
  for (let i = 0; i < 10; i++) redis.run('SET', `k${i}`, i);
  for (let i = 0; i < 10; i++) redis.run('SET', `gone${i}`, i, 'PX', 1);
  redis.pass(1);
  const seen = new Set(Array.from({ length: 400 }, () => redis.run('RANDOMKEY')));
  expect([...seen].sort()).toEqual(Array.from({ length: 10 }, (_, i) => `k${i}`));
  redis.run('FLUSHALL', 'ASYNC');
  for (let i = 0; i < 10; i++) redis.run('SET', `gone${i}`, i, 'PX', 1);
  redis.pass(1);
  expect(redis.run('RANDOMKEY')).toBe(null);
});

test('only what is read counts as used, unless TOUCH says so', () => {
  const redis = new CommandRunner();
  redis.run('SET', 'k', 'v');
  redis.pass(10_000);
  for (const command of ['EXISTS', 'TYPE', 'TTL']) redis.run(command, 'k');
  expect(redis.run('OBJECT', 'IDLETIME', 'k')).toBe(10);
  redis.run('GET', 'k');
  expect(redis.run('OBJECT', 'IDLETIME', 'k')).toBe(0);
  redis.pass(10_000);
  redis.access.notesUses = false;
  redis.run('GET', 'k');
  expect(redis.run('OBJECT', 'IDLETIME', 'k')).toBe(10);
  expect(redis.run('TOUCH', 'k', 'none', 'k')).toBe(2);
  expect(redis.run('OBJECT', 'IDLETIME', 'k')).toBe(0);
  expect(redis.run('OBJECT', 'FREQ', 'k')).toMatch('An LFU maxmemory policy is not selected');
  redis.pass(10_000);
  const notesReads = false;
  redis.access.configure(false, 10, 1, notesReads);
  expect(redis.run('TOUCH', 'k')).toBe(1);
  expect(redis.run('OBJECT', 'IDLETIME', 'k')).toBe(10);
  redis.access.configure(true, 10, 1);
  redis.run('SET', 'k', 'v');
  expect(redis.run('OBJECT', 'FREQ', 'k')).toBeTypeOf('number');
  expect(redis.run('OBJECT', 'IDLETIME', 'k')).toMatch('An LFU maxmemory policy is selected');
});

test('where only changes count as used, XREADGROUP is one and XREAD is none', () => {
  const redis = new CommandRunner();
  redis.access.configure(false, 10, 1, false);
  redis.run('XADD', 's', '1-1', 'f', 'v');
  redis.run('XGROUP', 'CREATE', 's', 'g', 0);
  redis.pass(10_000);
  redis.run('XREAD', 'STREAMS', 's', 0);
  expect(redis.run('OBJECT', 'IDLETIME', 's')).toBe(10);
  redis.run('XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '>');
  expect(redis.run('OBJECT', 'IDLETIME', 's')).toBe(0);
});

test('a wait in milliseconds is any integer that is not negative and ends before time does', () => {
  const redis = new CommandRunner();
  for (const ms of ['-1', '-9223372036854775808'])
    expect(redis.run('WAIT', 0, ms)).toBe('Error: ERR timeout is negative');
  expect(redis.run('WAIT', 0, '9223372036854775807')).toBe('Error: ERR timeout is out of range');
  for (const ms of ['-9223372036854775809', '1.5', ''])
    expect(redis.run('WAIT', 0, ms)).toBe('Error: ERR timeout is not an integer or out of range');
  expect(redis.run('XREAD', 'BLOCK', '-1', 'STREAMS', 'x', 0)).toBe('Error: ERR timeout is negative');
});
