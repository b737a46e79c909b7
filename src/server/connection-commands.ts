/** Commands about the connection itself. */
import type { Context } from '../commands/context.ts';
import { type Command, command } from '../commands/define.ts';
import { error } from '../commands/errors.ts';
import { int32Argument, requireDatabase } from '../commands/saturated-integer.ts';
import type { Connection } from './connection.ts';

const connectionOf = (ctx: Context): Connection => ctx.session as Connection;

function ping(ctx: Context): void {
  if (ctx.argc > 2) throw error("ERR wrong number of arguments for 'ping' command");
  const { subscribed, resp3 } = ctx.session as Connection;
  if (subscribed && !resp3) {
    // Shaped as the messages that such a client reads.
    ctx.reply.array(2);
    ctx.reply.bulkBytes('pong');
    if (ctx.argc === 1) ctx.reply.emptyBulk();
    else ctx.reply.bulk(ctx.source, ctx.at[1], ctx.size[1]);
  } else if (ctx.argc === 1) ctx.reply.pong();
  else ctx.reply.bulk(ctx.source, ctx.at[1], ctx.size[1]);
}

function select(ctx: Context): void {
  const db = int32Argument(ctx, 1);
  requireDatabase(ctx, db);
  connectionOf(ctx).db = db;
  ctx.reply.ok();
}

export const connectionCommands: readonly Command[] = [
  command({
    name: 'PING',
    since: '1.0.0',
    group: 'connection',
    complexity: 'O(1)',
    summary: 'Answers PONG, or repeats what it is given: shows that the server is there.',
    syntax: '[message]',
    flags: 'fast',
    tips: 'request_policy:all_shards response_policy:all_succeeded',
    run: ping,
  }),
  command({
    name: 'ECHO',
    since: '1.0.0',
    group: 'connection',
    complexity: 'O(1)',
    summary: 'Returns its argument.',
    syntax: 'message',
    flags: 'loading stale fast',
    run: (ctx) => ctx.reply.bulk(ctx.source, ctx.at[1], ctx.size[1]),
  }),
  command({
    name: 'SELECT',
    since: '1.0.0',
    group: 'connection',
    complexity: 'O(1)',
    summary: 'Chooses the database that the connection works on.',
    syntax: 'index:integer',
    flags: 'loading stale fast',
    run: select,
  }),
  command({
    name: 'QUIT',
    since: '1.0.0',
    group: 'connection',
    complexity: 'O(1)',
    summary: 'Closes the connection.',
    syntax: '',
    arity: -1,
    flags: 'noscript loading stale fast no_auth allow_busy',
    deprecatedSince: '7.2.0',
    replacedBy: 'just closing the connection',
    run: (ctx) => {
      ctx.reply.ok();
      connectionOf(ctx).closing = true;
    },
  }),
];
