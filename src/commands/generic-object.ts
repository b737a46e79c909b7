/** OBJECT: what there is to know of a value beside what it holds. */
import { addToCounter, COUNTER_HITS, COUNTER_MISSES } from '../store/counters.ts';
import { accessOf, encodingOf, rootOf, TYPE_STRING, typeOf } from '../store/entry.ts';
import { valueType } from '../store/value-types.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error } from './errors.ts';
import { stringEncodingName } from './string-encoding.ts';

const LRU_LFU_SWITCH =
  'Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.';
const LFU_SELECTED = error(`ERR An LFU maxmemory policy is selected, idle time not tracked. ${LRU_LFU_SWITCH}`);
const LFU_NOT_SELECTED = error(
  `ERR An LFU maxmemory policy is not selected, access frequency not tracked. ${LRU_LFU_SWITCH}`,
);

const HELP = [
  'OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'ENCODING <key>',
  '    Return the kind of internal representation used in order to store the value',
  '    associated with a <key>.',
  'FREQ <key>',
  '    Return the access frequency index of the <key>. The returned integer is',
  '    proportional to the logarithm of the recent access frequency of the key.',
  'IDLETIME <key>',
  '    Return the idle time of the <key>, that is the approximated number of',
  '    seconds elapsed since the last access to the key.',
  'REFCOUNT <key>',
  '    Return the number of references of the value associated with the specified',
  '    <key>.',
  'HELP',
  '    Print this help.',
];

/** Says null of a missing key. */
function objectCommand(tell: (ctx: Context, entry: number) => void): (ctx: Context) => void {
  return (ctx) => {
    const entry = ctx.peek(2);
    // Counted as looking is, but no listener hears of a miss.
    addToCounter(ctx.ks.arena, entry === 0 ? COUNTER_MISSES : COUNTER_HITS, 1);
    if (entry === 0) ctx.reply.null();
    else tell(ctx, entry);
  };
}

function tellEncoding(ctx: Context, entry: number): void {
  const { arena, allocator } = ctx.ks;
  const type = typeOf(arena, entry);
  const name =
    type === TYPE_STRING
      ? stringEncodingName(arena, entry)
      : valueType(type).encodingName(allocator, rootOf(arena, entry), encodingOf(arena, entry));
  ctx.reply.bulkText(name);
}

function tellFrequency(ctx: Context, entry: number): void {
  if (!ctx.access.isLfu) throw LFU_NOT_SELECTED;
  ctx.reply.integer(ctx.access.frequency(accessOf(ctx.ks.arena, entry)));
}

function tellIdleTime(ctx: Context, entry: number): void {
  if (ctx.access.isLfu) throw LFU_SELECTED;
  ctx.reply.integer(ctx.access.idleSeconds(accessOf(ctx.ks.arena, entry)));
}

/** No two keys share a value. */
function tellReferences(ctx: Context): void {
  ctx.reply.integer(1);
}

function help(ctx: Context): void {
  ctx.reply.array(HELP.length);
  for (const line of HELP) ctx.reply.simple(line);
}

export const genericObjectCommands = [
  command({
    name: 'OBJECT',
    since: '2.2.3',
    group: 'generic',
    complexity: 'Depends on the subcommand.',
    summary: 'Commands that look into how a value is kept.',
    syntax: '',
    arity: -2,
    run: help,
  }),
  command({
    name: 'OBJECT|ENCODING',
    since: '2.2.3',
    group: 'generic',
    complexity: 'O(1)',
    summary: 'Tells in which form a value is kept.',
    syntax: 'key:key',
    keys: 'RO 2',
    flags: 'readonly',
    tips: 'nondeterministic_output',
    run: objectCommand(tellEncoding),
  }),
  command({
    name: 'OBJECT|FREQ',
    since: '4.0.0',
    group: 'generic',
    complexity: 'O(1)',
    summary: 'Tells how often a value is used, on a logarithmic scale; needs an LFU policy.',
    syntax: 'key:key',
    keys: 'RO 2',
    flags: 'readonly',
    tips: 'nondeterministic_output',
    run: objectCommand(tellFrequency),
  }),
  command({
    name: 'OBJECT|IDLETIME',
    since: '2.2.3',
    group: 'generic',
    complexity: 'O(1)',
    summary: 'Tells for how many seconds a value has not been used.',
    syntax: 'key:key',
    keys: 'RO 2',
    flags: 'readonly',
    tips: 'nondeterministic_output',
    run: objectCommand(tellIdleTime),
  }),
  command({
    name: 'OBJECT|REFCOUNT',
    since: '2.2.3',
    group: 'generic',
    complexity: 'O(1)',
    summary: 'Tells how many references a value has: one.',
    syntax: 'key:key',
    keys: 'RO 2',
    flags: 'readonly',
    tips: 'nondeterministic_output',
    run: objectCommand(tellReferences),
  }),
  command({
    name: 'OBJECT|HELP',
    since: '6.2.0',
    group: 'generic',
    complexity: 'O(1)',
    summary: 'Describes the subcommands.',
    syntax: '',
    flags: 'loading stale',
    run: help,
  }),
];
