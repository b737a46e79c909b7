/** Byte strings (one character a byte), as configuration and names are kept, to and from the wire. */
import { latin1 } from '../base/region.ts';
import type { Context } from '../commands/context.ts';

/** Argument `arg` as a byte string. */
export const byteText = (ctx: Context, arg: number): string => latin1(ctx.source, ctx.at[arg], ctx.size[arg]);

/** A byte string that holds UTF-8 as the text that it is. */
export const textOfBytes = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');
