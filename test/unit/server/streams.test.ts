/** What clients that wait for streams, watch them or listen to their events get to know: as Redis 8 does, unlike 7.0. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isAggregate, show } from '../../support/resp.ts';
import { RespClient } from '../../support/resp-client.ts';
import { info, mayflyWith, textOf, until } from '../../support/server-facts.ts';
import { ServerProcess } from '../../support/server-process.ts';

let server: ServerProcess;
let client: RespClient;
let other: RespClient;

beforeAll(async () => {
  server = await ServerProcess.start(mayflyWith('--notify-keyspace-events', 'EA'));
  client = await RespClient.open(server.port);
  other = await RespClient.open(server.port);
});
afterAll(async () => {
  client.close();
  other.close();
  await server.stop();
});
beforeEach(async () => {
  await client.call('FLUSHALL');
});

const words = (line: string) => line.split(' ');
const run = (...lines: string[]) => client.pipeline(lines.map(words));

/** What `other` is told that sends the command and waits, once the others are run in a transaction. */
async function toldAfter(waiting: string, ...lines: string[]): Promise<string> {
  const told = other.call(...words(waiting));
  await until('it waits', async () => (await info(client, 'blocked_clients')) === 1);
  await run('MULTI', ...lines, 'EXEC');
  return show(await told);
}

