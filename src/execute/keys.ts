/** Which shards a command needs: from its key specifications and its arguments. */
import { parseInteger } from '../base/numbers.ts';
import type { Context } from '../commands/context.ts';
import type { Command } from '../commands/define.ts';
import type { KeySpec } from '../commands/key-specs.ts';
import type { Arguments } from '../protocol/arguments.ts';

/**
 * Calls `visit` with the argument index of every key that a specification finds.
 * @returns false if it reads how many there are and that is off, which is the command's to refuse
 */
export function eachKey(spec: KeySpec, ctx: Arguments, visit: (arg: number) => void): boolean {
  const { begin, find } = spec;
  if (begin === undefined || find === undefined) return true;
  const first = 'index' in begin ? begin.index : findKeyword(begin.keyword, begin.startFrom, ctx);
  if (first <= 0 || first >= ctx.argc) return true;
  if ('keyNumIndex' in find) {
    const at = first + find.keyNumIndex;
    const count = parseInteger(ctx.source.u8, ctx.at[at], ctx.size[at]);
    const from = first + find.firstKey;
    if (!(count > 0) || count > ctx.argc) return false;
    for (let i = 0; i < count; i++) {
      const arg = from + i * find.step;
      if (arg >= ctx.argc) return false;
      visit(arg);
    }
    return true;
  }
  let last = find.lastKey >= 0 ? first + find.lastKey : ctx.argc + find.lastKey;
  if (find.limit > 1) last = first + Math.floor((ctx.argc - first) / find.limit) - 1;
  for (let arg = first; arg <= last && arg < ctx.argc; arg += find.step) visit(arg);
  return true;
}

function findKeyword(keyword: string, startFrom: number, ctx: Arguments): number {
  const backwards = startFrom < 0;
  const start = backwards ? ctx.argc + startFrom : startFrom;
  for (let arg = start; arg > 0 && arg < ctx.argc; arg += backwards ? -1 : 1) {
    if (ctx.isWord(arg, keyword)) return arg + 1;
  }
  return 0;
}

/** One bit a shard that the command's keys lie in. */
export function shardMaskOf(command: Command, ctx: Context): number {
  let mask = 0;
  for (const spec of command.keySpecs) {
    eachKey(spec, ctx, (arg) => {
      mask |= 1 << ctx.shardIndexOf(ctx.hashOf(arg));
    });
  }
  const extra = command.spec.extraShards;
  return extra === undefined ? mask : mask | extra(ctx);
}
