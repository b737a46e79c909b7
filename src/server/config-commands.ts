/** CONFIG: src/config told to clients. */
import { Region } from '../base/region.ts';
import type { Context } from '../commands/context.ts';
import { type Command, command } from '../commands/define.ts';
import { error } from '../commands/errors.ts';
import { replyHelp } from '../commands/help.ts';
import type { ConfigChange } from '../config/config.ts';
import { ConfigCommandError } from '../config/refusal.ts';
import { byteText, textOfBytes } from './byte-text.ts';
import type { Connection } from './connection.ts';
import { isLocal } from './locality.ts';
import type { Services } from './services.ts';
import { connectionOf } from './services.ts';
import { resetStatistics } from './statistics.ts';

export function configCommands(services: Services): readonly Command[] {
  const { config, log, server } = services;

  const get = (ctx: Context): void => {
    const patterns: string[] = [];
    for (let arg = 2; arg < ctx.argc; arg++) patterns.push(byteText(ctx, arg));
    const found = config.get(patterns);
    ctx.reply.map(found.length);
    for (const [name, text] of found) {
      ctx.reply.bulkBytes(name);
      ctx.reply.bulkBytes(text);
    }
  };

  const set = (ctx: Context): void => {
    const args: string[] = [];
    for (let arg = 2; arg < ctx.argc; arg++) args.push(byteText(ctx, arg));
    const connection = connectionOf(ctx);
    refusing(() => {
      const change = config.prepare(args, { isLocal: isLocal(connection.link), isLoading: false });
      if (services.listening.mustMoveFor(change) && !connection.isInExec) moveFirst(change, connection);
      else change.commit();
    });
    if (!connection.waiting) ctx.reply.ok();
  };

  /** Where the server listens changes first, which takes a moment: the client waits. */
  const moveFirst = (change: ConfigChange, connection: Connection): void => {
    connection.waiting = true;
    const answer = (line: string): void => {
      const reply = Region.of(`${line}\r\n`);
      server.inBatchOf(() => server.onWorkerReply(connection.id, reply, 0, reply.length, false));
    };
    // Not here: the command is within a batch.
    setImmediate(() => {
      services.listening.moveFor(change).then(
        () => answer('+OK'),
        (failure: Error) => {
          if (!(failure instanceof ConfigCommandError)) log.warning(`CONFIG SET failed: ${failure.stack}`);
          answer(`-${failure instanceof ConfigCommandError ? errorTextOf(failure) : 'ERR internal error'}`);
        },
      );
    });
  };

  const rewrite = (ctx: Context): void => {
    try {
      refusing(() => config.rewrite());
    } catch (thrown) {
      log.warning(`CONFIG REWRITE failed: ${(thrown as Error).message}`);
      throw thrown;
    }
    log.notice('CONFIG REWRITE executed with success.');
    ctx.reply.ok();
  };

  const shared = { group: 'server', flags: 'admin noscript loading stale' } as const;
  const everywhere = 'request_policy:all_nodes response_policy:all_succeeded';
  return [
    command({
      name: 'CONFIG',
      since: '2.0.0',
      group: 'server',
      complexity: 'Depends on the subcommand.',
      summary: 'Holds the commands on configuration.',
      syntax: '',
      arity: -2,
      run: () => {},
    }),
    command({
      ...shared,
      name: 'CONFIG|GET',
      since: '2.0.0',
      complexity: 'O(N) for N directives',
      summary: 'Returns the values of directives, by name or pattern.',
      syntax: 'parameter...',
      history: [['7.0.0', 'Takes several patterns.']],
      run: get,
    }),
    command({
      ...shared,
      name: 'CONFIG|HELP',
      since: '5.0.0',
      flags: 'loading stale',
      complexity: 'O(1)',
      summary: 'Lists the subcommands.',
      syntax: '',
      run: (ctx) => replyHelp(ctx),
    }),
    command({
      ...shared,
      name: 'CONFIG|RESETSTAT',
      since: '2.0.0',
      complexity: 'O(1)',
      summary: 'Sets the statistics of INFO back to zero.',
      syntax: '',
      tips: everywhere,
      run: (ctx) => {
        resetStatistics(services);
        // The call that is being made is the first of the new count.
        services.stats.called(ctx.command.id);
        ctx.reply.ok();
      },
    }),
    command({
      ...shared,
      name: 'CONFIG|REWRITE',
      since: '2.8.0',
      complexity: 'O(1)',
      summary: 'Writes what is in force into the configuration file.',
      syntax: '',
      tips: everywhere,
      run: rewrite,
    }),
    command({
      ...shared,
      name: 'CONFIG|SET',
      since: '2.0.0',
      complexity: 'O(N) for N directives',
      summary: 'Changes directives, all of those given or none.',
      syntax: 'data{parameter value}...',
      history: [['7.0.0', 'Takes several directives.']],
      tips: everywhere,
      run: set,
    }),
  ];
}

/** Runs something of src/config whose refusals are error replies. */
function refusing(change: () => void): void {
  try {
    change();
  } catch (thrown) {
    throw thrown instanceof ConfigCommandError ? error(errorTextOf(thrown)) : thrown;
  }
}

const errorTextOf = ({ code, message }: ConfigCommandError): string => `${code} ${textOfBytes(message)}`;
