/** Keyspace notifications of the rarer classes: new, overwritten and retyped keys, and misses. Redis' order of events. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAggregate } from '../../support/resp.ts';
import { RespClient } from '../../support/resp-client.ts';
import { textOf, until } from '../../support/server-facts.ts';
import { ServerProcess, serverUnderTest } from '../../support/server-process.ts';

let server: ServerProcess;
let client: RespClient;
let listener: RespClient;

beforeAll(async () => {
  server = await ServerProcess.start(serverUnderTest);
  client = await RespClient.open(server.port);
  listener = await RespClient.open(server.port);
  await listener.call('HELLO', '3');
  await listener.send('PSUBSCRIBE __keyevent@*\r\n', 0);
  await listener.call('PING');
});
afterAll(async () => {
  client.close();
  listener.close();
  await server.stop();
});

/** What is heard of while the commands run: `event key`, in order. */
async function heard(classes: string, before: string[][], commands: string[][]): Promise<string[]> {
  await client.call('CONFIG', 'SET', 'notify-keyspace-events', '');
  await client.pipeline([['FLUSHALL'], ...before]);
  await client.call('CONFIG', 'SET', 'notify-keyspace-events', `E${classes}`);
  await listener.call('PING');
  listener.pushes.length = 0;
  await client.pipeline(commands);
  await listener.call('PING');
  return listener.pushes.map((push) => {
    if (!isAggregate(push)) throw new Error('a push that is no aggregate');
    const [, , channel, key] = push.items.map(textOf);
    return `${channel.replace(/^__keyevent@\d+__:/, '')} ${key}`;
  });
}

