/** The members of a sorted set that lie within a shape. */
import { Slice } from '../types/slice.ts';
import { SortedSetCursor, sortedSetCount, sortedSetRankOfScore } from '../types/sorted-set.ts';
import type { Value } from '../types/value.ts';
import { columnOf, newPlace, type Place, readMiddle, rowOf, scoreOfPlace } from './geo-cells.ts';
import { Finds } from './geo-finds.ts';
import { GeoOrder } from './geo-order.ts';
import { Ring, reachOf } from './geo-ring.ts';
import { newShape, type Shape, ShapeTest } from './geo-shape.ts';

/** So many members are looked at before it is found out how many there are to look at: most searches have fewer. */
const LOOKS_UNWEIGHED = 250;
/** Where one member in so many is wanted, and no more than so many, it is worth finding out first how near they are. */
const FEW = 16;
const NEAREST_MAX = 1000;

const finds = new Finds();
const ring = new Ring();
const cursor = new SortedSetCursor();
const member = new Slice();
const place = newPlace();
const circle = newShape();
const order = new GeoOrder();
const distances = new Float64Array(2 * NEAREST_MAX);

/** Which of the members within a shape are asked for. */
export interface Wanted {
  /** At most so many; endless: all. */
  readonly most: number;
  /** `first`: those met first, with less work. `nearest`: the nearest, and maybe others. */
  readonly which: 'first' | 'nearest' | 'all';
  /** Whether distances are asked for as well. If not, they are 0 for most. */
  readonly distances: boolean;
}

/**
 * The members within the shape, in the order in which they are met.
 * @param weigh told of how many members together may lie within, before many of them are looked at
 * @returns what the next search writes over
 */
export function findWithin(zset: Value, shape: Shape, wanted: Wanted, weigh: (members: number) => void): Finds {
  const limit = wanted.which === 'first' ? wanted.most : Number.POSITIVE_INFINITY;
  const test = new ShapeTest(shape);
  finds.clear();
  ring.lay(shape);
  if (!wanted.distances) test.frameInside(shape.centre);
  if (wanted.which === 'nearest' && ring.isWhole) closeIn(zset, shape, test, wanted.most);
  let looks = 0;
  for (let cell = 0; cell < ring.count && finds.count < limit; cell++) {
    const to = ring.to(cell);
    if (!cursor.seekScore(zset, ring.from(cell))) continue;
    do {
      const score = cursor.score();
      if (score >= to) break;
      if (++looks === LOOKS_UNWEIGHED) weigh(countInRing(zset));
      const metres = metresTo(score, test);
      if (metres < 0) continue;
      cursor.read(member);
      finds.add(member, score, metres);
    } while (finds.count < limit && cursor.next());
  }
  return finds;
}

/** Metres from the centre to the place that a score names, −1 if it isn't in the shape. */
function metresTo(score: number, test: ShapeTest): number {
  const row = rowOf(score);
  const column = columnOf(score);
  if (!test.mayHold(row, column)) return -1;
  return test.surelyHolds(row, column) ? 0 : test.distanceTo(readMiddle(row, column, place));
}

/** How many members lie in the cells of the ring. */
function countInRing(zset: Value): number {
  let count = 0;
  for (let cell = 0; cell < ring.count; cell++) {
    const from = sortedSetRankOfScore(zset, ring.from(cell), false);
    count += sortedSetRankOfScore(zset, ring.to(cell), false) - from;
  }
  return count;
}

/** Makes ring and test smaller where all of the nearest are sure to stay in them. */
function closeIn(zset: Value, shape: Shape, test: ShapeTest, wanted: number): void {
  if (wanted > NEAREST_MAX || sortedSetCount(zset) < wanted * FEW) return;
  const { centre } = shape;
  const metres = reachOfSome(zset, centre, test, wanted);
  if (metres >= reachOf(shape)) return;
  circle.centre = centre;
  circle.unit = 1;
  circle.radius = metres;
  ring.lay(circle);
  if (ring.isWhole) test.narrow(centre, metres);
  else ring.lay(shape);
}

/**
 * Within how many metres so many members of the shape are, hardly ever the nearest: those whose scores are next to the
 * centre's are looked at. Endless if they are too few.
 */
function reachOfSome(zset: Value, centre: Place, test: ShapeTest, wanted: number): number {
  const count = sortedSetCount(zset);
  const rank = sortedSetRankOfScore(zset, scoreOfPlace(centre), false);
  const from = Math.max(0, Math.min(rank, count) - wanted);
  const to = Math.min(from + 2 * wanted, count);
  let near = 0;
  cursor.seek(zset, from);
  for (let i = from; i < to; i++, cursor.next()) {
    const metres = metresTo(cursor.score(), test);
    if (metres >= 0) distances[near++] = metres;
  }
  if (near < wanted) return Number.POSITIVE_INFINITY;
  order.sort(distances, near, false, wanted);
  return distances[order.of(wanted - 1)];
}
