/** The members of a sorted set that lie within a shape. */
import { copy, Region } from '../base/region.ts';
import { Slice } from '../types/slice.ts';
import { SortedSetCursor, sortedSetCount, sortedSetRankOfScore } from '../types/sorted-set.ts';
import type { Value } from '../types/value.ts';
import { type Place, placeOfScore, scoresOfCell } from './geo-cells.ts';
import { cellsAround, distanceWithin, type Shape } from './geo-shape.ts';

export interface Found {
  /** The member's bytes in `Finds.members`. */
  at: number;
  length: number;
  score: number;
  /** Metres from the shape's centre. */
  distance: number;
  place: Place;
}

/** What a search found. The members are copies: they outlive a change of what was searched. */
export class Finds {
  readonly list: Found[] = [];
  members = Region.allocate(1024);
  private end = 0;

  add(member: Slice, score: number, distance: number, place: Place): void {
    if (this.end + member.length > this.members.length) {
      const grown = Region.allocate((this.end + member.length) * 2);
      copy(this.members, 0, grown, 0, this.end);
      this.members = grown;
    }
    copy(member.region, member.at, this.members, this.end, member.length);
    this.list.push({ at: this.end, length: member.length, score, distance, place });
    this.end += member.length;
  }

  /** Nearest or farthest first; what is as far away stays in the order in which it was found. */
  sort(farthestFirst: boolean): void {
    this.list.sort(farthestFirst ? (a, b) => b.distance - a.distance : (a, b) => a.distance - b.distance);
  }
}

/** Ranks of the members that may lie within the shape: pairs of first and behind last. */
export function ranksAround(zset: Value, shape: Shape): { from: number; to: number }[] {
  return cellsAround(shape).map((cell) => {
    const scores = scoresOfCell(cell);
    const from = sortedSetRankOfScore(zset, scores.from, false);
    return { from, to: Math.max(from, sortedSetRankOfScore(zset, scores.to, false)) };
  });
}

const cursor = new SortedSetCursor();
const member = new Slice();

/** The members within the shape, in the order in which they are met, at most `limit`. @param ranks of `ranksAround` */
export function findWithin(
  zset: Value,
  shape: Shape,
  ranks: readonly { from: number; to: number }[],
  limit: number,
): Finds {
  const finds = new Finds();
  const count = sortedSetCount(zset);
  for (const { from, to } of ranks) {
    if (finds.list.length >= limit) break;
    if (from >= count) continue;
    cursor.seek(zset, from);
    for (let rank = from; rank < to && finds.list.length < limit; rank++) {
      const score = cursor.score();
      const place = placeOfScore(score);
      const metres = distanceWithin(shape, place);
      if (metres >= 0 || Number.isNaN(metres)) {
        cursor.read(member);
        finds.add(member, score, metres, place);
      }
      cursor.next();
    }
  }
  return finds;
}
