/**
 * Mayfly as a program with node-redis meets it, in RESP2 and RESP3. Each test holds against redis-server too: run with
 * TEST_SERVER=redis.
 */
import { createClient, WatchError } from 'redis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ServerProcess, serverUnderTest } from '../support/server-process.ts';

describe.each([2, 3] as const)('node-redis in RESP%i', (RESP) => {
  const connectTo = async (port: number) => {
    const client = createClient({ socket: { port, host: '127.0.0.1' }, RESP });
    // Without a listener an error of the connection would end the process; the tests see it in their commands.
    client.on('error', () => {});
    return await client.connect();
  };
  let server: ServerProcess;
  let client: Awaited<ReturnType<typeof connectTo>>;

  beforeAll(async () => {
    server = await ServerProcess.start(serverUnderTest);
    client = await connectTo(server.port);
  });
  beforeEach(() => client.flushAll());
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  test('reads what it writes, of every type', async () => {
    await client.set('text', 'value');
    await client.rPush('list', ['a', 'b']);
    await client.hSet('hash', { one: '1', two: '2' });
    await client.sAdd('set', ['x', 'y']);
    await client.zAdd('zset', [
      { score: 1, value: 'low' },
      { score: Number.POSITIVE_INFINITY, value: 'high' },
    ]);
    await client.geoAdd('places', { longitude: 13.361389, latitude: 38.115556, member: 'Palermo' });
    expect(await client.get('text')).toBe('value');
    expect(await client.lRange('list', 0, -1)).toEqual(['a', 'b']);
    expect({ ...(await client.hGetAll('hash')) }).toEqual({ one: '1', two: '2' });
    expect([...(await client.sMembers('set'))].sort()).toEqual(['x', 'y']);
    expect(await client.zRangeWithScores('zset', 0, -1)).toEqual([
      { score: 1, value: 'low' },
      { score: Number.POSITIVE_INFINITY, value: 'high' },
    ]);
    expect(await client.zScore('zset', 'low')).toBe(1);
    const [position] = await client.geoPos('places', 'Palermo');
    expect(Number(position?.longitude)).toBeCloseTo(13.361389, 4);
  });

  test('takes nothing for nothing, whatever the protocol calls it', async () => {
    expect(await client.get('none')).toBeNull();
    expect(await client.lPop('none')).toBeNull();
    expect(await client.zScore('none', 'x')).toBeNull();
    expect(await client.hGet('none', 'x')).toBeNull();
    expect(await client.mGet(['none', 'none'])).toEqual([null, null]);
    expect(await client.sIsMember('none', 'x')).toBe(0);
  });

  test('sends commands of one tick as a pipeline and keeps their order', async () => {
    const replies = await Promise.all(Array.from({ length: 1_000 }, () => client.incr('counter')));
    expect(replies).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
  });

  test('lets keys expire at their deadline', async () => {
    // In one pipeline: a busy machine may let the deadline pass between two round trips.
    const set = client.set('brief', 'x', { expiration: { type: 'PX', value: 60 } });
    expect(await Promise.all([set, client.exists('brief')])).toEqual(['OK', 1]);
    await new Promise((resolve) => setTimeout(resolve, 75));
    expect(await client.exists('brief')).toBe(0);
  });

  test('runs transactions, and reports a watched key that changed', async () => {
    expect(await client.multi().set('a', '1').incr('a').get('a').exec()).toEqual(['OK', 2, '2']);
    const other = await connectTo(server.port);
    await client.watch('a');
    await other.set('a', 'changed');
    await expect(client.multi().set('a', 'mine').exec()).rejects.toThrow(WatchError);
    other.destroy();
    expect(await client.get('a')).toBe('changed');
  });

  test('delivers what is published to channels and patterns', async () => {
    const subscriber = await connectTo(server.port);
    const received: string[] = [];
    const isThere = new Promise<void>((resolve) => {
      const take = (message: string, channel: string) => {
        received.push(`${channel}: ${message}`);
        if (received.length === 2) resolve();
      };
      void subscriber
        .subscribe('news', take)
        .then(() => subscriber.pSubscribe('n?ws', take))
        .then(() => client.publish('news', 'hello'));
    });
    await isThere;
    expect(received).toEqual(['news: hello', 'news: hello']);
    // In RESP3 a subscriber may go on with other commands.
    if (RESP === 3) expect(await subscriber.ping()).toBe('PONG');
    subscriber.destroy();
  });

  test('iterates over keys, fields and members', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `n${i}`);
    await client.hSet('hash', Object.fromEntries(names.map((name) => [name, 'v'])));
    await client.sAdd('set', names);
    const fields: string[] = [];
    for await (const page of client.hScanIterator('hash', { COUNT: 20 }))
      fields.push(...page.map(({ field }) => field));
    const members: string[] = [];
    for await (const page of client.sScanIterator('set', { COUNT: 20 })) members.push(...page);
    expect([...new Set(fields)].sort()).toEqual([...names].sort());
    expect([...new Set(members)].sort()).toEqual([...names].sort());
  });

  test('reads a stream by a consumer group', async () => {
    await client.xGroupCreate('stream', 'workers', '$', { MKSTREAM: true });
    const id = await client.xAdd('stream', '*', { task: 'one' });
    const read = await client.xReadGroup('workers', 'alice', { key: 'stream', id: '>' });
    expect(JSON.stringify(read)).toContain(id);
    expect(await client.xAck('stream', 'workers', id)).toBe(1);
    expect((await client.xPending('stream', 'workers')).pending).toBe(0);
  });

  test('wakes a client that waits for an element', async () => {
    const waiting = await connectTo(server.port);
    const popped = waiting.blPop('queue', 5);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await client.rPush('queue', 'job');
    expect(await popped).toEqual({ key: 'queue', element: 'job' });
    waiting.destroy();
  });
});
