import type { Connection } from '../client/connection.ts';

/** A run of redis-benchmark, with what must be in the server for it to do its work. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** What redis-benchmark is told to do, after the common flags. */
  readonly benchmarkArgs: readonly string[];
  /** Requests of one run without a pipeline, about a second of work; with one PIPELINED_TIMES as many. */
  readonly requests: number;
  /** Fills an empty server so that every request finds what it asks for. */
  readonly prepare: (connection: Connection, requests: number) => Promise<void>;
  readonly isRange?: boolean;
  /** How many connections; CLIENTS if not given. */
  readonly clients?: number;
  /** How many different numbers `__rand_int__` stands for; KEYSPACE if not given. */
  readonly keyspace?: number;
  /** With which pipelines; PIPELINES if not given. */
  readonly pipelines?: readonly number[];
  /**
   * A name for what `prepare` makes, where the run leaves it as it was: made once for all runs and for all scenarios that
   * follow with the same.
   */
  readonly data?: string;
  /** Mayfly's CPU per request over redis-server's, at most: instead of what the transport's goals say. */
  readonly cpuRatioMax?: number;
}

export const CLIENTS = 50;
/** `-r`: how many different keys, elements and members. */
export const KEYSPACE = 100_000;
export const PIPELINES = [1, 16] as const;
export const PIPELINED_TIMES = 3;

const FILL_DEPTH = 500;
/** Few enough that a client beside it waits for the load's batch no longer than its own share. */
const KEYS_DEPTH = 200;
const ELEMENTS_PER_COMMAND = 100;
const LRANGE_LIST_LENGTH = 10_000;

export const padded = (number: number): string => String(number).padStart(12, '0');

async function prepareNothing(): Promise<void> {}

/** Keys named as redis-benchmark names them, with values of 3 bytes. */
export const fillStrings = (connection: Connection, keys: number): Promise<void> =>
  connection.fill(keys, KEYS_DEPTH, (index) => ['SET', `key:${padded(index)}`, 'xxx']);

const fillKeys = (connection: Connection): Promise<void> => fillStrings(connection, KEYSPACE);

/** Puts `count` elements into a key, 100 a command. */
export const fillWith =
  (command: string, key: string, count: number, words: (index: number) => string[]) =>
  (connection: Connection): Promise<void> =>
    connection.fill(Math.ceil(count / ELEMENTS_PER_COMMAND), 50, (batch) => {
      const from = batch * ELEMENTS_PER_COMMAND;
      const args = [command, key];
      for (let i = from; i < Math.min(count, from + ELEMENTS_PER_COMMAND); i++) args.push(...words(i));
      return args;
    });

const fillList = (connection: Connection, length: number): Promise<void> =>
  fillWith('RPUSH', 'mylist', length, () => ['xxx'])(connection);

const fillSet = (connection: Connection, requests: number): Promise<void> =>
  connection.fill(requests, FILL_DEPTH, (index) => ['SADD', 'myset', `element:${padded(index)}`]);

const fillSortedSet = (connection: Connection, requests: number): Promise<void> =>
  connection.fill(requests, FILL_DEPTH, (index) => {
    // Members don't arrive in the order of their scores, as they don't in ZADD's own test.
    const score = (index * 7919) % requests;
    return ['ZADD', 'myzset', String(score), `element:${padded(index)}`];
  });

function test(name: string, title: string, prepare: Scenario['prepare'] = prepareNothing, requests = 80_000): Scenario {
  return { name, title, benchmarkArgs: ['-t', name], requests, prepare };
}

function range(length: number, requests: number): Scenario {
  return {
    name: `lrange_${length}`,
    title: `LRANGE_${length}`,
    // Not `-t lrange_…`: that would push a list first and the push would be measured too.
    benchmarkArgs: ['LRANGE', 'mylist', '0', String(length - 1)],
    requests,
    prepare: (connection) => fillList(connection, LRANGE_LIST_LENGTH),
    isRange: true,
  };
}

export const SCENARIOS: readonly Scenario[] = [
  test('ping_inline', 'PING_INLINE'),
  test('ping_mbulk', 'PING_MBULK'),
  test('set', 'SET', fillKeys),
  test('get', 'GET', fillKeys),
  test('incr', 'INCR'),
  test('lpush', 'LPUSH'),
  test('rpush', 'RPUSH'),
  test('lpop', 'LPOP', fillList),
  test('rpop', 'RPOP', fillList),
  test('sadd', 'SADD'),
  test('hset', 'HSET'),
  test('spop', 'SPOP', fillSet),
  test('zadd', 'ZADD'),
  test('zpopmin', 'ZPOPMIN', fillSortedSet),
  range(100, 30_000),
  range(300, 16_000),
  range(500, 10_000),
  range(600, 8_000),
  test('mset', 'MSET (10 keys)', prepareNothing, 40_000),
];
