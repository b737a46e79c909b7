/** SUBSCRIBE and its kin, PUBLISH, PUBSUB. */

import { subcommandSyntaxError } from '../commands/argument-text.ts';
import type { Context } from '../commands/context.ts';
import { type Command, type CommandSpec, command } from '../commands/define.ts';
import { replyHelp } from '../commands/help.ts';
import { byteText } from './byte-text.ts';
import { REPLY_ON } from './connection.ts';
import { connectionOf } from './services.ts';
import type { Subscriptions } from './subscriptions.ts';

type Listing = 'channels' | 'patterns' | 'shardChannels';

/** What a connection is told of each subscription: how many it now has of that sort; channels and patterns are one sort. */
function replyCount(
  ctx: Context,
  subscriptions: Subscriptions,
  word: string,
  name: string | undefined,
  listing: Listing,
) {
  const connection = connectionOf(ctx);
  const counts = subscriptions.counts(connection);
  const mark = ctx.reply.mark();
  ctx.reply.push(3);
  ctx.reply.bulkBytes(word);
  if (name === undefined) ctx.reply.null();
  else ctx.reply.bulkBytes(name);
  ctx.reply.integer(listing === 'shardChannels' ? counts.shardChannels : counts.channels + counts.patterns);
  if (connection.replyMode !== REPLY_ON) subscriptions.sendInSpiteOfSilence(mark);
}

function subscribing(subscriptions: Subscriptions, listing: Listing, word: string): (ctx: Context) => void {
  return (ctx) => {
    const connection = connectionOf(ctx);
    for (let arg = 1; arg < ctx.argc; arg++) {
      const name = byteText(ctx, arg);
      subscriptions.hub.subscribe(subscriptions.of(connection), listing, name);
      replyCount(ctx, subscriptions, word, name, listing);
    }
    subscriptions.settle(connection);
  };
}

function unsubscribing(subscriptions: Subscriptions, listing: Listing, word: string): (ctx: Context) => void {
  return (ctx) => {
    const connection = connectionOf(ctx);
    const subscriber = subscriptions.of(connection);
    const names =
      ctx.argc === 1 ? [...subscriber[listing]] : Array.from({ length: ctx.argc - 1 }, (_, i) => byteText(ctx, i + 1));
    for (const name of names) {
      subscriptions.hub.unsubscribe(subscriber, listing, name);
      replyCount(ctx, subscriptions, word, name, listing);
    }
    if (names.length === 0) replyCount(ctx, subscriptions, word, undefined, listing);
    subscriptions.settle(connection);
  };
}

function publish(ctx: Context, subscriptions: Subscriptions): void {
  const { source, at, size } = ctx;
  ctx.reply.integer(subscriptions.publish(source, at[1], size[1], source, at[2], size[2]));
}

function replyNames(ctx: Context, names: readonly string[]): void {
  ctx.reply.array(names.length);
  for (const name of names) ctx.reply.bulkBytes(name);
}

function replySubscribers(ctx: Context, subscriptions: Subscriptions, listing: 'channels' | 'shardChannels'): void {
  ctx.reply.array((ctx.argc - 2) * 2);
  for (let arg = 2; arg < ctx.argc; arg++) {
    ctx.reply.bulk(ctx.source, ctx.at[arg], ctx.size[arg]);
    ctx.reply.integer(subscriptions.hub.subscriberCount(listing, byteText(ctx, arg)));
  }
}

