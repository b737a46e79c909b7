/** From a key's entry to its hash and back. A field whose deadline has come is gone for whoever opens the hash. */
import { addToCounter, COUNTER_EXPIRED_PARTS } from '../store/counters.ts';
import { TYPE_HASH } from '../store/entry.ts';
import { hashAllowDeadlines, hashCount, hashEarliestDeadline, hashExpireDue, mayHaveDeadlines } from '../types/hash.ts';
import type { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { HEXPIRED } from './events.ts';
import { openValue, removeEmptied, saveValue } from './value-entry.ts';

/** Opens the hash in argument `arg` to be read. @returns its entry, or 0 if there is no such key */
export function readHash(ctx: Context, arg: number, into: Value): number {
  return openHash(ctx, arg, ctx.readTyped(arg, TYPE_HASH), into);
}

/** Opens the hash in argument `arg` to be changed. @returns its entry, or 0 if there is no such key */
export function lookupHash(ctx: Context, arg: number, into: Value): number {
  return openHash(ctx, arg, ctx.lookupTyped(arg, TYPE_HASH), into);
}

function openHash(ctx: Context, arg: number, entry: number, into: Value): number {
  if (entry === 0) return 0;
  openValue(ctx, entry, into);
  if (!mayHaveDeadlines(into.encoding) || hashEarliestDeadline(into) > ctx.nowMs) return entry;
  const names = ctx.partsWanted();
  const expired = hashExpireDue(into, ctx.nowMs, Number.POSITIVE_INFINITY, names);
  countExpired(ctx, expired);
  saveHash(ctx, entry, into);
  ctx.touch(arg, HEXPIRED, names);
  if (hashCount(into) > 0) return entry;
  removeEmptied(ctx, arg, entry);
  return 0;
}

/** Counts fields that are gone because their time was over, be it when a command set it. */
export function countExpired(ctx: Context, fields: number): void {
  addToCounter(ctx.ks.arena, COUNTER_EXPIRED_PARTS, fields);
}

/** Notes in the entry where the hash is now, and in the keyspace when its first field goes. */
export function saveHash(ctx: Context, entry: number, hash: Value): void {
  saveValue(ctx, entry, hash);
  if (mayHaveDeadlines(hash.encoding)) ctx.ks.notePartDeadlines(entry);
}

/** Makes the opened hash able to hold deadlines, and the keyspace able to keep them. @throws OutOfMemoryError */
export function allowDeadlines(ctx: Context, hash: Value): void {
  ctx.ks.reservePartDeadline();
  hashAllowDeadlines(hash);
}
