import { latin1 } from '../base/region.ts';
import { argumentText } from '../commands/argument-text.ts';
import type { Context } from '../commands/context.ts';
import type { Command } from '../commands/define.ts';

/** How much of what the client sent is repeated to it. */
const ECHO_BYTES_MAX = 128;

/** Redis' words for a command that there is none of. */
export function unknownCommandText(ctx: Context): string {
  const unknown = `ERR unknown command '${argumentText(ctx, 0, ECHO_BYTES_MAX)}'`;
  if (ctx.argc === 1) return unknown;
  let args = '';
  for (let arg = 1; arg < ctx.argc && args.length < ECHO_BYTES_MAX; arg++) {
    const room = ECHO_BYTES_MAX - args.length;
    args += `'${argumentText(ctx, arg, room)}' `;
  }
  return `${unknown}, with args beginning with: ${args}`;
}

/** The subcommand that argument 1 names; writes Redis' error and returns undefined if there is none. */
export function subcommandOf(command: Command, ctx: Context): Command | undefined {
  const name = ctx.size[1] > 64 ? '' : latin1(ctx.source, ctx.at[1], ctx.size[1]).toLowerCase();
  const sub = command.subcommands.get(name);
  if (sub !== undefined) return sub;
  const said = argumentText(ctx, 1, ECHO_BYTES_MAX);
  ctx.reply.error(`ERR unknown subcommand '${said}'. Try ${command.spec.name} HELP.`);
  return undefined;
}
