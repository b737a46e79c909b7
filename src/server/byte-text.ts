/** Byte strings (one character a byte), as configuration and names are kept, to and from the wire. */
import { latin1 } from '../base/region.ts';
import type { Context } from '../commands/context.ts';
import type { Writer } from '../protocol/writer.ts';

/** Argument `arg` as a byte string. */
export const byteText = (ctx: Context, arg: number): string => latin1(ctx.source, ctx.at[arg], ctx.size[arg]);

/** A bulk string of a byte string's bytes. */
export function bulkBytes(w: Writer, text: string): void {
  const at = w.bulkSpace(text.length);
  w.region.u8.set(Buffer.from(text, 'latin1'), at);
}

/** A byte string that holds UTF-8 as the text that it is. */
export const textOfBytes = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');
