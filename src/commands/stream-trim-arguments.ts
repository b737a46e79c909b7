/** How much of a stream is to go: arguments of XTRIM and XADD. */
import { typeLimits } from '../types/limits.ts';
import { STREAM_LAST_ID, STREAM_NODES, type Stream } from '../types/stream.ts';
import { StreamId } from '../types/stream-id.ts';
import { treeCount } from '../types/stream-tree.ts';
import type { Context } from './context.ts';
import { error } from './errors.ts';
import { saturatedInteger } from './saturated-integer.ts';
import { idArgument } from './stream-access.ts';

const BOTH_STRATEGIES = error('ERR syntax error, MAXLEN and MINID options at the same time are not compatible');
const MAXLEN_NEGATIVE = error('ERR The MAXLEN argument must be >= 0.');
const LIMIT_NEGATIVE = error('ERR The LIMIT argument must be >= 0.');
const LIMIT_ALONE = error('ERR syntax error, LIMIT cannot be used without specifying a trimming strategy');
const LIMIT_EXACT = error('ERR syntax error, LIMIT cannot be used without the special ~ option');
const NO_STRATEGY = error('ERR syntax error, XTRIM must be called with a trimming strategy');

/** Without LIMIT, trimming by whole nodes goes no further than so many full ones. */
const NODES_MAX = 100;
const LIMIT_DEFAULT = 10_000;
const LIMIT_MAX = 1_000_000;
const TILDE = 126;
const EQUALS = 61;

export const TRIM_NONE = 0;
export const TRIM_MAXLEN = 1;
export const TRIM_MINID = 2;

/** What becomes of references to entries that go. */
export const KEEPREF = 0;
export const DELREF = 1;
export const ACKED = 2;

/** Reads KEEPREF, DELREF or ACKED. @returns −1 if the argument is none of them */
export function refPolicyArgument(ctx: Context, arg: number): number {
  if (ctx.isWord(arg, 'KEEPREF')) return KEEPREF;
  if (ctx.isWord(arg, 'DELREF')) return DELREF;
  return ctx.isWord(arg, 'ACKED') ? ACKED : -1;
}

/** To be used again and again: `clear`, `read` for each argument that may be an option, `finish`. */
export class TrimArguments {
  strategy = TRIM_NONE;
  maxLength = 0;
  readonly minId = new StreamId();
  wholeNodes = false;
  limit = 0;
  refs = KEEPREF;
  private limitGiven = false;
  private refsGiven = false;

  clear(): void {
    this.strategy = TRIM_NONE;
    this.wholeNodes = false;
    this.limit = 0;
    this.limitGiven = false;
    this.refs = KEEPREF;
    this.refsGiven = false;
  }

  /** Reads the option at `arg`. @returns the argument behind it, or 0 if it is none of trimming's  @throws CommandError */
  read(ctx: Context, arg: number): number {
    const more = arg + 1 < ctx.argc;
    if (more && (ctx.isWord(arg, 'MAXLEN') || ctx.isWord(arg, 'MINID'))) return this.readStrategy(ctx, arg);
    if (more && ctx.isWord(arg, 'LIMIT')) {
      this.limit = saturatedInteger(ctx, arg + 1);
      if (this.limit < 0) throw LIMIT_NEGATIVE;
      this.limitGiven = true;
      return arg + 2;
    }
    const refs = refPolicyArgument(ctx, arg);
    if (refs < 0 || this.refsGiven) return 0;
    this.refsGiven = true;
    this.refs = refs;
    return arg + 1;
  }

  private readStrategy(ctx: Context, arg: number): number {
    if (this.strategy !== TRIM_NONE) throw BOTH_STRATEGIES;
    this.strategy = ctx.size[arg] === 'MAXLEN'.length ? TRIM_MAXLEN : TRIM_MINID;
    let threshold = arg + 1;
    this.wholeNodes = false;
    if (threshold + 1 < ctx.argc && ctx.size[threshold] === 1) {
      const operator = ctx.source.u8[ctx.at[threshold]];
      this.wholeNodes = operator === TILDE;
      if (operator === TILDE || operator === EQUALS) threshold++;
    }
    if (this.strategy === TRIM_MINID) {
      idArgument(ctx, threshold, this.minId);
    } else {
      this.maxLength = saturatedInteger(ctx, threshold);
      if (this.maxLength < 0) throw MAXLEN_NEGATIVE;
    }
    return threshold + 1;
  }

  /** Checks what only shows when all options are read. @param must whether there must be a strategy  @throws CommandError */
  finish(must: boolean): void {
    if (this.limit > 0 && this.strategy === TRIM_NONE) throw LIMIT_ALONE;
    if (must && this.strategy === TRIM_NONE) throw NO_STRATEGY;
    if (this.limitGiven) {
      if (!this.wholeNodes) throw LIMIT_EXACT;
    } else if (this.wholeNodes) {
      const entries = NODES_MAX * typeLimits.streamNodeMaxEntries;
      this.limit = entries === 0 ? LIMIT_DEFAULT : Math.min(entries, LIMIT_MAX);
    }
  }

  /** About how many things trimming will have to look at. */
  weightOf(stream: Stream): number {
    if (this.strategy === TRIM_NONE) return 0;
    const { length, allocator } = stream;
    const nodes = treeCount(allocator.arena, stream.base + STREAM_NODES);
    let removed = length;
    if (this.strategy === TRIM_MAXLEN) removed = Math.max(0, length - this.maxLength);
    else if (this.minId.compareAt(allocator.arena, stream.base + STREAM_LAST_ID) > 0) removed = length;
    if (this.refs !== KEEPREF) return removed;
    return Math.ceil((removed / Math.max(length, 1)) * nodes);
  }
}
