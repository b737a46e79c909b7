/** PFADD, PFCOUNT and PFMERGE: how many different elements there were, from 12 KB at most. */
import { copy } from '../base/region.ts';
import { FLAG_RAW, setFlag, TYPE_STRING, valueAt, valueLength } from '../store/entry.ts';
import { NO_DEADLINE } from '../store/keyspace.ts';
import {
  countValues,
  DENSE,
  denseRaise,
  dropEstimate,
  estimateIn,
  exactEstimateIn,
  formOf,
  HEADER_BYTES,
  hasEstimate,
  isSketch,
  keepEstimate,
  LANE_COUNTS,
  REGISTERS,
  Registers,
  runValue,
  SparsePlace,
} from '../types/hyperloglog.ts';
import { DAMAGED, RAISED, SketchEditor, staysSparse } from '../types/hyperloglog-editor.ts';
import { estimate } from '../types/hyperloglog-estimate.ts';
import { INDEX_BITS, registerOf } from '../types/hyperloglog-hash.ts';
import { SPARSE_VALUE_MAX, SparseRaise } from '../types/hyperloglog-sparse.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error } from './errors.ts';
import { stringEvent, UNANNOUNCED } from './events.ts';

const PFADD = stringEvent('pfadd');
const NOT_A_SKETCH = error('WRONGTYPE Key is not a valid HyperLogLog string value.');
export const DAMAGED_SKETCH = error('INVALIDOBJ Corrupted HLL object detected');

/** Registers looked at in the time of one element of a collection. */
const REGISTERS_AN_ELEMENT = 16;

const editor = new SketchEditor();
const counts = new Int32Array(LANE_COUNTS);
const union = new Registers();
const place = new SparsePlace();
const change = new SparseRaise();
let unknownRegister = 0;

/** Checks that an entry of the selected keyspace is a sketch, or 0. @throws NOT_A_SKETCH */
export function checkSketch(ctx: Context, entry: number): number {
  const { arena } = ctx.ks;
  if (entry !== 0 && !isSketch(arena.region, valueAt(arena, entry), valueLength(arena, entry))) throw NOT_A_SKETCH;
  return entry;
}

/** Makes the sketch in the editor the value of the key in `arg`, whose entry is `old`. */
export function storeSketch(ctx: Context, arg: number, old: number, from: SketchEditor): void {
  const bytes = from.length;
  // A dense sketch never grows again.
  const mayGrow = formOf(from.region, 0) !== DENSE;
  const entry =
    old === 0 ? ctx.putString(arg, 0, bytes, NO_DEADLINE) : ctx.ks.resizeString(old, ctx.hashOf(arg), bytes, mayGrow);
  const { arena } = ctx.ks;
  setFlag(arena, entry, FLAG_RAW);
  copy(from.region, 0, arena.region, valueAt(arena, entry), bytes);
}

function pfadd(ctx: Context): void {
  const entry = checkSketch(ctx, ctx.lookupTyped(1, TYPE_STRING));
  const { arena } = ctx.ks;
  const dense = entry !== 0 && formOf(arena.region, valueAt(arena, entry)) === DENSE;
  const changed = dense ? addToDense(ctx, entry) : addToSparse(ctx, entry);
  if (changed) ctx.touch(1, PFADD);
  ctx.reply.integer(changed ? 1 : 0);
}

function addToDense(ctx: Context, entry: number): boolean {
  const { region } = ctx.ks;
  const at = valueAt(ctx.ks.arena, entry);
  let changed = false;
  for (let arg = 2; arg < ctx.argc; arg++) {
    const register = registerOfArgument(ctx, arg);
    if (denseRaise(region, at, register & (REGISTERS - 1), register >>> INDEX_BITS)) changed = true;
  }
  if (changed) dropEstimate(region, at);
  return changed;
}

/** The register of the element in argument `arg`, its rank above its index. */
const registerOfArgument = (ctx: Context, arg: number): number => registerOf(ctx.source, ctx.at[arg], ctx.size[arg]);

/** The first element, from argument 2 on, that the sparse sketch at `at` may have to be changed for; `place` is its. */
function firstUnknown(ctx: Context, at: number, length: number): number {
  const { region } = ctx.ks;
  for (let arg = 2; arg < ctx.argc; arg++) {
    const register = registerOfArgument(ctx, arg);
    place.seek(region, at, length, register & (REGISTERS - 1), HEADER_BYTES, 0);
    if (place.run >= length || runValue(region.u8[at + place.run]) < register >>> INDEX_BITS) {
      unknownRegister = register;
      return arg;
    }
  }
  return ctx.argc;
}

/** @throws DAMAGED_SKETCH, nothing changed */
function addToSparse(ctx: Context, entry: number): boolean {
  if (entry === 0) {
    editor.create();
    for (let arg = 2; arg < ctx.argc; arg++) raise(registerOfArgument(ctx, arg));
  } else {
    const { arena } = ctx.ks;
    const at = valueAt(arena, entry);
    const length = valueLength(arena, entry);
    const unknown = firstUnknown(ctx, at, length);
    if (unknown === ctx.argc) return false;
    if (unknown === ctx.argc - 1 && raiseInPlace(ctx, entry)) return true;
    editor.open(arena.region, at, length);
    editor.expect(unknownRegister & (REGISTERS - 1), place);
    let changed = raise(unknownRegister);
    for (let arg = unknown + 1; arg < ctx.argc; arg++) if (raise(registerOfArgument(ctx, arg))) changed = true;
    if (!changed) return false;
  }
  dropEstimate(editor.region, 0);
  storeSketch(ctx, 1, entry, editor);
  return true;
}

