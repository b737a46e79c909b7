/** A shard whose memory is full though `maxmemory` asks for nothing: keys give way if the policy lets any. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { RespClient } from '../../support/resp-client.ts';
import { info, mayflyWith, textOf } from '../../support/server-facts.ts';
import { ServerProcess } from '../../support/server-process.ts';

const SHARD_BYTES = 4 << 20;
const VALUE = 'v'.repeat(1000);
const KEYS = 10_000;
const FULL = '-OOM the memory reserved for the shard of this key is full (see shard-memory)\r\n';

let server: ServerProcess;
let client: RespClient;

beforeAll(async () => {
  server = await ServerProcess.start(mayflyWith('--shards', '1', '--shard-memory', String(SHARD_BYTES)));
  client = await RespClient.open(server.port);
});
afterAll(async () => {
  client.close();
  await server.stop();
});
beforeEach(async () => {
  await client.call('FLUSHALL');
  await client.call('CONFIG', 'RESETSTAT');
});

const policy = (name: string) => client.call('CONFIG', 'SET', 'maxmemory-policy', name);

/** Writes more than the shard can hold. @returns the replies, each once */
async function overfill(value: string, keys: number, ...options: string[]): Promise<Set<string>> {
  const replies = new Set<string>();
  for (let from = 0; from < keys; from += 500) {
    const commands = Array.from({ length: 500 }, (_, i) => ['SET', `key-${from + i}`, value, ...options]);
    for (const { raw } of await client.pipeline(commands)) replies.add(raw);
  }
  return replies;
}

test.each(['allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'volatile-lru', 'volatile-ttl'])('%s', async (name) => {
  await policy(name);
  expect(await overfill(VALUE, KEYS, 'EX', '1000')).toEqual(new Set(['+OK\r\n']));
  expect(await info(client, 'evicted_keys')).toBeGreaterThan(KEYS / 2);
  expect(Number(textOf(await client.call('DBSIZE')))).toBeGreaterThan(1000);
  expect(textOf(await client.call('GET', `key-${KEYS - 1}`))).toBe(VALUE);
});

test('one command may take the room of many keys', async () => {
  await policy('allkeys-lru');
  await overfill('x'.repeat(20_000), 500);
  expect((await client.pipeline([['SET', 'large', 'x'.repeat(100_000)]]))[0].raw).toBe('+OK\r\n');
  expect((await client.pipeline([['RPUSH', 'list', ...Array(2000).fill('element')]]))[0].raw).toBe(':2000\r\n');
});

test('within a transaction as well', async () => {
  await policy('allkeys-lru');
  await overfill(VALUE, KEYS);
  const replies = await client.pipeline([['MULTI'], ['SET', 'a', VALUE], ['SET', 'b', VALUE], ['EXEC']]);
  expect(replies.at(-1)?.raw).toBe('*2\r\n+OK\r\n+OK\r\n');
});

test.each(['noeviction', 'volatile-lru'])('%s: nothing may go, so the command fails', async (name) => {
  await policy(name);
  expect(await overfill(VALUE, KEYS)).toEqual(new Set(['+OK\r\n', FULL]));
  expect(await info(client, 'evicted_keys')).toBe(0);
});

test('what can never fit fails, and not all else goes for it', async () => {
  await policy('allkeys-lru');
  await overfill(VALUE, KEYS);
  expect((await client.pipeline([['SET', 'large', 'x'.repeat(SHARD_BYTES)]]))[0].raw).toBe(FULL);
  expect(Number(textOf(await client.call('DBSIZE')))).toBeGreaterThan(500);
});
