/** MIGRATE between Mayfly and redis-server, and against servers that don't behave. */
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RespClient } from '../../support/resp-client.ts';
import { mayflyWith, textOf } from '../../support/server-facts.ts';
import { freePort, redisServer, redisServerVersion, ServerProcess } from '../../support/server-process.ts';

let source: ServerProcess;
let here: RespClient;

const raw = async (who: RespClient, ...command: string[]) => (await who.pipeline([command]))[0].raw;
const migrate = (port: number, key: string, ...options: string[]) =>
  raw(here, 'MIGRATE', '127.0.0.1', String(port), key, '9', '5000', ...options);

beforeAll(async () => {
  source = await ServerProcess.start(mayflyWith());
  here = await RespClient.open(source.port);
});
afterAll(async () => {
  here.close();
  await source.stop();
});
beforeEach(async () => {
  await here.call('FLUSHALL');
});

describe('its words', () => {
  test.each([
    [['k', '9', '100', 'WHAT'], 'ERR syntax error'],
    [['k', '9', '100', 'AUTH'], 'ERR syntax error'],
    [['k', '9', '100', 'AUTH2', 'user'], 'ERR syntax error'],
    [['k', 'x', '100'], 'ERR value is not an integer or out of range'],
    [['k', '9', 'x'], 'ERR value is not an integer or out of range'],
    [
      ['k', '9', '100', 'KEYS', 'a'],
      'ERR When using MIGRATE KEYS option, the key argument must be set to the empty string',
    ],
  ])('%j', async (words, expected) => {
    expect(await raw(here, 'MIGRATE', '127.0.0.1', '1', ...words)).toBe(`-${expected}\r\n`);
  });

  test('not between MULTI and EXEC', async () => {
    await here.pipeline([['MULTI'], ['MIGRATE', '127.0.0.1', '1', 'k', '0', '100']]);
    expect(await raw(here, 'EXEC')).toMatch(/^\*1\r\n-ERR MIGRATE waits for another server/);
  });
});

test('a key that is not there needs no target', async () => {
  expect(await migrate(1, 'k')).toBe('+NOKEY\r\n');
  expect(await migrate(1, '', 'KEYS', 'a', 'b')).toBe('+NOKEY\r\n');
});

test('a target that is not there', async () => {
  await here.call('SET', 'k', 'v');
  expect(await migrate(await freePort(), 'k')).toBe('-IOERR error or timeout connecting to the client\r\n');
  expect(await migrate(70_000, 'k')).toBe('-IOERR error or timeout connecting to the client\r\n');
  expect(textOf(await here.call('GET', 'k'))).toBe('v');
});

const targets = [{ name: 'Mayfly', command: mayflyWith() }];
if (redisServerVersion() !== undefined) targets.push({ name: 'redis-server', command: redisServer });

