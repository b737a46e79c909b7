/** Clients that wait for keys, watched keys and deadlines, where the change is made on another thread. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodeReply, type Reply } from '../support/resp.ts';
import type { RespClient } from '../support/resp-client.ts';
import { info, textOf, until } from '../support/server-facts.ts';
import { TwoThreads } from './threads.ts';

let threads: TwoThreads;
beforeAll(async () => {
  threads = await TwoThreads.start();
});
afterEach(() => threads.closeAll());
afterAll(() => threads.stop());

const isBlocked = (client: RespClient, count: number): Promise<void> =>
  until(`${count} wait`, async () => (await info(client, 'blocked_clients')) === count);
const elementsOf = (reply: Reply): string => encodeReply(reply).replaceAll('\r\n', ' ');

describe('a client that waits for a key', () => {
  it('is served by what another thread pushes, adds or appends', async () => {
    for (const [waits, pushes] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const [waiting, other] = [await threads.on(waits), await threads.on(pushes)];
      for (const [blocking, change] of [
        ['BLPOP waited 0', 'RPUSH waited element'],
        ['BZPOPMIN waited 0', 'ZADD waited 1 element'],
        ['BLMOVE waited moved LEFT RIGHT 0', 'LPUSH waited element'],
        ['XREAD BLOCK 0 STREAMS waited $', 'XADD waited 1-1 field element'],
      ]) {
        await other.call('DEL', 'waited');
        const reply = waiting.call(...blocking.split(' '));
        await isBlocked(other, 1);
        await other.call(...change.split(' '));
        expect(elementsOf(await reply)).toContain('element');
      }
    }
  });

  it('gets its turn in the order in which clients of all threads came', async () => {
    const pusher = await threads.on(0);
    const count = 8;
    const waiting: Promise<Reply>[] = [];
    const served: number[] = [];
    for (let i = 0; i < count; i++) {
      const client = await threads.on((i % 2) as 0 | 1);
      const reply = client.call('BLPOP', 'queue', '0');
      reply.then(() => served.push(i));
      waiting.push(reply);
      await isBlocked(pusher, i + 1);
    }
    await pusher.call('RPUSH', 'queue', ...Array.from({ length: count }, (_, i) => `element-${i}`));
    const replies = await Promise.all(waiting);
    expect(replies.map((reply) => /element-\d/.exec(elementsOf(reply))?.[0])).toEqual(
      Array.from({ length: count }, (_, i) => `element-${i}`),
    );
  });

  it('is passed over when it has gone, or waits for another type', async () => {
    const pusher = await threads.on(0);
    const [gone, other, last] = [await threads.on(1), await threads.on(1), await threads.on(0)];
    gone.call('BLPOP', 'mixed', '0').catch(() => {});
    await isBlocked(pusher, 1);
    const sorted = other.call('BZPOPMIN', 'mixed', '0');
    await isBlocked(pusher, 2);
    const popped = last.call('BLPOP', 'mixed', '0');
    await isBlocked(pusher, 3);
    gone.close();
    await isBlocked(pusher, 2);
    await pusher.call('RPUSH', 'mixed', 'for the last');
    expect(elementsOf(await popped)).toContain('for the last');
    await pusher.call('ZADD', 'mixed', '1', 'for the other');
    expect(elementsOf(await sorted)).toContain('for the other');
  });

  it('is served once, whatever pushes and pops there are at the same time', async () => {
    const rounds = 300;
    const poppers = await Promise.all([0, 1, 0, 1].map((thread) => threads.on(thread as 0 | 1)));
    const pushers = await Promise.all([0, 1].map((thread) => threads.on(thread as 0 | 1)));
    const got: string[] = [];
    const popping = poppers.map(async (client) => {
      for (let i = 0; i < rounds; i++) got.push(elementsOf(await client.call('BLPOP', 'race', '0')));
    });
    const total = rounds * poppers.length;
    await Promise.all(
      pushers.map(async (client, pusher) => {
        for (let i = pusher; i < total; i += pushers.length) await client.call('RPUSH', 'race', `<${i}>`);
      }),
    );
    await Promise.all(popping);
    const elements = got.map((text) => Number(/<(\d+)>/.exec(text)?.[1])).sort((a, b) => a - b);
    expect(elements).toEqual(Array.from({ length: total }, (_, i) => i));
    expect(textOf(await pushers[0].call('LLEN', 'race'))).toBe('0');
  });

  it('is served by a command that a worker runs', async () => {
    const [waiting, other] = [await threads.on(1), await threads.on(0)];
    await other.call('DEBUG', 'POPULATE', '20000', 'many');
    for (let i = 0; i < 20; i++) await other.call('RPUSH', 'source', ...Array.from({ length: 1000 }, () => 'e'));
    const reply = waiting.call('BLPOP', 'sorted', '0');
    await isBlocked(other, 1);
    // Long enough to be handed off.
    await other.call('SORT', 'source', 'ALPHA', 'STORE', 'sorted');
    expect(elementsOf(await reply)).toContain('sorted');
  });
});

describe('WATCH', () => {
  it('is spoiled by a write on the other thread, and by nothing else', async () => {
    const [watching, other] = [await threads.on(0), await threads.on(1)];
    for (const spoils of [true, false]) {
      await watching.call('WATCH', 'watched');
      await other.call('SET', spoils ? 'watched' : 'unwatched', 'x');
      await watching.call('MULTI');
      await watching.call('SET', 'outcome', String(spoils));
      expect((await watching.call('EXEC')).kind).toBe(spoils ? 'null' : '*');
    }
    expect(textOf(await other.call('GET', 'outcome'))).toBe('false');
    await watching.call('WATCH', 'watched');
    expect(await info(other, 'watching_clients')).toBe(1);
    await other.call('FLUSHALL');
    await watching.call('MULTI');
    await watching.call('PING');
    expect((await watching.call('EXEC')).kind).toBe('null');
  });
});

describe('deadlines', () => {
  it('hold for both threads alike, and go on time', async () => {
    const clients = [await threads.on(0), await threads.on(1)];
    for (const client of clients) {
      await client.call('SET', 'fleeting', 'x', 'PX', '50');
      for (const reader of clients) expect(textOf(await reader.call('EXISTS', 'fleeting'))).toBe('1');
      await until('it is gone', async () => textOf(await clients[0].call('DBSIZE')) === '0' || (await gone(clients)));
    }
  });
});

const gone = async (clients: readonly RespClient[]): Promise<boolean> => {
  const found = await Promise.all(clients.map((client) => client.call('EXISTS', 'fleeting')));
  return found.every((reply) => textOf(reply) === '0');
};
