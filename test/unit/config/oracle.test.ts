/** What redis-server says to the same questions. Without one these tests fail: an oracle that is away proves nothing. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/command-line.ts';
import { Config } from '../../../src/config/config.ts';
import { ConfigCommandError } from '../../../src/config/refusal.ts';
import { RespClient } from '../../support/resp-client.ts';
import { redisServer, ServerProcess } from '../../support/server-process.ts';

/** Redis 7.0 knows them, 8.10 does not. */
const GONE_SINCE = ['io-threads-do-reads'];

/** What the oracle is started with, or finds out about the machine it runs on. */
const NOT_DEFAULT = ['port', 'bind', 'save', 'dir', 'enable-debug-command', 'loglevel'];

/** Redis 7.0 shows it in patterns, 8.10 only for its exact name. */
const HIDDEN_SINCE = ['aof-disable-auto-gc'];

/** Name, value, …: where 8.10 says the same as the oracle's 7.0. Newer enumerations have more words to list. */
const REFUSED = [
  ['maxmemory', '-1'],
  ['maxmemory', '1tb'],
  ['maxmemory', 'abc'],
  ['maxmemory-clients', '101%'],
  ['maxmemory-clients', '-5'],
  ['maxmemory-clients', '%'],
  ['maxmemory-clients', 'x%'],
  ['maxclients', '0'],
  ['maxclients', '-1'],
  ['maxclients', '4294967296'],
  ['port', '01'],
  ['port', '+1'],
  ['port', ''],
  ['port', '70000'],
  ['port', '1.5'],
  ['slowlog-log-slower-than', '-2'],
  ['slowlog-max-len', '9223372036854775808'],
  ['list-max-ziplist-size', '99999999999'],
  ['repl-backlog-size', '0'],
  ['proto-max-bulk-len', '1'],
  ['client-query-buffer-limit', '1048575'],
  ['active-defrag-cycle-min', '100'],
  ['tracking-table-max-keys', '-1'],
  ['slave-priority', 'abc'],
  ['SLAVE-PRIORITY', 'abc'],
  ['lua-time-limit', '-5'],
  ['appendonly', 'maybe'],
  ['rdbcompression', ''],
  ['appendfsync', 'sometimes'],
  ['appendfsync', ''],
  ['sanitize-dump-payload', 'yes no'],
  ['oom-score-adj', 'bogus'],
  ['acl-pubsub-default', 'bogus'],
  ['propagation-error-behavior', 'bogus'],
  ['cluster-preferred-endpoint-type', 'bogus'],
  ['tls-auth-clients', 'bogus'],
  ['shutdown-on-sigterm', 'save nosave'],
  ['shutdown-on-sigterm', 'save  now'],
  ['shutdown-on-sigint', ''],
  ['save', '900'],
  ['save', '900  1'],
  ['save', '0 1'],
  ['save', '900 x'],
  ['save', '900 -1'],
  ['client-output-buffer-limit', 'nobody 1 2 3'],
  ['client-output-buffer-limit', 'master 1 2 3'],
  ['client-output-buffer-limit', 'normal 1 2'],
  ['client-output-buffer-limit', 'normal 1 2 x'],
  ['client-output-buffer-limit', 'normal -1 2 3'],
  ['client-output-buffer-limit', 'normal 1 2 -3'],
  ['oom-score-adj-values', '1 2'],
  ['oom-score-adj-values', '1 2 3000'],
  ['oom-score-adj-values', '1 2 x'],
  ['latency-tracking-info-percentiles', '50 abc'],
  ['latency-tracking-info-percentiles', '50 101'],
  ['latency-tracking-info-percentiles', '-1'],
  ['bind', '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17'],
  ['proc-title-template', '{unknown}'],
  ['proc-title-template', '{title'],
  ['proc-title-template', ''],
  ['cluster-announce-hostname', 'a b'],
  ['cluster-announce-hostname', 'a'.repeat(256)],
  ['daemonize', 'yes'],
  ['Daemonize', 'yes'],
  ['unixsocket', '/x'],
  ['replicaof', 'localhost 1'],
  ['slaveof', 'localhost 1'],
  ['dir', '/'],
  ['dbfilename', 'x'],
  ['nonsense', '1'],
  ['maxmemory', '1', 'Nonsense', '2'],
  ['maxmemory', '1', 'maxmemory', '2'],
  ['maxmemory', '1', 'MAXMEMORY', '2'],
  ['maxmemory', '1', 'daemonize', 'yes'],
  ['nonsense', '1', 'daemonize', 'yes'],
  ['daemonize', 'yes', 'nonsense', '1'],
  ['maxmemory', 'x', 'maxclients', 'y'],
  ['maxmemory', '1', 'maxclients'],
];

/** Values that both take; what CONFIG GET then says is compared. */
const TAKEN = [
  ['maxmemory', ''],
  ['maxmemory', 'mb'],
  ['maxmemory', '1gB'],
  ['maxmemory', '18446744073709551615'],
  ['maxmemory-clients', '5%'],
  ['maxmemory-clients', '0%'],
  ['maxmemory-policy', 'ALLKEYS-LRU'],
  ['slowlog-max-len', '9223372036854775807'],
  ['hz', '100000'],
  ['hz', '0'],
  ['hz', '10'],
  ['save', '900 1 300 10'],
  ['save', '900 0'],
  ['save', ''],
  ['client-output-buffer-limit', 'replica 1mb 2kb 3'],
  ['client-output-buffer-limit', 'NORMAL 1gb 2k 3 pubsub 4 5 6'],
  ['notify-keyspace-events', 'AKE'],
  ['notify-keyspace-events', 'mnEK$g'],
  ['notify-keyspace-events', ''],
  ['oom-score-adj-values', '-5 10 20'],
  ['latency-tracking-info-percentiles', '50.0 99.12345678 1e1 .5 100'],
  ['latency-tracking-info-percentiles', ''],
  ['shutdown-on-sigterm', 'force now'],
  ['shutdown-on-sigint', 'FORCE nosave now'],
  ['shutdown-on-sigterm', 'default'],
  ['proc-title-template', '{title} {{x {port}'],
  ['requirepass', '\xffa b"c'],
  ['requirepass', ''],
  ['appendfsync', 'ALWAYS'],
  ['repl-ping-slave-period', '3'],
  ['list-max-listpack-size', '-5'],
  ['auto-aof-rewrite-min-size', '5k'],
];

