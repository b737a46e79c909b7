/** What two I/O threads do holds for four. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RespClient } from '../support/resp-client.ts';
import { info, mayflyWith, textOf, until } from '../support/server-facts.ts';
import { ServerProcess } from '../support/server-process.ts';
import { idOf, threadOf } from './threads.ts';

const THREADS = 4;

let server: ServerProcess;
/** One client of each thread. */
const clients: RespClient[] = [];

beforeAll(async () => {
  server = await ServerProcess.start(mayflyWith('--io-threads', String(THREADS)));
  // The kernel deals connections out as it likes.
  while (Object.keys(clients).length < THREADS) {
    const client = await RespClient.open(server.port);
    const thread = await threadOf(client);
    if (thread in clients) client.close();
    else clients[thread] = client;
  }
  await until('only these are left', async () => (await info(clients[0], 'connected_clients')) === THREADS);
});
afterAll(async () => {
  for (const client of clients) client.close();
  await server.stop();
});

describe('four I/O threads', () => {
  it('raise one counter together, each increment once', async () => {
    const increments = Array.from({ length: 500 }, () => ['INCR', 'counter']);
    await Promise.all(clients.map((client) => client.pipeline(increments)));
    for (const client of clients) expect(textOf(await client.call('GET', 'counter'))).toBe(String(THREADS * 500));
  });

  it('hear what any of them publishes, once and in order', async () => {
    const listeners = await Promise.all(clients.map(() => RespClient.open(server.port)));
    for (const listener of listeners) {
      await listener.call('HELLO', '3');
      listener.pushesAreReplies = true;
      await listener.call('SUBSCRIBE', 'news');
      listener.pushesAreReplies = false;
    }
    const count = 50;
    for (const [thread, client] of clients.entries()) {
      const publishing = Array.from({ length: count }, (_, i) => ['PUBLISH', 'news', `${thread}:${i}`]);
      for (const { reply } of await client.pipeline(publishing)) expect(textOf(reply)).toBe(String(listeners.length));
    }
    for (const listener of listeners) {
      await until('all has come', async () => listener.pushes.length === THREADS * count);
      const told = listener.pushes.map((push) => ('items' in push ? textOf(push.items[2]) : ''));
      for (const thread of clients.keys()) {
        const own = told.filter((text) => text.startsWith(`${thread}:`));
        expect(own).toEqual(Array.from({ length: count }, (_, i) => `${thread}:${i}`));
      }
      listener.close();
    }
  });

  it('serve clients that wait, in the order they came, whoever pushes', async () => {
    for (const pusher of clients) {
      const waiting = await Promise.all(clients.map(() => RespClient.open(server.port)));
      const popped: Promise<string>[] = [];
      for (const [i, client] of waiting.entries()) {
        popped.push(client.pipeline([['BLPOP', 'queue', '0']]).then(([{ raw }]) => raw));
        await until('it waits', async () => (await info(pusher, 'blocked_clients')) === i + 1);
      }
      await pusher.call('RPUSH', 'queue', ...waiting.map((_, i) => `e${i}`));
      const replies = await Promise.all(popped);
      expect(replies).toEqual(waiting.map((_, i) => `*2\r\n$5\r\nqueue\r\n$2\r\ne${i}\r\n`));
      for (const client of waiting) client.close();
    }
  });

  it('know each other’s clients: LIST, KILL', async () => {
    await until('only these are left', async () => (await info(clients[0], 'connected_clients')) === THREADS);
    const ids = await Promise.all(clients.map(idOf));
    for (const client of clients) {
      const lines = textOf(await client.call('CLIENT', 'LIST'))
        .trimEnd()
        .split('\n');
      expect(lines.map((line) => /^id=(\d+) /.exec(line)?.[1]).sort()).toEqual([...ids].sort());
      const victim = await RespClient.open(server.port);
      expect(textOf(await client.call('CLIENT', 'KILL', 'ID', await idOf(victim)))).toBe('1');
      await expect(victim.call('PING')).rejects.toThrow();
    }
  });

  it('end together', async () => {
    await expect(clients[THREADS - 1].call('SHUTDOWN', 'NOSAVE')).rejects.toThrow('closed');
    await until('it has ended', async () => server.ended !== undefined, 15_000);
    expect(server.ended).toBe('exit code 0, signal null');
  });
});
