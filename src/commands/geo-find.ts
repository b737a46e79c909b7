/** The members of a sorted set that lie within a shape. */
import { copy, Region } from '../base/region.ts';
import { Slice } from '../types/slice.ts';
import { SortedSetCursor, sortedSetCount, sortedSetRankOfScore } from '../types/sorted-set.ts';
import type { Value } from '../types/value.ts';
import { columnOf, type Place, readMiddle, rowOf, scoresOfCell } from './geo-cells.ts';
import { GeoOrder } from './geo-order.ts';
import { cellsAround, type Shape, ShapeTest } from './geo-shape.ts';

const FINDS_INITIAL = 256;
const MEMBER_BYTES_INITIAL = 4096;
/** After a search that found more, or longer ones, its memory is given back. */
const FINDS_KEPT = 16_384;
const MEMBER_BYTES_KEPT = 1 << 20;

/**
 * What a search found; one object a thread, used again by the next search. The members are copies: they outlive a change
 * of what was searched.
 */
export class Finds {
  count = 0;
  members = Region.allocate(MEMBER_BYTES_INITIAL);
  private places = new Int32Array(FINDS_INITIAL);
  private lengths = new Int32Array(FINDS_INITIAL);
  private scores = new Float64Array(FINDS_INITIAL);
  private distances = new Float64Array(FINDS_INITIAL);
  private readonly order = new GeoOrder();
  private end = 0;

  clear(): void {
    this.count = 0;
    this.end = 0;
    this.order.clear();
    if (this.members.length > MEMBER_BYTES_KEPT) this.members = Region.allocate(MEMBER_BYTES_INITIAL);
    if (this.places.length > FINDS_KEPT) this.resize(FINDS_INITIAL);
  }

  /** @param distance in metres from the shape's centre */
  add(member: Slice, score: number, distance: number): void {
    const { count, end } = this;
    if (count === this.places.length) this.resize(count * 2);
    if (end + member.length > this.members.length) {
      const grown = Region.allocate((end + member.length) * 2);
      copy(this.members, 0, grown, 0, end);
      this.members = grown;
    }
    copy(member.region, member.at, this.members, end, member.length);
    this.places[count] = end;
    this.lengths[count] = member.length;
    this.scores[count] = score;
    this.distances[count] = distance;
    this.end = end + member.length;
    this.count = count + 1;
  }

  /** Nearest or farthest first, and only the first `wanted` of them; what is as far away stays in the order it was found. */
  sort(farthestFirst: boolean, wanted: number): void {
    this.order.sort(this.distances, this.count, farthestFirst, wanted);
    this.limit(wanted);
  }

  /** Forgets all but the first `wanted`. */
  limit(wanted: number): void {
    this.count = Math.min(this.count, wanted);
  }

  /** Where the member of find `index` begins in `members`. */
  memberAt(index: number): number {
    return this.places[this.order.of(index)];
  }

  memberLength(index: number): number {
    return this.lengths[this.order.of(index)];
  }

  scoreOf(index: number): number {
    return this.scores[this.order.of(index)];
  }

  /** In metres. */
  distanceOf(index: number): number {
    return this.distances[this.order.of(index)];
  }

  private resize(size: number): void {
    const { places, lengths, scores, distances } = this;
    this.places = new Int32Array(size);
    this.lengths = new Int32Array(size);
    this.scores = new Float64Array(size);
    this.distances = new Float64Array(size);
    if (size < places.length) return;
    this.places.set(places);
    this.lengths.set(lengths);
    this.scores.set(scores);
    this.distances.set(distances);
  }
}

const finds = new Finds();
const cursor = new SortedSetCursor();
const member = new Slice();
const place: Place = { longitude: 0, latitude: 0 };

/**
 * The members within the shape, in the order in which they are met, at most `limit`.
 * @param weigh told, before they are looked at, of how many members together may lie within
 * @returns what the next search writes over
 */
export function findWithin(zset: Value, shape: Shape, limit: number, weigh: (members: number) => void): Finds {
  finds.clear();
  const test = new ShapeTest(shape);
  const count = sortedSetCount(zset);
  let weighed = 0;
  for (const cell of cellsAround(shape)) {
    if (finds.count >= limit) break;
    const scores = scoresOfCell(cell);
    const from = sortedSetRankOfScore(zset, scores.from, false);
    if (from >= count) continue;
    const to = sortedSetRankOfScore(zset, scores.to, false);
    if (to <= from) continue;
    weighed += to - from;
    weigh(weighed);
    cursor.seek(zset, from);
    for (let rank = from; rank < to && finds.count < limit; rank++, cursor.next()) {
      const score = cursor.score();
      const row = rowOf(score);
      const column = columnOf(score);
      if (!test.mayHold(row, column)) continue;
      const metres = test.distanceTo(readMiddle(row, column, place));
      if (metres < 0) continue;
      cursor.read(member);
      finds.add(member, score, metres);
    }
  }
  return finds;
}
