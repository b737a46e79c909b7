/** Workers that die and commands that fail inside: locks come free, clients get an error, the server goes on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RespClient } from '../support/resp-client.ts';
import { info, mayflyWith, sleep, textOf, until } from '../support/server-facts.ts';
import { ServerProcess } from '../support/server-process.ts';

/** On each transport. */
const KILLS = 15;

let server: ServerProcess;
let client: RespClient;
let other: RespClient;

beforeAll(async () => {
  server = await ServerProcess.start(mayflyWith('--workers', '1'));
  client = await RespClient.open(server.port);
  other = await RespClient.open(server.port);
  await client.call('DEBUG', 'SHARD-SLEEP', 'warm', '0');
});
afterAll(async () => {
  client.close();
  other.close();
  await server.stop();
});

async function expectWhole(): Promise<void> {
  await until('no shard is locked', async () => (await info(client, 'locked_shards')) === 0);
  expect(await info(client, 'handoffs_pending')).toBe(0);
  expect(textOf(await client.call('SET', 'k', 'value'))).toBe('OK');
  expect(textOf(await client.call('GET', 'k'))).toBe('value');
  // Long commands find a worker.
  expect(textOf(await client.call('DEBUG', 'SHARD-SLEEP', 'k', '0'))).toBe('OK');
}

describe('a worker that dies', () => {
  it('in the middle of a command: its client gets an error, those behind it are served', async () => {
    await client.call('SET', 'k', 'value');
    const long = other.call('DEBUG', 'SHARD-SLEEP', 'k', '60');
    await until('the shard is held', async () => (await info(client, 'locked_shards')) > 0);
    const behind = await RespClient.open(server.port);
    const waiting = behind.call('GET', 'k');
    expect(textOf(await client.call('DEBUG', 'WORKER-KILL', '0'))).toBe('OK');
    expect(textOf(await long)).toMatch(/^ERR internal error: the worker that ran this command stopped/);
    expect(textOf(await waiting)).toBe('value');
    behind.close();
    expect(await info(client, 'worker_restarts')).toBe(1);
    await expectWhole();
    expect(server.output).toMatch(/Worker 0 stopped .*starting it again/);
    expect(server.output).toMatch(/died while it held shard (\d+)/);
    await until('the shard is looked through', async () => /Shard \d+ is whole/.test(server.output));
  });

  it('with long requests and replies on their way: none is taken for another’s', async () => {
    const large = 'x'.repeat(2_000_000);
    await client.call('SET', 'large', large);
    const busy = other.call('DEBUG', 'SHARD-SLEEP', 'large', '60');
    await until('the shard is held', async () => (await info(client, 'locked_shards')) > 0);
    const waiting = await Promise.all(Array.from({ length: 4 }, () => RespClient.open(server.port)));
    const replies = waiting.map((each, i) => each.call(...(i % 2 === 0 ? ['GET', 'large'] : ['ECHO', `${i}`])));
    const writes = await RespClient.open(server.port);
    const written = writes.call('APPEND', 'large', 'y'.repeat(2_000_000));
    await until('they wait', async () => (await info(client, 'handoffs_pending')) === 4);
    await client.call('DEBUG', 'WORKER-KILL', '0');
    expect(textOf(await busy)).toMatch(/^ERR internal error/);
    const texts = (await Promise.all(replies)).map(textOf);
    expect([texts[1], texts[3]]).toEqual(['1', '3']);
    for (const text of [texts[0], texts[2]]) expect([large.length, large.length * 2]).toContain(text.length);
    // What was sent to the dead worker by port is lost, and said to be.
    const outcome = textOf(await written);
    expect(outcome === '4000000' || outcome.startsWith('ERR internal error')).toBe(true);
    for (const each of [...waiting, writes]) each.close();
    await expectWhole();
  });

  it('while idle: another takes its place, and keys go at their deadlines as before', async () => {
    const before = await info(client, 'worker_restarts');
    await client.call('DEBUG', 'WORKER-KILL', '0');
    await until('another runs', async () => (await info(client, 'worker_restarts')) === before + 1);
    const expired = await info(client, 'expired_keys');
    await client.call('SET', 'short', 'x', 'PX', '50');
    await until('the key is gone', async () => (await info(client, 'expired_keys')) === expired + 1);
    await expectWhole();
  });

  it('remembers what it was told: deadlines stay switched off', async () => {
    await client.call('DEBUG', 'SET-ACTIVE-EXPIRE', '0');
    await client.call('DEBUG', 'WORKER-KILL', '0');
    await client.call('DEBUG', 'SHARD-SLEEP', 'k', '0');
    const expired = await info(client, 'expired_keys');
    await client.call('SET', 'short', 'x', 'PX', '20');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await info(client, 'expired_keys')).toBe(expired);
    await client.call('DEBUG', 'SET-ACTIVE-EXPIRE', '1');
    await until('the key is gone', async () => (await info(client, 'expired_keys')) === expired + 1);
  });
});

