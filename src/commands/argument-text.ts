import { latin1 } from '../base/region.ts';
import type { Context } from './context.ts';
import { type CommandError, error } from './errors.ts';

/**
 * Argument `arg` as an error repeats it to the client: byte for byte, but only up to a zero byte, as C strings end there.
 * @param bytesMax of it at most
 */
export function argumentText({ source, at, size }: Context, arg: number, bytesMax = Number.POSITIVE_INFINITY): string {
  const text = latin1(source, at[arg], Math.min(size[arg], bytesMax));
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

/** What a subcommand answers to arguments that it doesn't know. */
export const subcommandSyntaxError = (ctx: Context): CommandError =>
  error(
    `ERR unknown subcommand or wrong number of arguments for '${argumentText(ctx, 1, 128)}'. Try ${argumentText(ctx, 0).toUpperCase()} HELP.`,
  );
