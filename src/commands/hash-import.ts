/**
 * HIMPORT: many hashes with the same fields, whose names are said once. A set of fields belongs to the connection that
 * prepared it, so these commands stay on the connection's thread.
 */
import { latin1, Region } from '../base/region.ts';
import { TYPE_HASH } from '../store/entry.ts';
import { hashCreate, hashFree, hashSet, hashShare } from '../types/hash.ts';
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { HSET } from './hash.ts';
import { putValue, requireRoom } from './value-entry.ts';

const DUPLICATE_FIELD = error('ERR duplicate field name in fieldset');
const NO_SUCH_FIELDSET = error('ERR no such fieldset');
const VALUE_COUNT = error('ERR value count does not match fieldset field count');

/**
 * Fields as a hash gets them: shorter ones first, of like length in the order of their bytes. So whatever the order they are
 * named in, hashes with the same fields have one shape (types/hash-shape.ts).
 */
interface Fieldset {
  readonly fields: readonly Region[];
  /** Which of the values is each field's. */
  readonly places: readonly number[];
}

/** By the connection's session, then by name; byte strings are kept one character a byte. */
const fieldsets = new WeakMap<object, Map<string, Fieldset>>();

const hash = new Value();

/** RESET and the end of a connection: its fieldsets are gone. @returns how many there were */
export function forgetFieldsets(session: object): number {
  const count = fieldsets.get(session)?.size ?? 0;
  fieldsets.delete(session);
  return count;
}

const bytesOf = (ctx: Context, arg: number): Buffer =>
  Buffer.from(ctx.source.u8.subarray(ctx.at[arg], ctx.at[arg] + ctx.size[arg]));

const nameOf = (ctx: Context, arg: number): string => bytesOf(ctx, arg).toString('latin1');

function fieldsetsOf(ctx: Context): Map<string, Fieldset> | undefined {
  return typeof ctx.session === 'object' && ctx.session !== null ? fieldsets.get(ctx.session) : undefined;
}

function prepare(ctx: Context): void {
  if (typeof ctx.session !== 'object' || ctx.session === null) throw new Error('a fieldset needs its connection');
  const names = Array.from({ length: ctx.argc - 3 }, (_, i) => nameOf(ctx, 3 + i));
  if (new Set(names).size < names.length) throw DUPLICATE_FIELD;
  const places = names.map((_, i) => i).sort((a, b) => compareNames(names[a], names[b]));
  const own = fieldsets.get(ctx.session) ?? new Map<string, Fieldset>();
  fieldsets.set(ctx.session, own);
  own.set(nameOf(ctx, 2), { fields: places.map((place) => regionOf(ctx, 3 + place)), places });
  ctx.reply.ok();
}

const compareNames = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : 1);

function regionOf(ctx: Context, arg: number): Region {
  const region = Region.allocate(ctx.size[arg]);
  region.u8.set(bytesOf(ctx, arg));
  return region;
}

function set(ctx: Context): void {
  const old = ctx.lookupTyped(2, TYPE_HASH);
  const fieldset = fieldsetsOf(ctx)?.get(nameOf(ctx, 3));
  if (fieldset === undefined) throw NO_SUCH_FIELDSET;
  const { fields, places } = fieldset;
  if (fields.length !== ctx.argc - 4) throw VALUE_COUNT;
  requireRoom(ctx, 4);
  hash.allocator = ctx.ks.allocator;
  hashCreate(hash, fields.length);
  try {
    for (const [index, field] of fields.entries()) {
      const arg = 4 + places[index];
      hashSet(hash, field, 0, field.length, ctx.source, ctx.at[arg], ctx.size[arg], false);
    }
    hashShare(hash);
  } catch (failure) {
    hashFree(hash.allocator, hash.root, hash.encoding);
    throw failure;
  }
  putValue(ctx, 2, old, TYPE_HASH, hash, hashFree);
  ctx.touch(2, HSET, ctx.partsWanted() && fields.map((field) => latin1(field, 0, field.length)));
  ctx.reply.ok();
}

function discard(ctx: Context): void {
  ctx.reply.integer(fieldsetsOf(ctx)?.delete(nameOf(ctx, 2)) ? 1 : 0);
}

function discardAll(ctx: Context): void {
  const { session } = ctx;
  ctx.reply.integer(typeof session === 'object' && session !== null ? forgetFieldsets(session) : 0);
}

export const hashImportCommands = [
  command({
    name: 'HIMPORT',
    since: '8.10.0',
    group: 'hash',
    complexity: 'Depends on the subcommand.',
    summary: 'Commands that make many hashes with the same fields.',
    syntax: '',
    arity: -2,
    run: () => {
      throw SYNTAX_ERROR;
    },
  }),
  command({
    name: 'HIMPORT|PREPARE',
    since: '8.10.0',
    group: 'hash',
    complexity: 'O(N) for N fields',
    summary: 'Gives a name to a row of fields, for this connection.',
    syntax: 'fieldset-name field...',
    flags: 'denyoom',
    run: prepare,
  }),
  command({
    name: 'HIMPORT|SET',
    since: '8.10.0',
    group: 'hash',
    complexity: 'O(N) for N fields',
    summary: 'Makes a key a hash of prepared fields with the given values.',
    syntax: 'key:key fieldset-name value...',
    keys: 'OW update 2',
    flags: 'write denyoom',
    staysHere: true,
    run: set,
  }),
  command({
    name: 'HIMPORT|DISCARD',
    since: '8.10.0',
    group: 'hash',
    complexity: 'O(1)',
    summary: 'Forgets a row of fields of this connection.',
    syntax: 'fieldset-name',
    run: discard,
  }),
  command({
    name: 'HIMPORT|DISCARDALL',
    since: '8.10.0',
    group: 'hash',
    complexity: 'O(N) for N rows of fields',
    summary: 'Forgets all rows of fields of this connection.',
    syntax: '',
    run: discardAll,
  }),
];
