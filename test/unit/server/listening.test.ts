/** CONFIG SET of where the server listens. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RespClient } from '../../support/resp-client.ts';
import { info, mayflyWith, textOf, until } from '../../support/server-facts.ts';
import { freePort, ServerProcess } from '../../support/server-process.ts';

const PORT_REFUSED =
  "ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this port. Check server logs.";
const BIND_REFUSED =
  "ERR CONFIG SET failed (possibly related to argument 'bind') - Failed to bind to specified addresses.";

describe.each(['auto', 'epoll', 'net'])('transport %s', (transport) => {
  let directory: string;
  let server: ServerProcess;
  let client: RespClient;
  let port: number;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mayfly-listening-'));
    const unixSocket = ['--unixsocket', join(directory, 'socket')];
    server = await ServerProcess.start(mayflyWith('--transport', transport, ...unixSocket));
    client = await RespClient.open(server.port);
    port = server.port;
  });
  afterAll(async () => {
    client.close();
    await server.stop();
    rmSync(directory, { recursive: true });
  });
  beforeEach(async () => {
    expect(textOf(await set('port', String(port), 'bind', '127.0.0.1'))).toBe('OK');
  });

  const set = (...words: string[]) => client.call('CONFIG', 'SET', ...words);
  const answers = async (at: number): Promise<boolean> => {
    try {
      const other = await RespClient.open(at);
      const isThere = textOf(await other.call('PING')) === 'PONG';
      other.close();
      return isThere;
    } catch {
      return false;
    }
  };

  test('another port, and clients stay', async () => {
    const other = await freePort();
    expect(textOf(await set('port', String(other)))).toBe('OK');
    expect(await answers(other)).toBe(true);
    await until('the old one is closed', async () => !(await answers(port)));
    expect(await info(client, 'tcp_port')).toBe(other);
    expect(textOf(await set('port', String(port)))).toBe('OK');
    expect(await answers(port)).toBe(true);
  });

  test('a port that is taken is refused, and all is as before', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port: other } = taken.address() as { port: number };
    expect(textOf(await set('port', String(other)))).toBe(PORT_REFUSED);
    taken.close();
    expect(await answers(port)).toBe(true);
    expect(await info(client, 'tcp_port')).toBe(port);
  });

  test('an address that this machine has not is refused, and all is as before', async () => {
    for (const address of ['192.0.2.1', '999.999.999.999']) {
      expect(textOf(await set('bind', address))).toBe(BIND_REFUSED);
      expect(await answers(port)).toBe(true);
    }
    expect(await client.call('CONFIG', 'GET', 'bind')).toMatchObject({
      items: [{ text: 'bind' }, { text: '127.0.0.1' }],
    });
  });

  test('no address at all, and all of them', async () => {
    expect(textOf(await set('bind', ''))).toBe('OK');
    await until('nobody can connect', async () => !(await answers(port)));
    expect(textOf(await set('bind', '* -::*', 'tcp-keepalive', '100'))).toBe('OK');
    expect(await answers(port)).toBe(true);
  });

  test('is refused within a transaction', async () => {
    await client.pipeline([['MULTI'], ['CONFIG', 'SET', 'port', String(await freePort())]]);
    expect((await client.pipeline([['EXEC']]))[0].raw).toBe(`*1\r\n-${PORT_REFUSED}\r\n`);
    expect(await answers(port)).toBe(true);
  });

  test('commands that follow wait for it', async () => {
    const other = String(await freePort());
    const replies = await client.pipeline([
      ['CONFIG', 'SET', 'port', other],
      ['CONFIG', 'GET', 'port'],
      ['CONFIG', 'SET', 'port', String(port)],
    ]);
    expect(replies.map(({ raw }) => raw)).toEqual([
      '+OK\r\n',
      `*2\r\n$4\r\nport\r\n$${other.length}\r\n${other}\r\n`,
      '+OK\r\n',
    ]);
  });
});