describe.each(targets)('to $name', ({ command }) => {
  let target: ServerProcess;
  let there: RespClient;
  const to = (key: string, ...options: string[]) => migrate(target.port, key, ...options);

  beforeAll(async () => {
    target = await ServerProcess.start(command);
    there = await RespClient.open(target.port);
    await there.call('SELECT', '9');
  });
  afterAll(async () => {
    there.close();
    await target.stop();
  });
  beforeEach(async () => {
    await there.call('CONFIG', 'SET', 'requirepass', '');
    await there.call('FLUSHALL');
  });

  test('a key with its time to live, and none of it stays', async () => {
    await here.call('SET', 'k', 'v', 'PX', '100000');
    expect(await to('k')).toBe('+OK\r\n');
    expect(textOf(await there.call('GET', 'k'))).toBe('v');
    const ttlMs = Number(textOf(await there.call('PTTL', 'k')));
    expect(ttlMs).toBeGreaterThan(50_000);
    expect(ttlMs).toBeLessThanOrEqual(100_000);
    expect(textOf(await here.call('EXISTS', 'k'))).toBe('0');
  });

  test('values of every type, small and large', async () => {
    const words = Array.from({ length: 2000 }, (_, i) => `element-${i}`);
    const pairs = words.flatMap((word, i) => [word, String(i)]);
    const commands = [
      ['SET', 'string', 'x'.repeat(1 << 20)],
      ['RPUSH', 'list', ...words],
      ['SADD', 'set', ...words],
      ['SADD', 'numbers', '1', '2', '3'],
      ['HSET', 'hash', ...pairs],
      ['HSET', 'small', 'f', 'v'],
      ['ZADD', 'zset', ...words.flatMap((word, i) => [String(i / 4), word])],
      ['XADD', 'stream', '1-1', 'f', 'v'],
      ['XGROUP', 'CREATE', 'stream', 'g', '0'],
      ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'stream', '>'],
    ];
    await here.pipeline(commands);
    const keys = ['string', 'list', 'set', 'numbers', 'hash', 'small', 'zset', 'stream'];
    const before = await raw(here, 'DEBUG', 'DIGEST-VALUE', ...keys);
    expect(await to('', 'COPY', 'KEYS', ...keys)).toBe('+OK\r\n');
    expect(await raw(there, 'DEBUG', 'DIGEST-VALUE', ...keys)).toBe(before);
    expect(textOf(await here.call('EXISTS', ...keys))).toBe('8');
    expect(await to('', 'REPLACE', 'KEYS', ...keys)).toBe('+OK\r\n');
    expect(textOf(await here.call('DBSIZE'))).toBe('0');
  });

  test('those of several keys that are there', async () => {
    await here.pipeline([['MSET', 'a', '1', 'b', '2', 'd', '4']]);
    expect(await to('', 'KEYS', 'a', 'b', 'c', 'a')).toBe(
      '-ERR Target instance replied with error: BUSYKEY Target key name already exists.\r\n',
    );
    expect(await raw(there, 'MGET', 'a', 'b', 'c')).toBe('*3\r\n$1\r\n1\r\n$1\r\n2\r\n$-1\r\n');
    expect(textOf(await here.call('EXISTS', 'a', 'b', 'd'))).toBe('1');
  });

  test('a key that is named twice, replacing', async () => {
    await here.call('SET', 'a', '1');
    expect(await to('', 'REPLACE', 'KEYS', 'a', 'a')).toBe('+OK\r\n');
    expect(textOf(await there.call('GET', 'a'))).toBe('1');
  });

  test('a key that is there already, unless it is to be replaced', async () => {
    await here.call('SET', 'k', 'new');
    await there.call('SET', 'k', 'old');
    expect(await to('k')).toBe('-ERR Target instance replied with error: BUSYKEY Target key name already exists.\r\n');
    expect(textOf(await here.call('GET', 'k'))).toBe('new');
    expect(await to('k', 'REPLACE')).toBe('+OK\r\n');
    expect(textOf(await there.call('GET', 'k'))).toBe('new');
  });

  test('with a password, right and wrong', async () => {
    await there.call('CONFIG', 'SET', 'requirepass', 'foobar');
    // A connection that the source has kept is trusted as it was when it was opened.
    await there.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await here.call('SET', 'k', 'v');
    expect(await to('k')).toMatch(/^-ERR Target instance replied with error: NOAUTH /);
    expect(await to('k', 'AUTH', 'wrong')).toMatch(/^-ERR Target instance replied with error: WRONGPASS /);
    expect(textOf(await here.call('EXISTS', 'k'))).toBe('1');
    expect(await to('k', 'AUTH', 'foobar')).toBe('+OK\r\n');
    await here.call('SET', 'k2', 'v');
    expect(await to('k2', 'AUTH2', 'default', 'foobar')).toBe('+OK\r\n');
    expect(textOf(await there.call('EXISTS', 'k', 'k2'))).toBe('2');
  });

  test('and back again', async () => {
    const back = (key: string) => raw(there, 'MIGRATE', '127.0.0.1', String(source.port), key, '0', '5000');
    await here.call('RPUSH', 'l', ...Array.from({ length: 500 }, (_, i) => `element-${i}`));
    const before = await raw(here, 'DEBUG', 'DIGEST-VALUE', 'l');
    expect(await to('l')).toBe('+OK\r\n');
    expect(await back('l')).toBe('+OK\r\n');
    expect(await raw(here, 'DEBUG', 'DIGEST-VALUE', 'l')).toBe(before);
  });

  test('once more when the kept connection has gone', async () => {
    await here.pipeline([['MSET', 'a', '1', 'b', '2']]);
    expect(await to('a')).toBe('+OK\r\n');
    await there.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    expect(await to('b')).toBe('+OK\r\n');
  });
});

