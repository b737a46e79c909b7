/** Who may connect, and for how long. */
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../../src/server/locality.ts';
import { RespClient } from '../../support/resp-client.ts';
import { info, mayflyWith, textOf, until } from '../../support/server-facts.ts';
import { ServerProcess } from '../../support/server-process.ts';

async function withServer(
  directives: readonly string[],
  test: (server: ServerProcess) => Promise<void>,
): Promise<void> {
  const server = await ServerProcess.start(mayflyWith(...directives));
  try {
    await test(server);
  } finally {
    await server.stop();
  }
}

/** What the server says to a new connection before it closes it. */
function greeting(port: number): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

describe('limits on connections', () => {
  it('maxclients turns away, and says why', () =>
    withServer(['--maxclients', '2'], async ({ port }) => {
      const client = await RespClient.open(port);
      await until('only this client is left', async () => (await info(client, 'connected_clients')) === 1);
      const other = await RespClient.open(port);
      await other.call('PING');
      expect(await greeting(port)).toBe('-ERR max number of clients reached\r\n');
      expect(await info(client, 'rejected_connections')).toBe(1);
      await client.call('CONFIG', 'SET', 'maxclients', '3');
      const third = await RespClient.open(port);
      expect(textOf(await third.call('PING'))).toBe('PONG');
      for (const each of [client, other, third]) each.close();
    }));

  it('timeout closes those who say nothing, and nobody else', () =>
    withServer([], async ({ port }) => {
      const [client, idle] = [await RespClient.open(port), await RespClient.open(port)];
      await idle.call('PING');
      await until('both are there, and no other', async () => (await info(client, 'connected_clients')) === 2);
      await client.call('CONFIG', 'SET', 'timeout', '1');
      await until('the idle one is closed', async () => (await info(client, 'connected_clients')) === 1);
      await expect(idle.call('PING')).rejects.toThrow('closed the connection');
      client.close();
    }));

  it('requirepass lets nobody leave replies unread before AUTH', () =>
    withServer(['--requirepass', 'secret'], async ({ port }) => {
      const client = await RespClient.open(port);
      await client.call('AUTH', 'secret');
      const stranger = connect({ port, host: '127.0.0.1' });
      stranger.on('error', () => undefined);
      stranger.pause();
      // Their refusals are more than two sockets hold.
      stranger.write('SET x 5\r\n'.repeat(600_000));
      const isGone = async () => (await info(client, 'client_output_buffer_limit_disconnections')) === 1;
      await until('he is gone', isGone, 25_000);
      stranger.destroy();
      client.close();
    }));

  it('requirepass lets nobody do anything before AUTH, nor send much', () =>
    withServer([], async ({ port }) => {
      const client = await RespClient.open(port);
      await client.call('CONFIG', 'SET', 'requirepass', 'secret');
      // Who was there before stays in.
      expect(textOf(await client.call('PING'))).toBe('PONG');
      const stranger = await RespClient.open(port);
      expect(textOf(await stranger.call('GET', 'a'))).toBe('NOAUTH Authentication required.');
      expect(textOf(await stranger.call('HELLO', '3'))).toMatch(/^NOAUTH HELLO must be called/);
      expect(textOf(await stranger.call('AUTH', 'wrong'))).toMatch(/^WRONGPASS/);
      expect(textOf(await stranger.call('AUTH', 'secret'))).toBe('OK');
      expect(textOf(await stranger.call('PING'))).toBe('PONG');
      expect(textOf(await stranger.call('RESET'))).toBe('RESET');
      expect(textOf(await stranger.call('PING'))).toBe('NOAUTH Authentication required.');
      const [refused] = await stranger.send('*11\r\n', 1);
      expect(refused.raw).toBe('-ERR Protocol error: unauthenticated multibulk length\r\n');
      client.close();
    }));
});

describe('protected mode', () => {
  it('knows this machine', () => {
    for (const near of ['127.0.0.1:5', '[::1]:5', '127.3.2.1:80', '::1', 'localhost'])
      expect(isLoopback(near)).toBe(true);
    for (const far of ['10.0.0.1:5', '[2001:db8::1]:5', '192.168.127.1:5', '*', '0.0.0.0'])
      expect(isLoopback(far)).toBe(false);
  });
});

describe('the end of the server', () => {
  it('SHUTDOWN closes connections and leaves no process ID file', async () => {
    await withServer([], async (server) => {
      const client = await RespClient.open(server.port);
      await expect(client.call('SHUTDOWN', 'NOSAVE')).rejects.toThrow('closed the connection');
      await until('the process has ended', async () => server.ended !== undefined);
      expect(server.ended).toBe('exit code 0, signal null');
      expect(server.output).toContain('bye bye');
    });
  });
});
