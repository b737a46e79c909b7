/** Byte strings (one character a byte), as configuration and names are kept, to and from the wire. */
import type { Context } from '../commands/context.ts';

/** Argument `arg` as a byte string. */
export const byteText = (ctx: Context, arg: number): string => ctx.bytes(arg);

/** A byte string that holds UTF-8 as the text that it is. */
export const textOfBytes = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');
