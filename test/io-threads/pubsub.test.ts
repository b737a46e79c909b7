/** Messages, notifications and what MONITOR shows reach clients of every I/O thread. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isAggregate, type Reply } from '../support/resp.ts';
import type { RespClient } from '../support/resp-client.ts';
import { textOf, until } from '../support/server-facts.ts';
import { TwoThreads } from './threads.ts';

let threads: TwoThreads;
beforeAll(async () => {
  threads = await TwoThreads.start('--notify-keyspace-events', 'KEA');
});
afterEach(() => threads.closeAll());
afterAll(() => threads.stop());

const flat = (reply: Reply): string => (isAggregate(reply) ? reply.items.map(flat).join(' ') : reply.text);

/** A subscriber in RESP3, so that messages are kept apart from replies. */
async function listening(thread: 0 | 1, command: string, ...names: string[]): Promise<RespClient> {
  const client = await threads.on(thread);
  await client.call('HELLO', '3');
  client.pushesAreReplies = true;
  for (const name of names) await client.call(command, name);
  client.pushesAreReplies = false;
  return client;
}

const messagesOf = (client: RespClient): string[] => client.pushes.map(flat);

describe('publishing', () => {
  it('reaches listeners on both threads, by name and by pattern, and counts them', async () => {
    const here = await listening(0, 'SUBSCRIBE', 'news');
    const there = await listening(1, 'SUBSCRIBE', 'news');
    const byPattern = await listening(1, 'PSUBSCRIBE', 'n?ws');
    for (const thread of [0, 1] as const) {
      const publisher = await threads.on(thread);
      expect(textOf(await publisher.call('PUBLISH', 'news', `from ${thread}`))).toBe('3');
      expect(textOf(await publisher.call('PUBLISH', 'olds', 'x'))).toBe('0');
    }
    const expected = ['message news from 0', 'message news from 1'];
    await until('all have both', async () => [here, there, byPattern].every(({ pushes }) => pushes.length === 2));
    expect(messagesOf(here)).toEqual(expected);
    expect(messagesOf(there)).toEqual(expected);
    expect(messagesOf(byPattern)).toEqual(expected.map((text) => text.replace('message', 'pmessage n?ws')));
  });

  it('works within a transaction and for shard channels', async () => {
    const there = await listening(1, 'SSUBSCRIBE', 'shard');
    const publisher = await threads.on(0);
    await publisher.call('MULTI');
    await publisher.call('SPUBLISH', 'shard', 'one');
    await publisher.call('PUBLISH', 'shard', 'nobody hears this');
    expect(flat(await publisher.call('EXEC'))).toBe('1 0');
    await until('it is there', async () => there.pushes.length === 1);
    expect(messagesOf(there)).toEqual(['smessage shard one']);
  });

  it('keeps the order of one publisher, however much it sends', async () => {
    const there = await listening(1, 'SUBSCRIBE', 'counting');
    const publisher = await threads.on(0);
    const count = 3000;
    const sent = await publisher.pipeline(Array.from({ length: count }, (_, i) => ['PUBLISH', 'counting', `${i}`]));
    expect(new Set(sent.map(({ raw }) => raw))).toEqual(new Set([':1\r\n']));
    await until('all have come', async () => there.pushes.length === count);
    expect(messagesOf(there)).toEqual(Array.from({ length: count }, (_, i) => `message counting ${i}`));
  });

  it('holds back who publishes faster than others can take it in', async () => {
    const there = await listening(1, 'SUBSCRIBE', 'flood');
    const publisher = await threads.on(0);
    await publisher.call('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 0 0 0');
    const body = 'x'.repeat(100_000);
    const count = 300;
    await publisher.pipeline(Array.from({ length: count }, () => ['PUBLISH', 'flood', body]));
    await until('all have come', async () => there.pushes.length === count, 15_000);
  });

  it('carries a message of a megabyte', async () => {
    const there = await listening(1, 'SUBSCRIBE', 'large');
    const publisher = await threads.on(0);
    const body = 'x'.repeat(1 << 20);
    expect(textOf(await publisher.call('PUBLISH', 'large', body))).toBe('1');
    await until('it is there', async () => there.pushes.length === 1);
    expect(messagesOf(there)).toEqual([`message large ${body}`]);
  });

  it('counts a subscription from the moment it is confirmed, and not a moment longer', async () => {
    const publisher = await threads.on(0);
    const other = await threads.on(1);
    await other.call('HELLO', '3');
    for (let round = 0; round < 50; round++) {
      other.pushesAreReplies = true;
      await publisher.call('PUBLISH', 'door', 'before');
      expect(flat(await other.call('SUBSCRIBE', 'door'))).toBe('subscribe door 1');
      other.pushesAreReplies = false;
      expect(textOf(await publisher.call('PUBLISH', 'door', `${round}`))).toBe('1');
      // A push before the reply to PING, and the confirmation another: the order of the three is the connection's.
      await other.pipeline([['PING'], ['PING']]);
      await until('it is there', async () => other.pushes.length === 1);
      expect(messagesOf(other)).toEqual([`message door ${round}`]);
      other.pushes.length = 0;
      other.pushesAreReplies = true;
      expect(flat(await other.call('UNSUBSCRIBE', 'door'))).toBe('unsubscribe door 0');
      expect(textOf(await publisher.call('PUBLISH', 'door', 'after'))).toBe('0');
    }
  });
});

