/** The rules of hand-off (docs/architecture.md), each with what would be seen if it were broken. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCommand } from '../support/resp.ts';
import { RespClient } from '../support/resp-client.ts';
import { info, mayflyWith, textOf, until } from '../support/server-facts.ts';
import { ServerProcess } from '../support/server-process.ts';

let server: ServerProcess;
let client: RespClient;
const clients: RespClient[] = [];

async function open(): Promise<RespClient> {
  const opened = await RespClient.open(server.port);
  clients.push(opened);
  return opened;
}

function withServer(...directives: string[]): void {
  beforeAll(async () => {
    server = await ServerProcess.start(mayflyWith(...directives));
    client = await open();
    // The first hand-off waits for the worker to be there.
    await client.call('DEBUG', 'SHARD-SLEEP', 'warm', '0');
  });
  afterAll(async () => {
    for (const each of clients.splice(0)) each.close();
    await server.stop();
  });
}

/** A key in the same shard as `other`, or in another one. */
async function keyOfShard(other: string, same: boolean): Promise<string> {
  const wanted = textOf(await client.call('DEBUG', 'SHARD-OF', other));
  for (let i = 0; ; i++) {
    const key = `key-${i}`;
    if ((textOf(await client.call('DEBUG', 'SHARD-OF', key)) === wanted) === same) return key;
  }
}

describe('handoff auto', () => {
  withServer();

  it('keeps the order of one connection’s commands across those that go to a worker', async () => {
    const key = await keyOfShard('ordered', true);
    const commands: string[][] = [['SET', key, '0']];
    const answers = ['OK'];
    for (let i = 1; i <= 100; i++) {
      commands.push(['INCR', key], ['PING']);
      answers.push(String(i), 'PONG');
      if (i % 10 === 0) {
        commands.push(['DEBUG', 'SHARD-SLEEP', key, '0.001'], ['GET', key]);
        answers.push('OK', String(i));
      }
    }
    const before = await info(client, 'handoffs');
    const replies = await client.pipeline(commands);
    expect(replies.map(({ reply }) => textOf(reply))).toEqual(answers);
    expect((await info(client, 'handoffs')) - before).toBeGreaterThanOrEqual(10);
  });

  it('keeps it however the bytes are cut', async () => {
    const bytes = [
      ['SET', 'cut', '0'],
      ['DEBUG', 'SHARD-SLEEP', 'cut', '0.005'],
      ['INCR', 'cut'],
      ['GET', 'cut'],
    ]
      .map(encodeCommand)
      .join('');
    for (const cut of [1, 5, 17, 33, 34, 40, bytes.length - 1]) {
      const other = await open();
      const sent = other.send(bytes.slice(0, cut), 4);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await other.send(bytes.slice(cut), 0);
      expect((await sent).map(({ reply }) => textOf(reply))).toEqual(['OK', 'OK', '1', '1']);
    }
  });

  it('a long command on one shard keeps nobody waiting who wants another', async () => {
    const busy = 'busy';
    const elsewhere = await keyOfShard(busy, false);
    await client.call('SET', elsewhere, 'here');
    const long = (await open()).call('DEBUG', 'SHARD-SLEEP', busy, '1.5');
    await until('the shard is held', async () => (await info(client, 'locked_shards')) > 0);
    const startedMs = Date.now();
    for (let i = 0; i < 200; i++) expect(textOf(await client.call('GET', elsewhere))).toBe('here');
    expect(Date.now() - startedMs).toBeLessThan(1_000);
    expect(await info(client, 'handoffs_pending')).toBe(1);
    expect(textOf(await long)).toBe('OK');
  });

  it('who wants the busy shard waits for it and is then served', async () => {
    const key = await keyOfShard('awaited', true);
    await client.call('SET', key, 'value');
    const long = (await open()).call('DEBUG', 'SHARD-SLEEP', key, '0.3');
    await until('the shard is held', async () => (await info(client, 'locked_shards')) > 0);
    const waiting = await Promise.all([open(), open()]);
    expect(await Promise.all(waiting.map(async (each) => textOf(await each.call('GET', key))))).toEqual([
      'value',
      'value',
    ]);
    await long;
  });

  it('a worker that wants a shard gets it, however much it is used', async () => {
    let stop = false;
    let served = 0;
    const hammer = async (): Promise<void> => {
      const each = await open();
      const batch = Array.from({ length: 200 }, () => ['GET', 'hammered']);
      while (!stop) served += (await each.pipeline(batch)).length;
    };
    const hammers = Array.from({ length: 4 }, hammer);
    await until('they are at it', async () => served > 2_000);
    let worstMs = 0;
    for (let i = 0; i < 20; i++) {
      const startedMs = Date.now();
      await client.call('DEBUG', 'SHARD-SLEEP', 'hammered', '0');
      worstMs = Math.max(worstMs, Date.now() - startedMs);
    }
    stop = true;
    await Promise.all(hammers);
    // Left to luck it takes as long as the hammering lasts.
    expect(worstMs).toBeLessThan(1_500);
  });

  it('a command that needs all shards gets them while one is busy', async () => {
    const long = (await open()).call('DEBUG', 'SHARD-SLEEP', 'one', '0.2');
    await until('the shard is held', async () => (await info(client, 'locked_shards')) > 0);
    expect(textOf(await client.call('SWAPDB', '0', '1'))).toBe('OK');
    expect(textOf(await client.call('SWAPDB', '0', '1'))).toBe('OK');
    await long;
  });

  it('leaves no shard locked', async () => {
    await until('all is free', async () => (await info(client, 'locked_shards')) === 0);
    expect(await info(client, 'handoffs_pending')).toBe(0);
  });
});

