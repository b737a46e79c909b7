/** MONITOR: what is shown of which commands, to whom, in what order. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RespClient } from '../../support/resp-client.ts';
import { textOf, until } from '../../support/server-facts.ts';
import { ServerProcess, serverUnderTest } from '../../support/server-process.ts';

let server: ServerProcess;
let client: RespClient;
let monitors: RespClient[] = [];

beforeAll(async () => {
  server = await ServerProcess.start(serverUnderTest);
  client = await RespClient.open(server.port);
});
afterEach(async () => {
  for (const monitor of monitors) monitor.close();
  monitors = [];
  await client.call('RESET');
});
afterAll(async () => {
  client.close();
  await server.stop();
});

/** What a monitor is shown of these commands, without times and ports. */
async function shown(commands: string[][], lines: number): Promise<string[]> {
  const monitor = await RespClient.open(server.port);
  monitors.push(monitor);
  await monitor.call('MONITOR');
  const seen = monitor.send('', lines);
  await client.pipeline(commands);
  const texts = (await seen).map(({ raw }) => raw);
  for (const text of texts) expect(text).toMatch(/^\+\d{10}\.\d{6} \[\d+ 127\.0\.0\.1:\d+\] ".*"\r\n$/);
  return texts.map((text) => text.replace(/^\+[\d.]+ \[(\d+) [\d.:]+\] (.*)\r\n$/, '$1 $2'));
}

describe('a monitor is shown', () => {
  test('commands as they were sent, quoted, with the database they leave behind', async () => {
    const commands = [
      ['SELECT', '3'],
      ['set', 'a\x00b"\\ \xff', '1\n\t\x07'],
      ['gEt', 'é'],
    ];
    expect(await shown(commands, 3)).toEqual([
      '3 "SELECT" "3"',
      '3 "set" "a\\x00b\\"\\\\ \\xff" "1\\n\\t\\a"',
      '3 "gEt" "\\xe9"',
    ]);
  });

  test('a transaction when it is carried out', async () => {
    const commands = [['MULTI'], ['SET', 'foo', 'bar'], ['GET', 'foo'], ['EXEC']];
    expect(await shown(commands, 4)).toEqual(['0 "MULTI"', '0 "SET" "foo" "bar"', '0 "GET" "foo"', '0 "EXEC"']);
  });

  test('nothing of what did not run, nor of what administrates', async () => {
    const commands = [['GET'], ['NONE'], ['CONFIG', 'GET', 'maxmemory'], ['LPUSH', 'l', '1'], ['INCR', 'l'], ['PING']];
    expect(await shown(commands, 3)).toEqual(['0 "LPUSH" "l" "1"', '0 "INCR" "l"', '0 "PING"']);
  });

  test('no passwords', async () => {
    const commands = [
      ['AUTH', 'secret'],
      ['auth', 'user', 'secret'],
      ['HELLO', '2', 'AUTH', 'user', 'secret', 'SETNAME', 'x'],
    ];
    expect(await shown(commands, 3)).toEqual([
      '0 "AUTH" "(redacted)"',
      '0 "auth" "(redacted)" "(redacted)"',
      '0 "HELLO" "2" "AUTH" "(redacted)" "(redacted)" "SETNAME" "x"',
    ]);
  });

  test('a command that waits once', async () => {
    const other = await RespClient.open(server.port);
    monitors.push(other);
    const seen = shown([['BLPOP', 'empty', '0']], 2);
    await until('it waits', async () => textOf(await other.call('CLIENT', 'LIST')).includes('cmd=blpop'));
    await other.call('LPUSH', 'empty', '1');
    expect(await seen).toEqual(['0 "BLPOP" "empty" "0"', '0 "LPUSH" "empty" "1"']);
  });

  test('what goes to a worker', async () => {
    await client.pipeline(Array.from({ length: 200 }, (_, i) => ['RPUSH', 'long', ...Array(100).fill(String(i))]));
    expect(await shown([['LRANGE', 'long', '0', '-1']], 1)).toEqual(['0 "LRANGE" "long" "0" "-1"']);
  });
});

describe('the monitor itself', () => {
  const address = /^\+[\d.]+ \[0 [\d.:]+\] /;

  test('sees what it says behind the answer, and may not ask for data', async () => {
    const monitor = await RespClient.open(server.port);
    monitors.push(monitor);
    const replies = await monitor.send('MONITOR\r\nMONITOR\r\nPING\r\nGET x\r\nPUBLISH a b\r\n', 5);
    expect(replies.map(({ raw }) => raw.replace(address, '+'))).toEqual([
      '+OK\r\n',
      '+PONG\r\n',
      '+"PING"\r\n',
      "-ERR Replica can't interact with the keyspace\r\n",
      "-ERR Replica can't interact with the keyspace\r\n",
    ]);
  });

  test('is one until RESET', async () => {
    const monitor = await RespClient.open(server.port);
    monitors.push(monitor);
    await monitor.call('MONITOR');
    expect(textOf(await client.call('CLIENT', 'LIST'))).toMatch(/ flags=O /);
    const replies = await monitor.send('RESET\r\nGET x\r\n', 2);
    expect(replies.map(({ raw }) => raw.replace(address, '+'))).toEqual(['+RESET\r\n', '$-1\r\n']);
    expect(textOf(await client.call('CLIENT', 'LIST'))).not.toMatch(/ flags=O /);
  });

  test('cannot begin within EXEC', async () => {
    const replies = await client.pipeline([['MULTI'], ['MONITOR'], ['EXEC']]);
    expect(replies.at(-1)?.raw).toBe("*1\r\n-ERR MONITOR isn't allowed for DENY BLOCKING client\r\n");
  });
});
