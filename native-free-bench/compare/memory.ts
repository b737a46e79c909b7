import type { Connection } from '../client/connection.ts';
import type { ServerProcess } from '../process/server-process.ts';
import { KEY_BYTES, payloadOf } from './payload.ts';
import { padded } from './scenarios.ts';
import { type ServerName, type StartOptions, withServer } from './server.ts';

/** Each takes about 100 MB of redis-server, beside which what a runtime itself grows by is small. */
interface Dataset {
  readonly name: string;
  readonly title: string;
  readonly keys: number;
  /** payload.ts; not given where digits and the like become numbers. */
  readonly payloadBytes?: number;
  readonly fill: (connection: Connection, keys: number) => Promise<void>;
}

export interface MemoryFigures {
  /** used_memory that the keys added, a key. */
  readonly usedBytesPerKey: number;
  /** Resident memory of the process that they added, a key. */
  readonly residentBytesPerKey: number;
}

export interface MemoryRow {
  readonly dataset: string;
  readonly title: string;
  readonly keys: number;
  readonly payloadBytesPerKey?: number;
  readonly redis: MemoryFigures;
  readonly mayfly: MemoryFigures;
  readonly usedRatio: number;
  readonly residentRatio: number;
}

const FILL_DEPTH = 500;
const ELEMENTS = 1000;
const ELEMENTS_PER_COMMAND = 100;

/** Values of 16 bytes that are no integers, so both servers store them as strings. */
const value16 = (index: number): string => `value-${String(index).padStart(10, '0')}`;

const FIELDS = 10;
const fieldsOf = (index: number): string[] =>
  Array.from({ length: FIELDS }, (_, field) => [`field:${field}`, `value:${index % 1000}`]).flat();
const member = (index: number): string => `member:${index}`;
const item = (index: number): string => `item-${String(index).padStart(5, '0')}`;

/** Collections of 1,000 elements, in commands of 100 elements each. */
function fillCollections(
  command: string,
  element: (index: number) => string[],
): (connection: Connection, keys: number) => Promise<void> {
  const commandsPerKey = ELEMENTS / ELEMENTS_PER_COMMAND;
  return (connection, keys) =>
    connection.fill(keys * commandsPerKey, 20, (index) => {
      const from = (index % commandsPerKey) * ELEMENTS_PER_COMMAND;
      const args = [command, `key:${padded(Math.floor(index / commandsPerKey))}`];
      for (let i = from; i < from + ELEMENTS_PER_COMMAND; i++) args.push(...element(i));
      return args;
    });
}

export const DATASETS: readonly Dataset[] = [
  {
    name: 'strings',
    title: 'SET, 16-byte key and value',
    keys: 1_000_000,
    payloadBytes: KEY_BYTES + 16,
    fill: (connection, keys) =>
      connection.fill(keys, FILL_DEPTH, (index) => ['SET', `key:${padded(index)}`, value16(index)]),
  },
  {
    name: 'expiring',
    title: 'SETEX, 16-byte key and value',
    keys: 1_000_000,
    payloadBytes: KEY_BYTES + 16,
    fill: (connection, keys) =>
      connection.fill(keys, FILL_DEPTH, (index) => ['SETEX', `key:${padded(index)}`, '86400', value16(index)]),
  },
  {
    name: 'hashes',
    title: 'hash of 10 small fields',
    keys: 300_000,
    payloadBytes: payloadOf(1, () => fieldsOf(100)),
    fill: (connection, keys) =>
      connection.fill(keys, 50, (index) => ['HSET', `key:${padded(index)}`, ...fieldsOf(index)]),
  },
  {
    name: 'zsets',
    title: 'sorted set of 1,000',
    keys: 1000,
    payloadBytes: payloadOf(ELEMENTS, (index) => [member(index)]),
    fill: fillCollections('ZADD', (index) => [String((index * 7919) % ELEMENTS), member(index)]),
  },
  {
    name: 'lists',
    title: 'list of 1,000 × 10 bytes',
    keys: 8000,
    payloadBytes: payloadOf(ELEMENTS, (index) => [item(index)]),
    fill: fillCollections('RPUSH', (index) => [item(index)]),
  },
  {
    name: 'sets',
    title: 'set of 1,000 integers',
    keys: 2000,
    fill: fillCollections('SADD', (index) => [String(index * 7919)]),
  },
];

/** A fresh server for each, since what an emptied one keeps would be counted. */
export async function compareMemory(
  dataset: Dataset,
  port: number,
  keysFactor: number,
  how: StartOptions,
): Promise<MemoryRow> {
  const keys = Math.ceil(dataset.keys * keysFactor);
  const measure = (name: ServerName): Promise<MemoryFigures> =>
    withServer(name, port, how, (server) => measureDataset(dataset, server, keys));
  const redis = await measure('redis');
  const mayfly = await measure('mayfly');
  return {
    dataset: dataset.name,
    title: dataset.title,
    keys,
    ...(dataset.payloadBytes === undefined ? {} : { payloadBytesPerKey: dataset.payloadBytes }),
    redis,
    mayfly,
    usedRatio: mayfly.usedBytesPerKey / redis.usedBytesPerKey,
    residentRatio: mayfly.residentBytesPerKey / redis.residentBytesPerKey,
  };
}

async function measureDataset(dataset: Dataset, server: ServerProcess, keys: number): Promise<MemoryFigures> {
  const connection = await server.connect();
  try {
    const usedBefore = await usedMemoryBytes(connection);
    const residentBefore = server.residentBytes();
    await dataset.fill(connection, keys);
    const found = await connection.call('DBSIZE');
    if (found !== `:${keys}\r\n`) throw new Error(`${server.name} holds ${found.trim()} keys instead of ${keys}`);
    return {
      usedBytesPerKey: ((await usedMemoryBytes(connection)) - usedBefore) / keys,
      residentBytesPerKey: (server.residentBytes() - residentBefore) / keys,
    };
  } finally {
    connection.close();
  }
}

async function usedMemoryBytes(connection: Connection): Promise<number> {
  return Number((await connection.info('memory')).get('used_memory'));
}