describe.each([['always'], ['auto'], ['never']])('commands on several shards, handoff %s', (mode) => {
  withServer('--handoff', mode, '--workers', '2');
  const keys = Array.from({ length: 12 }, (_, i) => `several-${i}`);

  it('are never seen half done', async () => {
    const writers = await Promise.all(Array.from({ length: 3 }, open));
    let stop = false;
    const writing = writers.map(async (writer, who) => {
      for (let round = 0; !stop; round++) {
        const value = `${who}-${round}`;
        await writer.call('MSET', ...keys.flatMap((key) => [key, value]));
      }
    });
    const seen = new Set<string>();
    for (let i = 0; i < 300; i++) {
      const reply = await client.call('MGET', ...keys);
      if (!('items' in reply)) throw new Error('MGET answers with an array');
      const values = new Set(reply.items.map(textOf));
      expect(values.size).toBe(1);
      seen.add([...values][0]);
    }
    stop = true;
    await Promise.all(writing);
    expect(seen.size).toBeGreaterThan(3);
  });

  it('locked in whatever order their keys are given don’t wait for each other for ever', async () => {
    const others = await Promise.all(Array.from({ length: 4 }, open));
    await client.call('MSET', ...keys.flatMap((key) => [key, 'x']));
    const work = others.map(async (other, who) => {
      for (let i = 0; i < 60; i++) {
        const order = who % 2 === 0 ? keys : [...keys].reverse();
        const start = (i * 5 + who) % keys.length;
        const turned = [...order.slice(start), ...order.slice(0, start)];
        await other.call('MSET', ...turned.flatMap((key) => [key, String(i)]));
        await other.call('RENAME', turned[0], turned[1]);
      }
    });
    await Promise.all(work);
    await until('all is free', async () => (await info(client, 'locked_shards')) === 0);
  });

  it('whoever is told of a change finds those served who waited for it', async () => {
    const waiter = await open();
    const id = textOf(await waiter.call('CLIENT', 'ID'));
    for (let i = 0; i < 30; i++) {
      const served = waiter.call('BLPOP', 'awaited', '0');
      await until('it waits', async () => (await info(client, 'blocked_clients')) === 1);
      const replies = await client.pipeline([
        ['RPUSH', 'awaited', String(i)],
        ['CLIENT', 'UNBLOCK', id],
      ]);
      expect(replies.map(({ reply }) => textOf(reply))).toEqual(['1', '0']);
      expect(await served).toMatchObject({ items: [{ text: 'awaited' }, { text: String(i) }] });
    }
  });

  it('reads during a pause remove nothing that is past its deadline', async () => {
    await client.pipeline([
      ['DEBUG', 'SET-ACTIVE-EXPIRE', '0'],
      ['SET', 'stale', '1', 'PX', '1'],
      ['CLIENT', 'PAUSE', '100000', 'WRITE'],
    ]);
    await client.call('DEBUG', 'SET-ACTIVE-EXPIRE', '1');
    const before = await info(client, 'expired_keys');
    await until('it is past it', async () => (await client.pipeline([['GET', 'stale']]))[0].raw === '$-1\r\n');
    await client.pipeline([['EXISTS', 'stale', 'other'], ['KEYS', '*'], ['RANDOMKEY'], ['SCAN', '0']]);
    expect(await info(client, 'expired_keys')).toBe(before);
    await client.call('CLIENT', 'UNPAUSE');
    await until('it is gone', async () => (await info(client, 'expired_keys')) === before + 1);
  });
});
