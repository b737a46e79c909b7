/** The arguments of XREAD and XREADGROUP. */
import { integerTimeoutMs } from './blocking-timeout.ts';
import type { Context } from './context.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { saturatedInteger } from './saturated-integer.ts';

const GROUP_IN_XREAD = error('ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.');
const NOACK_IN_XREAD = error('ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.');
const CLAIM_IN_XREAD = error('ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead.');
const NO_GROUP = error('ERR Missing GROUP option for XREADGROUP');
const UNBALANCED_XREAD = error(
  "ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' must be specified.",
);
const UNBALANCED_XREADGROUP = error(
  "ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must be specified.",
);
const MAXCOUNT_NOT_POSITIVE = error('ERR MAXCOUNT must be a positive integer');
const MAXSIZE_NOT_POSITIVE = error('ERR MAXSIZE must be a positive integer');
const MAXCOUNT_BELOW_COUNT = error('ERR MAXCOUNT must be greater than or equal to COUNT');
const CLAIM_NOT_AN_INTEGER = error('ERR min-idle-time is not an integer or out of range');
const CLAIM_NEGATIVE = error('ERR min-idle-time must be a positive integer');

/** Whether BLOCK is not among the words; where a key is called so, it only seems to be. */
export function readsAtOnce(ctx: Context): boolean {
  for (let arg = 1; arg < ctx.argc; arg++) if (ctx.isWord(arg, 'BLOCK')) return false;
  return true;
}

/** To be used again and again. */
export class ReadArguments {
  /** How long to wait; −1: not at all, 0: for ever. */
  timeoutMs = -1;
  /** Entries of each stream; 0: all. */
  count = 0;
  /** Entries of all streams together. */
  maxCount = Number.POSITIVE_INFINITY;
  /** Bytes of the reply. */
  maxSize = Number.POSITIVE_INFINITY;
  /** How long entries must have been pending to be claimed; −1: none are. */
  claimMs = -1;
  noAck = false;
  /** Argument with the group's name, 0: none. The consumer's is behind it. */
  group = 0;
  firstKey = 0;
  keys = 0;

  /** @throws CommandError */
  read(ctx: Context, forGroup: boolean): void {
    this.timeoutMs = -1;
    this.count = 0;
    this.maxCount = Number.POSITIVE_INFINITY;
    this.maxSize = Number.POSITIVE_INFINITY;
    this.claimMs = -1;
    this.noAck = false;
    this.group = 0;
    this.firstKey = 0;
    for (let arg = 1; this.firstKey === 0; ) {
      if (arg >= ctx.argc) throw SYNTAX_ERROR;
      arg = this.readOption(ctx, arg, forGroup);
    }
    if (forGroup && this.group === 0) throw NO_GROUP;
    if (this.maxCount < this.count) throw MAXCOUNT_BELOW_COUNT;
  }

  /** @returns the argument behind */
  private readOption(ctx: Context, arg: number, forGroup: boolean): number {
    const more = ctx.argc - arg - 1;
    if (more > 0 && ctx.isWord(arg, 'STREAMS')) {
      if (more % 2 !== 0) throw forGroup ? UNBALANCED_XREADGROUP : UNBALANCED_XREAD;
      this.firstKey = arg + 1;
      this.keys = more >> 1;
    } else if (more > 0 && ctx.isWord(arg, 'COUNT')) {
      this.count = Math.max(0, saturatedInteger(ctx, arg + 1));
    } else if (more > 0 && ctx.isWord(arg, 'BLOCK')) {
      this.timeoutMs = integerTimeoutMs(ctx, arg + 1);
    } else if (more > 1 && ctx.isWord(arg, 'GROUP')) {
      if (!forGroup) throw GROUP_IN_XREAD;
      this.group = arg + 1;
      return arg + 3;
    } else if (ctx.isWord(arg, 'NOACK')) {
      if (!forGroup) throw NOACK_IN_XREAD;
      this.noAck = true;
      return arg + 1;
    } else if (more > 0 && ctx.isWord(arg, 'CLAIM')) {
      if (!forGroup) throw CLAIM_IN_XREAD;
      this.claimMs = saturatedInteger(ctx, arg + 1, CLAIM_NOT_AN_INTEGER);
      if (this.claimMs < 0) throw CLAIM_NEGATIVE;
    } else if (more > 0 && ctx.isWord(arg, 'MAXCOUNT')) {
      this.maxCount = saturatedInteger(ctx, arg + 1);
      if (this.maxCount <= 0) throw MAXCOUNT_NOT_POSITIVE;
    } else if (more > 0 && ctx.isWord(arg, 'MAXSIZE')) {
      this.maxSize = saturatedInteger(ctx, arg + 1);
      if (this.maxSize <= 0) throw MAXSIZE_NOT_POSITIVE;
    } else {
      throw SYNTAX_ERROR;
    }
    return arg + 2;
  }

  /** The arguments that name the keys. */
  get keyArguments(): number[] {
    return Array.from({ length: this.keys }, (_, i) => this.firstKey + i);
  }
}
