/** maxmemory-clients: what counts, and who has to go. */
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { RespClient } from '../../support/resp-client.ts';
import { info, textOf, until } from '../../support/server-facts.ts';
import { ServerProcess, serverUnderTest } from '../../support/server-process.ts';

let server: ServerProcess;
let control: RespClient;
const opened: Socket[] = [];

beforeAll(async () => {
  server = await ServerProcess.start(serverUnderTest);
  control = await RespClient.open(server.port);
  await control.call('CLIENT', 'NO-EVICT', 'ON');
});
afterAll(async () => {
  control.close();
  await server.stop();
});
afterEach(async () => {
  await control.call('CONFIG', 'SET', 'maxmemory-clients', '0');
  for (const socket of opened.splice(0)) socket.destroy();
});

/** A client that reads nothing unless it is told to. */
async function open(name: string): Promise<Socket> {
  const socket = connect({ port: server.port, host: '127.0.0.1' });
  socket.on('error', () => {});
  opened.push(socket);
  socket.write(`CLIENT SETNAME ${name}\r\n`);
  await until(`${name} is there`, async () => (await namesOf(name)).length > 0);
  return socket;
}

const lines = async () => textOf(await control.call('CLIENT', 'LIST')).split('\n');
const namesOf = async (prefix: string) =>
  (await lines()).map((line) => / name=(\S*)/.exec(line)?.[1] ?? '').filter((name) => name.startsWith(prefix));
const bytesOf = async (name: string) => {
  const line = (await lines()).find((each) => each.includes(` name=${name} `)) ?? '';
  return Number(/ tot-mem=(\d+)/.exec(line)?.[1]);
};
const limitTo = (bytes: number) => control.call('CONFIG', 'SET', 'maxmemory-clients', String(bytes));

/** Sends an argument but for its last byte, and waits until the server has it. */
async function sendMost(client: Socket, name: string, bytes: number): Promise<void> {
  client.write(`*2\r\n$${bytes}\r\n${'v'.repeat(bytes - 1)}`);
  await until(`${name} has sent ${bytes}`, async () => (await bytesOf(name)) >= bytes);
}

test.each(['WATCH', 'SUBSCRIBE', 'PSUBSCRIBE', 'SSUBSCRIBE'])('what %s keeps counts', async (command) => {
  const client = await open('keeper');
  client.resume();
  await limitTo((await bytesOf('keeper')) + 200_000);
  const names = Array.from({ length: 10_000 }, (_, i) => `${i}`);
  client.write(names.map((name) => `${command} ${name}\r\n`).join(''));
  await until('it has to go', async () => (await namesOf('keeper')).length === 0);
});

test('fieldsets count until they are discarded', async () => {
  const client = await open('importer');
  client.resume();
  const before = await bytesOf('importer');
  const prepared = Array.from({ length: 1000 }, (_, i) => `HIMPORT PREPARE ${i} field-${i} other\r\n`).join('');
  client.write(prepared + prepared);
  await until('they count', async () => (await bytesOf('importer')) > before + 300_000);
  client.write('HIMPORT PREPARE 0 again\r\nCLIENT SETNAME importer-too\r\n');
  await until('all are prepared', async () => (await namesOf('importer-too')).length === 1);
  expect(await bytesOf('importer-too')).toBeLessThan(before + 500_000);
  client.write('HIMPORT DISCARD 1\r\nHIMPORT DISCARDALL\r\n');
  await until('they count no more', async () => (await bytesOf('importer-too')) < before + 100_000);
  await limitTo(before + 200_000);
  client.write(prepared);
  await until('it has to go', async () => (await namesOf('importer')).length === 0);
});

test('an argument under way takes about its own size', async () => {
  for (const bytes of [200_000, 1 << 20, 3_000_000, 6_000_000]) {
    const name = `sender-${bytes}`;
    await sendMost(await open(name), name, bytes);
    expect((await bytesOf(name)) / bytes).toBeLessThan(1.4);
  }
});

test('the largest go, and no more than have to', async () => {
  for (const [size, bytes] of [100_000, 500_000, 2_000_000].entries()) {
    for (let i = 0; i < 3; i++) await sendMost(await open(`size-${size}-${i}`), `size-${size}-${i}`, bytes);
  }
  const before = await info(control, 'evicted_clients');
  await limitTo(3 * 650_000);
  await until('three are gone', async () => (await info(control, 'evicted_clients')) === before + 3);
  expect((await namesOf('size-')).sort()).toEqual([0, 1].flatMap((size) => [0, 1, 2].map((i) => `size-${size}-${i}`)));
});

test('nobody is ever seen with more than the limit', async () => {
  await control.call('SETRANGE', 'k', '200000', 'v');
  const client = await open('reader');
  await limitTo(3_000_000);
  for (;;) {
    const bytes = await bytesOf('reader');
    if (Number.isNaN(bytes)) break;
    expect(bytes).toBeLessThan(3_000_000);
    client.write('GET k\r\n');
  }
});
