/** maxmemory: what gives way, and that enough does. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RespClient } from '../../support/resp-client.ts';
import { info, mayflyWith, sleep, textOf, until } from '../../support/server-facts.ts';
import { ServerProcess } from '../../support/server-process.ts';

const LIMIT_BYTES = 4 << 20;
/** What one command may take beyond the limit that was kept before it. */
const ONE_COMMAND_BYTES = 32 << 10;
const VALUE = 'v'.repeat(100);
const POLICIES = [
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-lrm',
  'allkeys-random',
  'volatile-lru',
  'volatile-random',
  'volatile-ttl',
];

let server: ServerProcess;
let client: RespClient;

function withServer(...directives: string[]): void {
  beforeAll(async () => {
    server = await ServerProcess.start(mayflyWith(...directives));
    client = await RespClient.open(server.port);
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });
  beforeEach(async () => {
    await client.call('CONFIG', 'SET', 'maxmemory', '0');
    await client.call('FLUSHALL');
    await client.call('CONFIG', 'RESETSTAT');
  });
}

const limit = (policy: string, bytes = LIMIT_BYTES) =>
  client.call('CONFIG', 'SET', 'maxmemory', String(bytes), 'maxmemory-policy', policy);

/** Sets `count` keys, a hundred at a time. */
async function write(prefix: string, count: number, ...options: string[]): Promise<void> {
  for (let from = 0; from < count; from += 100) {
    const numbers = Array.from({ length: Math.min(100, count - from) }, (_, i) => from + i);
    const replies = await client.pipeline(numbers.map((i) => ['SET', `${prefix}-${i}`, VALUE, ...options]));
    expect(replies.every(({ raw }) => raw === '+OK\r\n')).toBe(true);
  }
}

/** Which of the keys are still there. */
async function present(prefix: string, count: number): Promise<number[]> {
  const numbers = Array.from({ length: count }, (_, i) => i);
  const replies = await client.pipeline(numbers.map((i) => ['EXISTS', `${prefix}-${i}`]));
  return numbers.filter((i) => replies[i].raw === ':1\r\n');
}

describe.each([
  ['auto', POLICIES],
  ['always', ['allkeys-lru', 'volatile-ttl']],
  ['never', ['allkeys-lfu', 'volatile-random']],
])('policies, handoff %s', (mode, policies) => {
  withServer('--handoff', mode);

  it.each(policies)('%s keeps used memory below the limit while keys are written', async (policy) => {
    await limit(policy);
    const options = policy.startsWith('volatile') ? ['EX', '1000'] : [];
    for (let round = 0; round < 6; round++) {
      await write(`round-${round}`, 6_000, ...options);
      expect(await info(client, 'used_memory')).toBeLessThan(LIMIT_BYTES + ONE_COMMAND_BYTES);
    }
    expect(await info(client, 'evicted_keys')).toBeGreaterThan(5_000);
    // Not more than had to.
    expect(await info(client, 'used_memory')).toBeGreaterThan(LIMIT_BYTES * 0.9);
  });
});

