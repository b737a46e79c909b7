/** DUMP and RESTORE: a value as bytes, to be kept elsewhere or taken to another server. */
import { copy } from '../base/region.ts';
import { isPayload, readPayload, writePayload } from '../persistence/serialize.ts';
import { Loaded } from '../persistence/serialize-load.ts';
import { DamagedError } from '../persistence/serialize-reader.ts';
import { SerialWriter } from '../persistence/serialize-writer.ts';
import { setAccess, TYPE_STRING, typeOf, valueAt, valueLength } from '../store/entry.ts';
import { NO_DEADLINE } from '../store/keyspace.ts';
import type { Context } from './context.ts';
import { type Command, command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { genericEvent, NEW } from './events.ts';
import { elementsOf } from './generic-exists.ts';
import { replaceByOverdue } from './generic-expire.ts';
import { saturatedInteger } from './saturated-integer.ts';

const RESTORE = genericEvent('restore');

const BUSY_KEY = error('BUSYKEY Target key name already exists.');
const BAD_TTL = error('ERR Invalid TTL value, must be >= 0');
const BAD_IDLE_TIME = error('ERR Invalid IDLETIME value, must be >= 0');
const BAD_FREQUENCY = error('ERR Invalid FREQ value, must be >= 0 and <= 255');
const BAD_FOOTER = error('ERR DUMP payload version or checksum are wrong');
const BAD_FORMAT = error('ERR Bad data format');
export const NO_SUCH_FORM = error('ERR values of this type have no serialized form');

const FREQUENCY_MAX = 255;
/** Bytes that are written or read in the time of one element. */
const BYTES_AN_ELEMENT = 64;

const writer = new SerialWriter();
const loaded = new Loaded();

function dump(ctx: Context): void {
  const entry = ctx.read(1);
  if (entry === 0) return ctx.reply.null();
  const { arena } = ctx.ks;
  const isString = typeOf(arena, entry) === TYPE_STRING;
  ctx.weigh(isString ? valueLength(arena, entry) / BYTES_AN_ELEMENT : elementsOf(ctx.ks, entry));
  if (!writePayload(writer, ctx.ks, entry)) throw NO_SUCH_FORM;
  ctx.reply.bulk(writer.region, 0, writer.at);
}

const options = { replaces: false, isAbsolute: false, idleSeconds: -1, frequency: -1 };

/** @throws CommandError */
function readOptions(ctx: Context): void {
  options.replaces = false;
  options.isAbsolute = false;
  options.idleSeconds = -1;
  options.frequency = -1;
  for (let arg = 4; arg < ctx.argc; arg++) {
    const isLast = arg + 1 === ctx.argc;
    if (ctx.isWord(arg, 'REPLACE')) {
      options.replaces = true;
    } else if (ctx.isWord(arg, 'ABSTTL')) {
      options.isAbsolute = true;
    } else if (ctx.isWord(arg, 'IDLETIME') && !isLast && options.frequency === -1) {
      options.idleSeconds = saturatedInteger(ctx, ++arg);
      if (options.idleSeconds < 0) throw BAD_IDLE_TIME;
    } else if (ctx.isWord(arg, 'FREQ') && !isLast && options.idleSeconds === -1) {
      options.frequency = saturatedInteger(ctx, ++arg);
      if (options.frequency < 0 || options.frequency > FREQUENCY_MAX) throw BAD_FREQUENCY;
    } else {
      throw SYNTAX_ERROR;
    }
  }
}

function restore(ctx: Context): void {
  readOptions(ctx);
  const old = ctx.lookup(1);
  if (old !== 0 && !options.replaces) throw BUSY_KEY;
  const ttlMs = saturatedInteger(ctx, 2);
  if (ttlMs < 0) throw BAD_TTL;
  ctx.weigh(ctx.size[3] / BYTES_AN_ELEMENT);
  if (!isPayload(ctx.source, ctx.at[3], ctx.size[3])) throw BAD_FOOTER;
  readArgument(ctx);
  const deadlineMs = ttlMs === 0 || options.isAbsolute ? ttlMs : ttlMs + ctx.nowMs;
  if (deadlineMs !== NO_DEADLINE && deadlineMs <= ctx.nowMs) {
    loaded.free();
    replaceByOverdue(ctx, 1, old);
    return ctx.reply.ok();
  }
  const oldType = old === 0 ? loaded.type : typeOf(ctx.ks.arena, old);
  setAccess(ctx.ks.arena, putLoaded(ctx, old, deadlineMs), accessWord(ctx));
  if (old !== 0) ctx.announce(ctx.ks, 1, ctx.hash, NEW);
  ctx.touch(1, RESTORE);
  if (old !== 0) ctx.announceReplaced(ctx.ks, 1, ctx.hash, oldType, loaded.type);
  ctx.reply.ok();
}

/** @throws BAD_FORMAT */
function readArgument(ctx: Context): void {
  try {
    readPayload(ctx.source, ctx.at[3], ctx.size[3], ctx.ks.allocator, loaded);
  } catch (failure) {
    if (failure instanceof DamagedError) throw BAD_FORMAT;
    throw failure;
  }
}

/** Makes the key what was loaded. @returns the entry  @throws OutOfMemoryError, the value freed */
function putLoaded(ctx: Context, old: number, deadlineMs: number): number {
  const { type, value, text } = loaded;
  if (type !== TYPE_STRING) {
    try {
      return ctx.putRoot(1, old, type | (value.encoding << 4), value.root, deadlineMs);
    } catch (failure) {
      loaded.free();
      throw failure;
    }
  }
  const entry = ctx.putString(1, old, text.length, deadlineMs);
  copy(text.region, text.at, ctx.ks.region, valueAt(ctx.ks.arena, entry), text.length);
  return entry;
}

/** What the entry remembers of its use; an option that the eviction policy has no use for counts for nothing, as in Redis. */
function accessWord(ctx: Context): number {
  const { access } = ctx;
  if (access.isLfu) return options.frequency === -1 ? access.initial : access.fromFrequency(options.frequency);
  return options.idleSeconds === -1 ? access.initial : access.fromIdle(options.idleSeconds);
}

const RESTORE_FACTS = {
  complexity: 'O(1) for the key, O(N) or O(N log N) for a value of N elements',
  syntax:
    'key:key ttl:integer serialized-value [REPLACE@3.0.0] [ABSTTL@5.0.0] [IDLETIME seconds:integer@5.0.0] [FREQ frequency:integer@5.0.0]',
  keys: 'OW update 1',
  history: [
    ['3.0.0', 'Takes `REPLACE`.'],
    ['5.0.0', 'Takes `ABSTTL`.'],
    ['5.0.0', 'Takes `IDLETIME` and `FREQ`.'],
  ],
  run: restore,
} as const;

export const dumpCommands: readonly Command[] = [
  command({
    name: 'DUMP',
    since: '2.6.0',
    group: 'generic',
    complexity: 'O(1) for the key, O(N) for a value of N elements',
    summary: "Returns a key's value in the form that RESTORE takes.",
    syntax: 'key:key',
    keys: 'RO access 1',
    flags: 'readonly',
    tips: 'nondeterministic_output',
    run: dump,
  }),
  command({
    ...RESTORE_FACTS,
    name: 'RESTORE',
    since: '2.6.0',
    group: 'generic',
    summary: 'Makes a key from what DUMP returned, here or on another server.',
    flags: 'write denyoom',
    categories: 'dangerous',
  }),
  command({
    ...RESTORE_FACTS,
    name: 'RESTORE-ASKING',
    since: '3.0.0',
    group: 'server',
    summary: 'What RESTORE does, for the importing side of a slot that moves.',
    flags: 'write denyoom asking',
    system: true,
    categories: 'keyspace dangerous',
  }),
];
