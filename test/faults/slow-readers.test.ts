/**
 * Clients that ask for much and take it late: their next commands are put off meanwhile, which nobody can tell but by the
 * memory that it saves.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeCommand } from '../support/resp.ts';
import { RespClient } from '../support/resp-client.ts';
import { expectNothingHeld, info, mayflyWith, textOf, until } from '../support/server-facts.ts';
import { ServerProcess } from '../support/server-process.ts';

const MEGABYTE = 1_000_000;
const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;

let server: ServerProcess;
let client: RespClient;
const opened: Socket[] = [];

beforeAll(async () => {
  server = await ServerProcess.start(mayflyWith());
  client = await RespClient.open(server.port);
});
afterAll(async () => {
  client.close();
  await server.stop();
});
beforeEach(() => client.call('SET', 'large', 'x'.repeat(MEGABYTE)));
// A test that fails must not leave its connections to the next one.
afterEach(() => {
  for (const socket of opened.splice(0)) socket.destroy();
});

/** A connection that reads nothing before `replies` or `end` is asked for. */
async function open(port = server.port): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  opened.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.pause();
  return socket;
}

/** Reads as long as what comes is what is expected, to its last byte. */
async function expectReplies(socket: Socket, replies: Iterable<string>): Promise<void> {
  const expected = replies[Symbol.iterator]();
  const following = () => expected.next().value ?? '';
  let reply = Buffer.from(following(), 'latin1');
  let at = 0;
  await new Promise<void>((resolve, reject) => {
    socket.on('close', () => reject(new Error('the server closed the connection')));
    socket.on('data', (chunk: Buffer) => {
      for (let from = 0; from < chunk.length; ) {
        const length = Math.min(chunk.length - from, reply.length - at);
        if (length === 0 || reply.compare(chunk, from, from + length, at, at + length) !== 0) {
          const got = chunk.toString('latin1', from, from + 100);
          return reject(
            new Error(`${JSON.stringify(got)} where byte ${at} of ${reply.toString('latin1', 0, 20)} was due`),
          );
        }
        from += length;
        at += length;
        if (at < reply.length) continue;
        const next = following();
        if (next === '') return resolve();
        reply = Buffer.from(next, 'latin1');
        at = 0;
      }
    });
    socket.resume();
  });
}

function* repeated(reply: string, count: number): Generator<string> {
  for (let i = 0; i < count; i++) yield reply;
}

/** What CLIENT LIST tells of a connection. */
async function fieldOf(socket: Socket, field: string, asks = client): Promise<number> {
  const lines = textOf(await asks.call('CLIENT', 'LIST')).split('\n');
  const line = lines.find((each) => each.includes(` addr=127.0.0.1:${socket.localPort} `)) ?? '';
  return Number(new RegExp(`\\b${field}=(\\d+)`).exec(line)?.[1]);
}

/** Asks for a megabyte until what follows is put off: the kernel's buffers take the first ones. @returns how many */
async function fall(socket: Socket, asks = client): Promise<number> {
  const count = 24;
  socket.write('GET large\r\n'.repeat(count));
  await until('commands are put off', async () => (await fieldOf(socket, 'qbuf', asks)) > 0);
  return count;
}