describe('who waits', () => {
  test('for the last entry is told of the last one only', async () => {
    expect(await toldAfter('XREAD BLOCK 0 STREAMS s +', 'XADD s 1-0 f v', 'XADD s 2-0 f v')).toBe(
      '[["s", [["2-0", ["f", "v"]]]]]',
    );
  });

  test('for new entries is told of all', async () => {
    await run('XADD s 1-0 f v');
    expect(await toldAfter('XREAD BLOCK 0 STREAMS s $', 'XADD s 2-0 f v', 'XADD s 3-0 f v')).toBe(
      '[["s", [["2-0", ["f", "v"]], ["3-0", ["f", "v"]]]]]',
    );
  });

  test('for several streams is refused when one is served while another has become something else', async () => {
    expect(await toldAfter('XREAD BLOCK 0 STREAMS s t 0 0', 'SET t v', 'XADD s 1-0 f v')).toMatch(/WRONGTYPE/);
  });

  test('for a group that goes is told what one that comes later is told', async () => {
    const waiting = 'XREADGROUP GROUP g c BLOCK 0 STREAMS s >';
    await run('XGROUP CREATE s g $ MKSTREAM');
    expect(await toldAfter(waiting, 'XGROUP DESTROY s g')).toMatch(/NOGROUP/);
    await run('XGROUP CREATE s g $');
    expect(await toldAfter(waiting, 'DEL s')).toMatch(/NOGROUP/);
    await run('XGROUP CREATE s g $ MKSTREAM');
    expect(await toldAfter(waiting, 'SET s v')).toMatch(/WRONGTYPE/);
  });

  test('goes on waiting, and is not made a consumer again, when nothing but its group has changed', async () => {
    await run('XADD s 1-0 f v', 'XGROUP CREATE s g $');
    const told = other.call(...words('XREADGROUP GROUP g c BLOCK 0 STREAMS s >'));
    await until('it waits', async () => (await info(client, 'blocked_clients')) === 1);
    await run('XGROUP DELCONSUMER s g c', 'XGROUP CREATECONSUMER s g d', 'XGROUP CREATE s h $', 'XGROUP SETID s g 0');
    expect(show(await client.call('XINFO', 'CONSUMERS', 's', 'g'))).toMatch(/^\[\["name", "d", [^[]*\]\]$/);
    await run('XADD s 2-0 f v');
    expect(show(await told)).toBe('[["s", [["1-0", ["f", "v"]], ["2-0", ["f", "v"]]]]]');
  });

  test('to claim is told of what is given back', async () => {
    await run('XADD s 1-0 f v', 'XGROUP CREATE s g 0', 'XREADGROUP GROUP g c STREAMS s >');
    const told = await toldAfter('XREADGROUP GROUP g d BLOCK 0 CLAIM 3600000 STREAMS s >', 'XNACK s g FAIL IDS 1 1-0');
    expect(told).toMatch(/^\[\["s", \[\["1-0", \["f", "v"\], \(integer\) \d+, \(integer\) 1\]\]\]\]$/);
  });

  test('to claim is not told of what was deleted', async () => {
    await run(
      'XADD s 1-0 f v',
      'XADD s 2-0 f v',
      'XGROUP CREATE s g 0',
      'XREADGROUP GROUP g c STREAMS s >',
      'XDEL s 1-0',
    );
    const told = await toldAfter('XREADGROUP GROUP g d BLOCK 0 CLAIM 3600000 STREAMS s >', 'XADD s 3-0 f v');
    expect(told).toBe('[["s", [["3-0", ["f", "v"], (integer) 0, (integer) 0]]]]');
  });
});

test('DUMP holds what was given back, in that order, and what producers have sent', async () => {
  const id = textOf(await client.call('XADD', 's', 'IDMP', 'p', 'm', '*', 'f', 'v'));
  await run('XADD s * f v', 'XGROUP CREATE s g 0', 'XREADGROUP GROUP g c STREAMS s >');
  await run('XCFGSET s IDMP-MAXSIZE 100', 'XCFGSET s IDMP-DURATION 9999', `XIDMPRECORD s p m ${id}`);
  const second = show(await client.call('XREVRANGE', 's', '+', '-', 'COUNT', '1')).split('"')[1];
  await run(`XNACK s g FATAL IDS 1 ${second}`, `XNACK s g FAIL IDS 1 ${id}`, 'DEBUG RELOAD');
  await client.call('COPY', 's', 't');
  for (const key of ['s', 't']) {
    expect(textOf(await client.call('XADD', key, 'IDMP', 'p', 'm', '*', 'f', 'v'))).toBe(id);
    expect(show(await client.call('XINFO', 'STREAM', key))).toContain('"idmp-duration", (integer) 9999');
    const claimed = await client.call(...words(`XREADGROUP GROUP g d CLAIM 0 COUNT 1 STREAMS ${key} >`));
    expect(show(claimed)).toContain(second);
    expect(show(claimed)).toContain('(integer) 9223372036854775807');
  }
});

test('DUMP tells of no group that has read more than was ever added: Redis would refuse it', async () => {
  await run(
    'XADD s 1-0 f v',
    'XADD s 3-0 f v',
    'XGROUP CREATE s g 2 ENTRIESREAD 8',
    'XREADGROUP GROUP g c STREAMS s >',
  );
  expect(show(await client.call('XINFO', 'GROUPS', 's'))).toContain('"entries-read", (integer) 3');
  await client.call('RESTORE', 't', '0', textOf(await client.call('DUMP', 's')));
  expect(show(await client.call('XINFO', 'GROUPS', 't'))).toContain('"entries-read", (integer) 2');
});

test('a message that Redis has named is recognized by its fields, whatever their order', async () => {
  // What Redis 8.9 dumped after XADD s 4000000000000-0 f v and XADD s IDMPAUTO p * a 1 b <300 times x>.
  const payload = [
    '1b0110000003a3529440000000000000000000c339415f105f01000013000201000101018166020001400a05000181760204200640150402',
    '01816102201c046202e12c78e0ff00e01a000402ae0801ff0281000003a3529440000181000003a352944000000000020040644064010170',
    '0110a66b62a8262d272096b924845e22f13881000003a3529440000101000e00d919e388ef610089',
  ].join('');
  expect(show(await client.call('RESTORE', 's', '0', Buffer.from(payload, 'hex').toString('latin1')))).toBe('OK');
  const add = (...fields: string[]) => client.call('XADD', 's', 'IDMPAUTO', 'p', '*', ...fields);
  expect(textOf(await add('b', 'x'.repeat(300), 'a', '1'))).toBe('4000000000000-1');
  expect(textOf(await add('b', '1', 'a', 'x'.repeat(300)))).toBe('4000000000000-2');
  expect(textOf(await add('a1', '', 'b', 'x'.repeat(300)))).toBe('4000000000000-3');
});

test('producers that never come back are forgotten while others come', async () => {
  await client.call('XADD', 's', '1-0', 'f', 'v');
  const producers = (count: number) =>
    client.pipeline(Array.from({ length: count }, (_, i) => ['XIDMPRECORD', 's', `producer-${i}`, 'm', '1-0']));
  const used = async () => Number(textOf(await client.call('MEMORY', 'USAGE', 's')));
  await producers(10);
  const bytesOfFew = await used();
  await producers(2_000);
  expect(await used()).toBeLessThan(5 * bytesOfFew);
});

test('groups, given back entries and settings are no change for WATCH, and the latter two no event', async () => {
  await run('XADD s 1-0 f v', 'XGROUP CREATE s g 0', 'XREADGROUP GROUP g c STREAMS s >');
  const listener = await RespClient.open(server.port);
  await listener.call('HELLO', '3');
  await listener.send('PSUBSCRIBE __keyevent@*\r\n', 0);
  await listener.call('PING');
  listener.pushes.length = 0;
  await other.call('WATCH', 's');
  await run('XNACK s g FAIL IDS 1 1-0', 'XCFGSET s IDMP-MAXSIZE 5', 'XIDMPRECORD s p m 1-0', 'XGROUP SETID s g 0');
  await listener.call('PING');
  await other.pipeline([['MULTI'], ['PING']]);
  expect(show(await other.call('EXEC'))).toMatch(/PONG/);
  const events = listener.pushes.map((push) => (isAggregate(push) ? textOf(push.items[2]) : ''));
  expect(events).toEqual(['__keyevent@0__:xgroup-setid']);
  listener.close();
});
