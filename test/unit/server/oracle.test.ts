/** The commands about connection and server, word for word as redis-server answers them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RespClient } from '../../support/resp-client.ts';
import { mayflyWith } from '../../support/server-facts.ts';
import { redisServer, ServerProcess } from '../../support/server-process.ts';

let servers: ServerProcess[];

beforeAll(async () => {
  servers = await Promise.all([ServerProcess.start(mayflyWith()), ServerProcess.start(redisServer)]);
});
afterAll(() => Promise.all(servers.map((server) => server.stop())));

/** Versions and connection IDs are the server's own. */
const comparable = (raw: string): string =>
  raw.replace(/\$\d\r\n(7\.0\.15|8\.10\.0)/, '(version)').replace(/(id\r\n):\d+/, '$1:(id)');

/** Sends the lines to both servers, each on a connection of its own. */
async function both(lines: readonly string[]): Promise<[mayfly: string[], redis: string[]]> {
  const [mayfly, redis] = await Promise.all(
    servers.map(async ({ port }) => {
      const client = await RespClient.open(port);
      client.pushesAreReplies = true;
      const replies: string[] = [];
      for (const line of lines) {
        const words = line.split(' ').map((word) => (word === '""' ? '' : word));
        replies.push(`${line} → ${comparable((await client.pipeline([words]))[0].raw)}`);
      }
      client.close();
      return replies;
    }),
  );
  return [mayfly, redis];
}

async function expectSame(lines: readonly string[]): Promise<void> {
  const [mayfly, redis] = await both(lines);
  expect(mayfly).toEqual(redis);
}

const PROTOCOL_KINDS = 'string integer double null array set map verbatim true false bignum foo'.split(' ');

describe('as redis-server', () => {
  it('HELLO, AUTH and RESET', () =>
    expectSame([
      'HELLO',
      'HELLO 4',
      'HELLO x',
      'HELLO 3 FOO',
      'HELLO 3 AUTH a',
      'HELLO 2 AUTH default x',
      'HELLO 2 AUTH nouser x',
      'HELLO 3',
      'HELLO',
      'CLIENT GETNAME',
      'HELLO 3 SETNAME me',
      'CLIENT GETNAME',
      'AUTH x',
      'AUTH default x',
      'AUTH nouser x',
      'AUTH a b c',
      'AUTH',
      'RESET',
      'CLIENT GETNAME',
      'RESET x',
    ]));

  it('CLIENT', () =>
    expectSame([
      'CLIENT',
      'CLIENT FOO',
      'CLIENT SETNAME',
      'CLIENT GETNAME',
      'CLIENT SETNAME foo',
      'CLIENT GETNAME',
      'CLIENT SETNAME ""',
      'CLIENT GETNAME',
      'CLIENT LIST TYPE foo',
      'CLIENT LIST TYPE master',
      'CLIENT LIST TYPE replica',
      'CLIENT LIST ID 1 x',
      'CLIENT LIST ID 99999',
      'CLIENT LIST ID',
      'CLIENT LIST FOO',
      'CLIENT LIST TYPE normal ID 1',
      'CLIENT KILL',
      'CLIENT KILL 1.1.1.1:1',
      'CLIENT KILL ID 99999',
      'CLIENT KILL ID x',
      'CLIENT KILL ID 0',
      'CLIENT KILL ID 1 ADDR',
      'CLIENT KILL TYPE foo',
      'CLIENT KILL TYPE normal SKIPME yes',
      'CLIENT KILL ADDR 1:1 SKIPME no',
      'CLIENT KILL USER foo',
      'CLIENT KILL SKIPME foo',
      'CLIENT KILL FOO bar',
      'CLIENT NO-EVICT x',
      'CLIENT NO-EVICT on',
      'CLIENT REPLY x',
      'CLIENT REPLY ON',
      'CLIENT PAUSE x',
      'CLIENT PAUSE -1',
      'CLIENT PAUSE 99999999999999999999',
      'CLIENT PAUSE 1 FOO',
      'CLIENT PAUSE 0',
      'CLIENT UNPAUSE',
      'CLIENT UNBLOCK x',
      'CLIENT UNBLOCK 99999',
      'CLIENT UNBLOCK 99999 foo',
      'CLIENT UNBLOCK 99999 ERROR foo',
      'CLIENT PAUSE 1 WRITE foo',
      'CLIENT GETREDIR',
      'CLIENT TRACKINGINFO',
      'CLIENT TRACKING x',
      'CLIENT TRACKING off',
      'CLIENT CACHING yes',
      'CLIENT INFO x',
      'HELLO 3',
      'CLIENT TRACKINGINFO',
    ]));

  it('CONFIG', () =>
    expectSame([
      'CONFIG',
      'CONFIG FOO',
      'CONFIG GET',
      'CONFIG GET maxmemory a*z',
      'CONFIG SET maxmemory',
      'CONFIG SET maxmemory x',
      'CONFIG SET nosuch 1',
      'CONFIG SET daemonize yes',
      'CONFIG SET maxmemory 100mb maxmemory 1',
      'CONFIG SET maxmemory 100mb',
      'CONFIG GET maxmemory',
      'CONFIG SET maxmemory 0',
      'CONFIG RESETSTAT',
      'CONFIG REWRITE',
      'HELLO 3',
      'CONFIG GET maxmemory',
      'CONFIG GET nosuch',
    ]));

  it('COMMAND', () =>
    expectSame([
      'COMMAND FOO',
      'COMMAND INFO get config|get nosuch',
      'COMMAND DOCS nosuch',
      'COMMAND GETKEYS set a b',
      'COMMAND GETKEYS mset a b c d',
      'COMMAND GETKEYS nosuch a b',
      'COMMAND GETKEYS mset a',
      'COMMAND GETKEYS pfmerge a b',
      'COMMAND GETKEYSANDFLAGS mset a b c d',
      'COMMAND GETKEYSANDFLAGS set a b',
      'COMMAND GETKEYSANDFLAGS set a b get',
      'COMMAND GETKEYSANDFLAGS config get x',
      'COMMAND LIST FILTERBY ACLCAT nosuch',
      'COMMAND LIST FILTERBY FOO x',
      'COMMAND LIST FILTERBY MODULE x',
      'COMMAND LIST FILTERBY PATTERN nosuch*',
      'COMMAND LIST FILTERBY',
      'COMMAND LIST X Y Z',
      'HELLO 3',
      'COMMAND INFO get config|get nosuch',
      'COMMAND GETKEYSANDFLAGS mset a b c d',
    ]));

  it('SLOWLOG, LATENCY and MEMORY', () =>
    expectSame([
      'SLOWLOG',
      'SLOWLOG FOO',
      'SLOWLOG RESET',
      'SLOWLOG LEN',
      'SLOWLOG GET',
      'SLOWLOG GET -2',
      'SLOWLOG GET x',
      'LATENCY FOO',
      'LATENCY LATEST',
      'LATENCY HISTORY x',
      'LATENCY RESET',
      'LATENCY RESET x y',
      'LATENCY GRAPH x',
      'MEMORY FOO',
      'MEMORY PURGE',
      'MEMORY USAGE nosuch',
      'MEMORY USAGE k SAMPLES -1',
      'MEMORY USAGE k SAMPLES',
      'MEMORY USAGE k FOO 1',
    ]));

  it('the rest', () =>
    expectSame([
      'PING',
      'PING hello',
      'PING a b',
      'ECHO',
      'ROLE',
      'SELECT 15',
      'SELECT 16',
      'SELECT -1',
      'SELECT x',
      'SHUTDOWN FOO',
      'SHUTDOWN SAVE NOSAVE',
      'SHUTDOWN ABORT',
      'SHUTDOWN ABORT NOW',
      'BGSAVE FOO',
      'INFO nosuch',
      'TIME x',
      'NOSUCH a b c',
      'QUIT',
    ]));

  it('DEBUG', () =>
    expectSame([
      'DEBUG',
      'DEBUG FOO',
      'DEBUG SLEEP',
      'DEBUG SLEEP 0',
      'DEBUG OBJECT nosuch',
      'DEBUG ERROR MYCODE',
      'DEBUG LOG hello',
      'DEBUG SET-ACTIVE-EXPIRE 1',
      'DEBUG HTSTATS 99',
      'DEBUG QUICKLIST-PACKED-THRESHOLD x',
      'DEBUG QUICKLIST-PACKED-THRESHOLD 0',
      'DEBUG CHANGE-REPL-ID',
      'DEBUG POPULATE x',
      'DEBUG POPULATE 3',
      'DEBUG POPULATE 2 p 3',
      'DEBUG POPULATE 2 q 20',
      'GET key:1',
      'GET p:1',
      'GET q:1',
      ...PROTOCOL_KINDS.map((kind) => `DEBUG PROTOCOL ${kind}`),
      'DEBUG PROTOCOL attrib',
      'DEBUG PROTOCOL push',
      'HELLO 3',
      ...PROTOCOL_KINDS.map((kind) => `DEBUG PROTOCOL ${kind}`),
    ]));
});