describe('what goes', () => {
  withServer();

  it('noeviction refuses what needs memory, and nothing else', async () => {
    await client.call('SET', 'there', VALUE);
    await limit('noeviction', 1 << 20);
    await client.call('DEBUG', 'POPULATE', '9000', 'k', '100');
    const oom = "OOM command not allowed when used memory > 'maxmemory'.";
    expect(textOf(await client.call('SET', 'a', 'b'))).toBe(oom);
    expect(textOf(await client.call('RPUSH', 'l', 'b'))).toBe(oom);
    expect(textOf(await client.call('GET', 'there'))).toBe(VALUE);
    expect(textOf(await client.call('EXPIRE', 'there', '100'))).toBe('1');
    expect(textOf(await client.call('MULTI'))).toBe('OK');
    expect(textOf(await client.call('GET', 'there'))).toBe(oom);
    expect(textOf(await client.call('EXEC'))).toMatch(/^EXECABORT/);
    expect(await info(client, 'evicted_keys')).toBe(0);
    expect(textOf(await client.call('INFO', 'errorstats'))).toMatch(/^errorstat_OOM:count=3\r$/m);
    await client.call('FLUSHALL');
    expect(textOf(await client.call('SET', 'a', 'b'))).toBe('OK');
  });

  it('a volatile policy without volatile keys refuses too, and spares what has no deadline', async () => {
    await write('lasting', 5_000);
    await write('passing', 3_000, 'EX', '1000');
    await limit('volatile-lru', await info(client, 'used_memory'));
    for (let i = 0; i < 10_000; i++) {
      if (textOf(await client.call('SET', `more-${i}`, VALUE)) === 'OK') continue;
      expect(await present('passing', 3_000)).toEqual([]);
      break;
    }
    expect((await present('lasting', 5_000)).length).toBe(5_000);
    expect(await info(client, 'evicted_keys')).toBe(3_000);
  });

  it('volatile-ttl: exactly the keys that had the shortest time to live', async () => {
    const commands = Array.from({ length: 4_000 }, (_, i) => [
      'SET',
      `ttl-${i}`,
      VALUE,
      'EX',
      String(1_000 + ((i * 7919) % 4_000)),
    ]);
    await client.pipeline(commands);
    await limit('volatile-ttl', Math.floor((await info(client, 'used_memory')) * 0.75));
    await until('enough has gone', async () => {
      await client.call('EXISTS', 'x');
      return (await info(client, 'used_memory')) < (await info(client, 'maxmemory'));
    });
    // Looking takes memory too, and must not make more go.
    await client.call('CONFIG', 'SET', 'maxmemory', '0');
    const left = new Set(await present('ttl', 4_000));
    const order = (i: number) => (i * 7919) % 4_000;
    const shortestLeft = Math.min(...[...left].map(order));
    const longestGone = Math.max(
      ...commands
        .map((_, i) => i)
        .filter((i) => !left.has(i))
        .map(order),
    );
    expect(left.size).toBeLessThan(3_200);
    expect(longestGone).toBeLessThan(shortestLeft);
  });

  it('allkeys-lru: keys that are read stay, those that are not go', async () => {
    await write('cold', 8_000);
    await write('hot', 2_000);
    // The clock of uses ticks once a second.
    await sleep(2_100);
    await client.pipeline(Array.from({ length: 2_000 }, (_, i) => ['GET', `hot-${i}`]));
    const evictedBefore = await info(client, 'evicted_keys');
    await limit('allkeys-lru', await info(client, 'used_memory'));
    await write('new', 5_000);
    const hot = (await present('hot', 2_000)).length / 2_000;
    expect(hot).toBeGreaterThan(0.95);
    // How many have to go hangs on what the clients' buffers took when the limit was set.
    const evicted = (await info(client, 'evicted_keys')) - evictedBefore;
    expect(evicted).toBeGreaterThan(2_000);
    expect(8_000 - (await present('cold', 8_000)).length).toBeGreaterThan(evicted * 0.9);
  });

  it('allkeys-lfu: keys that are used often stay, however new the others are', async () => {
    await limit('allkeys-lfu', 64 << 20);
    await write('cold', 8_000);
    await write('hot', 2_000);
    for (let round = 0; round < 20; round++) {
      await client.pipeline(Array.from({ length: 2_000 }, (_, i) => ['GET', `hot-${i}`]));
    }
    await limit('allkeys-lfu', await info(client, 'used_memory'));
    await write('new', 5_000);
    const hot = (await present('hot', 2_000)).length / 2_000;
    expect(hot).toBeGreaterThan(0.95);
    expect(
      Number(textOf(await client.call('OBJECT', 'FREQ', `hot-${(await present('hot', 2_000))[0]}`))),
    ).toBeGreaterThan(5);
  });

  it('allkeys-lrm: reading keeps nothing, writing does', async () => {
    await limit('allkeys-lrm', 64 << 20);
    await write('read', 3_000);
    await write('written', 3_000);
    await sleep(2_100);
    await client.pipeline(Array.from({ length: 3_000 }, (_, i) => ['GET', `read-${i}`]));
    await write('written', 3_000);
    await limit('allkeys-lrm', await info(client, 'used_memory'));
    await write('new', 2_000);
    expect((await present('written', 3_000)).length).toBeGreaterThan(2_850);
    expect((await present('read', 3_000)).length).toBeLessThan(2_000);
  });

  it('a limit that is lowered is reached without any command', async () => {
    await write('many', 20_000);
    const before = await info(client, 'used_memory');
    await limit('allkeys-random', Math.floor(before / 2));
    await until('half has gone', async () => (await info(client, 'used_memory')) <= before / 2, 15_000);
    expect(await info(client, 'used_memory')).toBeGreaterThan(before * 0.4);
  });

  it('keys in all databases give way', async () => {
    await client.call('SELECT', '5');
    await write('five', 6_000);
    await client.call('SELECT', '0');
    await limit('allkeys-random', await info(client, 'used_memory'));
    await write('zero', 6_000);
    await client.call('SELECT', '5');
    const left = (await present('five', 6_000)).length;
    await client.call('SELECT', '0');
    expect(left).toBeLessThan(5_000);
    expect(left).toBeGreaterThan(500);
  });
});
