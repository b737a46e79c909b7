/** The directive `rename-command`, on several I/O threads where there can be some. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RespClient } from '../../support/resp-client.ts';
import { mayflyWith } from '../../support/server-facts.ts';
import { ServerProcess } from '../../support/server-process.ts';

let server: ServerProcess;
let clients: RespClient[];

beforeAll(async () => {
  const renamed = [
    ['FLUSHALL', ''],
    ['config', 'Settings'],
    ['SET', 'PUT'],
  ].flatMap((names) => ['--rename-command', ...names]);
  server = await ServerProcess.start(mayflyWith(...renamed, '--io-threads', '2'));
  clients = await Promise.all(Array.from({ length: 6 }, () => RespClient.open(server.port)));
});
afterAll(async () => {
  for (const client of clients) client.close();
  await server.stop();
});

test('the old names are unknown and the new ones work, to all clients', async () => {
  for (const client of clients) {
    const replies = await client.pipeline([
      ['FLUSHALL'],
      ['CONFIG', 'GET', 'port'],
      ['SET', 'k', 'v'],
      ['settings', 'get', 'port'],
      ['put', 'k', 'v'],
      ['EXISTS', 'k'],
      ['COMMAND', 'INFO', 'put', 'set', 'flushall'],
    ]);
    const raw = replies.map((each) => each.raw);
    expect(raw[0]).toBe("-ERR unknown command 'FLUSHALL'\r\n");
    expect(raw[1]).toMatch(/^-ERR unknown command 'CONFIG'/);
    expect(raw[2]).toMatch(/^-ERR unknown command 'SET'/);
    expect(raw[3]).toBe(`*2\r\n$4\r\nport\r\n$${String(server.port).length}\r\n${server.port}\r\n`);
    expect(raw[4]).toBe('+OK\r\n');
    expect(raw[5]).toBe(':1\r\n');
    expect(raw[6]).toMatch(/^\*3\r\n\*10\r\n\$3\r\nset\r\n.*\$-1\r\n\$-1\r\n$/s);
  }
});

test.each([
  [['NOSUCH', 'X'], 'there is no command NOSUCH to rename'],
  [['GET', 'SET'], "GET can't be renamed to SET: there is such a command"],
])('what can’t be renamed ends the start: %j', async (names, why) => {
  await expect(ServerProcess.start(mayflyWith('--rename-command', ...names))).rejects.toThrow(why);
});