export function pubsubCommands(subscriptions: Subscriptions): readonly Command[] {
  const { hub } = subscriptions;
  const declare = (spec: Omit<CommandSpec, 'group' | 'scope'>) => command({ ...spec, group: 'pubsub', scope: 'none' });
  const pattern = (ctx: Context) => {
    if (ctx.argc > 3) throw subcommandSyntaxError(ctx);
    return ctx.argc > 2 ? byteText(ctx, 2) : undefined;
  };
  return [
    declare({
      name: 'SUBSCRIBE',
      since: '2.0.0',
      complexity: 'O(N) for N channels',
      summary: 'Listens to channels.',
      syntax: 'channel...',
      flags: 'denyoom pubsub noscript loading stale',
      run: subscribing(subscriptions, 'channels', 'subscribe'),
    }),
    declare({
      name: 'UNSUBSCRIBE',
      since: '2.0.0',
      complexity: 'O(N) for N channels',
      summary: 'Stops listening to channels, or to all of them.',
      syntax: '[channel...]',
      flags: 'pubsub noscript loading stale',
      run: unsubscribing(subscriptions, 'channels', 'unsubscribe'),
    }),
    declare({
      name: 'PSUBSCRIBE',
      since: '2.0.0',
      complexity: 'O(N) for N patterns',
      summary: 'Listens to all channels whose names match patterns.',
      syntax: 'pattern:pattern...',
      flags: 'denyoom pubsub noscript loading stale',
      run: subscribing(subscriptions, 'patterns', 'psubscribe'),
    }),
    declare({
      name: 'PUNSUBSCRIBE',
      since: '2.0.0',
      complexity: 'O(N) for N patterns',
      summary: 'Stops listening to patterns, or to all of them.',
      syntax: '[pattern:pattern...]',
      flags: 'pubsub noscript loading stale',
      run: unsubscribing(subscriptions, 'patterns', 'punsubscribe'),
    }),
    declare({
      name: 'SSUBSCRIBE',
      since: '7.0.0',
      complexity: 'O(N) for N channels',
      summary: 'Listens to shard channels.',
      syntax: 'shardchannel...',
      keys: 'not_key 1..-1',
      flags: 'denyoom pubsub noscript loading stale',
      run: subscribing(subscriptions, 'shardChannels', 'ssubscribe'),
    }),
    declare({
      name: 'SUNSUBSCRIBE',
      since: '7.0.0',
      complexity: 'O(N) for N channels',
      summary: 'Stops listening to shard channels, or to all of them.',
      syntax: '[shardchannel...]',
      keys: 'not_key 1..-1',
      flags: 'pubsub noscript loading stale',
      run: unsubscribing(subscriptions, 'shardChannels', 'sunsubscribe'),
    }),
    declare({
      name: 'PUBLISH',
      since: '2.0.0',
      complexity: 'O(N+M) for N listeners to the channel and M patterns',
      summary: 'Sends a message to everyone who listens to a channel.',
      syntax: 'channel message',
      flags: 'pubsub loading stale fast may_replicate',
      run: (ctx) => publish(ctx, subscriptions),
    }),
    declare({
      name: 'SPUBLISH',
      since: '7.0.0',
      complexity: 'O(N) for N listeners',
      summary: 'Sends a message to everyone who listens to a shard channel.',
      syntax: 'shardchannel message',
      keys: 'not_key 1',
      flags: 'pubsub loading stale fast may_replicate',
      run: (ctx) => ctx.reply.integer(hub.publishToShard(byteText(ctx, 1), ctx.source, ctx.at[2], ctx.size[2])),
    }),
    declare({
      name: 'PUBSUB',
      since: '2.8.0',
      complexity: 'Depends on the subcommand',
      summary: 'A container for what there is to know of channels.',
      syntax: '',
      arity: -2,
      run: () => {},
    }),
    declare({
      name: 'PUBSUB|CHANNELS',
      since: '2.8.0',
      complexity: 'O(N) for N channels',
      summary: 'Lists channels that somebody listens to.',
      syntax: '[pattern:pattern]',
      flags: 'pubsub loading stale',
      run: (ctx) => replyNames(ctx, hub.names('channels', pattern(ctx))),
    }),
    declare({
      name: 'PUBSUB|NUMSUB',
      since: '2.8.0',
      complexity: 'O(N) for N channels',
      summary: 'Counts the listeners of channels, those by pattern left out.',
      syntax: '[channel...]',
      flags: 'pubsub loading stale',
      run: (ctx) => replySubscribers(ctx, subscriptions, 'channels'),
    }),
    declare({
      name: 'PUBSUB|NUMPAT',
      since: '2.8.0',
      complexity: 'O(1)',
      summary: 'Counts the patterns that somebody listens to.',
      syntax: '',
      flags: 'pubsub loading stale',
      run: (ctx) => ctx.reply.integer(hub.patternCount),
    }),
    declare({
      name: 'PUBSUB|SHARDCHANNELS',
      since: '7.0.0',
      complexity: 'O(N) for N shard channels',
      summary: 'Lists shard channels that somebody listens to.',
      syntax: '[pattern:pattern]',
      flags: 'pubsub loading stale',
      run: (ctx) => replyNames(ctx, hub.names('shardChannels', pattern(ctx))),
    }),
    declare({
      name: 'PUBSUB|SHARDNUMSUB',
      since: '7.0.0',
      complexity: 'O(N) for N shard channels',
      summary: 'Counts the listeners of shard channels.',
      syntax: '[shardchannel...]',
      flags: 'pubsub loading stale',
      run: (ctx) => replySubscribers(ctx, subscriptions, 'shardChannels'),
    }),
    declare({
      name: 'PUBSUB|HELP',
      since: '6.2.0',
      complexity: 'O(1)',
      summary: 'Tells the subcommands.',
      syntax: '',
      flags: 'loading stale',
      run: (ctx) => replyHelp(ctx),
    }),
  ];
}
