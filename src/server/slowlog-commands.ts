/** SLOWLOG: the commands that took long. */
import { parseInteger } from '../base/numbers.ts';
import type { Context } from '../commands/context.ts';
import { type Command, command } from '../commands/define.ts';
import { error } from '../commands/errors.ts';
import { replyHelp } from '../commands/help.ts';

import type { Services } from './services.ts';

const BAD_COUNT = error('ERR count should be greater than or equal to -1');
const COUNT_DEFAULT = 10;

export function slowlogCommands({ slowLog }: Services): readonly Command[] {
  const get = (ctx: Context): void => {
    const asked = ctx.argc > 2 ? parseInteger(ctx.source.u8, ctx.at[2], ctx.size[2]) : COUNT_DEFAULT;
    if (!(asked >= -1)) throw BAD_COUNT;
    const shown = asked === -1 ? slowLog.entries : slowLog.entries.slice(0, asked);
    const w = ctx.reply;
    w.array(shown.length);
    for (const { id, seconds, microseconds, args, address, clientName } of shown) {
      w.array(6);
      w.integer(id);
      w.integer(seconds);
      w.integer(Math.floor(microseconds));
      w.array(args.length);
      for (const arg of args) w.bulkBytes(arg);
      w.bulkBytes(address);
      w.bulkBytes(clientName);
    }
  };

  const shared = { group: 'server', flags: 'admin loading stale' } as const;
  return [
    command({
      name: 'SLOWLOG',
      since: '2.2.12',
      group: 'server',
      complexity: 'Depends on the subcommand.',
      summary: 'Holds the commands on the slow log.',
      syntax: '',
      arity: -2,
      run: () => {},
    }),
    command({
      ...shared,
      name: 'SLOWLOG|GET',
      since: '2.2.12',
      complexity: 'O(N) for N entries',
      summary: 'Returns the latest slow commands, newest first: ten, as many as asked for, or all (-1).',
      syntax: '[count:integer]',
      history: [['4.0.0', 'Entries tell the client’s address and name.']],
      tips: 'request_policy:all_nodes nondeterministic_output',
      run: get,
    }),
    command({
      ...shared,
      name: 'SLOWLOG|HELP',
      since: '6.2.0',
      flags: 'loading stale',
      complexity: 'O(1)',
      summary: 'Lists the subcommands.',
      syntax: '',
      run: (ctx) => replyHelp(ctx),
    }),
    command({
      ...shared,
      name: 'SLOWLOG|LEN',
      since: '2.2.12',
      complexity: 'O(1)',
      summary: 'Counts the entries.',
      syntax: '',
      tips: 'request_policy:all_nodes response_policy:agg_sum nondeterministic_output',
      run: (ctx) => ctx.reply.integer(slowLog.entries.length),
    }),
    command({
      ...shared,
      name: 'SLOWLOG|RESET',
      since: '2.2.12',
      complexity: 'O(N) for N entries',
      summary: 'Empties the slow log.',
      syntax: '',
      tips: 'request_policy:all_nodes response_policy:all_succeeded',
      run: (ctx) => {
        slowLog.clear();
        ctx.reply.ok();
      },
    }),
  ];
}
