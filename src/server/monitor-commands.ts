/** MONITOR. */
import { type Command, command } from '../commands/define.ts';
import { error } from '../commands/errors.ts';
import type { Server } from './server.ts';
import { connectionOf } from './services.ts';

const NOT_WITHIN_EXEC = error("ERR MONITOR isn't allowed for DENY BLOCKING client");

export function monitorCommand({ monitors }: Server): Command {
  return command({
    name: 'MONITOR',
    since: '1.0.0',
    group: 'server',
    complexity: 'O(1); then a little for every command of every client',
    summary: 'Shows the connection all commands that clients send, until RESET or QUIT.',
    syntax: '',
    flags: 'admin noscript loading stale',
    run: (ctx) => {
      const connection = connectionOf(ctx);
      if (connection.isInExec) throw NOT_WITHIN_EXEC;
      if (monitors.has(connection)) return;
      monitors.add(connection);
      ctx.reply.ok();
    },
  });
}
