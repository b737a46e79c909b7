import { copy, Region } from '../base/region.ts';
import type { Slice } from './slice.ts';
import * as packed from './sorted-set-packed.ts';

const NOTHING = Region.allocate(0);
/** Places are noted in memory for so many more: sets grow. */
const PLACES_SPARE = 128;
/** A cursor that had to note more than these gives the memory back. */
const PLACES_KEPT = 8192;

/**
 * A place in a packed sorted set, good until the set changes. Entries don't say where the one before them begins: the cursor
 * notes it on its way from the first. To be used again and again.
 */
export class PackedCursor {
  private region = NOTHING;
  private root = 0;
  private width = 0;
  private end = 0;
  private rank = 0;
  private at = 0;
  /** Where the rest of the member here lies. */
  private restAt = 0;
  private restLength = 0;
  private places = new Int32Array(0);
  /** Entries of which the places are noted. */
  private noted = 0;
  /** The prefix, behind which the rest of each member is put when it is read. */
  private text = NOTHING;
  private prefix = 0;

  /** Goes to entry number `rank`, which must be there. */
  seek(region: Region, root: number, rank: number): void {
    this.region = region;
    this.root = root;
    this.width = packed.scoreWidth(region, root);
    this.end = packed.end(region, root);
    this.prefix = packed.prefixLength(region, root);
    this.startText(0);
    this.walkTo(rank);
  }

  private walkTo(rank: number): void {
    const { region, width } = this;
    if (rank > this.places.length || this.places.length > PLACES_KEPT) {
      this.places = new Int32Array(rank + PLACES_SPARE);
    }
    const { places } = this;
    let at = packed.first(region, this.root);
    for (let i = 0; i < rank; i++) {
      places[i] = at;
      at = packed.behind(region, at, width);
    }
    this.noted = rank;
    this.arrive(rank, at);
  }

  private arrive(rank: number, at: number): void {
    this.rank = rank;
    this.at = at;
    this.restAt = packed.restAt(this.region, at, this.width);
    this.restLength = packed.restLength(this.region, at, this.width);
  }

  /** Takes the member here: good until another is read. */
  read(into: Slice): void {
    const { region, prefix, restAt, restLength } = this;
    if (prefix === 0) return into.set(region, restAt, restLength);
    if (prefix + restLength > this.text.length) this.startText(restLength);
    copy(region, restAt, this.text, prefix, restLength);
    into.set(this.text, 0, prefix + restLength);
  }

  /** Begins the text with the prefix, with room for a rest. */
  private startText(rest: number): void {
    const { prefix } = this;
    if (prefix + rest > this.text.length) this.text = Region.allocate((prefix + rest) * 2);
    packed.copyPrefix(this.region, this.root, this.text, 0);
  }

  score(): number {
    return packed.scoreAt(this.region, this.at, this.width);
  }

  /** @returns false behind the last entry */
  next(): boolean {
    const at = this.restAt + this.restLength;
    if (at === this.end) return false;
    this.arrive(this.rank + 1, at);
    return true;
  }

  /** @returns false before the first entry */
  previous(): boolean {
    const { rank } = this;
    if (rank === 0) return false;
    if (rank > this.noted) this.walkTo(rank - 1);
    else this.arrive(rank - 1, this.places[rank - 1]);
    return true;
  }
}
