/** What must hold however the threads' commands fall: nothing is lost, nothing counted twice, transfers are whole. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RespClient } from '../support/resp-client.ts';
import { textOf } from '../support/server-facts.ts';
import { TwoThreads } from './threads.ts';

describe('two threads', () => {
  let threads: TwoThreads;
  beforeAll(async () => {
    threads = await TwoThreads.start();
  });
  afterEach(() => threads.closeAll());
  afterAll(() => threads.stop());

  const several = (count: number): Promise<RespClient[]> =>
    Promise.all(Array.from({ length: count }, (_, i) => threads.on((i % 2) as 0 | 1)));

  it('count shared counters exactly', async () => {
    const clients = await several(6);
    const rounds = 60;
    const each = 50;
    await Promise.all(
      clients.map(async (client, c) => {
        for (let round = 0; round < rounds; round++) {
          await client.pipeline(Array.from({ length: each }, (_, i) => ['INCR', `counter-${(c + i) % 5}`]));
        }
      }),
    );
    const counts = await Promise.all(
      Array.from({ length: 5 }, async (_, i) => Number(textOf(await clients[0].call('GET', `counter-${i}`)))),
    );
    expect(counts.reduce((sum, n) => sum + n, 0)).toBe(clients.length * rounds * each);
  });

  it('move money between accounts in transactions, and never a penny is lost or seen twice', async () => {
    const accounts = Array.from({ length: 8 }, (_, i) => `account-${i}`);
    const clients = await several(6);
    const auditors = await several(2);
    for (const account of accounts) await clients[0].call('SET', account, '1000');
    let isOver = false;
    const audits = auditors.map(async (auditor) => {
      while (!isOver) {
        const [{ reply }] = await auditor.pipeline([['MGET', ...accounts]]);
        const sum = 'items' in reply ? reply.items.reduce((total, item) => total + Number(textOf(item)), 0) : 0;
        expect(sum).toBe(8000);
      }
    });
    await Promise.all(
      clients.map(async (client, c) => {
        for (let i = 0; i < 400; i++) {
          const [from, to] = [accounts[(i + c) % 8], accounts[(i * 3 + c + 1) % 8]];
          await client.pipeline([['MULTI'], ['DECRBY', from, '7'], ['INCRBY', to, '7'], ['EXEC']]);
        }
      }),
    );
    isOver = true;
    await Promise.all(audits);
  });

  it('raise a counter by WATCH and try again, each success once', async () => {
    const clients = await several(4);
    await clients[0].call('SET', 'optimistic', '0');
    let successes = 0;
    await Promise.all(
      clients.map(async (client) => {
        for (let i = 0; i < 60; i++) {
          await client.call('WATCH', 'optimistic');
          const seen = Number(textOf(await client.call('GET', 'optimistic')));
          await client.call('MULTI');
          await client.call('SET', 'optimistic', String(seen + 1));
          if ((await client.call('EXEC')).kind === '*') successes++;
        }
      }),
    );
    expect(textOf(await clients[0].call('GET', 'optimistic'))).toBe(String(successes));
    expect(successes).toBeGreaterThan(0);
  });

  it('leave memory that a check finds nothing wrong with', async () => {
    const clients = await several(4);
    await Promise.all(
      clients.map(async (client, c) => {
        for (let i = 0; i < 100; i++) {
          const n = String((i * 7 + c) % 20);
          await client.pipeline([
            ['LPUSH', `l${n}`, 'a', 'b', 'c'],
            ['HSET', `h${n}`, `f${i}`, 'v'],
            ['ZADD', `z${n}`, String(i), `m${i}`],
            ['SET', `s${n}`, 'x'.repeat(i * 10), 'PX', String(1 + (i % 5))],
            ['RPOP', `l${n}`],
            ['DEL', `h${(i + 3) % 20}`],
            ['RENAME', `z${n}`, `z${(i + 1) % 20}`],
          ]);
        }
      }),
    );
    expect(await clients[0].call('DEBUG', 'CHECK')).toEqual({ kind: '*', items: [] });
  });
});
