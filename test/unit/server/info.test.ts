/** INFO, SLOWLOG, LATENCY and MEMORY tell what has happened. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RespClient } from '../../support/resp-client.ts';
import { info, mayflyWith, textOf, until } from '../../support/server-facts.ts';
import { redisServer, ServerProcess } from '../../support/server-process.ts';

let server: ServerProcess;
let client: RespClient;

beforeAll(async () => {
  server = await ServerProcess.start(mayflyWith());
  client = await RespClient.open(server.port);
});
afterAll(async () => {
  client.close();
  await server.stop();
});

const items = (reply: Awaited<ReturnType<RespClient['call']>>) => ('items' in reply ? reply.items : []);
const infoText = async (...sections: string[]): Promise<string> => textOf(await client.call('INFO', ...sections));

describe('INFO', () => {
  beforeEach(async () => {
    await client.call('FLUSHALL');
    await client.call('CONFIG', 'RESETSTAT');
  });

  it('has every field that redis-server has, but for what only its build has', async () => {
    const redis = await ServerProcess.start(redisServer);
    const other = await RespClient.open(redis.port);
    const namesOf = (text: string) => [...text.matchAll(/^([a-z0-9_]+):/gm)].map(([, name]) => name);
    const theirs = namesOf(textOf(await other.call('INFO')));
    other.close();
    await redis.stop();
    const ours = new Set(namesOf(await infoText()));
    expect(theirs.filter((name) => !ours.has(name))).toEqual(['gcc_version']);
  });

  it('has fields that Redis 8 has brought', async () => {
    const brought = ['rdb_saves_consecutive_failures', 'mem_replica_full_sync_buffer', 'acl_access_denied_tls_cert'];
    const told = await infoText();
    expect(brought.filter((name) => !told.includes(`\n${name}:0\r\n`))).toEqual([]);
  });

  it('counts the keys that are waited for, and those whose going would end the wait', async () => {
    const waiters = await Promise.all([RespClient.open(server.port), RespClient.open(server.port)]);
    await client.call('XGROUP', 'CREATE', 'stream', 'group', '$', 'MKSTREAM');
    const ended = waiters[0].call('XREADGROUP', 'GROUP', 'group', 'me', 'BLOCK', '0', 'STREAMS', 'stream', '>');
    void waiters[1].call('BLPOP', 'list', '0').catch(() => {});
    await until('both wait', async () => (await info(client, 'blocked_clients')) === 2);
    expect(await infoText('clients')).toMatch(/total_blocking_keys:2\r\ntotal_blocking_keys_on_nokey:1\r\n/);
    await client.call('DEL', 'stream');
    expect(textOf(await ended)).toMatch(/^NOGROUP /);
    expect(await infoText('clients')).toMatch(/total_blocking_keys:1\r\ntotal_blocking_keys_on_nokey:0\r\n/);
    for (const waiter of waiters) waiter.close();
    await until('nobody waits', async () => (await info(client, 'blocked_clients')) === 0);
  });

  it('counts fields whose time is over, whoever removes them, until CONFIG RESETSTAT', async () => {
    const fields = Array.from({ length: 20 }, (_, i) => `f${i}`);
    await client.call('HSET', 'h', ...fields.flatMap((field) => [field, 'v']));
    await client.call('HPEXPIRE', 'h', '1', 'FIELDS', '20', ...fields);
    await until('all have gone', async () => textOf(await client.call('HLEN', 'h')) === '0');
    await client.call('HSETEX', 'h', 'PXAT', '1', 'FIELDS', '2', 'f', '1', 'g', '1');
    await client.call('HSET', 'h', 'f', '1', 'g', '2');
    await client.call('HGETEX', 'h', 'PXAT', '1', 'FIELDS', '2', 'f', 'none');
    await client.call('HPEXPIRE', 'h', '0', 'FIELDS', '1', 'g');
    expect(await info(client, 'expired_subkeys')).toBe(24);
    await client.call('CONFIG', 'RESETSTAT');
    expect(await info(client, 'expired_subkeys')).toBe(0);
    expect(await info(client, 'expired_subkeys_active')).toBe(0);
  });

  it('counts what the worker has removed in time by itself', async () => {
    await client.call('SET', 'k', 'v', 'PX', '1');
    await client.call('HSET', 'h', 'f', 'v', 'g', 'v');
    await client.call('HPEXPIRE', 'h', '1', 'FIELDS', '1', 'f');
    await until('both have gone', async () => {
      return (await info(client, 'expired_keys')) + (await info(client, 'expired_subkeys')) === 2;
    });
    expect(await info(client, 'expired_keys_active')).toBe(1);
    expect(await info(client, 'expired_subkeys_active')).toBe(1);
  });

  it('counts a wait that CLIENT UNBLOCK ended with an error as failed, and as that error', async () => {
    const waiter = await RespClient.open(server.port);
    const id = textOf(await waiter.call('CLIENT', 'ID'));
    const ended = waiter.call('BLPOP', 'nothing', '0');
    await until('it waits', async () => (await info(client, 'blocked_clients')) === 1);
    await client.call('CLIENT', 'UNBLOCK', id, 'ERROR');
    expect(textOf(await ended)).toMatch(/^UNBLOCKED /);
    waiter.close();
    expect(await infoText('commandstats')).toMatch(/cmdstat_blpop:calls=1,.*,rejected_calls=0,failed_calls=1/);
    expect(await infoText('errorstats')).toContain('errorstat_UNBLOCKED:count=1');
  });

  it('shows the sections asked for, once, in their order', async () => {
    const titles = async (...sections: string[]) =>
      [...(await infoText(...sections)).matchAll(/^# (\w+)/gm)].map(([, title]) => title);
    expect(await titles('keyspace', 'SERVER', 'keyspace')).toEqual(['Server', 'Keyspace']);
    expect(await titles('nosuch')).toEqual([]);
    expect(await titles()).not.toContain('Commandstats');
    expect(await titles('all')).toContain('Commandstats');
    expect(await titles('default', 'commandstats')).toEqual(
      [...(await titles()), 'Commandstats'].sort(byOrder(await titles('all'))),
    );
  });

  it('counts keys and those with a deadline, by database', async () => {
    await client.pipeline([
      ['SET', 'a', '1'],
      ['SET', 'b', '1', 'EX', '100'],
      ['SELECT', '3'],
      ['SET', 'c', '1', 'PX', '50000'],
      ['SELECT', '0'],
    ]);
    const text = await infoText('keyspace');
    expect(text).toMatch(/^db0:keys=2,expires=1,avg_ttl=(\d+),subexpiry=0\r$/m);
    await client.call('HSET', 'h', 'f', 'v', 'g', 'v');
    await client.call('HEXPIRE', 'h', '100', 'FIELDS', '2', 'f', 'g');
    expect(await infoText('keyspace')).toMatch(/^db0:keys=3,expires=1,avg_ttl=\d+,subexpiry=1\r$/m);
    await client.call('HPERSIST', 'h', 'FIELDS', '2', 'f', 'g');
    expect(await infoText('keyspace')).toMatch(/^db0:keys=3,expires=1,avg_ttl=\d+,subexpiry=0\r$/m);
    expect(text).toMatch(/^db3:keys=1,expires=1,avg_ttl=(49\d\d\d|50000),subexpiry=0\r$/m);
    await client.call('FLUSHALL');
    expect(await infoText('keyspace')).toBe('# Keyspace\r\n');
  });

  it('counts calls, failures, rejections and errors', async () => {
    await client.pipeline([['SET', 's', 'x'], ['INCR', 's'], ['LPUSH', 's', 'x'], ['GET'], ['GET', 's'], ['NOSUCH']]);
    const text = await infoText('all');
    expect(text).toMatch(/^cmdstat_incr:calls=1,usec=\d+,usec_per_call=\d+\.\d\d,rejected_calls=0,failed_calls=1\r$/m);
    expect(text).toMatch(/^cmdstat_get:calls=1,.*,rejected_calls=1,failed_calls=0\r$/m);
    expect(text).toMatch(/^errorstat_ERR:count=3\r$/m);
    expect(text).toMatch(/^errorstat_WRONGTYPE:count=1\r$/m);
    expect(await info(client, 'total_error_replies')).toBe(4);
    expect(await info(client, 'keyspace_hits')).toBe(1);
  });

  it('measures memory by the blocks in use', async () => {
    const before = await info(client, 'used_memory');
    await client.call('DEBUG', 'POPULATE', '10000', 'k', '100');
    const grown = (await info(client, 'used_memory')) - before;
    // Less what empty shards count already: see Shard.usedBytes.
    expect(grown).toBeGreaterThan(10_000 * 110 - 16 * 20_504);
    expect(grown).toBeLessThan(10_000 * 170);
    expect(await info(client, 'used_memory_peak')).toBeGreaterThanOrEqual(before + grown);
    await client.call('FLUSHALL');
    expect(Math.abs((await info(client, 'used_memory')) - before)).toBeLessThan(70_000);
  });

  it('tells how late keys went', async () => {
    await client.pipeline(
      Array.from({ length: 100 }, (_, i) => ['SET', `soon-${i}`, 'x', 'PX', String(20 + (i % 10))]),
    );
    await until('all are gone', async () => (await info(client, 'expired_keys')) === 100);
    expect(await info(client, 'expiry_lateness_count')).toBe(100);
    expect(await info(client, 'expiry_lateness_p50_ms')).toBeLessThan(500);
  });

  it('counts values as expired that came too late, but not a deadline that did', async () => {
    await client.call('SET', 'there', '1');
    const dump = textOf(await client.call('DUMP', 'there'));
    await client.pipeline([
      ['SET', 'late', '1', 'EXAT', '1'],
      ['INCREX', 'late', 'PXAT', '1'],
      ['RESTORE', 'late', '1', dump, 'ABSTTL'],
      ['SET', 'there', '1'],
      ['EXPIREAT', 'there', '1'],
      ['SET', 'there', '1'],
      ['GETEX', 'there', 'PXAT', '1'],
    ]);
    expect(await info(client, 'expired_keys')).toBe(3);
    expect(await infoText('keyspace')).toBe('# Keyspace\r\n');
  });

  it('tells of rates over the last second', async () => {
    await until('there is a rate', async () => {
      await client.pipeline(Array.from({ length: 100 }, () => ['PING']));
      return (await info(client, 'instantaneous_ops_per_sec')) > 0;
    });
  });
});

describe('SLOWLOG and LATENCY', () => {
  const slowEntries = async () =>
    items(await client.call('SLOWLOG', 'GET', '-1')).map((entry) => {
      const [id, , microseconds, args, address, name] = items(entry);
      return { id, us: Number(textOf(microseconds)), args: items(args).map(textOf), address, name };
    });

  it('keep what took longer than the threshold, wherever it ran, and nothing else', async () => {
    await client.call('CLIENT', 'SETNAME', 'tester');
    await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', '30000');
    await client.call('CONFIG', 'SET', 'latency-monitor-threshold', '30');
    await client.call('SLOWLOG', 'RESET');
    await client.call('DEBUG', 'SLEEP', '0.05');
    await client.call('PING');
    await client.call('DEBUG', 'SHARD-SLEEP', 'k', '0.05');
    await until('the worker’s report is in', async () => textOf(await client.call('SLOWLOG', 'LEN')) === '2');
    const [onWorker, here] = await slowEntries();
    expect(onWorker.args).toEqual(['DEBUG', 'SHARD-SLEEP', 'k', '0.05']);
    expect(here.args).toEqual(['DEBUG', 'SLEEP', '0.05']);
    for (const { us, address, name } of [onWorker, here]) {
      expect(us).toBeGreaterThanOrEqual(50_000);
      expect(textOf(address)).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(textOf(name)).toBe('tester');
    }
    const [event] = items(await client.call('LATENCY', 'LATEST'));
    expect(textOf(items(event)[0])).toBe('command');
    expect(Number(textOf(items(event)[3]))).toBeGreaterThanOrEqual(50);
    expect(items(await client.call('LATENCY', 'HISTORY', 'command')).length).toBeGreaterThan(0);
    expect(textOf(await client.call('LATENCY', 'RESET', 'command'))).toBe('1');
    await client.call('CONFIG', 'SET', 'latency-monitor-threshold', '0');
  });

  it('shorten what is long, and show no passwords', async () => {
    await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', '0');
    await client.call('SLOWLOG', 'RESET');
    await client.call('SET', 'k', 'x'.repeat(200));
    await client.call('MSET', ...Array.from({ length: 40 }, (_, i) => `w${i}`));
    await client.call('AUTH', 'default', 'secret');
    await client.call('CONFIG', 'SET', 'masterauth', 'secret');
    const entries = await slowEntries();
    await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', '-1');
    const find = (name: string) => entries.find(({ args }) => args[0] === name)?.args ?? [];
    expect(find('SET')[2]).toBe(`${'x'.repeat(128)}... (72 more bytes)`);
    expect(find('MSET').length).toBe(32);
    expect(find('MSET')[31]).toBe('... (10 more arguments)');
    expect(find('AUTH')).toEqual(['AUTH', '(redacted)', '(redacted)']);
    expect(find('CONFIG').slice(0, 4)).toEqual(['CONFIG', 'SET', 'masterauth', '(redacted)']);
  });

  it('keep as many as they may', async () => {
    await client.call('CONFIG', 'SET', 'slowlog-max-len', '5', 'slowlog-log-slower-than', '0');
    for (let i = 0; i < 20; i++) await client.call('PING', `${i}`);
    await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', '-1');
    expect(textOf(await client.call('SLOWLOG', 'LEN'))).toBe('5');
    await client.call('CONFIG', 'SET', 'slowlog-max-len', '2');
    expect(textOf(await client.call('SLOWLOG', 'LEN'))).toBe('2');
  });
});

describe('MEMORY', () => {
  it('USAGE grows with the value, whatever its type', async () => {
    await client.call('FLUSHALL');
    await client.call('SET', 'small', 'x');
    await client.call('SET', 'large', 'x'.repeat(100_000));
    await client.call('RPUSH', 'list', ...Array.from({ length: 1_000 }, (_, i) => `element-${i}`));
    await client.call('SADD', 'set', ...Array.from({ length: 1_000 }, (_, i) => `element-${i}`));
    const usage = async (key: string, ...options: string[]) =>
      Number(textOf(await client.call('MEMORY', 'USAGE', key, ...options)));
    expect(await usage('small')).toBeLessThan(64);
    expect(await usage('large')).toBeGreaterThanOrEqual(100_000);
    expect(await usage('list')).toBeGreaterThan(10_000);
    const [sampled, counted] = [await usage('set', 'SAMPLES', '5'), await usage('set', 'SAMPLES', '0')];
    expect(sampled / counted).toBeGreaterThan(0.7);
    expect(sampled / counted).toBeLessThan(1.4);
  });

  it('STATS and the others answer', async () => {
    const fields = items(await client.call('MEMORY', 'STATS')).map((item) => ('items' in item ? '' : item.text));
    expect(fields[fields.indexOf('keys.count') + 1]).toBe('4');
    expect(textOf(await client.call('MEMORY', 'DOCTOR'))).toMatch(/\S/);
    expect(textOf(await client.call('MEMORY', 'MALLOC-STATS'))).toMatch(/^shard 0: used \d+/);
  });
});

/** Sorts as the names stand in `order`. */
function byOrder(order: readonly string[]): (a: string, b: string) => number {
  return (a, b) => order.indexOf(a) - order.indexOf(b);
}
