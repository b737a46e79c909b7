/** What is about the server as a whole is the same on every I/O thread. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodeCommand } from '../support/resp.ts';
import { RespClient } from '../support/resp-client.ts';
import { info, mayflyWith, textOf, until } from '../support/server-facts.ts';
import { ServerProcess } from '../support/server-process.ts';
import { TwoThreads } from './threads.ts';

let threads: TwoThreads;
beforeAll(async () => {
  threads = await TwoThreads.start();
});
afterEach(() => threads.closeAll());
afterAll(() => threads.stop());

const both = async (): Promise<[RespClient, RespClient]> => [await threads.on(0), await threads.on(1)];

describe('CONFIG', () => {
  it('SET on either thread is in force on both when it is answered', async () => {
    const clients = await both();
    for (const [i, setting] of clients.entries()) {
      for (let value = 1; value <= 20; value++) {
        await setting.call('CONFIG', 'SET', 'hash-max-listpack-entries', String(value));
        for (const using of clients) {
          await using.call('DEL', 'hash');
          for (let field = 0; field < value; field++) await using.call('HSET', 'hash', `f${field}`, 'v');
          expect(textOf(await using.call('OBJECT', 'ENCODING', 'hash'))).toBe('listpack');
          await using.call('HSET', 'hash', 'one more', 'v');
          expect(textOf(await using.call('OBJECT', 'ENCODING', 'hash'))).toBe('hashtable');
        }
      }
      expect(textOf(await clients[1 - i].call('CONFIG', 'SET', 'port', '1'))).toMatch(/^ERR CONFIG SET failed/);
    }
  });

  it('requirepass asks on both threads', async () => {
    const clients = await both();
    await clients[1].call('CONFIG', 'SET', 'requirepass', 'secret');
    try {
      const strangers = await Promise.all(Array.from({ length: 8 }, () => RespClient.open(threads.server.port)));
      for (const stranger of strangers) {
        expect(textOf(await stranger.call('GET', 'x'))).toMatch(/^NOAUTH/);
        expect(textOf(await stranger.call('AUTH', 'wrong'))).toMatch(/^WRONGPASS/);
        expect(textOf(await stranger.call('AUTH', 'secret'))).toBe('OK');
        stranger.close();
      }
    } finally {
      await clients[0].call('CONFIG', 'SET', 'requirepass', '');
    }
  });
});

describe('statistics', () => {
  it('INFO sums up what all threads count, and RESETSTAT sets all back', async () => {
    const clients = await both();
    for (const asking of clients) {
      await asking.call('CONFIG', 'RESETSTAT');
      for (const client of clients) {
        for (let i = 0; i < 10; i++) await client.call('SET', 'counted', 'x');
        for (let i = 0; i < 5; i++) await client.call('HGET', 'counted', 'x');
      }
      const text = textOf(await asking.call('INFO', 'everything'));
      expect(text).toMatch(/cmdstat_set:calls=20,.*failed_calls=0/);
      expect(text).toMatch(/cmdstat_hget:calls=10,.*failed_calls=10/);
      expect(text).toContain('errorstat_WRONGTYPE:count=10');
      expect(text).toContain('total_error_replies:10');
      expect(text).toContain('io_threads:2');
      expect(text).toMatch(/io_thread_0:clients=\d+,reads=\d+,writes=\d+\r\nio_thread_1:clients=\d+/);
      // RESETSTAT itself was counted before it set back; INFO counts itself.
      expect(text).toContain('total_commands_processed:31');
      expect(await info(asking, 'total_net_input_bytes')).toBeGreaterThan(30 * 20);
    }
  });

  it('SLOWLOG and LATENCY tell of commands on both threads', async () => {
    const clients = await both();
    await clients[0].call('CLIENT', 'SETNAME', 'zero');
    await clients[1].call('CLIENT', 'SETNAME', 'one');
    await clients[0].call('CONFIG', 'SET', 'slowlog-log-slower-than', '0');
    await clients[0].call('SLOWLOG', 'RESET');
    await clients[0].call('SET', 'slow', '0');
    await clients[1].call('SET', 'slow', '1');
    for (const asking of clients) {
      const [{ raw }] = await asking.pipeline([['SLOWLOG', 'GET', '-1']]);
      expect(raw).toMatch(/SET\r\n\$4\r\nslow\r\n\$1\r\n1\r\n\$\d+\r\n127\.0\.0\.1:\d+\r\n\$3\r\none\r\n/);
      expect(raw).toMatch(/SET\r\n\$4\r\nslow\r\n\$1\r\n0\r\n\$\d+\r\n127\.0\.0\.1:\d+\r\n\$4\r\nzero\r\n/);
    }
    await clients[1].call('CONFIG', 'SET', 'slowlog-log-slower-than', '10000');
    await clients[1].call('SLOWLOG', 'RESET');
    expect(textOf(await clients[0].call('SLOWLOG', 'LEN'))).toBe('0');
    await clients[1].call('CONFIG', 'SET', 'latency-monitor-threshold', '1');
    await clients[1].call('DEBUG', 'SLEEP', '0.02');
    const [{ raw }] = await clients[0].pipeline([['LATENCY', 'LATEST']]);
    expect(raw).toContain('command');
    await clients[0].call('CONFIG', 'SET', 'latency-monitor-threshold', '0');
  });

  it('MEMORY, DEBUG and OBJECT answer on both', async () => {
    const clients = await both();
    for (const client of clients) {
      await client.call('SET', 'key', 'value');
      expect(textOf(await client.call('MEMORY', 'DOCTOR'))).toContain('There is next to nothing in memory');
      expect(Number(textOf(await client.call('MEMORY', 'USAGE', 'key')))).toBeGreaterThan(10);
      expect(textOf(await client.call('DEBUG', 'OBJECT', 'key'))).toContain('encoding:');
      expect(textOf(await client.call('DEBUG', 'JMAP'))).toContain('shard=0');
      expect(textOf(await client.call('DEBUG', 'NONSENSE'))).toMatch(/^ERR unknown subcommand/);
      expect((await client.call('DEBUG', 'DIGEST')).kind).toBe('+');
    }
    const digests = await Promise.all(clients.map((client) => client.call('DEBUG', 'DIGEST')));
    expect(textOf(digests[0])).toBe(textOf(digests[1]));
  });
});

describe('long commands', () => {
  it('of either thread go to a worker and come back to it', async () => {
    const clients = await both();
    const keys = Array.from({ length: 20_000 }, (_, i) => `k${i}`);
    await clients[0].call('SADD', 'long', ...keys);
    const before = await info(clients[0], 'handoffs');
    for (const client of clients) {
      const [{ reply }] = await client.pipeline([['SMEMBERS', 'long']]);
      expect('items' in reply && reply.items.length).toBe(keys.length);
    }
    expect((await info(clients[1], 'handoffs')) - before).toBeGreaterThanOrEqual(2);
  });

  it('a worker that dies is started again, for both', async () => {
    const clients = await both();
    await clients[0].call('DEBUG', 'SHARD-SLEEP', 'x', '0');
    await clients[1].call('DEBUG', 'WORKER-KILL', '0');
    await until('it runs again', async () => (await info(clients[0], 'worker_restarts')) >= 1, 15_000);
    for (const client of clients) expect(textOf(await client.call('DEBUG', 'SHARD-SLEEP', 'x', '0'))).toBe('OK');
  });
});

describe('start and end', () => {
  it('SHUTDOWN by a client of either thread ends the process cleanly', async () => {
    for (const thread of [0, 1] as const) {
      const own = await TwoThreads.start();
      const client = await own.on(thread);
      await own.on(thread === 0 ? 1 : 0);
      await expect(client.call('SHUTDOWN', 'NOSAVE')).rejects.toThrow('closed');
      await until('it has ended', async () => own.server.ended !== undefined);
      expect(own.server.ended).toBe('exit code 0, signal null');
      expect(own.server.output).toContain('bye bye');
      await own.stop();
    }
  });

  it('SIGTERM ends it while both threads are busy', async () => {
    const own = await TwoThreads.start();
    const clients = [await own.on(0), await own.on(1)];
    const commands = [['INCR', 'n'], ['CLIENT', 'LIST'], ['INFO']];
    const busy = clients.map((client) => client.pipeline(Array.from({ length: 300 }, (_, i) => commands[i % 3])));
    for (const each of busy) each.catch(() => {});
    await own.stop();
    expect(own.server.ended).toBe('exit code 0, signal null');
  });

  it('an I/O thread that fails takes the process with it, and the log says why', async () => {
    const own = await TwoThreads.start();
    const client = await own.on(0);
    // Whether the reply still gets out is a race.
    await client.send(encodeCommand(['DEBUG', 'IO-THREAD-KILL', '1']), 0);
    await until('it has ended', async () => own.server.ended !== undefined);
    expect(own.server.ended).toBe('exit code 1, signal null');
    expect(own.server.output).toMatch(/I\/O thread 1 failed/);
    await own.stop();
  });

  it('a port that another server of several threads listens on is in use', async () => {
    // What answers on the port is the first server.
    const second = await ServerProcess.start(mayflyWith('--io-threads', '2'), threads.server.port);
    await until('it has ended', async () => second.ended !== undefined, 15_000);
    expect(second.output).toContain('Address already in use');
    await second.stop();
  });

  it('handoff never, where a thread waits for locks and answers nobody meanwhile, is refused', async () => {
    await expect(ServerProcess.start(mayflyWith('--io-threads', '2', '--handoff', 'never'))).rejects.toThrow(
      /io-threads 2 needs handoff auto or always/,
    );
  });

  it('transport net serves with one thread only, and says so', async () => {
    await expect(ServerProcess.start(mayflyWith('--io-threads', '2', '--transport', 'net'))).rejects.toThrow(
      /io-threads 2 needs transport io_uring or epoll, not net/,
    );
  });
});
