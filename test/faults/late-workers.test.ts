/** Workers start when they are needed, and nobody can tell by what the server answers. */
import { afterEach, describe, expect, it } from 'vitest';
import { RespClient } from '../support/resp-client.ts';
import { info, mayflyWith, textOf, until } from '../support/server-facts.ts';
import { ServerProcess } from '../support/server-process.ts';

let server: ServerProcess;
let client: RespClient;

async function start(...directives: string[]): Promise<void> {
  server = await ServerProcess.start(mayflyWith('--workers', '2', ...directives));
  client = await RespClient.open(server.port);
}

const running = (): Promise<number> => info(client, 'workers_running');
const call = async (...args: string[]): Promise<string> => textOf(await client.call(...args));

afterEach(async () => {
  client.close();
  await server.stop();
});

describe('a server without a worker', () => {
  it('stays so while nobody asks for anything long and deadlines are far away', async () => {
    await start();
    for (let i = 0; i < 100; i++) expect(await call('SET', `key:${i}`, 'value', 'EX', '3600')).toBe('OK');
    expect(await call('GET', 'key:7')).toBe('value');
    expect(await running()).toBe(0);
    expect(await info(client, 'workers')).toBe(2);
  });

  it('starts the one that a long command is for', async () => {
    await start();
    await call('SET', 'key', 'value');
    expect(await call('DEBUG', 'SHARD-SLEEP', 'key', '0')).toBe('OK');
    await until('it says that it runs', async () => (await running()) === 1);
  });

  it('starts one for a command too large for its mailbox', async () => {
    await start('--handoff', 'always');
    expect(await call('APPEND', 'key', 'x'.repeat(2_000_000))).toBe('2000000');
    expect((await call('GET', 'key')).length).toBe(2_000_000);
  });

  it('removes keys at their deadlines, tells of it, and starts workers for later ones', async () => {
    await start('--notify-keyspace-events', 'Ex');
    const listener = await RespClient.open(server.port);
    await listener.call('HELLO', '3');
    listener.pushesAreReplies = true;
    await listener.call('SUBSCRIBE', '__keyevent@0__:expired');
    listener.pushesAreReplies = false;
    for (let i = 0; i < 50; i++) await call('SET', `key:${i}`, 'value', 'PX', `${10 + i}`);
    await call('HSET', 'hash', 'field', 'value');
    await client.call('HPEXPIRE', 'hash', '30', 'FIELDS', '1', 'field');
    await until('all have gone', async () => (await info(client, 'expired_keys')) >= 50);
    await until('the hash went with its field', async () => (await call('DBSIZE')) === '0');
    expect(await info(client, 'expiry_lateness_count')).toBe(51);
    await until('it was told', async () => listener.pushes.length === 50);
    listener.close();
    // Those were too soon to start workers for. These are far enough away, and of shards of both.
    for (let i = 0; i < 50; i++) await call('SET', `key:${i}`, 'value', 'PX', '1500');
    await until('both run', async () => (await running()) === 2);
    await until('all have gone again', async () => (await info(client, 'expired_keys')) >= 100);
  });

  it('leaves keys alone while active expiry is switched off', async () => {
    await start();
    await call('DEBUG', 'SET-ACTIVE-EXPIRE', '0');
    await call('SET', 'key', 'value', 'PX', '1');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await info(client, 'expired_keys')).toBe(0);
    await call('DEBUG', 'SET-ACTIVE-EXPIRE', '1');
    await until('it has gone', async () => (await info(client, 'expired_keys')) === 1);
  });

  it('can be told to lose it, and ends at once', async () => {
    await start();
    expect(await call('DEBUG', 'WORKER-KILL', '0')).toBe('OK');
    expect(await call('PING')).toBe('PONG');
    expect(await info(client, 'worker_restarts')).toBe(0);
  });
});
