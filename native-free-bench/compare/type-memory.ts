/** What values of every type take, small and large, by each server's own MEMORY USAGE of every key. */
import type { Connection } from '../client/connection.ts';
import type { ServerProcess } from '../process/server-process.ts';
import { KEY_BYTES, payloadOf } from './payload.ts';
import { padded } from './scenarios.ts';
import { type ServerName, type StartOptions, withServer } from './server.ts';

export interface UsageRow {
  readonly dataset: string;
  readonly title: string;
  readonly keys: number;
  /** Sum of MEMORY USAGE over the keys, a key. */
  readonly redisBytesPerKey: number;
  readonly mayflyBytesPerKey: number;
  readonly ratio: number;
  readonly payloadBytesPerKey?: number;
}

interface Dataset {
  readonly name: string;
  readonly title: string;
  readonly keys: number;
  readonly command: string;
  /** How many elements a key has. */
  readonly elements: number;
  /** The words of element `index`. */
  readonly words: (index: number, key: number) => string[];
  /** payload.ts; not given where digits and the like become numbers. */
  readonly payloadBytes?: number;
}

/** Redis' own format of a HyperLogLog with 2^14 registers of 6 bits, which GET shows. */
const DENSE_SKETCH_BYTES = 16 + (2 ** 14 * 6) / 8;

const SMALL_KEYS = 2_000;
const LARGE_KEYS = 4;
const SMALL = 10;
const LARGE = 100_000;
const ELEMENTS_PER_COMMAND = 100;
const USAGE_DEPTH = 200;

const item = (index: number): string => `item-${String(index).padStart(5, '0')}`;

type Words = (index: number) => string[];

/** @param kept the words of an element that have to be kept as they are; none given if digits and the like become numbers */
function form(type: string, size: string, elements: number, keys: number, command: string, words: Words, kept?: Words) {
  return {
    name: `${type}-${size}`.replaceAll(' ', '-'),
    title: `${type} of ${elements.toLocaleString('en')}`,
    keys,
    command,
    elements,
    words,
    ...(kept === undefined ? {} : { payloadBytes: payloadOf(elements, kept) }),
  };
}

/** The small and the large form of a type. */
const forms = (type: string, command: string, words: Words, kept?: Words): Dataset[] => [
  form(type, 'small', SMALL, SMALL_KEYS, command, words, kept),
  form(type, 'large', LARGE, LARGE_KEYS, command, words, kept),
];

const strings: readonly Dataset[] = [16, 100_000].map((bytes) => ({
  name: bytes === 16 ? 'string-small' : 'string-large',
  title: `string of ${bytes.toLocaleString('en')} bytes`,
  keys: bytes === 16 ? SMALL_KEYS : 100,
  command: 'SET',
  elements: 1,
  words: (_, key) => [String(key).padStart(bytes, 'v')],
  payloadBytes: KEY_BYTES + bytes,
}));

const sketches: readonly Dataset[] = [10, 5_000].map((elements) => ({
  name: elements === 10 ? 'hyperloglog-small' : 'hyperloglog-large',
  title: `HyperLogLog of ${elements.toLocaleString('en')}`,
  keys: elements === 10 ? SMALL_KEYS : 20,
  command: 'PFADD',
  elements,
  words: (index) => [`element:${index}`],
  ...(elements === 10 ? {} : { payloadBytes: KEY_BYTES + DENSE_SKETCH_BYTES }),
}));

const listed: Words = (index) => [item(index)];
const fields: Words = (index) => [`field:${index}`, `value:${index % 1000}`];
const members: Words = (index) => [`member:${index}`];
const places: Words = (index) => [`place:${index}`];
const values: Words = (index) => [`value:${index % 1000}`];

export const TYPE_DATASETS: readonly Dataset[] = [
  ...strings,
  ...forms('list', 'RPUSH', listed, listed),
  ...forms('hash', 'HSET', fields, fields),
  ...forms('set of words', 'SADD', members, members),
  ...forms('set of integers', 'SADD', (index) => [String(index * 7919)]),
  ...forms('sorted set', 'ZADD', (index) => [String((index * 7919) % LARGE), ...members(index)], members),
  ...forms(
    'geo set',
    'GEOADD',
    (index) => [String((index % 3600) / 10 - 180), String((index % 1600) / 20 - 40), ...places(index)],
    places,
  ),
  ...forms('stream', 'XADD', (index) => [`${index + 1}-0`, 'field', ...values(index)], values),
  ...sketches,
];

const keyOf = (key: number): string => `key:${padded(key)}`;

/** The commands that make one key. XADD takes one entry at a time, the others many elements. */
function commandsFor({ command, elements, words }: Dataset, key: number): string[][] {
  const perCommand = command === 'XADD' ? 1 : ELEMENTS_PER_COMMAND;
  const commands: string[][] = [];
  for (let from = 0; from < elements; from += perCommand) {
    const args = [command, keyOf(key)];
    for (let i = from; i < Math.min(elements, from + perCommand); i++) args.push(...words(i, key));
    commands.push(args);
  }
  return commands;
}

/** A server of its own for each: nothing is left of what came before. */
export async function compareUsage(
  dataset: Dataset,
  port: number,
  factor: number,
  how: StartOptions,
): Promise<UsageRow> {
  const keys = Math.max(1, Math.ceil(dataset.keys * factor));
  const measure = (name: ServerName): Promise<number> =>
    withServer(name, port, how, (server) => usagePerKey(dataset, server, keys));
  const redisBytesPerKey = await measure('redis');
  const mayflyBytesPerKey = await measure('mayfly');
  return {
    dataset: dataset.name,
    title: dataset.title,
    keys,
    redisBytesPerKey,
    mayflyBytesPerKey,
    ratio: mayflyBytesPerKey / redisBytesPerKey,
    ...(dataset.payloadBytes === undefined ? {} : { payloadBytesPerKey: dataset.payloadBytes }),
  };
}

async function usagePerKey(dataset: Dataset, server: ServerProcess, keys: number): Promise<number> {
  const connection = await server.connect();
  try {
    for (let key = 0; key < keys; key++) {
      const commands = commandsFor(dataset, key);
      await connection.fill(commands.length, USAGE_DEPTH, (index) => commands[index]);
    }
    return (await usage(connection, keys)) / keys;
  } finally {
    connection.close();
  }
}

/** Every element counts (SAMPLES 0): nothing is estimated. */
async function usage(connection: Connection, keys: number): Promise<number> {
  let bytes = 0;
  for (let key = 0; key < keys; key++) {
    const reply = await connection.call('MEMORY', 'USAGE', keyOf(key), 'SAMPLES', '0');
    const [, digits] = /^:(\d+)\r\n$/.exec(reply) ?? [];
    if (digits === undefined) throw new Error(`MEMORY USAGE ${keyOf(key)} answered ${reply.trim()}`);
    bytes += Number(digits);
  }
  return bytes;
}
