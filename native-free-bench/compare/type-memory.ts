/** What values of every type take, small and large, by each server's own MEMORY USAGE of every key. */
import type { Connection } from '../client/connection.ts';
import { padded } from './scenarios.ts';
import { type Server, type ServerName, withServer } from './server.ts';

export interface UsageRow {
  readonly dataset: string;
  readonly title: string;
  readonly keys: number;
  /** Sum of MEMORY USAGE over the keys, a key. */
  readonly redisBytesPerKey: number;
  readonly mayflyBytesPerKey: number;
  readonly ratio: number;
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
}

const SMALL_KEYS = 2_000;
const LARGE_KEYS = 4;
const SMALL = 10;
const LARGE = 100_000;
const ELEMENTS_PER_COMMAND = 100;
const USAGE_DEPTH = 200;

const item = (index: number): string => `item-${String(index).padStart(5, '0')}`;

/** The small and the large form of a type. */
function forms(type: string, command: string, words: Dataset['words'], small = SMALL, large = LARGE): Dataset[] {
  const form = (size: string, elements: number, keys: number): Dataset => ({
    name: `${type}-${size}`.replaceAll(' ', '-'),
    title: `${type} of ${elements.toLocaleString('en')}`,
    keys,
    command,
    elements,
    words,
  });
  return [form('small', small, SMALL_KEYS), form('large', large, LARGE_KEYS)];
}

const strings: readonly Dataset[] = [16, 100_000].map((bytes) => ({
  name: bytes === 16 ? 'string-small' : 'string-large',
  title: `string of ${bytes.toLocaleString('en')} bytes`,
  keys: bytes === 16 ? SMALL_KEYS : 100,
  command: 'SET',
  elements: 1,
  words: (_, key) => [String(key).padStart(bytes, 'v')],
}));

const sketches: readonly Dataset[] = [10, 5_000].map((elements) => ({
  name: elements === 10 ? 'hyperloglog-small' : 'hyperloglog-large',
  title: `HyperLogLog of ${elements.toLocaleString('en')}`,
  keys: elements === 10 ? SMALL_KEYS : 20,
  command: 'PFADD',
  elements,
  words: (index) => [`element:${index}`],
}));

export const TYPE_DATASETS: readonly Dataset[] = [
  ...strings,
  ...forms('list', 'RPUSH', (index) => [item(index)]),
  ...forms('hash', 'HSET', (index) => [`field:${index}`, `value:${index % 1000}`]),
  ...forms('set of words', 'SADD', (index) => [`member:${index}`]),
  ...forms('set of integers', 'SADD', (index) => [String(index * 7919)]),
  ...forms('sorted set', 'ZADD', (index) => [String((index * 7919) % LARGE), `member:${index}`]),
  ...forms('geo set', 'GEOADD', (index) => [
    String((index % 3600) / 10 - 180),
    String((index % 1600) / 20 - 40),
    `place:${index}`,
  ]),
  ...forms('stream', 'XADD', (index) => [`${index + 1}-0`, 'field', `value:${index % 1000}`]),
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
export async function compareUsage(dataset: Dataset, port: number, factor: number): Promise<UsageRow> {
  const keys = Math.max(1, Math.ceil(dataset.keys * factor));
  const measure = (name: ServerName): Promise<number> =>
    withServer(name, port, (server) => usagePerKey(dataset, server, keys));
  const redisBytesPerKey = await measure('redis');
  const mayflyBytesPerKey = await measure('mayfly');
  const { name, title } = dataset;
  const ratio = mayflyBytesPerKey / redisBytesPerKey;
  return { dataset: name, title, keys, redisBytesPerKey, mayflyBytesPerKey, ratio };
}

async function usagePerKey(dataset: Dataset, server: Server, keys: number): Promise<number> {
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
