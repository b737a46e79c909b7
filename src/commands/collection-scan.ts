/** What SSCAN, HSCAN and ZSCAN have in common: `key cursor [MATCH pattern] [COUNT count]`. */
import { matchGlob } from '../base/glob.ts';
import type { Slice } from '../types/slice.ts';
import type { Context } from './context.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { saturatedInteger } from './saturated-integer.ts';

const COUNT_DEFAULT = 10;
const NOT_FOR_THIS = error('ERR NOVALUES option can only be used in HSCAN');

export interface ScanOptions {
  readonly count: number;
  /** HSCAN's alone: fields without their values. */
  readonly noValues: boolean;
  readonly accepts: (member: Slice) => boolean;
}

const acceptsAll = (): boolean => true;

/** Reads the options behind the cursor, argument 2. @throws CommandError */
export function readScanOptions(ctx: Context, isHash: boolean): ScanOptions {
  let count = COUNT_DEFAULT;
  let noValues = false;
  let accepts: ScanOptions['accepts'] = acceptsAll;
  for (let arg = 3; arg < ctx.argc; arg++) {
    const more = arg + 1 < ctx.argc;
    if (more && ctx.isWord(arg, 'COUNT')) {
      count = saturatedInteger(ctx, ++arg);
      if (count < 1) throw SYNTAX_ERROR;
    } else if (more && ctx.isWord(arg, 'MATCH')) {
      accepts = matching(ctx, ++arg);
    } else if (ctx.isWord(arg, 'NOVALUES')) {
      if (!isHash) throw NOT_FOR_THIS;
      noValues = true;
    } else {
      throw SYNTAX_ERROR;
    }
  }
  return { count, noValues, accepts };
}

function matching(ctx: Context, arg: number): ScanOptions['accepts'] {
  const pattern = ctx.source.u8;
  const patternAt = ctx.at[arg];
  const patternLength = ctx.size[arg];
  const matchesAll = patternLength === 1 && pattern[patternAt] === 42;
  if (matchesAll) return acceptsAll;
  return ({ region, at, length }) => matchGlob(pattern, patternAt, patternLength, region.u8, at, length, false);
}

/** The reply of a scan of a key that isn't there. */
export function replyEmptyScan(ctx: Context): void {
  ctx.reply.array(2);
  ctx.reply.bulkInteger(0);
  ctx.reply.array(0);
}
