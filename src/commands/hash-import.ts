/**
 * HIMPORT: many hashes with the same fields, whose names are said once. A set of fields belongs to the connection that
 * prepared it, so these commands stay on the connection's thread.
 */
import { copy, latin1, Region } from '../base/region.ts';
import { TYPE_HASH } from '../store/entry.ts';
import { hashCreate, hashCreateOfRow, hashFree, hashSet, hashShare } from '../types/hash.ts';
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { type Fieldset, fieldsetsOf, forgetFieldsets, putFieldset } from './fieldsets.ts';
import { HSET } from './hash.ts';
import { putValue, requireRoom } from './value-entry.ts';

/** Where the names stand in HIMPORT PREPARE, and the values in HIMPORT SET. */
const FIRST_NAME = 3;
const FIRST_VALUE = 4;

const DUPLICATE_FIELD = error('ERR duplicate field name in fieldset');
const NO_SUCH_FIELDSET = error('ERR no such fieldset');
const VALUE_COUNT = error('ERR value count does not match fieldset field count');

const hash = new Value();

const nameOf = ({ source, at, size }: Context, arg: number): string => latin1(source, at[arg], size[arg]);

function prepare(ctx: Context): void {
  const names = Array.from({ length: ctx.argc - FIRST_NAME }, (_, i) => nameOf(ctx, FIRST_NAME + i));
  if (new Set(names).size < names.length) throw DUPLICATE_FIELD;
  const order = names.map((_, i) => i).sort((a, b) => compareNames(names[a], names[b]));
  const args = order.map((place) => FIRST_VALUE + place);
  putFieldset(ctx.session, nameOf(ctx, 2), { ...packNames(ctx, order), args });
  ctx.reply.ok();
}

const compareNames = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : 1);

/** The names in one piece, in this order. */
function packNames({ source, at, size }: Context, order: readonly number[]): Pick<Fieldset, 'names' | 'ends'> {
  let bytes = 0;
  const ends: number[] = [];
  for (const place of order) {
    bytes += size[FIRST_NAME + place];
    ends.push(bytes);
  }
  const names = Region.allocate(bytes);
  for (const [i, place] of order.entries()) {
    const length = size[FIRST_NAME + place];
    copy(source, at[FIRST_NAME + place], names, ends[i] - length, length);
  }
  return { names, ends };
}

function set(ctx: Context): void {
  const old = ctx.lookupTyped(2, TYPE_HASH);
  const fieldset = fieldsetsOf(ctx.session)?.find(ctx.source, ctx.at[3], ctx.size[3]);
  if (fieldset === undefined) throw NO_SUCH_FIELDSET;
  if (fieldset.args.length !== ctx.argc - FIRST_VALUE) throw VALUE_COUNT;
  requireRoom(ctx, FIRST_VALUE);
  makeHash(ctx, fieldset);
  putValue(ctx, 2, old, TYPE_HASH, hash, hashFree);
  ctx.touch(2, HSET, ctx.partsWanted() && namesOf(fieldset));
  ctx.reply.ok();
}

/** @throws OutOfMemoryError, nothing left allocated */
function makeHash(ctx: Context, { names, ends, args }: Fieldset): void {
  const { source, at, size } = ctx;
  hash.allocator = ctx.ks.allocator;
  if (hashCreateOfRow(hash, names, ends, source, at, size, args)) return;
  hashCreate(hash, args.length);
  try {
    let from = 0;
    for (let i = 0; i < args.length; i++) {
      hashSet(hash, names, from, ends[i] - from, source, at[args[i]], size[args[i]], false);
      from = ends[i];
    }
    hashShare(hash);
  } catch (failure) {
    hashFree(hash.allocator, hash.root, hash.encoding);
    throw failure;
  }
}

const namesOf = ({ names, ends }: Fieldset): string[] =>
  ends.map((end, i) => latin1(names, i === 0 ? 0 : ends[i - 1], end - (i === 0 ? 0 : ends[i - 1])));

function discard(ctx: Context): void {
  ctx.reply.integer(fieldsetsOf(ctx.session)?.drop(nameOf(ctx, 2)) ? 1 : 0);
}

function discardAll(ctx: Context): void {
  ctx.reply.integer(forgetFieldsets(ctx.session));
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
    categories: 'hash',
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
