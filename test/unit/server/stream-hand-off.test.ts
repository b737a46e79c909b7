/** XREAD and XREADGROUP stay where their clients can wait, unless they don't wait and have much to read. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RespClient } from '../../support/resp-client.ts';
import { info, mayflyWith } from '../../support/server-facts.ts';
import { ServerProcess } from '../../support/server-process.ts';

const ENTRIES = 20_000;

let server: ServerProcess;
let client: RespClient;

beforeAll(async () => {
  server = await ServerProcess.start(mayflyWith());
  client = await RespClient.open(server.port);
  for (let from = 1; from <= ENTRIES; from += 1000) {
    await client.pipeline(Array.from({ length: 1000 }, (_, i) => ['XADD', 's', `${from + i}-0`, 'f', 'v']));
  }
  await client.pipeline([['XGROUP', 'CREATE', 's', 'g', '0']]);
});
afterAll(async () => {
  client.close();
  await server.stop();
});

const entriesIn = (raw: string) => raw.split('$1\r\nf\r\n').length - 1;

test.each<[string, string[], entries: number, handOffs: number]>([
  ['all of it', ['XREAD', 'STREAMS', 's', '0'], ENTRIES, 1],
  ['a few', ['XREAD', 'COUNT', '10', 'STREAMS', 's', '0'], 10, 0],
  ['the end', ['XREAD', 'STREAMS', 's', `${ENTRIES - 5}-0`], 5, 0],
  ['nothing', ['XREAD', 'STREAMS', 's', '$'], 0, 0],
  ['all of it, ready to wait', ['XREAD', 'BLOCK', '1', 'STREAMS', 's', '0'], ENTRIES, 0],
  ['a few for a group', ['XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', '10', 'STREAMS', 's', '>'], 10, 0],
  ['all for a group', ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '>'], ENTRIES - 10, 1],
  ['what a consumer has pending', ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '0'], ENTRIES, 1],
  ['nothing more', ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '>'], 0, 0],
])('%s', async (_, command, entries, handOffs) => {
  const before = await info(client, 'handoffs');
  const [{ raw }] = await client.pipeline([command]);
  expect(entriesIn(raw)).toBe(entries);
  // A shard that a worker looks at for a moment makes a hand-off more.
  if (handOffs > 0) expect(await info(client, 'handoffs')).toBeGreaterThan(before);
});

test('a group called STREAMS hides no BLOCK', async () => {
  await client.pipeline([['XGROUP', 'CREATE', 's', 'STREAMS', '$']]);
  const [{ raw }] = await client.pipeline([
    ['XREADGROUP', 'GROUP', 'STREAMS', 'c', 'BLOCK', '20', 'STREAMS', 's', '>'],
  ]);
  expect(raw).toBe('*-1\r\n');
});
