/** What ends a transaction before it begins: EXEC itself refused, WATCH and keys past their time, pauses. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RespClient } from '../../support/resp-client.ts';
import { info, textOf, until } from '../../support/server-facts.ts';
import { ServerProcess, serverUnderTest } from '../../support/server-process.ts';

let server: ServerProcess;
let client: RespClient;
let other: RespClient;

beforeAll(async () => {
  const command = { ...serverUnderTest, args: [...serverUnderTest.args, '--enable-debug-command', 'yes'] };
  server = await ServerProcess.start(command);
  client = await RespClient.open(server.port);
  other = await RespClient.open(server.port);
});
afterAll(async () => {
  client.close();
  other.close();
  await server.stop();
});
beforeEach(async () => {
  await client.call('FLUSHALL');
});

const raw = async (who: RespClient, ...command: string[]) => (await who.pipeline([command]))[0].raw;

describe('EXEC that is refused itself', () => {
  test('for want of memory discards the transaction', async () => {
    await client.call('WATCH', 'w');
    await client.pipeline([['MULTI'], ['SET', 'x', '1'], ['GET', 'x']]);
    await other.call('CONFIG', 'SET', 'maxmemory', '1');
    const reply = await raw(client, 'EXEC');
    await other.call('CONFIG', 'SET', 'maxmemory', '0');
    expect(reply).toBe(
      "-EXECABORT Transaction discarded because of: OOM command not allowed when used memory > 'maxmemory'.\r\n",
    );
    expect(await raw(client, 'EXEC')).toBe('-ERR EXEC without MULTI\r\n');
  });

  test('only for commands that take memory', async () => {
    await client.pipeline([['MULTI'], ['GET', 'x']]);
    await other.call('CONFIG', 'SET', 'maxmemory', '1');
    const reply = await raw(client, 'EXEC');
    await other.call('CONFIG', 'SET', 'maxmemory', '0');
    expect(reply).toBe('*1\r\n$-1\r\n');
  });

  test('for its arguments discards the transaction', async () => {
    await client.pipeline([['MULTI'], ['SET', 'x', '1']]);
    expect(await raw(client, 'EXEC', 'now')).toBe(
      "-EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command\r\n",
    );
    expect(await raw(client, 'EXEC')).toBe('-ERR EXEC without MULTI\r\n');
    expect(await raw(client, 'GET', 'x')).toBe('$-1\r\n');
  });
});

describe('WATCH and keys past their time', () => {
  beforeEach(async () => {
    await client.call('DEBUG', 'SET-ACTIVE-EXPIRE', '0');
    await client.call('SELECT', '0');
  });
  afterAll(async () => {
    await client.call('DEBUG', 'SET-ACTIVE-EXPIRE', '1');
    await client.call('SELECT', '0');
  });

  /** Sets a key whose time is over when this returns, as far as reads go. */
  const setStale = async (db: string) => {
    await client.call('SELECT', db);
    const deadlineMs = Date.now() + 1;
    await client.call('SET', 'x', db, 'PXAT', String(deadlineMs));
    await until('the key is stale', async () => Date.now() > deadlineMs);
  };
  const exec = async () => {
    await client.pipeline([['MULTI'], ['PING']]);
    return raw(client, 'EXEC');
  };

  test('SWAPDB that brings nothing but a stale key changes nothing', async () => {
    await setStale('0');
    await client.call('SELECT', '1');
    await client.call('WATCH', 'x');
    await client.call('SWAPDB', '0', '1');
    expect(await exec()).toBe('*1\r\n+PONG\r\n');
  });

  test('SWAPDB that exchanges two stale keys changes nothing', async () => {
    await setStale('1');
    await setStale('0');
    await client.call('SELECT', '1');
    await client.call('WATCH', 'x');
    await client.call('SWAPDB', '0', '1');
    expect(await exec()).toBe('*1\r\n+PONG\r\n');
  });

  test('a key that was there when it was watched and went stale has changed, swapped or not', async () => {
    const deadlineMs = Date.now() + 50;
    await client.call('SET', 'x', 'foo', 'PXAT', String(deadlineMs));
    await client.call('WATCH', 'x');
    await until('the key is stale', async () => Date.now() > deadlineMs);
    await client.call('SWAPDB', '0', '1');
    expect(await exec()).toBe('*-1\r\n');
  });
});

describe('who waits for a key', () => {
  test('is not served what has gone stale before the transaction was over', async () => {
    const waiter = await RespClient.open(server.port);
    const served = waiter.call('BLPOP', 'x', '0');
    await until('it waits', async () => (await info(client, 'blocked_clients')) === 1);
    await client.pipeline([
      ['MULTI'],
      ['RPUSH', 'x', 'a'],
      ['PEXPIRE', 'x', '20'],
      ['DEBUG', 'SLEEP', '0.05'],
      ['EXEC'],
    ]);
    await client.call('RPUSH', 'x', 'b');
    expect(await served).toMatchObject({ items: [{ text: 'x' }, { text: 'b' }] });
    waiter.close();
  });
});

