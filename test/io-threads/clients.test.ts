/** CLIENT and what it shows are about the clients of all I/O threads. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RespClient } from '../support/resp-client.ts';
import { info, textOf, until } from '../support/server-facts.ts';
import { idOf, TwoThreads, threadOf } from './threads.ts';

let threads: TwoThreads;
beforeAll(async () => {
  threads = await TwoThreads.start();
});
afterEach(() => threads.closeAll());
afterAll(() => threads.stop());

const linesOf = async (client: RespClient, ...filter: string[]): Promise<string[]> =>
  textOf(await client.call('CLIENT', 'LIST', ...filter))
    .split('\n')
    .filter((line) => line !== '');

describe('CLIENT', () => {
  it('ID is unique over threads and goes up with time', async () => {
    const ids: number[] = [];
    for (let i = 0; i < 20; i++) {
      const client = await RespClient.open(threads.server.port);
      ids.push(Number(await idOf(client)));
      client.close();
    }
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  });

  it('LIST shows the clients of both threads from each of them, with their filters', async () => {
    const clients = [await threads.on(0), await threads.on(1), await threads.on(0), await threads.on(1)];
    for (const [i, client] of clients.entries()) await client.call('CLIENT', 'SETNAME', `name-${i}`);
    const ids = await Promise.all(clients.map(idOf));
    for (const asking of clients) {
      await until('only these are left', async () => (await linesOf(asking)).length === 4);
      const lines = await linesOf(asking);
      expect(lines.map((line) => /name=(\S*)/.exec(line)?.[1])).toEqual(['name-0', 'name-1', 'name-2', 'name-3']);
      expect(lines.map((line) => /io-thread=(\d)/.exec(line)?.[1])).toEqual(['0', '1', '0', '1']);
      expect(await linesOf(asking, 'ID', ids[0], ids[3])).toHaveLength(2);
    }
    await clients[1].call('SUBSCRIBE', 'some');
    expect(await linesOf(clients[0], 'TYPE', 'PUBSUB')).toEqual([expect.stringContaining(`id=${ids[1]} `)]);
  });

  it('KILL closes clients of the other thread, and counts them', async () => {
    const [here, there, also] = [await threads.on(0), await threads.on(1), await threads.on(1)];
    expect(textOf(await here.call('CLIENT', 'KILL', 'ID', await idOf(there)))).toBe('1');
    await expect(there.call('PING')).rejects.toThrow();
    const [, address] = /addr=(\S+)/.exec(textOf(await also.call('CLIENT', 'INFO'))) ?? [];
    expect(textOf(await here.call('CLIENT', 'KILL', address))).toBe('OK');
    await expect(also.call('PING')).rejects.toThrow();
    expect(textOf(await here.call('CLIENT', 'KILL', 'ID', '999999'))).toBe('0');
    const others = [await threads.on(0), await threads.on(1)];
    await until('all others are there', async () => (await linesOf(here)).length === 3);
    expect(textOf(await here.call('CLIENT', 'KILL', 'TYPE', 'NORMAL'))).toBe('2');
    for (const client of others) await expect(client.call('PING')).rejects.toThrow();
    expect(textOf(await here.call('PING'))).toBe('PONG');
  });

  it('UNBLOCK ends the waiting of a client of the other thread', async () => {
    for (const [asking, waiting] of [
      [await threads.on(0), await threads.on(1)],
      [await threads.on(1), await threads.on(0)],
    ]) {
      const id = await idOf(waiting);
      const popped = waiting.call('BLPOP', 'nothing-here', '0');
      await until('it is blocked', async () => (await info(asking, 'blocked_clients')) === 1);
      expect(textOf(await asking.call('CLIENT', 'UNBLOCK', id, 'ERROR'))).toBe('1');
      expect(textOf(await popped)).toMatch(/^UNBLOCKED/);
      expect(textOf(await asking.call('CLIENT', 'UNBLOCK', id))).toBe('0');
    }
  });

  it('PAUSE holds on both threads from its reply on, and UNPAUSE lets go of both', async () => {
    const [here, there] = [await threads.on(0), await threads.on(1)];
    await here.call('SET', 'paused', '0');
    await here.call('CLIENT', 'PAUSE', '100000', 'WRITE');
    const writes = [here, there].map((client) => client.call('INCR', 'paused'));
    const reader = await threads.on(1);
    await until('both wait', async () => (await info(reader, 'blocked_clients')) === 2);
    expect(textOf(await reader.call('GET', 'paused'))).toBe('0');
    await reader.call('CLIENT', 'UNPAUSE');
    expect((await Promise.all(writes)).map(textOf).sort()).toEqual(['1', '2']);
  });

  it('lists and kills from within a transaction', async () => {
    const [here, there] = [await threads.on(0), await threads.on(1)];
    const id = await idOf(there);
    await here.call('MULTI');
    await here.call('CLIENT', 'LIST', 'ID', id);
    await here.call('CLIENT', 'KILL', 'ID', id);
    await here.call('CONFIG', 'GET', 'port');
    const [{ raw }] = await here.pipeline([['EXEC']]);
    expect(raw).toContain(`id=${id} `);
    expect(raw).toContain(':1\r\n');
    expect(raw).toContain(String(threads.server.port));
  });

  it('threads that ask each other all the time both get their answers', async () => {
    const askers = await Promise.all([threads.on(0), threads.on(1), threads.on(0), threads.on(1)]);
    const commands = [['CLIENT', 'LIST'], ['INFO'], ['CONFIG', 'SET', 'maxclients', '9000'], ['PUBLISH', 'x', 'y']];
    const replies = await Promise.all(
      askers.map((client) => client.pipeline(Array.from({ length: 200 }, (_, i) => commands[i % 4]))),
    );
    expect(replies.flat().filter(({ reply }) => reply.kind === '-')).toEqual([]);
  });
});

describe('limits', () => {
  it('maxclients counts the clients of all threads', async () => {
    const [here, there] = [await threads.on(0), await threads.on(1)];
    await until('only these are left', async () => (await info(here, 'connected_clients')) === 2);
    await here.call('CONFIG', 'SET', 'maxclients', '2');
    for (let i = 0; i < 8; i++) {
      const turnedAway = await RespClient.open(threads.server.port);
      expect((await turnedAway.send('', 1))[0].raw).toBe('-ERR max number of clients reached\r\n');
      turnedAway.close();
    }
    expect(await info(there, 'rejected_connections')).toBeGreaterThanOrEqual(8);
    await there.call('CONFIG', 'SET', 'maxclients', '10000');
    const again = await RespClient.open(threads.server.port);
    expect(await threadOf(again)).toBeLessThan(2);
    again.close();
  });

  it('maxmemory-clients: the largest goes, whichever thread it is on', async () => {
    const asking = await threads.on(0);
    for (const thread of [0, 1] as const) {
      const [large, small] = [await threads.on(thread), await threads.on(thread === 0 ? 1 : 0)];
      await asking.call('CONFIG', 'SET', 'maxmemory-clients', '3mb');
      // A command that is not complete stays in the input buffer.
      const begun = small.send(`*2\r\n$4\r\nECHO\r\n$1000000\r\n${'x'.repeat(500_000)}`, 1);
      begun.catch(() => {});
      const kept = large.send(`*2\r\n$4\r\nECHO\r\n$9000000\r\n${'x'.repeat(5_000_000)}`, 1);
      await expect(kept).rejects.toThrow();
      await small.send('x'.repeat(500_000), 0);
      await small.send('\r\n', 0);
      expect(textOf((await begun)[0].reply)).toHaveLength(1_000_000);
      await asking.call('CONFIG', 'SET', 'maxmemory-clients', '0');
    }
    expect(await info(asking, 'evicted_clients')).toBe(2);
  });

  it('timeout closes idle clients of every thread', async () => {
    const asking = await threads.on(0);
    const idle = [await threads.on(0), await threads.on(1)];
    await asking.call('CONFIG', 'SET', 'timeout', '1');
    await until('only one is left', async () => (await info(asking, 'connected_clients')) === 1, 15_000);
    await asking.call('CONFIG', 'SET', 'timeout', '0');
    for (const client of idle) await expect(client.call('PING')).rejects.toThrow();
  });

  it('client-output-buffer-limit closes a client of the other thread that reads too slowly', async () => {
    const [here, there] = [await threads.on(0), await threads.on(1)];
    await here.call('CONFIG', 'SET', 'client-output-buffer-limit', 'normal 1mb 0 0');
    await here.call('SET', 'long', 'x'.repeat(1 << 20));
    const many = there.pipeline(Array.from({ length: 200 }, () => ['GET', 'long']));
    many.catch(() => {});
    await until('it is closed or done', async () => {
      const closed = await info(here, 'client_output_buffer_limit_disconnections');
      return closed === 1 || (await Promise.race([many.then(() => true), Promise.resolve(false)]));
    });
    await here.call('CONFIG', 'SET', 'client-output-buffer-limit', 'normal 0 0 0');
  });
});