describe.skipIf(process.env.TEST_SERVER === 'redis')('S, T, I and V: parts of values (Redis 8.8)', () => {
  let parts: RespClient;

  beforeAll(async () => {
    parts = await RespClient.open(server.port);
    await parts.call('HELLO', '3');
    await parts.send('PSUBSCRIBE __subkey*\r\n', 0);
    await parts.call('PING');
  });
  afterAll(() => parts.close());

  /** What is heard of while the commands run: `channel payload`, in order. */
  async function heardOfParts(classes: string, before: string[][], commands: string[][]): Promise<string[]> {
    await client.call('CONFIG', 'SET', 'notify-keyspace-events', '');
    await client.pipeline([['FLUSHALL'], ...before]);
    await client.call('CONFIG', 'SET', 'notify-keyspace-events', classes);
    await parts.call('PING');
    parts.pushes.length = 0;
    await client.pipeline(commands);
    await parts.call('PING');
    return parts.pushes.map((push) => (isAggregate(push) ? push.items.slice(2).map(textOf).join(' ') : ''));
  }

  test('each in its own form', async () => {
    expect(await heardOfParts('ASTIV', [], [['HSET', 'hash', 'f', '1', 'long,name', '2']])).toEqual([
      '__subkeyspace@0__:hash hset|1:f,9:long,name',
      '__subkeyevent@0__:hset 4:hash|1:f,9:long,name',
      '__subkeyspaceitem@0__:hash\nf hset',
      '__subkeyspaceitem@0__:hash\nlong,name hset',
      '__subkeyspaceevent@0__:hset|hash 1:f,9:long,name',
    ]);
  });

  test('no item of a key with a line end, nothing of keys without parts, nothing of other classes', async () => {
    expect(await heardOfParts('AI', [], [['HSET', 'a\nb', 'f', '1']])).toEqual([]);
    expect(
      await heardOfParts(
        'ASTIV',
        [],
        [
          ['SET', 'k', '1'],
          ['DEL', 'k'],
        ],
      ),
    ).toEqual([]);
    expect(await heardOfParts('$S', [], [['HSET', 'h', 'f', '1']])).toEqual([]);
  });

  const hash = ['HSET', 'h', 'a', '1', 'b', '2', 'c', '3'];
  test.each<[string, string[][], string[]]>([
    [
      'HSETNX',
      [
        ['HSETNX', 'h', 'a', '9'],
        ['HSETNX', 'h', 'd', '9'],
      ],
      ['hset|1:d'],
    ],
    ['HDEL', [['HDEL', 'h', 'a', 'x', 'c']], ['hdel|1:a,1:c']],
    ['HINCRBY', [['HINCRBY', 'h', 'a', '1']], ['hincrby|1:a']],
    ['HINCRBYFLOAT', [['HINCRBYFLOAT', 'h', 'a', '1.5']], ['hincrbyfloat|1:a']],
    ['HGETDEL', [['HGETDEL', 'h', 'FIELDS', '2', 'b', 'x']], ['hdel|1:b']],
    ['HEXPIRE', [['HEXPIRE', 'h', '100', 'FIELDS', '2', 'a', 'x']], ['hexpire|1:a']],
    ['HEXPIRE into the past', [['HPEXPIREAT', 'h', '1', 'FIELDS', '1', 'a']], ['hdel|1:a']],
    [
      'HPERSIST',
      [
        ['HEXPIRE', 'h', '100', 'FIELDS', '1', 'a'],
        ['HPERSIST', 'h', 'FIELDS', '2', 'a', 'b'],
      ],
      ['hexpire|1:a', 'hpersist|1:a'],
    ],
    ['HGETEX', [['HGETEX', 'h', 'EX', '100', 'FIELDS', '2', 'a', 'c']], ['hexpire|1:a,1:c']],
    ['HSETEX', [['HSETEX', 'h', 'EX', '100', 'FIELDS', '2', 'a', '1', 'd', '2']], ['hset|1:a,1:d', 'hexpire|1:a,1:d']],
    ['HSETEX into the past', [['HSETEX', 'h', 'PXAT', '1', 'FIELDS', '1', 'd', '2']], ['hset|1:d', 'hdel|1:d']],
    [
      'HIMPORT SET',
      [
        ['HIMPORT', 'PREPARE', 'set', 'long', 'b', 'a'],
        ['HIMPORT', 'SET', 'h', 'set', '1', '2', '3'],
      ],
      ['hset|1:a,1:b,4:long'],
    ],
  ])('%s', async (_, commands, events) => {
    const told = events.map((event) => `__subkeyspace@0__:h ${event}`);
    expect(await heardOfParts('AS', [hash], commands)).toEqual(told);
  });

  test('fields whose time is over, all in one message', async () => {
    await client.call('CONFIG', 'SET', 'notify-keyspace-events', '');
    await client.pipeline([['FLUSHALL'], hash]);
    await client.call('CONFIG', 'SET', 'notify-keyspace-events', 'AS');
    await parts.call('PING');
    parts.pushes.length = 0;
    await client.call('HPEXPIRE', 'h', '10', 'FIELDS', '2', 'a', 'b');
    await until('they are gone', async () => {
      await parts.call('PING');
      return parts.pushes.length > 1;
    });
    const told = parts.pushes.map((push) => (isAggregate(push) ? push.items.slice(2).map(textOf).join(' ') : ''));
    expect(told).toEqual(['__subkeyspace@0__:h hexpire|1:a,1:b', '__subkeyspace@0__:h hexpired|1:a,1:b']);
  });
});

test.skipIf(process.env.TEST_SERVER === 'redis')('HSETEX into the past tells of a key that came and went', async () => {
  const hash = ['HSET', 'h', 'a', '1'];
  const into = (key: string, field: string) => ['HSETEX', key, 'PXAT', '1', 'FIELDS', '1', field, '1'];
  expect(await heard('ngh', [], [into('x', 'a')])).toEqual(['new x', 'hset x', 'hdel x', 'del x']);
  expect(await heard('ngh', [hash], [into('h', 'b')])).toEqual(['hset h', 'hdel h']);
  expect(await heard('ngh', [hash], [into('h', 'a')])).toEqual(['hset h', 'hdel h', 'del h']);
});

