/** PFDEBUG and PFSELFTEST: a look inside HyperLogLogs. */
import { Region } from '../base/region.ts';
import { TYPE_STRING, valueAt, valueLength } from '../store/entry.ts';
import {
  countValues,
  DENSE,
  DENSE_BYTES,
  denseGet,
  denseRaise,
  denseSet,
  eachRun,
  formOf,
  isLongZeros,
  LANE_COUNTS,
  REGISTERS,
  writeHeader,
} from '../types/hyperloglog.ts';
import { SketchEditor } from '../types/hyperloglog-editor.ts';
import { estimate } from '../types/hyperloglog-estimate.ts';
import { INDEX_BITS, registerOf } from '../types/hyperloglog-hash.ts';
import { typeLimits } from '../types/limits.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error } from './errors.ts';
import { UNANNOUNCED } from './events.ts';
import { checkSketch, DAMAGED_SKETCH, storeSketch } from './hyperloglog.ts';

const NO_KEY = error('ERR The specified key does not exist');
const NOT_SPARSE = error('ERR HLL encoding is not sparse');
const ON_OR_OFF = error('ERR Argument must be ON or OFF');
const RANK_MAX = 63;

const SELF_TEST_ELEMENTS = 1_000_000;
/** 1.04 / √16384, and six times that is all but certain to hold. */
const RELATIVE_ERROR_MAX = (6 * 1.04) / 128;

const editor = new SketchEditor();

function pfdebug(ctx: Context): void {
  const subcommand = ctx.word(1);
  if (subcommand === 'SIMD') return simd(ctx);
  const entry = ctx.lookupTyped(2, TYPE_STRING);
  if (entry === 0) throw NO_KEY;
  checkSketch(ctx, entry);
  const form = formOf(ctx.ks.region, valueAt(ctx.ks.arena, entry));
  switch (subcommand) {
    case 'GETREG':
      return replyRegisters(ctx, form === DENSE ? entry : makeDense(ctx, entry));
    case 'DECODE':
      return replyRuns(ctx, entry);
    case 'ENCODING':
      return ctx.reply.simple(form === DENSE ? 'dense' : 'sparse');
    case 'TODENSE':
      if (form !== DENSE) makeDense(ctx, entry);
      return ctx.reply.integer(form === DENSE ? 0 : 1);
    default:
      throw error(`ERR Unknown PFDEBUG subcommand '${ctx.text(1)}'`);
  }
}

/** Redis can do without its vector instructions; this server never has any. */
function simd(ctx: Context): void {
  if (!ctx.isWord(2, 'ON') && !ctx.isWord(2, 'OFF')) throw ON_OR_OFF;
  ctx.reply.simple('disabled');
}

/** @returns the entry, which may have moved */
function makeDense(ctx: Context, entry: number): number {
  const { arena } = ctx.ks;
  editor.open(arena.region, valueAt(arena, entry), valueLength(arena, entry));
  if (!editor.toDense()) throw DAMAGED_SKETCH;
  storeSketch(ctx, 2, entry, editor);
  ctx.touch(2, UNANNOUNCED);
  return ctx.lookup(2);
}

function replyRegisters(ctx: Context, entry: number): void {
  const at = valueAt(ctx.ks.arena, entry);
  ctx.reply.array(REGISTERS);
  for (let index = 0; index < REGISTERS; index++) ctx.reply.integer(denseGet(ctx.ks.region, at, index));
}

function replyRuns(ctx: Context, entry: number): void {
  const { arena, region } = ctx.ks;
  const at = valueAt(arena, entry);
  if (formOf(region, at) === DENSE) throw NOT_SPARSE;
  const runs: string[] = [];
  const sound = eachRun(region, at, valueLength(arena, entry), (_index, run, value, head) => {
    if (value > 0) runs.push(`v:${value},${run}`);
    else runs.push(`${isLongZeros(head) ? 'Z' : 'z'}:${run}`);
  });
  if (!sound) throw DAMAGED_SKETCH;
  ctx.reply.bulkText(runs.join(' '));
}

/** Registers keep what they are told and nothing else; both forms agree; estimates are as good as promised. */
function pfselftest(ctx: Context): void {
  const dense = Region.allocate(DENSE_BYTES);
  writeHeader(dense, 0, DENSE);
  const expected = Uint8Array.from({ length: REGISTERS }, () => Math.floor(ctx.random() * (RANK_MAX + 1)));
  for (let index = 0; index < REGISTERS; index++) denseSet(dense, 0, index, expected[index]);
  for (let index = 0; index < REGISTERS; index++) {
    const value = denseGet(dense, 0, index);
    if (value === expected[index]) continue;
    throw error(`ERR TESTFAILED Register ${index} should be ${expected[index]} but is ${value}`);
  }
  dense.u8.fill(0);
  writeHeader(dense, 0, DENSE);
  testEstimates(dense, ctx.random());
  ctx.reply.ok();
}

function testEstimates(dense: Region, seed: number): void {
  const element = Region.allocate(16);
  element.view.setFloat64(0, seed);
  editor.create();
  let checkpoint = 1;
  for (let seen = 1; seen <= SELF_TEST_ELEMENTS; seen++) {
    element.view.setInt32(8, seen);
    const register = registerOf(element, 0, element.length);
    denseRaise(dense, 0, register & (REGISTERS - 1), register >>> INDEX_BITS);
    editor.raise(register & (REGISTERS - 1), register >>> INDEX_BITS);
    if (seen !== checkpoint) continue;
    const count = estimateOf(dense, DENSE_BYTES);
    if (count !== estimateOf(editor.region, editor.length)) throw error('ERR TESTFAILED dense/sparse disagree');
    if (seen < typeLimits.hllSparseMaxBytes / 2 && editor.isDense) {
      throw error('ERR TESTFAILED sparse encoding not used');
    }
    const errorMax = seen === 10 ? 1 : Math.ceil(RELATIVE_ERROR_MAX * seen);
    if (Math.abs(count - seen) > errorMax) {
      throw error(`ERR TESTFAILED Too big error. card:${seen} abserr:${Math.abs(count - seen)}`);
    }
    checkpoint *= 10;
  }
}

function estimateOf(region: Region, length: number): number {
  const counts = new Int32Array(LANE_COUNTS);
  countValues(counts, region, 0, length);
  return estimate(counts);
}

export const hyperloglogDebugCommands = [
  command({
    name: 'PFDEBUG',
    since: '2.8.9',
    group: 'hyperloglog',
    complexity: 'N/A',
    summary: 'Shows registers, runs and form of a HyperLogLog.',
    syntax: 'subcommand key:key',
    keys: 'RW access 2',
    flags: 'write denyoom admin',
    system: true,
    run: pfdebug,
  }),
  command({
    name: 'PFSELFTEST',
    since: '2.8.9',
    group: 'hyperloglog',
    complexity: 'N/A',
    summary: 'Tests registers, forms and estimates of HyperLogLogs.',
    syntax: '',
    flags: 'admin',
    system: true,
    run: pfselftest,
  }),
];