describe('a worker that dies at any moment', () => {
  it('every command has one answer, its own', async () => {
    const busy = await ServerProcess.start(mayflyWith('--workers', '1', '--handoff', 'always'));
    const control = await RespClient.open(busy.port);
    const clients = await Promise.all(Array.from({ length: 4 }, () => RespClient.open(busy.port)));
    const long = 'x'.repeat(200_000);
    for (const i of clients.keys()) await control.call('SET', `key:${i}`, i === 0 ? long : `value ${i}`);
    let isOver = false;
    let lost = 0;
    const ask = async (client: RespClient, i: number) => {
      while (!isOver) {
        const replies = await client.pipeline([
          ['ECHO', `before ${i}`],
          ['GET', `key:${i}`],
          ['STRLEN', `key:${i}`],
          ['ECHO', `after ${i}`],
        ]);
        const texts = replies.map(({ reply }) => textOf(reply));
        const value = i === 0 ? long : `value ${i}`;
        const expected = [`before ${i}`, value, `${value.length}`, `after ${i}`];
        texts.forEach((text, at) => {
          if ((at === 1 || at === 2) && text.startsWith('ERR internal error: the worker')) lost++;
          else expect(text).toBe(expected[at]);
        });
      }
    };
    const asking = clients.map(ask);
    for (let kills = 1; kills <= KILLS; kills++) {
      await sleep(kills % 5);
      await control.call('DEBUG', 'WORKER-KILL', '0');
      await until('it is buried', async () => (await info(control, 'worker_restarts')) === kills);
      // Answered by its successor: there is somebody to kill again.
      await control.call('STRLEN', 'key:1');
    }
    isOver = true;
    await Promise.all(asking);
    expect(await info(control, 'handoffs_pending')).toBe(0);
    expect(await info(control, 'locked_shards')).toBe(0);
    expect(lost).toBeLessThanOrEqual(KILLS * clients.length);
    for (const each of [control, ...clients]) each.close();
    await busy.stop();
  }, 60_000);
});

describe('a command that fails inside', () => {
  it.each([
    ['on the I/O thread', []],
    ['on a worker', ['WORKER']],
  ])('%s', async (_where, options) => {
    await client.call('SET', 'faulty', 'value');
    expect(textOf(await client.call('DEBUG', 'COMMAND-FAULT', 'faulty', ...options))).toBe('ERR internal error');
    expect(textOf(await client.call('GET', 'faulty'))).toBe('value');
    expect(textOf(await other.call('APPEND', 'faulty', '!'))).toBe('6');
    await until('it is logged', async () => server.output.includes('made on purpose by DEBUG COMMAND-FAULT'));
    await expectWhole();
  });

  it('in a pipeline: the commands around it are answered in their places', async () => {
    const commands = [
      ['PING'],
      ['DEBUG', 'COMMAND-FAULT', 'faulty'],
      ['DEBUG', 'COMMAND-FAULT', 'faulty', 'WORKER'],
      ['PING'],
    ];
    const replies = await client.pipeline(commands);
    expect(replies.map(({ reply }) => textOf(reply))).toEqual([
      'PONG',
      'ERR internal error',
      'ERR internal error',
      'PONG',
    ]);
  });
});
