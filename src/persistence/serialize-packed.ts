/** Listpacks from anywhere: looked through before they become values. */
import { copy, latin1, type Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import { TRIPLE } from '../types/hash-listpack.ts';
import * as listpack from '../types/listpack.ts';
import { integerAt, isIntegerHead } from '../types/listpack-element.ts';
import { validate } from '../types/listpack-validate.ts';
import { Slice } from '../types/slice.ts';
import { DamagedError } from './serialize-reader.ts';

const element = new Slice();

/** Checks a listpack of tuples of `stride` elements, of which the first ones differ. @returns how many tuples */
export function checkListpack({ region, at, length }: Slice, stride: number): number {
  const elements = validate(region, at, length);
  if (elements <= 0 || elements % stride !== 0) throw new DamagedError('bad listpack');
  return elements / stride;
}

/** @throws DamagedError if the first elements of two tuples are the same text */
export function checkDistinct({ region, at: lp }: Slice, stride: number): void {
  const seen = new Set<string>();
  let count = 0;
  for (let at = listpack.first(region, lp); at !== 0; at = tupleBehind(region, at, stride)) {
    element.setPacked(region, at);
    seen.add(latin1(element.region, element.at, element.length));
    if (seen.size !== ++count) throw new DamagedError('twice the same');
  }
}

function tupleBehind(region: Region, at: number, stride: number): number {
  let last = at;
  for (let i = 1; i < stride; i++) last = listpack.behind(region, last);
  return listpack.next(region, last);
}

/** Visits field, value and deadline of a checked listpack of triples. @throws DamagedError at what is no deadline */
export function eachTriple(
  { region, at: lp }: Slice,
  visit: (field: number, value: number, deadlineMs: number) => void,
): void {
  for (let at = listpack.first(region, lp); at !== 0; at = tupleBehind(region, at, TRIPLE)) {
    const value = listpack.behind(region, at);
    const deadline = listpack.behind(region, value);
    const head = region.u8[deadline];
    if (!isIntegerHead(head)) throw new DamagedError('no deadline');
    visit(at, value, integerAt(region, deadline, head));
  }
}

/** The bytes in a block of their own. @throws OutOfMemoryError */
export function blockOf(allocator: Allocator, { region, at, length }: Slice): number {
  const block = allocator.allocate(length);
  copy(region, at, allocator.arena.region, block, length);
  return block;
}
