import type { Bench } from 'tinybench';
import { Region } from '../../src/base/region.ts';
import { dataCommands } from '../../src/commands/all.ts';
import { Context } from '../../src/commands/context.ts';
import { Registry } from '../../src/commands/registry.ts';
import { Dispatcher } from '../../src/execute/dispatcher.ts';
import { Executor } from '../../src/execute/executor.ts';
import { HandOff } from '../../src/execute/hand-off.ts';
import { createPlane } from '../../src/execute/plane.ts';
import { CommandStats } from '../../src/observe/command-stats.ts';
import { Writer } from '../../src/protocol/writer.ts';
import { Server } from '../../src/server/server.ts';
import { AccessClock } from '../../src/store/access.ts';
import { LockSet } from '../../src/store/lock-set.ts';
import { Shard } from '../../src/store/shard.ts';
import type { Link } from '../../src/transport/transport.ts';
import { suite } from './bench.ts';

const PIPELINE = 16;
const CHUNKS = 64;
export const operations = PIPELINE * CHUNKS;

const KEYS = 100_000;

/** What a request costs between the receive and the send: parse, dispatch, run, reply; in pipelines of 16. */
export default function server(): Bench {
  const bench = suite('server');
  const host = createServer();
  const link = new SilentLink();
  host.onOpen(link as unknown as Link);
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return String(seed % KEYS).padStart(12, '0');
  };
  const send = (region: Region) => {
    host.onReceive(link as unknown as Link, region, 0, region.length);
    host.onBatchEnd();
  };
  const add = (name: string, words: () => string[]) => {
    const chunks = Array.from({ length: CHUNKS * 8 }, () =>
      Region.of(Array.from({ length: PIPELINE }, () => encode(words())).join('')),
    );
    let next = 0;
    bench.add(name, () => {
      for (let i = 0; i < CHUNKS; i++) send(chunks[next++ % chunks.length]);
      return { bytes: link.bytes };
    });
  };
  for (let i = 0; i < KEYS; i++) send(Region.of(encode(['SET', `key:${String(i).padStart(12, '0')}`, 'xxx'])));
  for (let i = 0; i < 600; i++) send(Region.of(encode(['RPUSH', 'numbers', 'xxx'])));
  add('GET', () => ['GET', `key:${random()}`]);
  add('SET', () => ['SET', `key:${random()}`, 'xxx']);
  add('SETEX', () => ['SETEX', `soon:${random()}`, '100', 'xxx']);
  add('INCR', () => ['INCR', `counter:${random()}`]);
  add('LPUSH and RPOP', () => (Number(random()) & 1 ? ['LPUSH', 'mylist', 'xxx'] : ['RPOP', 'mylist']));
  add('SADD', () => ['SADD', 'myset', `element:${random()}`]);
  add('HSET', () => ['HSET', 'myhash', `element:${random()}`, 'xxx']);
  add('ZADD', () => ['ZADD', 'myzset', `${Number(random())}`, `element:${random()}`]);
  add('LPUSH', () => ['LPUSH', 'grows', 'xxx']);
  add('SPOP', () => ['SPOP', 'gone']);
  add('ZPOPMIN', () => ['ZPOPMIN', 'gone']);
  add('LRANGE of 100', () => ['LRANGE', 'numbers', '0', '99']);
  add('MSET of 10', () => ['MSET', ...Array.from({ length: 10 }, () => [`key:${random()}`, 'xxx']).flat()]);
  return bench;
}

const encode = (words: string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;

function createServer(): Server {
  const plane = createPlane({ shardCount: 16, shardBytes: 1 << 28, databases: 16, ioThreads: 1, workers: 1 }, 1);
  const access = new AccessClock(Math.random);
  const shards = plane.shards.map((buffer, index) => new Shard(index, buffer, 0, access, plane.seed));
  const ctx = new Context(new Writer(), shards, new LockSet(shards), access, Math.random);
  const stats = new CommandStats(plane.commandStats, 0);
  const registry = new Registry();
  registry.register(dataCommands);
  const executor = new Executor(ctx, stats, { commandFault: (_, error) => console.error(error) });
  const handOff = new HandOff(plane, 0, () => {});
  const limits = { bulkBytesMax: 1 << 29, clientsMax: 10, inputBytesMax: 1 << 30, output: [NONE, NONE, NONE] };
  return new Server(new Dispatcher(executor, registry, handOff), handOff, ctx, limits, { nowMs: Date.now });
}

const NONE = { hardBytes: 0, softBytes: 0, softSeconds: 0 };

/** A connection whose replies go nowhere. */
class SilentLink {
  readonly id = 1;
  owner: unknown = undefined;
  unsentBytes = 0;
  closed = false;
  bytes = 0;
  send(_region: Region, from: number, to: number): void {
    this.bytes += to - from;
  }
  sendOwned(region: Region, from: number, to: number): void {
    this.send(region, from, to);
  }
  resume(): void {}
  pause(): void {}
}