describe('a client that has much to take', () => {
  it('gets 2,000 replies of 100 KB though it writes all commands before it reads, and few are in memory', async () => {
    const value = 'y'.repeat(100_000);
    await client.call('SET', 'long', value);
    const socket = await open();
    socket.write('GET long\r\n'.repeat(2000));
    await until('commands are put off', async () => (await fieldOf(socket, 'qbuf')) > 10_000);
    expect(await fieldOf(socket, 'omem')).toBeLessThan(2 * MEGABYTE);
    await expectReplies(socket, repeated(bulk(value), 2000));
  }, 60_000);

  it('may write more than is kept of commands before it reads', async () => {
    const [count, value, blanks] = [40_000, 'z'.repeat(2000), ' '.repeat(200)];
    await client.call('SET', 'short', value);
    const socket = await open();
    await new Promise((resolve) => socket.write(`GET ${blanks} short\r\n`.repeat(count), resolve));
    await expectReplies(socket, repeated(bulk(value), count));
  }, 60_000);

  it('keeps nobody waiting, nor do its commands run early', async () => {
    const socket = await open();
    const asked = await fall(socket);
    socket.write('SET mark 1\r\n');
    expect(textOf(await client.call('PING'))).toBe('PONG');
    expect(textOf(await client.call('EXISTS', 'mark'))).toBe('0');
    await expectReplies(socket, [...repeated(bulk('x'.repeat(MEGABYTE)), asked), '+OK\r\n']);
    expect(textOf(await client.call('DEL', 'mark'))).toBe('1');
  });

  it('gets its replies in order, whatever they are', async () => {
    const socket = await open();
    const asked = await fall(socket);
    const large = bulk('x'.repeat(MEGABYTE));
    socket.write('CLIENT REPLY SKIP\r\nGET large\r\nECHO a\r\nGET large\r\nCLIENT REPLY OFF\r\nGET large\r\n');
    socket.write('CLIENT REPLY ON\r\nBLPOP awaited 0\r\nGET large\r\nECHO b\r\nNONSENSE\r\n');
    socket.write(`${encodeCommand(['SET', 'text', 't'.repeat(700_000)])}GET text\r\nSELECT 1\r\nGET large\r\nQUIT\r\n`);
    const got = expectReplies(socket, [
      ...repeated(large, asked),
      '$1\r\na\r\n',
      large,
      '+OK\r\n',
      '*2\r\n$7\r\nawaited\r\n$4\r\nitem\r\n',
      large,
      '$1\r\nb\r\n',
      "-ERR unknown command 'NONSENSE'\r\n",
      '+OK\r\n',
      bulk('t'.repeat(700_000)),
      '+OK\r\n',
      '$-1\r\n',
      '+OK\r\n',
    ]);
    await until('it waits', async () => (await info(client, 'blocked_clients')) === 1);
    await client.call('RPUSH', 'awaited', 'item');
    await got;
    await until('it is closed', async () => (await info(client, 'connected_clients')) === 1);
  });

  it('watches keys while commands are put off', async () => {
    const large = bulk('x'.repeat(MEGABYTE));
    for (const isTouched of [false, true]) {
      await client.call('DEL', 'watched');
      const socket = await open();
      socket.write('WATCH watched\r\n');
      const asked = await fall(socket);
      socket.write('MULTI\r\nGET large\r\nGET large\r\nSET watched mine\r\nEXEC\r\nGET watched\r\n');
      if (isTouched) await client.call('SET', 'watched', 'other');
      const executed = isTouched ? '*-1\r\n' : `*3\r\n${large}${large}+OK\r\n`;
      await expectReplies(socket, [
        '+OK\r\n',
        ...repeated(large, asked),
        '+OK\r\n',
        ...repeated('+QUEUED\r\n', 3),
        executed,
        bulk(isTouched ? 'other' : 'mine'),
      ]);
    }
  });

  it('gets messages between its replies', async () => {
    // Subscribers have a limit of their own, under which nothing is put off.
    await client.call('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 0 0 0');
    const socket = await open();
    socket.write('HELLO 3\r\nSUBSCRIBE news\r\n');
    await until('it listens', async () => (await fieldOf(socket, 'sub')) === 1);
    const asked = await fall(socket);
    expect(textOf(await client.call('PUBLISH', 'news', 'hot'))).toBe('1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.resume();
    socket.write('ECHO end\r\n');
    const hasEnded = () => Buffer.concat(chunks.slice(-9)).toString('latin1').endsWith('$3\r\nend\r\n');
    await until('all has come', async () => hasEnded(), 20_000);
    const text = Buffer.concat(chunks).toString('latin1');
    const message = '>3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$3\r\nhot\r\n';
    const large = bulk('x'.repeat(MEGABYTE));
    expect(text.split(message).length).toBe(2);
    expect(text.replace(message, '').split(large).length).toBe(asked + 1);
    await client.call('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 32mb 8mb 60');
  });

  it('gets all replies though it has shut down its side', async () => {
    const socket = await open();
    const asked = await fall(socket);
    socket.end('GET large\r\nECHO end\r\n');
    await expectReplies(socket, [...repeated(bulk('x'.repeat(MEGABYTE)), asked + 1), '$3\r\nend\r\n']);
  });

  it('gets its replies by way of workers, too', async () => {
    const own = await ServerProcess.start(mayflyWith('--handoff', 'always'));
    const asks = await RespClient.open(own.port);
    await asks.call('SET', 'large', 'x'.repeat(MEGABYTE));
    const socket = await open(own.port);
    const asked = await fall(socket, asks);
    expect(await fieldOf(socket, 'omem', asks)).toBeLessThan(2 * MEGABYTE);
    await expectReplies(socket, repeated(bulk('x'.repeat(MEGABYTE)), asked));
    asks.close();
    await own.stop();
  });

  it('is disconnected where a limit says so: nothing is put off then', async () => {
    const before = await info(client, 'client_output_buffer_limit_disconnections');
    await client.call('CONFIG', 'SET', 'client-output-buffer-limit', 'normal 8mb 0 0');
    const socket = await open();
    socket.write('GET large\r\n'.repeat(24));
    await until('the limit bites', async () => {
      return (await info(client, 'client_output_buffer_limit_disconnections')) === before + 1;
    });
    await client.call('CONFIG', 'SET', 'client-output-buffer-limit', 'normal 0 0 0');
  });

  it('may be killed', async () => {
    const socket = await open();
    await fall(socket);
    socket.write('SET killed 1\r\n');
    expect(textOf(await client.call('CLIENT', 'KILL', 'ID', `${await fieldOf(socket, 'id')}`))).toBe('1');
    socket.destroy();
    await expectNothingHeld(client);
    expect(textOf(await client.call('EXISTS', 'killed'))).toBe('0');
  });

  it('may vanish', async () => {
    const sockets = [await open(), await open(), await open()];
    for (const socket of sockets) await fall(socket);
    sockets[0].destroy();
    sockets[1].resetAndDestroy();
    sockets[2].once('data', () => sockets[2].destroy());
    sockets[2].resume();
    await expectNothingHeld(client);
  });

  it('is no obstacle to SHUTDOWN', async () => {
    const own = await ServerProcess.start(mayflyWith());
    const asks = await RespClient.open(own.port);
    await asks.call('SET', 'large', 'x'.repeat(MEGABYTE));
    await fall(await open(own.port), asks);
    await expect(asks.call('SHUTDOWN', 'NOSAVE')).rejects.toThrow('closed the connection');
    await until('the process has ended', async () => own.ended !== undefined);
    expect(own.ended).toBe('exit code 0, signal null');
    await own.stop();
  });
});
