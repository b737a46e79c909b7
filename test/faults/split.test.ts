/** A pipeline that comes in two pieces, cut at any byte, is answered as if it had come in one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCommand } from '../support/resp.ts';
import { RespClient } from '../support/resp-client.ts';
import { mayflyWith } from '../support/server-facts.ts';
import { ServerProcess } from '../support/server-process.ts';
import { Client } from '../transport/harness.ts';

let server: ServerProcess;
let control: RespClient;
let client: Client;

beforeAll(async () => {
  server = await ServerProcess.start(mayflyWith());
  control = await RespClient.open(server.port);
  client = new Client(server.port);
  await client.connected;
  client.socket.setNoDelay(true);
});
afterAll(async () => {
  control.close();
  client.socket.destroy();
  await server.stop();
});

/** Sends the pieces, each when the server has had its turn with the one before, and answers with `bytes` bytes of reply. */
async function answer(pieces: readonly Buffer[], bytes: number): Promise<string> {
  const before = client.receivedBytes;
  for (const piece of pieces) {
    client.socket.write(piece);
    await control.call('PING');
  }
  await client.receives(before + bytes);
  const { text } = client;
  client.chunks.length = 0;
  return text;
}

const PIPELINE = Buffer.from(
  [
    'PING\r\n',
    encodeCommand(['SET', 'k', 'a\r\n$3\r\nb']),
    encodeCommand(['GET', 'k']),
    '*0\r\n\r\n',
    encodeCommand(['MULTI']),
    encodeCommand(['APPEND', 'k', '*1']),
    encodeCommand(['EXEC']),
    // A worker's.
    encodeCommand(['DEBUG', 'SHARD-SLEEP', 'k', '0']),
    encodeCommand(['ECHO', '']),
    'ECHO "x y"\r\n',
    encodeCommand(['NOSUCH', '\xff']),
    encodeCommand(['STRLEN', 'k']),
  ].join(''),
  'latin1',
);
const ANSWER =
  '+PONG\r\n+OK\r\n$8\r\na\r\n$3\r\nb\r\n+OK\r\n+QUEUED\r\n*1\r\n:10\r\n+OK\r\n$0\r\n\r\n$3\r\nx y\r\n' +
  "-ERR unknown command 'NOSUCH', with args beginning with: '\xff' \r\n:10\r\n";

describe('a pipeline', () => {
  it('cut in two at any byte', async () => {
    for (let cut = 0; cut < PIPELINE.length; cut++) {
      const pieces = [PIPELINE.subarray(0, cut), PIPELINE.subarray(cut)].filter(({ length }) => length > 0);
      expect(await answer(pieces, ANSWER.length), `cut at ${cut}`).toBe(ANSWER);
    }
  }, 60_000);

  it('cut at every byte', async () => {
    const bytes = Array.from(PIPELINE, (byte) => Buffer.of(byte));
    expect(await answer(bytes, ANSWER.length)).toBe(ANSWER);
  });

  it('with a large argument, cut where buffers end and arguments begin', async () => {
    const value = 'v'.repeat(300_000);
    const command = Buffer.from(`${encodeCommand(['SET', 'large', value])}STRLEN large\r\n`);
    const start = command.indexOf(value);
    const [page, net] = [16 * 1024, 64 * 1024];
    const near = [0, start, page, start + page, net, start + net, start + value.length].flatMap((at) => [
      at - 1,
      at,
      at + 1,
    ]);
    for (const cut of near.filter((at) => at > 0)) {
      const pieces = [command.subarray(0, cut), command.subarray(cut)];
      expect(await answer(pieces, 14), `cut at ${cut}`).toBe('+OK\r\n:300000\r\n');
    }
  });
});