describe('while the target takes its time', () => {
  let target: Server;
  let port: number;
  let other: RespClient;
  let sockets: Socket[] = [];
  /** What each chunk that comes is answered with, or nothing. */
  let onData: (socket: Socket, text: string) => void = () => {};

  beforeAll(async () => {
    other = await RespClient.open(source.port);
    target = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      socket.on('data', (chunk) => onData(socket, chunk.toString('latin1')));
    });
    port = await freePort();
    await new Promise<void>((resolve) => target.listen(port, '127.0.0.1', resolve));
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets = [];
  });
  afterAll(() => {
    other.close();
    target.close();
  });

  test('others are served, and the time-out is kept', async () => {
    await here.call('SET', 'k', 'v');
    const arrived = new Promise<void>((resolve) => {
      onData = () => resolve();
    });
    const reply = raw(here, 'MIGRATE', '127.0.0.1', String(port), 'k', '0', '300');
    await arrived;
    expect(textOf(await other.call('GET', 'k'))).toBe('v');
    expect(await reply).toBe('-IOERR error or timeout reading from target instance\r\n');
    expect(textOf(await here.call('GET', 'k'))).toBe('v');
  });

  test('only what it has acknowledged goes', async () => {
    await here.pipeline([['MSET', 'a', '1', 'b', '2', 'c', '3']]);
    onData = (socket) => socket.end('+OK\r\n+OK\r\n-ERR no\r\n');
    expect(await migrate(port, '', 'KEYS', 'a', 'b', 'c')).toBe(
      '-IOERR error or timeout reading from target instance\r\n',
    );
    expect(await raw(here, 'MGET', 'a', 'b', 'c')).toBe('*3\r\n$-1\r\n$1\r\n2\r\n$1\r\n3\r\n');
  });

  test.each([
    ['a write', ['SET', 'k', 'newer'], /RESTORE\r\n\$1\r\nk\r\n.*newer.*REPLACE/s],
    ['another deadline', ['PEXPIREAT', 'k', '4000000000000'], /RESTORE\r\n\$1\r\nk\r\n\$13\r\n.*REPLACE/s],
    ['a deletion', ['DEL', 'k'], /DEL\r\n\$1\r\nk/],
  ])('%s meanwhile is sent, too', async (_, change, expected) => {
    await here.call('SET', 'k', 'v');
    const chunks: string[] = [];
    onData = (socket, text) => {
      chunks.push(text);
      if (chunks.length === 1) other.call(...change).then(() => socket.write('+OK\r\n+OK\r\n'));
      else socket.write(text.startsWith('*2\r\n$3\r\nDEL') ? ':1\r\n' : '+OK\r\n');
    };
    expect(await migrate(port, 'k')).toBe('+OK\r\n');
    expect(chunks).toHaveLength(2);
    expect(chunks[1]).toMatch(expected);
    expect(textOf(await here.call('EXISTS', 'k'))).toBe('0');
  });

  test('a pause that begins meanwhile keeps the keys until it ends', async () => {
    await here.call('SET', 'k', 'v');
    const arrived = new Promise<Socket>((resolve) => {
      onData = (socket) => resolve(socket);
    });
    const reply = raw(here, 'MIGRATE', '127.0.0.1', String(port), 'k', '0', '60000');
    const socket = await arrived;
    await other.call('CLIENT', 'PAUSE', '100000', 'WRITE');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.end('+OK\r\n+OK\r\n');
    await closed;
    for (let look = 0; look < 20; look++) expect(textOf(await other.call('EXISTS', 'k'))).toBe('1');
    await other.call('CLIENT', 'UNPAUSE');
    expect(await reply).toBe('+OK\r\n');
    expect(textOf(await here.call('EXISTS', 'k'))).toBe('0');
  });

  test('a key that changes again and again stays', async () => {
    await here.call('SET', 'k', '0');
    let isFirst = true;
    onData = (socket) => {
      const reply = isFirst ? '+OK\r\n+OK\r\n' : '+OK\r\n';
      isFirst = false;
      other.call('INCR', 'k').then(() => socket.write(reply));
    };
    expect(await migrate(port, 'k')).toMatch(/^-ERR 1 of the keys changed again and again/);
    expect(Number(textOf(await here.call('GET', 'k')))).toBeGreaterThan(1);
  });
});
