import { describe, expect, it } from 'vitest';
import { parseLoadOptions, UsageError } from '../../../native-free-bench/load/options.ts';
import { CommandTemplate } from '../../../native-free-bench/load/template.ts';
import { defaultTests } from '../../../native-free-bench/load/tests.ts';

describe('parseLoadOptions', () => {
  it('takes redis-benchmark flags and leaves the command alone', () => {
    const options = parseLoadOptions(['-p', '7000', '-P', '16', '-q', '-r', '100', 'SET', '-n', 'x']);
    expect(options).toMatchObject({ port: 7000, pipeline: 16, quiet: true, keyspace: 100, requests: 100_000 });
    expect(options.command).toEqual(['SET', '-n', 'x']);
  });

  it.each([[['--threads', '2']], [['--nope']], [['-p']], [['-n', '0']], [['-c', 'many']], [['--user', 'x']]])(
    'refuses %j',
    (args) => {
      expect(() => parseLoadOptions(args)).toThrow(UsageError);
    },
  );
});

describe('CommandTemplate', () => {
  it('puts twelve digits below the keyspace into every copy of the command', () => {
    const template = CommandTemplate.repeat(Buffer.from('GET key:__rand_int__\r\n'), 3, 50).copy();
    template.randomize();
    const numbers = [...template.bytes.toString().matchAll(/key:(\d{12})\r\n/g)].map(([, digits]) => Number(digits));
    expect(numbers).toHaveLength(3);
    for (const number of numbers) expect(number).toBeLessThan(50);
  });

  it('leaves the placeholder as it is without a keyspace', () => {
    const template = CommandTemplate.repeat(Buffer.from('GET key:__rand_int__\r\n'), 1, 0);
    template.randomize();
    expect(template.bytes.toString()).toBe('GET key:__rand_int__\r\n');
  });
});

describe('defaultTests', () => {
  it('has the titles of redis-benchmark, in its order', () => {
    const titles = defaultTests('xxx', true).map(({ title }) => title);
    expect(titles).toHaveLength(20);
    expect(titles.slice(0, 3)).toEqual(['PING_INLINE', 'PING_MBULK', 'SET']);
    expect(titles.at(-1)).toBe('MSET (10 keys)');
  });
});
