/** HELLO and RESET: what a connection is like, all at once. */

import { REDIS_VERSION } from '../base/version.ts';
import type { Context } from '../commands/context.ts';
import { type Command, command } from '../commands/define.ts';
import { error } from '../commands/errors.ts';
import { forgetFieldsets } from '../commands/fieldsets.ts';
import { byteText, textOfBytes } from './byte-text.ts';
import { setName } from './client-attributes.ts';
import { connectionOf, type ThreadServices } from './services.ts';

const NO_SUCH_PROTOCOL = error('NOPROTO unsupported protocol version');
const NO_PROTOCOL = error('ERR Protocol version is not an integer or out of range');
const NOT_AUTHENTICATED = error(
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
);

function protocolVersion(ctx: Context): number {
  const text = byteText(ctx, 1);
  if (!/^-?\d+$/.test(text)) throw NO_PROTOCOL;
  if (text !== '2' && text !== '3') throw NO_SUCH_PROTOCOL;
  return Number(text);
}

export function helloCommands({ authentication, server }: ThreadServices): readonly Command[] {
  const hello = (ctx: Context): void => {
    const connection = connectionOf(ctx);
    const version = ctx.argc > 1 ? protocolVersion(ctx) : connection.resp3 ? 3 : 2;
    let name: string | undefined;
    for (let arg = 2; arg < ctx.argc; arg++) {
      if (ctx.isWord(arg, 'AUTH') && arg + 2 < ctx.argc) {
        authentication.logIn(connection, byteText(ctx, arg + 1), byteText(ctx, arg + 2));
        arg += 2;
      } else if (ctx.isWord(arg, 'SETNAME') && arg + 1 < ctx.argc) name = byteText(ctx, ++arg);
      else throw error(`ERR Syntax error in HELLO option '${textOfBytes(byteText(ctx, arg))}'`);
    }
    if (!connection.authenticated && !authentication.isOpen) throw NOT_AUTHENTICATED;
    if (name !== undefined) setName(connection, name);
    connection.resp3 = version === 3;
    ctx.reply.resp3 = connection.resp3;
    const w = ctx.reply;
    w.map(7);
    w.bulkText('server');
    // Clients look at these two to know what they may use.
    w.bulkText('redis');
    w.bulkText('version');
    w.bulkText(REDIS_VERSION);
    w.bulkText('proto');
    w.integer(version);
    w.bulkText('id');
    w.integer(connection.id);
    w.bulkText('mode');
    w.bulkText('standalone');
    w.bulkText('role');
    w.bulkText('master');
    w.bulkText('modules');
    w.array(0);
  };

  const reset = (ctx: Context): void => {
    const connection = connectionOf(ctx);
    connection.reset(authentication.isOpen);
    server.waiting.forget(connection);
    server.subscriptions.forget(connection);
    server.monitors.remove(connection);
    forgetFieldsets(connection);
    ctx.reply.resp3 = false;
    ctx.reply.simple('RESET');
  };

  const shared = { group: 'connection', flags: 'noscript loading stale fast no_auth allow_busy' } as const;
  return [
    command({
      ...shared,
      name: 'HELLO',
      since: '6.0.0',
      complexity: 'O(1)',
      summary: 'Agrees on the protocol version, logs in and names the connection, and tells of the server.',
      syntax: '[arguments{protover:integer [AUTH auth{username password}] [SETNAME clientname]}]',
      history: [['6.2.0', 'The version may be left out, to keep the one in use.']],
      run: hello,
    }),
    command({
      ...shared,
      name: 'RESET',
      since: '6.2.0',
      complexity: 'O(1)',
      summary: 'Makes the connection as it was when it was opened.',
      syntax: '',
      run: reset,
    }),
  ];
}
