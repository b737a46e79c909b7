/** MEMORY USAGE: the blocks that a key takes, as the arena counts them. */
import { parseInteger } from '../base/numbers.ts';
import type { Allocator } from '../memory/allocator.ts';
import { encodingOf, hasDeadline, rootOf, TYPE_STRING, typeOf } from '../store/entry.ts';
import { type ValueType, valueType } from '../store/value-types.ts';
import type { Context } from './context.ts';
import { type Command, command } from './define.ts';
import { NOT_AN_INTEGER, SYNTAX_ERROR } from './errors.ts';

const SAMPLES_DEFAULT = 5;
/** A slot of the table; slots are a half to nine tenths full. */
const SLOT_BYTES = 8;
/** A place in the heap of deadlines. */
const HEAP_NODE_BYTES = 12;

function usage(ctx: Context): void {
  const samples = samplesOf(ctx);
  const entry = ctx.peek(2);
  if (entry === 0) return ctx.reply.null();
  const { arena, allocator } = ctx.ks;
  let bytes = allocator.sizeOf(entry) + SLOT_BYTES;
  if (hasDeadline(arena, entry)) bytes += HEAP_NODE_BYTES;
  const type = typeOf(arena, entry);
  if (type !== TYPE_STRING) {
    const root = rootOf(arena, entry);
    const encoding = encodingOf(arena, entry);
    const ofType = valueType(type);
    const elements = ofType.lengthOf(allocator, root, encoding);
    ctx.weigh(samples === 0 ? elements : Math.min(samples, elements));
    bytes += ofType.sizeOf(allocator, root, encoding, samples) + shareOf(ofType, allocator, root, encoding);
  }
  ctx.reply.integer(bytes);
}

/** A value's share of what it has in common with others, rounded up. */
function shareOf({ shared }: ValueType, allocator: Allocator, root: number, encoding: number): number {
  const block = shared?.blockOf(allocator, root, encoding) ?? 0;
  return shared === undefined || block === 0 ? 0 : Math.ceil(allocator.sizeOf(block) / shared.users(allocator, block));
}

/** How many elements to look at, 0 for all. @throws CommandError */
function samplesOf(ctx: Context): number {
  let samples = SAMPLES_DEFAULT;
  for (let arg = 3; arg < ctx.argc; arg += 2) {
    if (!ctx.isWord(arg, 'SAMPLES') || arg + 1 >= ctx.argc) throw SYNTAX_ERROR;
    samples = parseInteger(ctx.source.u8, ctx.at[arg + 1], ctx.size[arg + 1]);
    if (!Number.isSafeInteger(samples)) throw NOT_AN_INTEGER;
    if (samples < 0) throw SYNTAX_ERROR;
  }
  return samples;
}

export const memoryUsageCommands: readonly Command[] = [
  command({
    name: 'MEMORY',
    since: '4.0.0',
    group: 'server',
    complexity: 'Depends on the subcommand.',
    summary: 'Holds the commands on memory.',
    syntax: '',
    arity: -2,
    run: () => {},
  }),
  command({
    name: 'MEMORY|USAGE',
    since: '4.0.0',
    group: 'server',
    complexity: 'O(N) for N samples',
    summary: 'Tells how many bytes a key takes with its value, estimated from some elements or counted of all.',
    syntax: 'key:key [SAMPLES count:integer]',
    keys: 'RO 2',
    flags: 'readonly',
    run: usage,
  }),
];
