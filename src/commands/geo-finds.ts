/** What a search for places has found. */
import { copy, Region } from '../base/region.ts';
import type { Slice } from '../types/slice.ts';
import { GeoOrder } from './geo-order.ts';

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
