import type { Connection } from '../client/connection.ts';
import { KEYSPACE, padded, type Scenario } from './scenarios.ts';

/** What every type of value is asked most, in its small and its large form. */

const CPU_RATIO_MAX = 1;
const SIZES = [10, 1_000, 1_000_000] as const;
const ELEMENTS_PER_COMMAND = 100;
const FILL_DEPTH = 50;
const STREAM_ENTRIES = 100_000;
const PLACES = 10_000;
const MEGABYTE = 2 ** 20;
const REQUESTS = 50_000;

const element = (index: number): string => `element:${padded(index)}`;
const RANDOM_ELEMENT = 'element:__rand_int__';
const inWords = (size: number): string => size.toLocaleString('en');

/** Puts `count` elements into a key, 100 a command. */
const fillWith =
  (command: string, key: string, count: number, words: (index: number) => string[]) =>
  (connection: Connection): Promise<void> =>
    connection.fill(Math.ceil(count / ELEMENTS_PER_COMMAND), FILL_DEPTH, (batch) => {
      const from = batch * ELEMENTS_PER_COMMAND;
      const args = [command, key];
      for (let i = from; i < Math.min(count, from + ELEMENTS_PER_COMMAND); i++) args.push(...words(i));
      return args;
    });

interface Row {
  readonly command: string;
  /** What it is asked of, for the table. */
  readonly of: string;
  /** Of one run; four times as many are sent, as with every pipeline. */
  readonly requests?: number;
  readonly data?: string;
  readonly prepare?: Scenario['prepare'];
  readonly keyspace?: number;
}

function row({ command, of, requests = REQUESTS, data, prepare = async () => {}, keyspace }: Row): Scenario {
  const benchmarkArgs = command.split(' ');
  const name = `${benchmarkArgs[0]}-${of}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return {
    name,
    title: `${benchmarkArgs[0]}, ${of}`,
    benchmarkArgs,
    requests,
    prepare,
    pipelines: [16],
    cpuRatioMax: CPU_RATIO_MAX,
    ...(data === undefined ? {} : { data }),
    ...(keyspace === undefined ? {} : { keyspace }),
  };
}

const listElements = (count: number) => fillWith('RPUSH', 'list', count, (index) => [`item-${index % 100_000}`]);

const lists: readonly Scenario[] = [
  row({ command: 'LPUSH list item-12345', of: 'a growing list' }),
  row({
    command: 'LPOP list',
    of: 'a shrinking list',
    prepare: (connection, requests) => listElements(requests)(connection),
  }),
  ...SIZES.map((size) =>
    row({
      command: `LRANGE list 0 ${Math.min(size, 100) - 1}`,
      of: `${Math.min(size, 100)} of ${inWords(size)}`,
      data: `list of ${size}`,
      prepare: listElements(size),
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
  const all = row({ ...common, command: 'HGETALL hash', requests: size === 10 ? REQUESTS : 1_500 });
  return [
    row({ ...common, command: `HSET hash ${RANDOM_ELEMENT} value-123` }),
    row({ ...common, command: `HGET hash ${RANDOM_ELEMENT}` }),
    // A million fields in each of hundreds of replies would measure the kernel's copying.
    ...(size === 1_000_000 ? [] : [all]),
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
  ])
    await connection.call('SET', key, pattern.repeat(MEGABYTE / pattern.length));
};

const bitmaps: readonly Scenario[] = ['BITCOUNT bits', 'BITOP AND to bits other', 'BITOP NOT to bits'].map((command) =>
  row({
    command,
    of: `1 MB${command.startsWith('BITOP') ? `, ${command.split(' ')[1]}` : ''}`,
    data: 'bits',
    prepare: bits,
    requests: 1_000,
  }),
);

export const TYPE_SCENARIOS: readonly Scenario[] = [
  ...lists,
  ...hashes,
  ...sets,
  ...sortedSets,
  ...streams,
  ...hyperLogLogs,
  ...geo,
  ...bitmaps,
];