describe('PUBSUB', () => {
  it('tells of channels and patterns of both threads', async () => {
    await listening(0, 'SUBSCRIBE', 'a', 'both');
    await listening(1, 'SUBSCRIBE', 'b', 'both');
    await listening(0, 'PSUBSCRIBE', 'p*');
    await listening(1, 'PSUBSCRIBE', 'p*', 'q*');
    await listening(1, 'SSUBSCRIBE', 's');
    for (const thread of [0, 1] as const) {
      const client = await threads.on(thread);
      const channels = flat(await client.call('PUBSUB', 'CHANNELS'))
        .split(' ')
        .sort();
      expect(channels).toEqual(['a', 'b', 'both']);
      expect(flat(await client.call('PUBSUB', 'CHANNELS', 'bo*'))).toBe('both');
      expect(flat(await client.call('PUBSUB', 'NUMSUB', 'a', 'b', 'both', 'none'))).toBe('a 1 b 1 both 2 none 0');
      expect(textOf(await client.call('PUBSUB', 'NUMPAT'))).toBe('2');
      expect(flat(await client.call('PUBSUB', 'SHARDNUMSUB', 's'))).toBe('s 1');
      const info = textOf(await client.call('INFO', 'everything'));
      for (const line of ['pubsub_channels:3', 'pubsub_patterns:2', 'pubsubshard_channels:1', 'pubsub_clients:5'])
        expect(info).toContain(line);
    }
  });

  it('forgets clients that are gone, on whatever thread', async () => {
    const client = await threads.on(0);
    const gone = await listening(1, 'SUBSCRIBE', 'leaving');
    expect(flat(await client.call('PUBSUB', 'NUMSUB', 'leaving'))).toBe('leaving 1');
    gone.close();
    await until('it is forgotten', async () => flat(await client.call('PUBSUB', 'CHANNELS', 'leaving')) === '');
  });
});

describe('keyspace notifications', () => {
  it('of a change on one thread reach listeners on the other', async () => {
    const there = await listening(1, 'PSUBSCRIBE', '__keyevent@0__:*');
    const client = await threads.on(0);
    await client.call('SET', 'noted', '1', 'PX', '1');
    await until('it has come and gone', async () => messagesOf(there).some((text) => text.includes('expired')));
    const events = there.pushes.map((reply) => flat(reply).split(' ')[2].split(':')[1]);
    expect(events).toEqual(expect.arrayContaining(['set', 'expire', 'expired']));
  });
});

describe('MONITOR', () => {
  it('shows what clients of the other thread send', async () => {
    const watcher = await threads.on(1);
    const client = await threads.on(0);
    await watcher.call('MONITOR');
    // The next line stands where the reply to this would: MONITOR's clients send nothing that is answered.
    const line = watcher.send('\r\n', 1);
    await client.call('SET', 'shown', 'value');
    expect((await line)[0].raw).toMatch(/^\+[\d.]+ \[0 127\.0\.0\.1:\d+\] "SET" "shown" "value"\r\n$/);
  });
});
