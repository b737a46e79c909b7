/** DEBUG: what tests need to look behind the scenes. What it does to keys is in commands/debug-data.ts. */

import { randomBytes } from 'node:crypto';
import { matchGlob } from '../base/glob.ts';
import type { Context } from '../commands/context.ts';
import { debugDataCommands } from '../commands/debug-data.ts';
import { debugDigestCommands } from '../commands/debug-digest.ts';
import { debugReloadCommands } from '../commands/debug-reload.ts';
import { type Command, type CommandSpec, command } from '../commands/define.ts';
import { error, NOT_AN_INTEGER } from '../commands/errors.ts';
import type { ConfigView } from '../config/config-view.ts';
import { parseMemory } from '../config/number-types.ts';
import { ConfigCommandError } from '../config/refusal.ts';
import { listDebug } from '../types/list-limits.ts';
import { byteText, textOfBytes } from './byte-text.ts';
import { replyWithKind } from './debug-protocol.ts';
import { isLocal } from './locality.ts';
import { connectionOf, type Services, type ThreadServices } from './services.ts';

const NOT_ALLOWED = error(
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
);
const BAD_THRESHOLD = error('ERR argument must be a memory value bigger than 1 and smaller than 4gb');
const BAD_DATABASE = error('ERR Out of range database');
const PACKED_THRESHOLD_MAX = 4n << 30n;
/** Tells the executor that DEBUG may be long, so that it is timed. */
const WORTH_TIMING = 1000;

const DEBUG = {
  name: 'DEBUG',
  since: '1.0.0',
  group: 'server',
  complexity: 'Depends on the subcommand.',
  summary: 'Looks behind the scenes and does odd things there, for tests.',
  syntax: '',
  arity: -2,
  flags: 'admin noscript loading stale',
  system: true,
} as const satisfies Omit<CommandSpec, 'run'>;

interface Subcommand {
  /** Words in all, `DEBUG` among them: the least and the most. */
  readonly argc: readonly [number, number];
  readonly help: string;
  readonly run: (ctx: Context) => void;
}

/** What DEBUG can do to keys: commands of their own, as they may go to workers. */
const DATA_COMMANDS = new Map(
  [...debugDataCommands, ...debugDigestCommands, ...debugReloadCommands].map((each) => [
    each.spec.name.slice('DEBUG-'.length),
    each,
  ]),
);

function requireAllowed(ctx: Context, config: ConfigView): void {
  const allowed = config.value('enable-debug-command');
  if (allowed === 'no' || (allowed === 'local' && !isLocal(connectionOf(ctx).link))) throw NOT_ALLOWED;
}

/** DEBUG on another thread than 0: what is about keys it does, the rest it has `passOn` do. */
export function debugBesideThread0({ config, dispatcher }: ThreadServices, passOn: (ctx: Context) => void): Command {
  return command({
    ...DEBUG,
    run: (ctx) => {
      requireAllowed(ctx, config);
      const target = DATA_COMMANDS.get(ctx.word(1));
      if (target === undefined) passOn(ctx);
      else dispatcher.dispatch(target, connectionOf(ctx));
    },
  });
}