describe('CLIENT REPLY', () => {
  it('leaves out the replies that are not wanted, and no others', async () => {
    for (const { port } of servers) {
      const client = await RespClient.open(port);
      const lines = [
        'CLIENT REPLY SKIP',
        'PING a',
        'PING b',
        'CLIENT REPLY OFF',
        'PING c',
        'CLIENT REPLY SKIP',
        'PING d',
      ];
      const replies = await client.send([...lines, 'CLIENT REPLY ON', 'PING e'].join('\r\n').concat('\r\n'), 3);
      expect(replies.map(({ raw }) => raw)).toEqual(['$1\r\nb\r\n', '+OK\r\n', '$1\r\ne\r\n']);
      client.close();
    }
  });

  it('holds for what a worker answers too', async () => {
    const client = await RespClient.open(servers[0].port);
    const lines = ['CLIENT REPLY SKIP', 'DEBUG SHARD-SLEEP k 0.01', 'DEBUG SHARD-SLEEP k 0.01', 'PING b'];
    const replies = await client.send(lines.join('\r\n').concat('\r\n'), 2);
    expect(replies.map(({ raw }) => raw)).toEqual(['+OK\r\n', '$1\r\nb\r\n']);
    client.close();
  });
});

describe('CLIENT PAUSE', () => {
  it('keeps writes waiting, or everything, until it ends', async () => {
    for (const { port } of servers) {
      const [pausing, writing] = [await RespClient.open(port), await RespClient.open(port)];
      for (const [mode, during] of [
        ['WRITE', ['PING', 'SET a b']],
        ['ALL', ['PING', 'PING']],
      ] as const) {
        const startedMs = Date.now();
        await pausing.call('CLIENT', 'PAUSE', '300', mode);
        if (mode === 'WRITE') expect((await writing.call('PING')).kind).toBe('+');
        if (mode === 'WRITE') expect(Date.now() - startedMs).toBeLessThan(250);
        await writing.pipeline(during.map((line) => line.split(' ')));
        expect(Date.now() - startedMs).toBeGreaterThanOrEqual(295);
      }
      await pausing.call('CLIENT', 'PAUSE', '60000', 'WRITE');
      const waiting = writing.call('SET', 'a', 'c');
      await pausing.call('CLIENT', 'UNPAUSE');
      expect((await waiting).kind).toBe('+');
      pausing.close();
      writing.close();
    }
  });
});
