/** MULTI, EXEC, DISCARD, WATCH, UNWATCH. */
import type { Context } from '../commands/context.ts';
import { type Command, command } from '../commands/define.ts';
import { error } from '../commands/errors.ts';
import { Transaction } from '../execute/transaction.ts';
import { Watching } from '../execute/watching.ts';
import type { ThreadServices } from './services.ts';
import { connectionOf } from './services.ts';

const EXEC_WITHOUT_MULTI = error('ERR EXEC without MULTI');
const DISCARD_WITHOUT_MULTI = error('ERR DISCARD without MULTI');
const EXEC_ABORT = error('EXECABORT Transaction discarded because of previous errors.');

/** The commands that are run, not queued, between MULTI and EXEC. */
export const RUN_WITHIN_MULTI = new Set(['multi', 'exec', 'discard', 'watch', 'quit', 'reset']);

function watchedMask(ctx: Context): number {
  return connectionOf(ctx).watching?.shardMask ?? 0;
}

/** Forgets what the connection watches; its shards are locked. */
function unwatch(ctx: Context): void {
  connectionOf(ctx).watching?.release();
  connectionOf(ctx).watching = undefined;
}

function multi(ctx: Context): void {
  const connection = connectionOf(ctx);
  if (connection.transaction !== undefined) throw error('ERR MULTI calls can not be nested');
  connection.transaction = new Transaction();
  ctx.reply.ok();
}

function discard(ctx: Context): void {
  const connection = connectionOf(ctx);
  if (connection.transaction === undefined) throw DISCARD_WITHOUT_MULTI;
  connection.transaction = undefined;
  unwatch(ctx);
  ctx.reply.ok();
}

function watch(ctx: Context): void {
  const connection = connectionOf(ctx);
  if (connection.transaction !== undefined) throw error('ERR WATCH inside MULTI is not allowed');
  connection.watching ??= new Watching();
  for (let arg = 1; arg < ctx.argc; arg++) connection.watching.add(ctx, arg);
  ctx.reply.ok();
}

/** The shards of all queued commands and of all watched keys. */
function transactionMask(ctx: Context, services: ThreadServices): number {
  const { transaction } = connectionOf(ctx);
  let mask = watchedMask(ctx);
  if (transaction === undefined) return mask;
  const { source } = ctx;
  const [at] = ctx.at;
  const [size] = ctx.size;
  for (const queued of transaction.queue) {
    queued.arguments.loadInto(ctx);
    ctx.renew();
    mask |= services.dispatcher.maskOf(queued.command);
  }
  // EXEC itself is one word: MONITOR shows it as it was sent.
  ctx.source = source;
  ctx.argc = 1;
  ctx.at[0] = at;
  ctx.size[0] = size;
  ctx.renew();
  return mask;
}

function exec(ctx: Context, services: ThreadServices): void {
  const connection = connectionOf(ctx);
  const { transaction, watching } = connection;
  if (transaction === undefined) throw EXEC_WITHOUT_MULTI;
  connection.transaction = undefined;
  const holds = watching?.holds() ?? true;
  unwatch(ctx);
  if (transaction.spoiled) throw EXEC_ABORT;
  if (!holds) return ctx.reply.nullArray();
  const { executor } = services.dispatcher;
  ctx.reply.array(transaction.queue.length);
  connection.isInExec = true;
  for (const queued of transaction.queue) {
    queued.arguments.loadInto(ctx);
    ctx.renew();
    ctx.db = connection.db;
    ctx.mayBlock = false;
    ctx.reply.resp3 = connection.resp3;
    executor.run(queued.command);
  }
  connection.isInExec = false;
}

export const transactionCommands = (services: ThreadServices): readonly Command[] => [
  command({
    name: 'MULTI',
    since: '1.2.0',
    group: 'transactions',
    complexity: 'O(1)',
    summary: 'Begins a transaction: commands are queued until EXEC.',
    syntax: '',
    flags: 'noscript loading stale fast allow_busy',
    run: multi,
  }),
  command({
    name: 'EXEC',
    since: '1.2.0',
    group: 'transactions',
    complexity: 'Depends on the queued commands',
    summary: 'Runs all queued commands, with nothing in between.',
    syntax: '',
    flags: 'noscript loading stale skip_slowlog',
    scope: 'keys',
    staysHere: true,
    extraShards: (ctx) => transactionMask(ctx, services),
    run: (ctx) => exec(ctx, services),
  }),
  command({
    name: 'DISCARD',
    since: '2.0.0',
    group: 'transactions',
    complexity: 'O(N) for N queued commands',
    summary: 'Forgets the queued commands and ends the transaction.',
    syntax: '',
    flags: 'noscript loading stale fast allow_busy',
    scope: 'keys',
    staysHere: true,
    extraShards: watchedMask,
    run: discard,
  }),
  command({
    name: 'WATCH',
    since: '2.2.0',
    group: 'transactions',
    complexity: 'O(1) for each key',
    summary: 'Makes the next transaction depend on keys staying as they are.',
    syntax: 'key:key...',
    keys: 'RO 1..-1',
    flags: 'noscript loading stale fast allow_busy',
    staysHere: true,
    run: watch,
  }),
  command({
    name: 'UNWATCH',
    since: '2.2.0',
    group: 'transactions',
    complexity: 'O(1)',
    summary: 'Forgets all watched keys of the connection.',
    syntax: '',
    flags: 'noscript loading stale fast allow_busy',
    scope: 'keys',
    staysHere: true,
    extraShards: watchedMask,
    run: (ctx) => {
      unwatch(ctx);
      ctx.reply.ok();
    },
  }),
];