describe('n: a key that was not there', () => {
  test.each<[string, string[][], string[][], string[]]>([
    ['by SET', [], [['SET', 'a', '1']], ['new a', 'set a']],
    ['not of one that was', [['SET', 'a', '1']], [['SET', 'a', '2']], ['set a']],
    ['by LPUSH', [], [['LPUSH', 'l', '1', '2']], ['new l', 'lpush l']],
    ['by INCR', [], [['INCR', 'c']], ['new c', 'incrby c']],
    ['by RENAME', [['SET', 'a', '1']], [['RENAME', 'a', 'b']], ['new b', 'rename_from a', 'rename_to b']],
    ['by COPY', [['SET', 'a', '1']], [['COPY', 'a', 'b']], ['new b', 'copy_to b']],
    ['by MOVE', [['SET', 'a', '1']], [['MOVE', 'a', '1']], ['new a', 'move_from a', 'move_to a']],
  ])('%s', async (_, before, commands, events) => {
    expect(await heard('ng$l', before, commands)).toEqual(events);
  });

  test('RENAME and COPY make their target anew also where it was there', async () => {
    const before = [
      ['SET', 'a', '1'],
      ['SET', 'b', '2'],
      ['SET', 'c', '3'],
    ];
    const commands = [
      ['COPY', 'a', 'b', 'REPLACE'],
      ['RENAME', 'a', 'c'],
    ];
    expect(await heard('n', before, commands)).toEqual(['new b', 'new c']);
  });
});

describe.skipIf(process.env.TEST_SERVER === 'redis')('o and c: a value replaced as a whole (Redis 8.2)', () => {
  const string = ['SET', 'a', '1'];
  const list = ['RPUSH', 'l', '1'];
  const sets = [
    ['SADD', 's', '1', '2'],
    ['SADD', 't', '2', '3'],
  ];
  test.each<[string, string[][], string[][], string[]]>([
    ['SET', [string], [['SET', 'a', '2']], ['overwritten a', 'set a']],
    ['SET of another type', [list], [['SET', 'l', '2']], ['overwritten l', 'type_changed l', 'set l']],
    ['MSET', [string], [['MSET', 'a', '2', 'b', '3']], ['overwritten a', 'set a', 'set b']],
    ['APPEND does not', [string], [['APPEND', 'a', '2']], ['append a']],
    ['INCR does not', [string], [['INCR', 'a']], ['incrby a']],
    [
      'SUNIONSTORE',
      [...sets, string],
      [['SUNIONSTORE', 'a', 's', 't']],
      ['overwritten a', 'type_changed a', 'sunionstore a'],
    ],
    ['BITOP', [string, list], [['BITOP', 'NOT', 'l', 'a']], ['overwritten l', 'type_changed l', 'set l']],
    [
      'RENAME',
      [string, list],
      [['RENAME', 'a', 'l']],
      ['rename_from a', 'rename_to l', 'overwritten l', 'type_changed l'],
    ],
    ['COPY', [string, ['SET', 'b', '2']], [['COPY', 'a', 'b', 'REPLACE']], ['copy_to b', 'overwritten b']],
  ])('%s', async (_, before, commands, events) => {
    expect(await heard('ocg$ls', before, commands)).toEqual(events);
  });
});

describe('m: a key that was to be read and is not there', () => {
  test.each<[string, string[][], string[]]>([
    ['GET', [['GET', 'x']], ['keymiss x']],
    ['MGET', [['MGET', 'x', 'y']], ['keymiss x', 'keymiss y']],
    ['EXISTS', [['EXISTS', 'x']], ['keymiss x']],
    ['TTL', [['TTL', 'x']], ['keymiss x']],
    ['TYPE', [['TYPE', 'x']], ['keymiss x']],
    ['LRANGE', [['LRANGE', 'x', '0', '1']], ['keymiss x']],
    ['OBJECT tells of none', [['OBJECT', 'ENCODING', 'x']], []],
    [
      'nor what only changes',
      [
        ['DEL', 'x'],
        ['EXPIRE', 'x', '1'],
        ['HDEL', 'x', 'f'],
      ],
      [],
    ],
  ])('%s', async (_, commands, events) => {
    expect(await heard('m', [], commands)).toEqual(events);
  });

  test('is not among those of A', async () => {
    expect(
      await heard(
        'A',
        [],
        [
          ['GET', 'x'],
          ['SET', 'x', '1'],
        ],
      ),
    ).toEqual(['set x']);
  });
});
