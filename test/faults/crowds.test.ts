/**
 * More connections than a server has buffers or descriptors for: all are served that can be, and afterwards everything
 * that was theirs is back, counted.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { descriptorCount, idles, residentBytes } from '../support/process-facts.ts';
import { RespClient } from '../support/resp-client.ts';
import { expectNothingHeld, info, mayflyWith, textOf, until } from '../support/server-facts.ts';
import { ServerProcess } from '../support/server-process.ts';
import { Client } from '../transport/harness.ts';

let server: ServerProcess;
let control: RespClient;

beforeAll(async () => {
  server = await ServerProcess.start(mayflyWith());
  control = await RespClient.open(server.port);
});
afterAll(async () => {
  control.close();
  await server.stop();
});

const opened: Client[] = [];
afterEach(() => {
  for (const { socket } of opened.splice(0)) socket.resetAndDestroy();
});

/** So many connections, not too many at a time: what the server's backlog can't take is lost for a second. */
async function crowd(count: number): Promise<Client[]> {
  const clients: Client[] = [];
  while (clients.length < count) {
    const some = Array.from({ length: Math.min(200, count - clients.length) }, () => new Client(server.port));
    opened.push(...some);
    await Promise.all(some.map(({ connected }) => connected));
    clients.push(...some);
  }
  return clients;
}

describe('a crowd', () => {
  it('of 2,000 that are silent and then speak at once: all are answered, and the server is idle again', async () => {
    const value = 'b'.repeat(20_000);
    const clients = await crowd(2000);
    await idles(server.pid);
    const descriptors = descriptorCount(server.pid);
    // 40 MB: more than all receive buffers hold.
    for (const { socket } of clients) socket.write(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$20000\r\n${value}\r\n`);
    await Promise.all(clients.map((client) => client.receives(5, 50_000)));
    for (const { socket } of clients) socket.write('STRLEN k\r\n');
    await Promise.all(clients.map((client) => client.receives(13, 50_000)));
    expect(clients.every(({ text }) => text === '+OK\r\n:20000\r\n')).toBe(true);
    await idles(server.pid);
    expect(descriptorCount(server.pid)).toBe(descriptors);
    for (const { socket } of clients) socket.resetAndDestroy();
    await expectNothingHeld(control);
    expect(descriptorCount(server.pid)).toBe(descriptors - clients.length);
  }, 120_000);

  it('of 10,000 that come, speak or not, and go: memory and descriptors are as before', async () => {
    const before = await info(control, 'total_connections_received');
    const wave = async (): Promise<void> => {
      const clients = await crowd(2500);
      // What the kernel's queue of connections has no room for, it forgets if the client goes.
      await until('all are there', async () => (await info(control, 'connected_clients')) === 2501, 20_000);
      for (const { socket } of clients.slice(0, 1250)) socket.write('PING\r\n');
      await Promise.all(clients.slice(0, 1250).map((client) => client.receives(7, 50_000)));
      // A reset leaves no port in TIME_WAIT behind; some close the polite way.
      clients.forEach(({ socket }, i) => {
        if (i % 50 === 0) socket.end();
        else socket.resetAndDestroy();
      });
      await expectNothingHeld(control);
    };
    await wave();
    const first = { descriptors: descriptorCount(server.pid), bytes: residentBytes(server.pid) };
    for (let round = 1; round < 4; round++) await wave();
    expect(await info(control, 'total_connections_received')).toBe(before + 10_000);
    expect(descriptorCount(server.pid)).toBe(first.descriptors);
    expect(residentBytes(server.pid) - first.bytes).toBeLessThan(32_000_000);
  }, 120_000);

  it('of 20 that are reset while large replies are on their way to them', async () => {
    await control.call('SET', 'large', 'x'.repeat(2_000_000));
    const clients = await crowd(20);
    for (const { socket } of clients) {
      socket.pause();
      socket.write('GET large\r\n'.repeat(6));
    }
    // The kernel's buffers are full, and what it has not taken is with the transport.
    await until('replies wait', async () => (await info(control, 'client_recent_max_output_buffer')) > 1_000_000);
    for (const { socket } of clients) socket.resetAndDestroy();
    await expectNothingHeld(control);
    await idles(server.pid);
  });
});

describe('ulimit -n', () => {
  it('reached: clients are turned away, others served, workers start all the same, and no core is busy with it', async () => {
    const { program, args } = mayflyWith('--workers', '1');
    // Of these the server keeps 44 for itself.
    const command = { name: 'mayfly', program: 'sh', args: ['-c', 'ulimit -n 60; exec "$@"', 'sh', program, ...args] };
    const poor = await ServerProcess.start(command);
    expect(poor.output).toContain('maxclients has been reduced to 16');
    const asking = await RespClient.open(poor.port);
    expect(textOf(await asking.call('CONFIG', 'SET', 'maxclients', '17'))).toMatch(/try with 16$/);
    const clients = Array.from({ length: 150 }, () => new Client(poor.port));
    opened.push(...clients);
    for (const { connected, socket } of clients) {
      connected.catch(() => undefined);
      socket.write('PING\r\n');
    }
    const served = (): Client[] => clients.filter(({ text }) => text === '+PONG\r\n');
    await until('some are served', async () => served().length === 15);
    await until('the others are gone', async () =>
      clients.every(({ ended, closed, text }) => ended || closed || text !== ''),
    );
    await idles(poor.pid);
    for (const { socket } of served()) socket.write('PING\r\n');
    await until('they are served still', async () => {
      return clients.filter(({ text }) => text === '+PONG\r\n+PONG\r\n').length === 15;
    });
    expect(textOf(await asking.call('DEBUG', 'SHARD-SLEEP', 'k', '0'))).toBe('OK');
    for (const { socket } of clients) socket.destroy();
    await until('there is room', async () => (await info(asking, 'connected_clients')) === 1);
    const another = await RespClient.open(poor.port);
    expect(textOf(await another.call('PING'))).toBe('PONG');
    another.close();
    asking.close();
    await poor.stop();
    expect(poor.ended).toBe('exit code 0, signal null');
  }, 60_000);
});