export function debugCommand(services: Services): Command {
  const { config, log, pool, dispatcher, server, shards, replicationId } = services;

  /** Passes the words on, which may end on a worker: then DEBUG itself has no reply. */
  const passOn = (ctx: Context): void => {
    const target = DATA_COMMANDS.get(ctx.word(1));
    if (target !== undefined) dispatcher.dispatch(target, connectionOf(ctx));
  };
  const onOff = (ctx: Context): boolean => ctx.integer(2) !== 0;
  const ok = (ctx: Context): void => ctx.reply.ok();

  const sleep = (ctx: Context): void => {
    const ms = Number.parseFloat(ctx.text(2)) * 1000;
    if (ms > 0) {
      server.peers?.tellAll({ kind: 'sleep', ms });
      server.peers?.post();
      standStill(ms);
    }
    ctx.reply.ok();
  };

  const setPackedThreshold = (ctx: Context): void => {
    const bytes = parseMemory(byteText(ctx, 2));
    if (bytes === undefined || bytes < 0n || bytes > PACKED_THRESHOLD_MAX) throw BAD_THRESHOLD;
    listDebug.packedThresholdBytes = Number(bytes);
    server.peers?.ask('packed-threshold', Number(bytes));
    pool.tell({ kind: 'packed-threshold', bytes: Number(bytes) });
    ctx.reply.ok();
  };

  const tableStatistics = (ctx: Context): void => {
    const db = ctx.integer(2);
    if (db < 0 || db >= shards[0].keyspaces.length) throw BAD_DATABASE;
    let keys = 0;
    let slots = 0;
    let volatile = 0;
    for (const { keyspaces } of shards) {
      const { table, volatileCount } = keyspaces[db];
      keys += table.count;
      slots += table.segmentCount * 1023;
      volatile += volatileCount;
    }
    const lines = ['[Dictionary HT]', ...tableLines('main hash table', slots, keys)];
    lines.push('[Expires HT]', ...tableLines('heap of deadlines', volatile, volatile));
    ctx.reply.verbatim(`${lines.join('\n')}\n`);
  };

  const rewriteEverything = (ctx: Context): void => {
    try {
      config.rewrite({ everything: true });
    } catch (thrown) {
      if (!(thrown instanceof ConfigCommandError)) throw thrown;
      throw error(`ERR CONFIG-REWRITE-FORCE-ALL failed: ${textOfBytes(thrown.message)}`);
    }
    ctx.reply.ok();
  };

  const memoryMap = (ctx: Context): void => {
    const lines = shards.map(({ index, arena, allocator, lock }) => {
      const state = lock.isHeld ? 'locked' : 'free';
      return `shard=${index} reserved=${arena.bytes} pages=${allocator.pageBytes} used=${allocator.usedBytes} ${state}`;
    });
    ctx.reply.verbatim(`${lines.join('\n')}\n`);
  };

  const matchLength = (ctx: Context): void => {
    const length = ctx.integer(2);
    const pattern = Buffer.from(byteText(ctx, 3), 'latin1');
    const text = Buffer.alloc(length, 'a');
    ctx.reply.integer(matchGlob(pattern, 0, pattern.length, text, 0, length, false) ? 1 : 0);
  };

  const subcommands = new Map<string, Subcommand>([
    ['CHANGE-REPL-ID', { argc: [2, 2], help: 'Gives the replication history another name.', run: changeReplicationId }],
    ['CHECK', { argc: [2, 2], help: 'Reads all memory and tells what in it does not fit together.', run: passOn }],
    [
      'COMMAND-FAULT',
      { argc: [3, 4], help: '<key> [WORKER]: fails inside a command, here or on a worker.', run: passOn },
    ],
    ['CONFIG-REWRITE-FORCE-ALL', { argc: [2, 2], help: 'Writes every directive.', run: rewriteEverything }],
    ['DIGEST', { argc: [2, 2], help: 'Tells a digest of all data.', run: passOn }],
    [
      'DIGEST-VALUE',
      { argc: [2, Number.POSITIVE_INFINITY], help: '[<key> ...]: tells a digest of each value.', run: passOn },
    ],
    ['ERROR', { argc: [3, 3], help: '<text>: replies with an error.', run: (ctx) => ctx.reply.error(ctx.text(2)) }],
    ['HTSTATS', { argc: [3, 4], help: '<dbid>: tells of the tables of a database.', run: tableStatistics }],
    [
      'IO-THREAD-KILL',
      { argc: [3, 3], help: '<thread>: has an I/O thread fail, and the process end with it.', run: killIoThread },
    ],
    ['JMAP', { argc: [2, 2], help: 'Tells of the memory of each shard.', run: memoryMap }],
    ['LOG', { argc: [3, 3], help: '<text>: writes to the log.', run: writeLog }],
    ['OBJECT', { argc: [3, 4], help: '<key>: tells how a value is kept.', run: passOn }],
    ['PAUSE-CRON', { argc: [3, 3], help: '<0|1>: stops housekeeping.', run: pauseHousekeeping }],
    ['POPULATE', { argc: [3, 5], help: '<count> [<prefix>] [<size>]: makes keys.', run: passOn }],
    ['PROTOCOL', { argc: [3, 3], help: '<kind>: replies with one value of a kind.', run: protocol }],
    [
      'QUICKLIST-PACKED-THRESHOLD',
      { argc: [3, 3], help: '<bytes>: when an element gets a node.', run: setPackedThreshold },
    ],
    [
      'RELOAD',
      { argc: [2, 5], help: '[NOSAVE] [NOFLUSH] [MERGE]: serializes all values and loads them.', run: passOn },
    ],
    ['REPLYBUFFER', { argc: [4, 4], help: 'Taken, but replies are not kept in buffers of their own.', run: ok }],
    ['SDSLEN', { argc: [3, 3], help: '<key>: tells the lengths of a key and its string.', run: passOn }],
    [
      'SET-ACTIVE-EXPIRE',
      { argc: [3, 3], help: '<0|1>: whether keys go before they are asked for.', run: activeExpire },
    ],
    ['SHARD-OF', { argc: [3, 3], help: '<key>: tells which shard a key is in.', run: passOn }],
    ['SHARD-SLEEP', { argc: [4, 4], help: '<key> <seconds>: keeps a worker at a key’s shard.', run: passOn }],
    ['SLEEP', { argc: [3, 3], help: '<seconds>: stops the server for a while.', run: sleep }],
    ['STRINGMATCH-LEN', { argc: [4, 4], help: '<length> <pattern>: matches so many letters a.', run: matchLength }],
    ['STRUCTSIZE', { argc: [2, 2], help: 'Tells the sizes of structures.', run: structureSizes }],
    ['TRANSPORT', { argc: [2, 2], help: 'Tells what waits to be sent or received, and on how many links.', run: held }],
    ['WORKER-KILL', { argc: [3, 3], help: '<worker>: ends a worker’s thread as a crash would.', run: killWorker }],
  ]);

  function changeReplicationId(ctx: Context): void {
    replicationId.current = randomBytes(20).toString('hex');
    log.warning('Changing replication IDs after receiving change-repl-id');
    ctx.reply.ok();
  }
  function writeLog(ctx: Context): void {
    log.warning(`DEBUG LOG: ${ctx.text(2)}`);
    ctx.reply.ok();
  }
  function pauseHousekeeping(ctx: Context): void {
    const stops = onOff(ctx);
    server.peers?.ask('housekeeping', !stops);
    services.housekeeping.keep(!stops);
    ctx.reply.ok();
  }
  function protocol(ctx: Context): void {
    replyWithKind(ctx.reply, ctx.text(2).toLowerCase());
  }
  function activeExpire(ctx: Context): void {
    services.activeExpire.setByDebug(onOff(ctx));
    ctx.reply.ok();
  }
  function structureSizes(ctx: Context): void {
    ctx.reply.simple('bits:64 entry:8 slot:8 segment:8192 deadline:12');
  }
  /** Of thread 0; the others have transports of their own. */
  function held(ctx: Context): void {
    const lines = Object.entries(services.transport.statistics()).map(([name, value]) => `${name}=${value}\n`);
    ctx.reply.verbatim(lines.join(''));
  }
  function killIoThread(ctx: Context): void {
    const thread = ctx.integer(2);
    if (thread < 1 || thread >= services.plane.ioThreads) throw NOT_AN_INTEGER;
    server.peers?.tell(thread, { kind: 'fail' });
    ctx.reply.ok();
  }
  function killWorker(ctx: Context): void {
    const worker = ctx.integer(2);
    if (worker < 0 || worker >= services.plane.workers) throw NOT_AN_INTEGER;
    pool.kill(worker);
    ctx.reply.ok();
  }

  const debug = (ctx: Context): void => {
    requireAllowed(ctx, config);
    if (ctx.isWord(1, 'HELP') && ctx.argc === 2) return help(ctx);
    const found = subcommands.get(ctx.word(1));
    if (found === undefined || ctx.argc < found.argc[0] || ctx.argc > found.argc[1]) {
      throw error(`ERR unknown subcommand or wrong number of arguments for '${ctx.text(1)}'. Try DEBUG HELP.`);
    }
    if (found.run !== passOn) ctx.weigh(WORTH_TIMING);
    found.run(ctx);
  };

  const help = (ctx: Context): void => {
    ctx.reply.array(1 + subcommands.size * 2);
    ctx.reply.simple('DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:');
    for (const [name, subcommand] of subcommands) {
      ctx.reply.simple(name);
      ctx.reply.simple(`    ${subcommand.help}`);
    }
  };

  return command({ ...DEBUG, run: debug });
}

/** The whole server stands still, as Redis would: that is what tests want of it. */
export function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function tableLines(title: string, size: number, elements: number): string[] {
  const head = `Hash table 0 stats (${title}):`;
  if (elements === 0) return [head, 'No stats available for empty dictionaries'];
  return [head, ` table size: ${size}`, ` number of elements: ${elements}`];
}
