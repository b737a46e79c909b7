/**
 * Mayfly as a program with ioredis meets it. Each test holds against redis-server too: run with TEST_SERVER=redis.
 */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ServerProcess, serverUnderTest } from '../support/server-process.ts';

describe('ioredis', () => {
  let server: ServerProcess;
  let redis: Redis;

  beforeAll(async () => {
    server = await ServerProcess.start(serverUnderTest);
    redis = new Redis(server.port, '127.0.0.1');
  });
  beforeEach(() => redis.flushall());
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  /** Another connection with settings of its own, closed after use. */
  async function withClient<T>(options: object, use: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis({ port: server.port, host: '127.0.0.1', ...options });
    try {
      return await use(client);
    } finally {
      client.disconnect();
    }
  }

  test('is ready, by its own check of INFO', async () => {
    expect(redis.status === 'ready' || (await redis.ping()) === 'PONG').toBe(true);
    expect(await redis.info('server')).toMatch(/redis_version:\d+\.\d+\.\d+/);
  });

  test('reads what it writes, of every type', async () => {
    await redis.set('text', 'value');
    await redis.rpush('list', 'a', 'b', 'c');
    await redis.hset('hash', { one: '1', two: '2' });
    await redis.sadd('set', 'x', 'y');
    await redis.zadd('zset', 1, 'low', 2.5, 'high');
    const id = await redis.xadd('stream', '*', 'field', 'value');
    expect(await redis.get('text')).toBe('value');
    expect(await redis.lrange('list', 0, -1)).toEqual(['a', 'b', 'c']);
    expect(await redis.hgetall('hash')).toEqual({ one: '1', two: '2' });
    expect((await redis.smembers('set')).sort()).toEqual(['x', 'y']);
    expect(await redis.zrange('zset', '0', '-1', 'WITHSCORES')).toEqual(['low', '1', 'high', '2.5']);
    expect(await redis.xrange('stream', '-', '+')).toEqual([[id, ['field', 'value']]]);
    const types = ['text', 'list', 'hash', 'set', 'zset', 'stream'];
    expect(await Promise.all(types.map((key) => redis.type(key)))).toEqual(['string', ...types.slice(1)]);
  });

  test('keeps bytes as they are', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await redis.set(bytes, bytes);
    expect(await redis.getBuffer(bytes)).toEqual(bytes);
  });

  test('pipelines a thousand commands, an error among them', async () => {
    const pipeline = redis.pipeline();
    for (let i = 0; i < 1_000; i++) pipeline.incr('counter');
    pipeline.lpush('counter', 'x').get('counter');
    const replies = (await pipeline.exec()) ?? [];
    expect(replies).toHaveLength(1_002);
    expect(replies[999]).toEqual([null, 1_000]);
    expect(replies[1_000][0]?.message).toMatch(/^WRONGTYPE /);
    expect(replies[1_001]).toEqual([null, '1000']);
  });

  test('pipelines by itself with enableAutoPipelining', async () => {
    await withClient({ enableAutoPipelining: true }, async (client) => {
      await Promise.all(Array.from({ length: 100 }, (_, i) => client.set(`key:${i}`, i)));
      const values = await Promise.all(Array.from({ length: 100 }, (_, i) => client.get(`key:${i}`)));
      expect(values).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
    });
  });

  test('sends and receives a value of 5 MB', async () => {
    const value = 'mayfly '.repeat(750_000);
    await redis.set('large', value);
    expect(await redis.strlen('large')).toBe(value.length);
    expect((await redis.get('large')) === value).toBe(true);
  });

  test('lets keys expire at their deadline', async () => {
    // In one pipeline: a busy machine may let the deadline pass between two round trips.
    const replies = redis.pipeline().set('brief', 'x', 'PX', 60).pttl('brief').get('brief').exec();
    expect(await replies).toEqual([
      [null, 'OK'],
      [null, expect.toSatisfy((ms: number) => ms > 0 && ms <= 60)],
      [null, 'x'],
    ]);
    await new Promise((resolve) => setTimeout(resolve, 75));
    expect(await redis.get('brief')).toBeNull();
    expect(await redis.ttl('brief')).toBe(-2);
  });

  test('runs a transaction as one, and none of it after a syntax error', async () => {
    expect(await redis.multi().set('a', '1').incr('a').exec()).toEqual([
      [null, 'OK'],
      [null, 2],
    ]);
    await expect(redis.multi().set('a', '7').call('SET', 'a').exec()).rejects.toThrow(/^EXECABORT /);
    expect(await redis.get('a')).toBe('2');
  });

  test('gives up a transaction whose watched key another client has changed', async () => {
    await withClient({}, async (other) => {
      await redis.watch('watched');
      await other.set('watched', 'changed');
      expect(await redis.multi().set('watched', 'mine').exec()).toBeNull();
      expect(await redis.get('watched')).toBe('changed');
    });
  });

  test('delivers what is published', async () => {
    await withClient({}, async (subscriber) => {
      const received = new Promise((resolve) => {
        subscriber.on('message', (channel, message) => resolve([channel, message]));
      });
      await subscriber.subscribe('news');
      expect(await redis.publish('news', 'hello')).toBe(1);
      expect(await received).toEqual(['news', 'hello']);
    });
  });

  test('wakes a client that waits for an element', async () => {
    await withClient({}, async (waiting) => {
      const popped = waiting.blpop('queue', 5);
      await new Promise((resolve) => setTimeout(resolve, 30));
      await redis.rpush('queue', 'job');
      expect(await popped).toEqual(['queue', 'job']);
    });
  });

  test('finds every key with a scan stream', async () => {
    const keys = Array.from({ length: 500 }, (_, i) => `scan:${i}`);
    await redis.mset(...keys.flatMap((key) => [key, 'x']));
    const found = new Set<string>();
    for await (const page of redis.scanStream({ match: 'scan:*', count: 50 })) for (const key of page) found.add(key);
    expect([...found].sort()).toEqual([...keys].sort());
  });

  test('selects a database of its own', async () => {
    await withClient({ db: 3 }, async (third) => {
      await third.set('here', 'yes');
      expect(await redis.get('here')).toBeNull();
      expect(await third.get('here')).toBe('yes');
    });
  });

  test('connects again after the connection is killed', async () => {
    await withClient({ retryStrategy: () => 10 }, async (client) => {
      const id = await client.client('ID');
      await redis.client('KILL', 'ID', id);
      expect(await client.ping()).toBe('PONG');
    });
  });

  test('tells an error by its message', async () => {
    await redis.set('text', 'value');
    await expect(redis.lpush('text', 'x')).rejects.toThrow(
      'WRONGTYPE Operation against a key holding the wrong kind of value',
    );
    await expect(redis.call('NOSUCH')).rejects.toThrow(/^ERR unknown command 'NOSUCH'/);
  });
});
