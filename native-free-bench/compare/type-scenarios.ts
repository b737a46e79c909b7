import type { Connection } from '../client/connection.ts';
import { fillWith, KEYSPACE, PIPELINED_TIMES, padded, type Scenario } from './scenarios.ts';

/** What every type of value is asked most, in its small and its large form. */

const CPU_RATIO_MAX = 1;
const SIZES = [10, 1_000, 1_000_000] as const;
const STREAM_ENTRIES = 100_000;
const PLACES = 10_000;
const MEGABYTE = 2 ** 20;
const REQUESTS = 50_000;

const element = (index: number): string => `element:${padded(index)}`;
const RANDOM_ELEMENT = 'element:__rand_int__';
const inWords = (size: number): string => size.toLocaleString('en');

interface Row {
  readonly command: string;
  /** What it is asked of, for the table. */
  readonly of: string;
  /** Of one run; PIPELINED_TIMES as many are sent, as with every pipeline. */
  readonly requests?: number;
  readonly data?: string;
  readonly prepare?: Scenario['prepare'];
  readonly keyspace?: number;
  /** Fewer connections, where what is under way on all of them would take gigabytes. */
  readonly clients?: number;
  /** 16 if not given. */
  readonly pipeline?: number;
}

function row({ command, of, data, prepare = async () => {}, ...more }: Row): Scenario {
  const { requests = REQUESTS, keyspace, clients, pipeline = 16 } = more;
  const benchmarkArgs = command.split(' ');
  const name = `${benchmarkArgs[0]}-${of}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return {
    name,
    title: `${benchmarkArgs[0]}, ${of}`,
    benchmarkArgs,
    requests,
    prepare,
    pipelines: [pipeline],
    cpuRatioMax: CPU_RATIO_MAX,
    ...(data === undefined ? {} : { data }),
    ...(keyspace === undefined ? {} : { keyspace }),
    ...(clients === undefined ? {} : { clients }),
  };
}

/** Both sides keep what is under way: 16 requests of 5 connections are 80 MB. */
const FEW_CLIENTS = 5;

const strings: readonly Scenario[] = [
  {
    ...row({ command: 'SET string value', of: '1 MB', requests: 500, clients: FEW_CLIENTS }),
    benchmarkArgs: ['-d', String(MEGABYTE), '-t', 'set'],
  },
  row({
    command: 'GET string',
    of: '1 MB',
    data: 'megabyte',
    prepare: async (connection) => {
      await connection.call('SET', 'string', 'x'.repeat(MEGABYTE));
    },
    requests: 500,
    clients: FEW_CLIENTS,
  }),
  row({
    command: 'LCS one two',
    of: 'two of 1,000 bytes',
    data: 'texts',
    prepare: async (connection) => {
      await connection.call('SET', 'one', letters(1));
      await connection.call('SET', 'two', letters(7));
    },
    requests: 50,
  }),
];

/** A thousand letters that look like chance, the same each time. */
function letters(seed: number): string {
  let state = seed;
  return Array.from({ length: 1000 }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return 'abcdefgh'[state % 8];
  }).join('');
}

const item = (index: number): string[] => [`item-${index % 100_000}`];

/** So many lists that a run's requests bring each from half of `size` to one and a half of it, or back. */
function listsOf(size: number, command: 'LPUSH' | 'LPOP'): Scenario {
  const requests = PIPELINED_TIMES * REQUESTS;
  const count = Math.max(1, requests / size);
  const half = requests / count / 2;
  const length = Math.round(command === 'LPUSH' ? size - half : size + half);
  return row({
    command: command === 'LPUSH' ? 'LPUSH list:__rand_int__ item-12345' : 'LPOP list:__rand_int__',
    of: count === 1 ? `a list of ${inWords(size)}` : `${inWords(count)} lists of ${inWords(size)}`,
    prepare: async (connection) => {
      if (length < 100) {
        const items = Array.from({ length }, (_, index) => item(index)).flat();
        await connection.fill(count, 500, (index) => ['RPUSH', `list:${padded(index)}`, ...items]);
        return;
      }
      for (let i = 0; i < count; i++) await fillWith('RPUSH', `list:${padded(i)}`, length, item)(connection);
    },
    keyspace: count,
  });
}

const lists: readonly Scenario[] = [
  ...SIZES.map((size) => listsOf(size, 'LPUSH')),
  ...SIZES.map((size) => listsOf(size, 'LPOP')),
  ...SIZES.map((size) =>
    row({
      command: `LRANGE list 0 ${Math.min(size, 100) - 1}`,
      of: `${Math.min(size, 100)} of ${inWords(size)}`,
      data: `list of ${size}`,
      prepare: fillWith('RPUSH', 'list', size, item),
      requests: size === 10 ? REQUESTS : 20_000,
    }),
  ),
];

const hashes: readonly Scenario[] = SIZES.flatMap((size) => {
  const common = {
    of: `a hash of ${inWords(size)}`,
    data: `hash of ${size}`,
    prepare: fillWith('HSET', 'hash', size, (index) => [element(index), `value-${index % 1000}`]),
    keyspace: size,
  };
  const all = { ...common, command: 'HGETALL hash' };
  return [
    row({ ...common, command: `HSET hash ${RANDOM_ELEMENT} value-123` }),
    row({ ...common, command: `HGET hash ${RANDOM_ELEMENT}` }),
    size === 1_000_000
      ? // A million fields are 40 MB, 16 requests of 50 connections 32 GB.
        row({ ...all, of: `${all.of}, no pipeline`, requests: 6, clients: 1, pipeline: 1 })
      : row({ ...all, requests: size === 10 ? REQUESTS : 1_500 }),
  ];
});

const sets: readonly Scenario[] = SIZES.flatMap((size) => {
  const fill = fillWith('SADD', 'set', size, (index) => [element(index)]);
  /** A quarter of it, but no more than a reply may hold. */
  const others = Math.min(1000, Math.ceil(size / 4));
  const fillOther = fillWith('SADD', 'other', others, (index) => [element(index * 2)]);
  const common = {
    of: `a set of ${inWords(size)}`,
    data: `set of ${size}`,
    prepare: async (connection: Connection) => {
      await fill(connection);
      await fillOther(connection);
    },
    keyspace: size,
  };
  return [
    row({ ...common, command: `SADD set ${RANDOM_ELEMENT}` }),
    row({ ...common, command: `SISMEMBER set ${RANDOM_ELEMENT}` }),
    row({
      ...common,
      command: 'SINTER set other',
      of: `${inWords(size)} and ${others}`,
      requests: size === 10 ? REQUESTS : 1_500,
    }),
  ];
});

const sortedSets: readonly Scenario[] = SIZES.flatMap((size) => {
  const common = {
    of: `a sorted set of ${inWords(size)}`,
    data: `sorted set of ${size}`,
    prepare: fillWith('ZADD', 'zset', size, (index) => [String((index * 7919) % size), element(index)]),
    keyspace: size,
  };
  const middle = size >> 1;
  return [
    row({ ...common, command: `ZADD zset __rand_int__ ${RANDOM_ELEMENT}` }),
    row({ ...common, command: `ZRANK zset ${RANDOM_ELEMENT}` }),
    row({ ...common, command: `ZRANGE zset ${middle} ${middle + 9}` }),
    row({ ...common, command: 'ZRANGEBYSCORE zset __rand_int__ +inf LIMIT 0 10' }),
  ];
});

const entries = (count: number) => (connection: Connection) =>
  connection.fill(count, 500, (index) => ['XADD', 'stream', `${index + 1}-0`, 'field', `value-${index % 1000}`]);

const streams: readonly Scenario[] = [
  row({ command: 'XADD stream * field value-123', of: 'a growing stream' }),
  row({
    command: 'XRANGE stream - + COUNT 100',
    of: `100 of ${inWords(STREAM_ENTRIES)}`,
    data: 'stream',
    prepare: entries(STREAM_ENTRIES),
    requests: 5_000,
  }),
  row({
    command: 'XREADGROUP GROUP group consumer COUNT 1 STREAMS stream >',
    of: 'an entry each',
    prepare: async (connection, requests) => {
      await entries(requests)(connection);
      await connection.call('XGROUP', 'CREATE', 'stream', 'group', '0');
    },
    requests: 25_000,
  }),
];

const sketches = async (connection: Connection): Promise<void> => {
  for (const key of ['sketch', 'other']) await fillWith('PFADD', key, KEYSPACE, (i) => [`${key}:${i}`])(connection);
};

const hyperLogLogs: readonly Scenario[] = [
  row({ command: `PFADD sketch ${RANDOM_ELEMENT}`, of: 'a dense sketch', data: 'sketches', prepare: sketches }),
  // Each gets about a hundred elements: sparse sketches that grow.
  row({ command: `PFADD sparse:__rand_int__ ${RANDOM_ELEMENT}`, of: '2,000 sparse sketches', keyspace: 2_000 }),
  row({ command: 'PFCOUNT sketch', of: 'one sketch', data: 'sketches', prepare: sketches }),
  row({ command: 'PFCOUNT sketch other', of: 'two sketches', data: 'sketches', prepare: sketches, requests: 2_500 }),
];

/** On a grid of a tenth of a degree, about 9 by 11 km. */
const places = fillWith('GEOADD', 'places', PLACES, (index) => [
  String(10 + (index % 100) / 10),
  String(40 + Math.floor(index / 100) / 10),
  element(index),
]);

const geo: readonly Scenario[] = [
  row({
    command: 'GEOSEARCH places FROMLONLAT 15 45 BYRADIUS 50 km ASC',
    of: `about 90 of ${inWords(PLACES)}`,
    data: 'places',
    prepare: places,
    requests: 2_500,
  }),
  row({
    command: 'GEOSEARCH places FROMLONLAT 15 45 BYRADIUS 500 km ASC COUNT 10',
    of: `the nearest 10 of about 8,000 of ${inWords(PLACES)}`,
    data: 'places',
    prepare: places,
    requests: 50,
  }),
  row({
    command: 'GEOSEARCH places FROMLONLAT 15 45 BYRADIUS 500 km COUNT 10 ANY',
    of: `any 10 of about 8,000 of ${inWords(PLACES)}`,
    data: 'places',
    prepare: places,
    requests: 20_000,
  }),
  row({
    command: 'GEOSEARCH places FROMMEMBER element:000000005050 BYBOX 30 30 km',
    of: `about 10 of ${inWords(PLACES)}`,
    data: 'places',
    prepare: places,
    requests: 10_000,
  }),
];

const bits = async (connection: Connection): Promise<void> => {
  for (const [key, pattern] of [
    ['bits', '0123456789abcdef'],
    ['other', 'fedcba9876543210'],
    ['zeros', '\0'.repeat(16)],
  ])
    await connection.call('SET', key, pattern.repeat(MEGABYTE / pattern.length));
};

const bitmaps: readonly Scenario[] = [
  ['BITCOUNT bits', '1 MB'],
  ['BITPOS zeros 1', '1 MB of zeros'],
  ['BITOP AND to bits other', 'AND of two of 1 MB'],
  ['BITOP OR to bits other', 'OR of two of 1 MB'],
  ['BITOP XOR to bits other', 'XOR of two of 1 MB'],
  ['BITOP AND to bits other bits', 'AND of three of 1 MB'],
  ['BITOP NOT to bits', 'NOT of 1 MB'],
].map(([command, of]) => row({ command, of, data: 'bits', prepare: bits, requests: 600 }));

export const TYPE_SCENARIOS: readonly Scenario[] = [
  ...strings,
  ...lists,
  ...hashes,
  ...sets,
  ...sortedSets,
  ...streams,
  ...hyperLogLogs,
  ...geo,
  ...bitmaps,
];