/** Raises the register of `place` where the sketch lies. @returns false, nothing changed, if it has to become dense for that */
function raiseInPlace(ctx: Context, entry: number): boolean {
  const { arena, region } = ctx.ks;
  const length = valueLength(arena, entry);
  const rank = unknownRegister >>> INDEX_BITS;
  if (rank > SPARSE_VALUE_MAX || place.run >= length) return false;
  change.plan(region, valueAt(arena, entry), length, place, unknownRegister & (REGISTERS - 1), rank);
  if (!staysSparse(length, change.grows)) return false;
  const room = length + Math.max(0, change.grows);
  const roomy = ctx.ks.resizeString(entry, ctx.hash, room);
  const at = valueAt(arena, roomy);
  dropEstimate(region, at);
  const now = change.make(region, at, length, place);
  setFlag(arena, now === room ? roomy : ctx.ks.resizeString(roomy, ctx.hash, now), FLAG_RAW);
  return true;
}

/** Raises a register in the editor. @returns whether it was lower @throws DAMAGED_SKETCH */
function raise(register: number): boolean {
  const result = editor.raise(register & (REGISTERS - 1), register >>> INDEX_BITS);
  if (result === DAMAGED) throw DAMAGED_SKETCH;
  return result === RAISED;
}

function pfcount(ctx: Context): void {
  if (ctx.argc > 2) return countUnion(ctx);
  const entry = checkSketch(ctx, ctx.readTyped(1, TYPE_STRING));
  if (entry === 0) return ctx.reply.integer(0);
  const { arena, region } = ctx.ks;
  const at = valueAt(arena, entry);
  if (!hasEstimate(region, at)) {
    counts.fill(0);
    if (!countValues(counts, region, at, valueLength(arena, entry))) throw DAMAGED_SKETCH;
    setFlag(arena, entry, FLAG_RAW);
    keepEstimate(region, at, estimate(counts));
    // The string has changed, though nobody is told but those who watch or copy it.
    ctx.touch(1, UNANNOUNCED);
  }
  const count = estimateIn(region, at);
  if (Number.isSafeInteger(count)) ctx.reply.integer(count);
  else ctx.reply.bigInteger(exactEstimateIn(region, at));
}

/** Raises `union`, cleared first, to all sketches from `firstArg` on. @returns whether one of them is dense */
function unite(ctx: Context, firstArg: number): boolean {
  ctx.weigh(((ctx.argc - firstArg) * REGISTERS) / REGISTERS_AN_ELEMENT);
  union.clear();
  let anyDense = false;
  for (let arg = firstArg; arg < ctx.argc; arg++) {
    const entry = checkSketch(ctx, ctx.readTyped(arg, TYPE_STRING));
    if (entry === 0) continue;
    const { arena, region } = ctx.ks;
    const at = valueAt(arena, entry);
    if (formOf(region, at) === DENSE) anyDense = true;
    if (!union.merge(region, at, valueLength(arena, entry))) throw DAMAGED_SKETCH;
  }
  return anyDense;
}

function countUnion(ctx: Context): void {
  unite(ctx, 1);
  counts.fill(0);
  union.count(counts);
  const count = estimate(counts);
  if (Number.isSafeInteger(count)) ctx.reply.integer(count);
  else ctx.reply.bigInteger(BigInt(count));
}

function raiseAll(sketch: SketchEditor, registers: Uint8Array): void {
  for (let index = 0; index < REGISTERS; index++) if (registers[index] !== 0) sketch.raise(index, registers[index]);
}

function pfmerge(ctx: Context): void {
  const dense = unite(ctx, 1);
  const old = ctx.lookup(1);
  const { arena } = ctx.ks;
  if (old === 0) editor.create();
  else editor.open(arena.region, valueAt(arena, old), valueLength(arena, old));
  if (dense) editor.toDense();
  if (editor.isDense) union.store(editor.region, 0);
  else raiseAll(editor, union.bytes);
  dropEstimate(editor.region, 0);
  storeSketch(ctx, 1, old, editor);
  ctx.touch(1, PFADD);
  ctx.reply.ok();
}

export const hyperloglogCommands = [
  command({
    name: 'PFADD',
    since: '2.8.9',
    group: 'hyperloglog',
    complexity: 'O(1) an element',
    summary: 'Lets a HyperLogLog see elements; says whether its estimate may have changed.',
    syntax: 'key:key [element...]',
    keys: 'RW insert 1',
    flags: 'write denyoom fast',
    run: pfadd,
  }),
  command({
    name: 'PFCOUNT',
    since: '2.8.9',
    group: 'hyperloglog',
    complexity: 'O(1), rather dear when there are several keys',
    summary: 'Estimates how many different elements one or several HyperLogLogs have seen together.',
    syntax: 'key:key...',
    keys: 'RW access 1..-1',
    flags: 'readonly may_replicate',
    run: pfcount,
  }),
  command({
    name: 'PFMERGE',
    since: '2.8.9',
    group: 'hyperloglog',
    complexity: 'O(N) for N keys, rather dear for each',
    summary: 'Makes a HyperLogLog one that has seen what it and others have.',
    syntax: 'destkey:key [sourcekey:key#1...]',
    keys: 'RW access insert 1 ; RO access 2..-1',
    flags: 'write denyoom',
    run: pfmerge,
  }),
];