const remote = { isLocal: false, isLoading: false };

let server: ServerProcess;
let redis: RespClient;

beforeAll(async () => {
  server = await ServerProcess.start(redisServer);
  redis = await RespClient.open(server.port);
});

afterAll(async () => {
  redis?.close();
  await server?.stop();
});

async function redisGet(pattern: string): Promise<Map<string, string>> {
  const reply = await redis.call('CONFIG', 'GET', pattern);
  const texts = 'items' in reply ? reply.items.map((item) => ('text' in item ? item.text : '')) : [];
  return new Map(texts.flatMap((text, i) => (i % 2 === 0 ? [[text, texts[i + 1]] as const] : [])));
}

function setError(config: Config, args: readonly string[]): string {
  try {
    config.set(args, remote);
    return 'OK';
  } catch (error) {
    if (!(error instanceof ConfigCommandError)) throw error;
    return `${error.code} ${error.message}`;
  }
}

describe('beside redis-server', () => {
  it('every name that it knows is known, with the same default', async () => {
    const theirs = await redisGet('*');
    const ours = new Map(new Config().get(['*', ...HIDDEN_SINCE]));
    expect(theirs.size).toBeGreaterThan(150);
    for (const [name, text] of theirs) {
      if (GONE_SINCE.includes(name)) continue;
      expect(ours.has(name), `${name} is known`).toBe(true);
      if (!NOT_DEFAULT.includes(name)) expect(`${name} ${ours.get(name)}`).toBe(`${name} ${text}`);
    }
  });

  it.each(REFUSED)('CONFIG SET %s %s %s %s is refused in the same words', async (...args) => {
    const words = args.filter((word) => word !== undefined);
    const reply = await redis.call('CONFIG', 'SET', ...words);
    expect(reply.kind).toBe('-');
    expect(setError(new Config(), words)).toBe('text' in reply ? reply.text : undefined);
  });

  it.each(TAKEN)('CONFIG SET %s %j is answered the same by CONFIG GET', async (name, value) => {
    expect(await redis.call('CONFIG', 'SET', name, value)).toEqual({ kind: '+', text: 'OK' });
    const config = new Config();
    if (name === 'client-output-buffer-limit') {
      // Classes add up in the oracle over the cases of this list.
      for (const [other, text] of TAKEN) if (other === name) config.set([other, text], remote);
      for (const [other, text] of TAKEN) if (other === name) await redis.call('CONFIG', 'SET', other, text);
    } else config.set([name, value], remote);
    expect(config.get([name])).toEqual([...(await redisGet(name))]);
  });

  it.each([['maxm*'], ['[ab]ind'], ['h??h*'], ['MAXMEMORY'], ['Max*'], ['*of'], ['nonsense'], ['key-load-delay']])(
    'CONFIG GET %s finds the same',
    async (pattern) => {
      const theirs = [...(await redisGet(pattern)).keys()].sort();
      const known = new Set([...(await redisGet('*')).keys(), 'key-load-delay']);
      const ours = new Config().get([pattern]).map(([name]) => name);
      expect(ours.filter((name) => known.has(name.toLowerCase())).sort()).toEqual(theirs);
    },
  );

  it.each([
    [['--port']],
    [['--port', 'abc']],
    [['--invalid']],
    [['--port', '6379', '6380']],
    [['--port', '--loglevel', 'verbose']],
    [['--port', '--bla', '--loglevel', 'verbose']],
    [['--port', '6380', '--loglevel']],
    [['--appendfsync', '--bla']],
    [['--shutdown-on-sigint']],
    [['--shutdown-on-sigint', 'now force', '--shutdown-on-sigterm']],
    [['--replicaof', '127.0.0.1', 'abc']],
    [['--replicaof', '--127.0.0.1', '--abc']],
    [['--save', '60']],
    [['--port "1']],
    [['--unixsocketperm', '8']],
    [['--unixsocketperm', '1000']],
    [['--dbfilename', 'a/b']],
    [['--appenddirname', '']],
    [['--appendfilename', 'a/b']],
    [['--dir', '/nonexistent']],
    [['--logfile', '/nonexistent/x']],
    [['/nonexistent.conf']],
  ])('the command line %j is refused with the same line and reason', (args) => {
    const theirs = spawnSync(redisServer.program, args, { encoding: 'utf8', timeout: 5_000 });
    expect(theirs.status).toBe(1);
    const ours = parseCommandLine(args);
    const message = ours.kind === 'error' ? ours.message.trim().split('\n') : [];
    const lines = (theirs.stderr + theirs.stdout).trim().split('\n');
    const isPlace = (line: string) => /^Reading the|^\*\*\*/.test(line);
    const bare = (line: string) => line.replace(/^\d+:C .* # /, '');
    expect(message.filter((line) => !isPlace(line))).toEqual(lines.map(bare).filter((line) => !isPlace(line)));
  });
});
