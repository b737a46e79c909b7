/** Runs data commands in this process, without sockets and threads: over shards of its own, at a time that the test sets. */

import { SeededRandom } from '../../src/base/random.ts';
import { Region } from '../../src/base/region.ts';
import { dataCommands } from '../../src/commands/all.ts';
import { Context } from '../../src/commands/context.ts';
import type { KeyEvent } from '../../src/commands/events.ts';
import { Registry } from '../../src/commands/registry.ts';
import { Executor } from '../../src/execute/executor.ts';
import { createArenaBuffer } from '../../src/memory/arena.ts';
import { CommandStats, createStatsBuffer } from '../../src/observe/command-stats.ts';
import { Writer } from '../../src/protocol/writer.ts';
import { AccessClock } from '../../src/store/access.ts';
import { checkShard, unaccountedBytes } from '../../src/store/check.ts';
import { LockSet } from '../../src/store/lock-set.ts';
import { Shard } from '../../src/store/shard.ts';
import { isAggregate, parseReply, type Reply } from './resp.ts';

const SEED = 0x5eed;
const DATABASES = 4;
const START_MS = 1_700_000_000_000;

/** A reply as plain values: errors as `Error: …`, null as null, integers as numbers if they are safe. */
export type Plain = string | number | null | readonly Plain[];

export interface RunnerOptions {
  /** A power of two. */
  shards?: number;
  shardBytes?: number;
}

export class CommandRunner {
  readonly ctx: Context;
  readonly shards: readonly Shard[];
  readonly access: AccessClock;
  /** `name key` of each change told since the last `takeEvents`. */
  private events: string[] = [];
  private readonly registry = new Registry();
  private readonly executor: Executor;

  constructor({ shards = 4, shardBytes = 8 << 20 }: RunnerOptions = {}) {
    const random = new SeededRandom(SEED);
    this.access = new AccessClock(() => random.double());
    this.access.set(START_MS);
    this.shards = Array.from(
      { length: shards },
      (_, index) => new Shard(index, createArenaBuffer(shardBytes, DATABASES), 0, this.access, SEED),
    );
    this.ctx = new Context(new Writer(), this.shards, new LockSet(this.shards), this.access, () => random.double());
    this.ctx.observer = {
      wantsParts: false,
      touched: (_keyspace, key, at, length, _hash, event: KeyEvent) => {
        this.events.push(`${event.name} ${Buffer.from(key.u8.slice(at, at + length)).toString('latin1')}`);
      },
    };
    this.registry.register(dataCommands);
    this.executor = new Executor(this.ctx, new CommandStats(createStatsBuffer(1), 0), {
      commandFault: (_command, error) => {
        throw error;
      },
    });
    this.ctx.locks.acquire((1 << shards) - 1);
  }

  get nowMs(): number {
    return this.access.nowMs;
  }

  /** Lets time pass. Nothing expires by itself. */
  pass(ms: number): void {
    this.access.set(this.access.nowMs + ms);
  }

  /** Runs one command, its words as latin1 text, numbers in decimal. */
  run(...words: (string | number)[]): Plain {
    return plain(this.reply(...words));
  }

  reply(...words: (string | number)[]): Reply {
    const { ctx } = this;
    const texts = words.map(String);
    const source = Region.allocate(texts.reduce((bytes, text) => bytes + text.length, 0));
    source.u8.set(Buffer.from(texts.join(''), 'latin1'));
    ctx.reserve(texts.length);
    ctx.source = source;
    ctx.argc = texts.length;
    let at = 0;
    for (let arg = 0; arg < texts.length; arg++) {
      ctx.at[arg] = at;
      ctx.size[arg] = texts[arg].length;
      at += texts[arg].length;
    }
    ctx.renew();
    ctx.reply.rewind(0);
    const container = this.registry.get(texts[0]);
    if (container === undefined) throw new Error(`no command ${texts[0]}`);
    this.executor.run(container.subcommands.get(texts[1]?.toLowerCase()) ?? container);
    const bytes = Buffer.from(ctx.reply.region.u8.slice(0, ctx.reply.at));
    const parsed = parseReply(bytes, 0);
    if (parsed === undefined || parsed.end !== bytes.length)
      throw new Error(`not one reply: ${bytes.toString('latin1')}`);
    return parsed.reply;
  }

  /** The changes told since the last call. */
  takeEvents(): string[] {
    const { events } = this;
    this.events = [];
    return events;
  }

  /** What is wrong with the structures in memory, and how much memory nobody owns; empty if all is well. */
  problems(): string[] {
    const lost = this.shards
      .filter((shard) => unaccountedBytes(shard) !== 0)
      .map(({ index }) => `shard ${index} leaks`);
    return [...this.shards.flatMap((shard) => checkShard(shard)), ...lost];
  }
}

function plain(reply: Reply): Plain {
  if (isAggregate(reply)) return reply.items.map(plain);
  if (reply.kind === 'null') return null;
  if (reply.kind === '-') return `Error: ${reply.text}`;
  if (reply.kind !== ':') return reply.text;
  return Number.isSafeInteger(Number(reply.text)) ? Number(reply.text) : reply.text;
}
