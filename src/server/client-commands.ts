/** CLIENT: connections, looked at and changed. */
import { argumentText, subcommandSyntaxError } from '../commands/argument-text.ts';
import { integerTimeoutMs } from '../commands/blocking-timeout.ts';
import type { Context } from '../commands/context.ts';
import { type Command, command } from '../commands/define.ts';
import { error, SYNTAX_ERROR } from '../commands/errors.ts';
import { replyHelp } from '../commands/help.ts';
import { byteText } from './byte-text.ts';
import { setLibrary, setName } from './client-attributes.ts';
import { type FilteredClient, killFilter, listFilter } from './client-filter.ts';
import { clientLine } from './client-line.ts';
import { closeClients, linesOfClients, unblockOwnClient } from './clients.ts';
import { REPLY_OFF, REPLY_ON, REPLY_SKIP_NEXT } from './connection.ts';
import type { Server } from './server.ts';
import { connectionOf, type ThreadServices } from './services.ts';

const NO_SUCH_CLIENT = error('ERR No such client');
const BAD_PAUSE_MODE = error('ERR CLIENT PAUSE mode must be WRITE or ALL');
const BAD_UNBLOCK_REASON = error('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
const NOT_TRACKING = error(
  'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled',
);
const TRACKING_NOT_BUILT = error('ERR client-side caching is not built yet');

function onOrOff(ctx: Context): boolean {
  if (ctx.isWord(2, 'ON')) return true;
  if (ctx.isWord(2, 'OFF')) return false;
  throw SYNTAX_ERROR;
}

function reply(ctx: Context): void {
  const connection = connectionOf(ctx);
  if (ctx.isWord(2, 'ON')) {
    connection.replyMode = REPLY_ON;
    ctx.reply.ok();
  } else if (ctx.isWord(2, 'OFF')) connection.replyMode = REPLY_OFF;
  else if (!ctx.isWord(2, 'SKIP')) throw SYNTAX_ERROR;
  else if (connection.replyMode !== REPLY_OFF) connection.replyMode = REPLY_SKIP_NEXT;
}

function unblock(ctx: Context, server: Server): void {
  if (ctx.argc > 4) throw subcommandSyntaxError(ctx);
  const withError = ctx.argc === 4 && ctx.isWord(3, 'ERROR');
  if (ctx.argc === 4 && !withError && !ctx.isWord(3, 'TIMEOUT')) throw BAD_UNBLOCK_REASON;
  const id = ctx.integer(2);
  const text = withError ? 'UNBLOCKED client unblocked via CLIENT UNBLOCK' : undefined;
  const isUnblocked =
    unblockOwnClient(server, id, text) || server.peers?.ask('unblock', { id, errorText: text }).includes(true);
  ctx.reply.integer(isUnblocked ? 1 : 0);
}

function tracking(ctx: Context): void {
  if (onOrOff(ctx)) throw TRACKING_NOT_BUILT;
  ctx.reply.ok();
}

function trackingInfo(ctx: Context): void {
  const w = ctx.reply;
  w.map(3);
  w.bulkText('flags');
  w.set(1);
  w.bulkText('off');
  w.bulkText('redirect');
  w.integer(-1);
  w.bulkText('prefixes');
  w.array(0);
}

const EVERY_NODE = 'request_policy:all_nodes response_policy:all_succeeded';

/** Command tips of the subcommands that have any. */
const tipsOf = new Map([
  ['SETINFO', EVERY_NODE],
  ['SETNAME', EVERY_NODE],
  ['INFO', 'nondeterministic_output'],
]);

/** Commands that concern the connection alone. */
const ownCommands: readonly Command[] = [
  own('CACHING', '6.0.0', 'mode(YES | NO)', 'Chooses whether the next command’s keys are tracked.', () => {
    throw NOT_TRACKING;
  }),
  own('GETNAME', '2.6.9', '', 'Returns the name of the connection.', (ctx) => {
    const { name } = connectionOf(ctx);
    if (name === '') ctx.reply.null();
    else ctx.reply.bulkBytes(name);
  }),
  own('GETREDIR', '6.0.0', '', 'Returns the client that invalidations of this one are sent to, or -1.', (ctx) =>
    ctx.reply.integer(-1),
  ),
  own('ID', '5.0.0', '', 'Returns the number of the connection, which is never used again.', (ctx) =>
    ctx.reply.integer(connectionOf(ctx).id),
  ),
  own(
    'NO-TOUCH',
    '7.2.0',
    'enabled(ON | OFF)',
    'Chooses whether commands leave the access clocks of keys alone.',
    (ctx) => {
      connectionOf(ctx).noTouch = onOrOff(ctx);
      ctx.reply.ok();
    },
  ),
  own('REPLY', '3.2.0', 'action(ON | OFF | SKIP)', 'Chooses whether the connection is replied to.', reply),
  own('SETINFO', '7.2.0', 'attr(LIB-NAME libname | LIB-VER libver)', 'Notes which library the client uses.', (ctx) => {
    setLibrary(connectionOf(ctx), argumentText(ctx, 2), byteText(ctx, 3));
    ctx.reply.ok();
  }),
  own('SETNAME', '2.6.9', 'connection-name', 'Names the connection, to be seen in CLIENT LIST.', (ctx) => {
    setName(connectionOf(ctx), byteText(ctx, 2));
    ctx.reply.ok();
  }),
  own(
    'TRACKING',
    '6.0.0',
    'status(ON | OFF) [REDIRECT client-id:integer] [PREFIX prefix...!] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]',
    'Chooses whether the server tells the client of changes to keys that it has read.',
    tracking,
  ),
  own('TRACKINGINFO', '6.2.0', '', 'Tells how keys are tracked for the connection.', trackingInfo),
];

function own(name: string, since: string, syntax: string, summary: string, run: (ctx: Context) => void): Command {
  const flags = 'noscript loading stale';
  return command({
    name: `CLIENT|${name}`,
    since,
    group: 'connection',
    complexity: 'O(1)',
    summary,
    syntax,
    flags,
    tips: tipsOf.get(name),
    run,
  });
}

export function clientCommands({ server, pause }: ThreadServices): readonly Command[] {
  const list = (ctx: Context): void => ctx.reply.verbatim(linesOfClients(server, listFilter(ctx)));

  const kill = (ctx: Context): void => {
    const asking = connectionOf(ctx);
    if (ctx.argc === 3) {
      const address = byteText(ctx, 2);
      const killed = closeClients(server, asking, ({ link }) => link.remoteAddress === address, 1);
      if (killed === 0) throw NO_SUCH_CLIENT;
      return ctx.reply.ok();
    }
    const { matches, skipMe } = killFilter(ctx, ctx.nowMs);
    const isMeant = (client: FilteredClient) => !(skipMe && client.id === asking.id) && matches(client);
    ctx.reply.integer(closeClients(server, asking, isMeant));
  };

  const beginPause = (ctx: Context): void => {
    if (ctx.argc > 4) throw subcommandSyntaxError(ctx);
    let everything = true;
    if (ctx.argc === 4) {
      if (ctx.isWord(3, 'WRITE')) everything = false;
      else if (!ctx.isWord(3, 'ALL')) throw BAD_PAUSE_MODE;
    }
    const ms = integerTimeoutMs(ctx, 2);
    const untilMs = ctx.nowMs + ms;
    pause.begin(untilMs, everything);
    server.peers?.ask('pause', { untilMs, everything });
    ctx.reply.ok();
  };

  const admin = { group: 'connection', flags: 'admin noscript loading stale' } as const;
  return [
    command({
      name: 'CLIENT',
      since: '2.4.0',
      group: 'connection',
      complexity: 'Depends on the subcommand.',
      summary: 'Holds the commands on connections.',
      syntax: '',
      arity: -2,
      run: () => {},
    }),
    ...ownCommands,
    own('INFO', '6.2.0', '', 'Tells of the connection what CLIENT LIST tells of all.', (ctx) =>
      ctx.reply.verbatim(`${clientLine(connectionOf(ctx), ctx.nowMs, server)}\n`),
    ),
    command({
      name: 'CLIENT|HELP',
      since: '5.0.0',
      group: 'connection',
      flags: 'loading stale',
      complexity: 'O(1)',
      summary: 'Lists the subcommands.',
      syntax: '',
      run: (ctx) => replyHelp(ctx),
    }),
    command({
      ...admin,
      name: 'CLIENT|KILL',
      since: '2.4.0',
      complexity: 'O(N) for N clients',
      summary: 'Closes connections.',
      syntax:
        'filter(old-format | new-format([ID client-id:integer@2.8.12] | [TYPE client-type@2.8.12(NORMAL | MASTER@3.2.0 | SLAVE | REPLICA@5.0.0 | PUBSUB)] | [USER username] | [ADDR addr] | [LADDR laddr@6.2.0] | [SKIPME skipme(YES | NO)] | [MAXAGE maxage:integer@7.4.0])...)',
      arity: -3,
      history: [
        ['2.8.12', 'Takes pairs of an option and its value.'],
        ['2.8.12', '`ID` added.'],
        ['3.2.0', '`TYPE` knows `master`.'],
        ['5.0.0', '`TYPE` says `replica` for `slave`, which it still knows.'],
        ['6.2.0', '`LADDR` added.'],
        ['7.4.0', '`MAXAGE` added.'],
      ],
      run: kill,
    }),
    command({
      ...admin,
      name: 'CLIENT|LIST',
      since: '2.4.0',
      complexity: 'O(N) for N clients',
      summary: 'Lists connections, a line each.',
      syntax: '[TYPE client-type@5.0.0(NORMAL | MASTER | REPLICA | PUBSUB)] [ID client-id:integer@6.2.0...]',
      history: [
        ['2.8.12', 'Tells `id`.'],
        ['5.0.0', '`TYPE` added.'],
        ['6.0.0', 'Tells `user`.'],
        ['6.2.0', '`ID` added; tells `argv-mem`, `tot-mem`, `laddr` and `redir`.'],
        ['7.0.0', 'Tells `resp`, `multi-mem`, `rbs` and `rbp`.'],
        ['7.0.3', 'Tells `ssub`.'],
        ['7.2.0', 'Tells `lib-name` and `lib-ver`.'],
        ['7.4.0', 'Tells `watch`.'],
        ['8.0.0', 'Tells `io-thread`.'],
      ],
      tips: 'nondeterministic_output',
      run: list,
    }),
    command({
      ...admin,
      name: 'CLIENT|NO-EVICT',
      since: '7.0.0',
      complexity: 'O(1)',
      summary: 'Chooses whether the connection is spared when clients take too much memory.',
      syntax: 'enabled(ON | OFF)',
      run: (ctx) => {
        connectionOf(ctx).noEvict = onOrOff(ctx);
        ctx.reply.ok();
      },
    }),
    command({
      ...admin,
      name: 'CLIENT|PAUSE',
      since: '3.0.0',
      complexity: 'O(1)',
      summary: 'Keeps all commands, or those that write, waiting for a time.',
      syntax: 'timeout:integer [mode@6.2.0(WRITE | ALL)]',
      history: [['6.2.0', 'Takes a mode.']],
      run: beginPause,
    }),
    command({
      ...admin,
      name: 'CLIENT|UNBLOCK',
      since: '5.0.0',
      complexity: 'O(log N) for N clients',
      summary: 'Ends a blocking command of another client.',
      syntax: 'client-id:integer [unblock-type(TIMEOUT | ERROR)]',
      run: (ctx) => unblock(ctx, server),
    }),
    command({
      ...admin,
      name: 'CLIENT|UNPAUSE',
      since: '6.2.0',
      complexity: 'O(N) for N clients that wait',
      summary: 'Ends a pause.',
      syntax: '',
      run: (ctx) => {
        pause.end();
        server.peers?.ask('pause', undefined);
        ctx.reply.ok();
      },
    }),
  ];
}
