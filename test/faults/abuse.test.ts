/** Clients that do what no client should: the server answers or closes as Redis does, and is as it was before. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RespClient } from '../support/resp-client.ts';
import { expectNothingHeld, info, mayflyWith, sleep, textOf, until } from '../support/server-facts.ts';
import { ServerProcess } from '../support/server-process.ts';

const LIMITS = ['--client-query-buffer-limit', '1mb', '--client-output-buffer-limit', 'normal 4mb 1mb 1'];

let server: ServerProcess;
let client: RespClient;

beforeAll(async () => {
  server = await ServerProcess.start(mayflyWith(...LIMITS));
  client = await RespClient.open(server.port);
});
afterAll(async () => {
  client.close();
  await server.stop();
});

const opened: Socket[] = [];
// A test that fails must not leave its connections to the next one.
afterEach(() => {
  for (const socket of opened.splice(0)) socket.destroy();
});

async function open(): Promise<Socket> {
  const socket = connect({ port: server.port, host: '127.0.0.1' });
  opened.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Everything that comes until the server closes. */
async function lastWords(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  // A reset is an end too: `once` would take it for a failure.
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

async function expectAsBefore(): Promise<void> {
  await expectNothingHeld(client);
  // The worker may have to be started first.
  await until('workers are done', async () => (await info(client, 'handoffs_pending')) === 0, 20_000);
  await until('no shard is locked', async () => (await info(client, 'locked_shards')) === 0);
  expect(textOf(await client.call('PING'))).toBe('PONG');
}

describe('malformed requests', () => {
  const cases: [what: string, sent: string, answer: string][] = [
    [
      'a count that is no number, after a good command',
      '*1\r\n$4\r\nPING\r\n*x\r\n',
      '+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n',
    ],
    [
      'a length beyond the limit',
      '*2\r\n$3\r\nGET\r\n$99999999999\r\n',
      '-ERR Protocol error: invalid bulk length\r\n',
    ],
    ['a length that is none', '*2\r\n$3\r\nGET\r\n:1\r\n', "-ERR Protocol error: expected '$', got ':'\r\n"],
    ['a count beyond all bounds', '*3000000000\r\n', '-ERR Protocol error: invalid multibulk length\r\n'],
    ['unbalanced quotes', 'SET a "unbalanced\r\n', '-ERR Protocol error: unbalanced quotes in request\r\n'],
    ['an endless line', 'a'.repeat(70_000), '-ERR Protocol error: too big inline request\r\n'],
    ['an endless length', `*1\r\n$${'1'.repeat(70_000)}`, '-ERR Protocol error: too big bulk count string\r\n'],
  ];
  it.each(cases)('%s: answered, and the connection closed', async (_what, sent, answer) => {
    const socket = await open();
    socket.write(sent, 'latin1');
    expect(await lastWords(socket)).toBe(answer);
  });

  it('leave nothing behind', expectAsBefore);
});

describe('slow and silent clients', () => {
  it('one that sends a byte at a time is served, and keeps nobody waiting', async () => {
    const slow = await open();
    let answer = '';
    slow.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    for (const byte of '*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n') {
      slow.write(byte);
      const askedMs = Date.now();
      expect(textOf(await client.call('PING'))).toBe('PONG');
      expect(Date.now() - askedMs).toBeLessThan(500);
      await sleep(10);
    }
    await until('its answer', async () => answer === '$2\r\nhi\r\n');
    slow.destroy();
    await expectAsBefore();
  });

  it('one that sends more than a command may have, unfinished, is closed', async () => {
    const before = await info(client, 'client_query_buffer_limit_disconnections');
    const socket = await open();
    socket.write(`*2\r\n$3\r\nGET\r\n$2000000\r\n${'x'.repeat(1_500_000)}`);
    await lastWords(socket);
    expect(await info(client, 'client_query_buffer_limit_disconnections')).toBe(before + 1);
    await expectAsBefore();
  });

  it('one that never reads is closed at the hard limit, and what it was owed is freed', async () => {
    await client.call('SET', 'large', 'x'.repeat(1_000_000));
    const before = await info(client, 'client_output_buffer_limit_disconnections');
    const socket = await open();
    socket.pause();
    socket.write('GET large\r\n'.repeat(60));
    await until('the limit bites', async () => {
      return (await info(client, 'client_output_buffer_limit_disconnections')) === before + 1;
    });
    socket.destroy();
    await expectAsBefore();
  });

  it('one that stays above the soft limit for its seconds is closed, one that reads in time is not', async () => {
    const before = await info(client, 'client_output_buffer_limit_disconnections');
    const [silent, reading] = [await open(), await open()];
    silent.pause();
    reading.resume();
    // The kernel's buffers take the first megabytes.
    const ask = async (socket: Socket): Promise<void> => {
      // It goes on taking while its buffers grow, so what is unsent counts only if it still is a moment later.
      for (let asked = 0; asked < 200; asked++) {
        if ((await info(client, 'client_recent_max_output_buffer')) > 1_500_000) {
          await sleep(100);
          if ((await info(client, 'client_recent_max_output_buffer')) > 1_500_000) return;
        }
        socket.write('GET large\r\n');
        await sleep(10);
      }
    };
    await ask(silent);
    expect(await info(client, 'client_recent_max_output_buffer')).toBeGreaterThan(1_100_000);
    reading.write('GET large\r\n');
    await until('the limit bites', async () => {
      return (await info(client, 'client_output_buffer_limit_disconnections')) === before + 1;
    });
    expect(await info(client, 'connected_clients')).toBe(2);
    silent.destroy();
    reading.destroy();
    await expectAsBefore();
  });
});

describe('clients that vanish', () => {
  it('in the middle of a command', async () => {
    const sockets = await Promise.all(Array.from({ length: 50 }, open));
    for (const socket of sockets) socket.write(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$900000\r\n${'x'.repeat(10_000)}`);
    await until('all have begun', async () => (await info(client, 'connected_clients')) === 51);
    for (const socket of sockets) socket.destroy();
    await expectAsBefore();
    expect(await client.call('EXISTS', 'k')).toEqual({ kind: ':', text: '0' });
  });

  it('while a worker runs their command', async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, open));
    for (const socket of sockets) socket.write('DEBUG SHARD-SLEEP k 0.01\r\nINCR k\r\n');
    for (const socket of sockets) socket.destroy();
    await expectAsBefore();
  });
});