describe('CLIENT PAUSE WRITE', () => {
  test.each([
    ['PFCOUNT', [], ['PFCOUNT', 'h']],
    ['PUBLISH', [], ['PUBLISH', 'c', 'm']],
    ['EXEC of a transaction that publishes', [['MULTI'], ['PUBLISH', 'c', 'm']], ['EXEC']],
  ])('holds %s', async (_, before, last) => {
    await client.pipeline(before);
    await other.call('CLIENT', 'PAUSE', '100000', 'WRITE');
    const reply = raw(client, ...last);
    await until('the command is held', async () => (await info(other, 'blocked_clients')) === 1);
    await other.call('CLIENT', 'UNPAUSE');
    expect(await reply).toMatch(/^[:*]/);
  });

  test('keeps keys past their deadline until it ends, though nobody can read them', async () => {
    const before = await info(other, 'expired_keys');
    await client.pipeline([['MULTI'], ['SET', 'a', '1', 'PX', '10'], ['SET', 'b', '1', 'PX', '10']]);
    await client.pipeline([['CLIENT', 'PAUSE', '100000', 'WRITE'], ['EXEC']]);
    const values = () => raw(client, 'MGET', 'a', 'b');
    await until('they are past it', async () => (await values()) === '*2\r\n$-1\r\n$-1\r\n');
    expect(await info(other, 'expired_keys')).toBe(before);
    await other.call('CLIENT', 'UNPAUSE');
    await client.call('SET', 'a', '2');
    expect(await values()).toBe('*2\r\n$1\r\n2\r\n$-1\r\n');
    expect(await info(other, 'expired_keys')).toBe(before + 2);
  });

  test('evicts nothing until it ends, however short memory is', async () => {
    await client.call('SET', 'a', '1');
    await other.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random');
    await other.pipeline([
      ['CLIENT', 'PAUSE', '100000', 'WRITE'],
      ['CONFIG', 'SET', 'maxmemory', '1'],
    ]);
    const before = await info(other, 'evicted_keys');
    expect(await raw(client, 'GET', 'a')).toBe('$1\r\n1\r\n');
    expect(await info(other, 'evicted_keys')).toBe(before);
    await other.call('CLIENT', 'UNPAUSE');
    await until('it is gone', async () => (await raw(client, 'GET', 'a')) === '$-1\r\n');
    await other.call('CONFIG', 'SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction');
  });

  test('RANDOMKEY ends though all keys are past their deadline and none may go', async () => {
    await client.pipeline([['MULTI'], ['SET', 'a', '1', 'PX', '1'], ['CLIENT', 'PAUSE', '100000', 'WRITE'], ['EXEC']]);
    await until('it is past it', async () => (await raw(client, 'GET', 'a')) === '$-1\r\n');
    expect(await raw(client, 'RANDOMKEY')).toBe('$1\r\na\r\n');
    await other.call('CLIENT', 'UNPAUSE');
    expect(await raw(client, 'RANDOMKEY')).toBe('$-1\r\n');
  });

  test('lets a transaction go that only reads', async () => {
    await client.pipeline([['MULTI'], ['GET', 'x']]);
    await other.call('CLIENT', 'PAUSE', '100000', 'WRITE');
    expect(await raw(client, 'EXEC')).toBe('*1\r\n$-1\r\n');
    await other.call('CLIENT', 'UNPAUSE');
  });
});

test('CLIENT REPLY OFF silences neither confirmations of subscriptions nor messages', async () => {
  const silent = await RespClient.open(server.port);
  const got = await silent.send('CLIENT REPLY OFF\r\nPING\r\nSUBSCRIBE c d\r\nPSUBSCRIBE c*\r\n', 3);
  expect(got.map(({ raw: bytes }) => bytes)).toEqual([
    '*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n',
    '*3\r\n$9\r\nsubscribe\r\n$1\r\nd\r\n:2\r\n',
    '*3\r\n$10\r\npsubscribe\r\n$2\r\nc*\r\n:3\r\n',
  ]);
  const messages = silent.send('PING\r\n', 2);
  expect(textOf(await client.call('PUBLISH', 'c', 'hello'))).toBe('2');
  expect((await messages).map(({ raw: bytes }) => bytes)).toEqual([
    '*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$5\r\nhello\r\n',
    '*4\r\n$8\r\npmessage\r\n$2\r\nc*\r\n$1\r\nc\r\n$5\r\nhello\r\n',
  ]);
  const gone = await silent.send('UNSUBSCRIBE\r\nPUNSUBSCRIBE\r\nCLIENT REPLY ON\r\n', 4);
  expect(gone.at(-1)?.raw).toBe('+OK\r\n');
  silent.close();
});
