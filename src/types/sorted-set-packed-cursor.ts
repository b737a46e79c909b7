import type { Region } from '../base/region.ts';
import type { Slice } from './slice.ts';
import * as packed from './sorted-set-packed.ts';

const PLACES_INITIAL = 128;
/** A cursor that had to note more gives the memory back. */
const PLACES_KEPT = 8192;

/**
 * A place in a packed sorted set, good until the set changes. Entries don't say where the one before them begins: the cursor
 * notes it on its way from the first. To be used again and again.
 */
export class PackedCursor {
  private region!: Region;
  private root = 0;
  private width = 0;
  private end = 0;
  private rank = 0;
  private at = 0;
  private places = new Int32Array(PLACES_INITIAL);
  /** Entries of which the places are noted. */
  private noted = 0;

  /** Goes to entry number `rank`, which must be there. */
  seek(region: Region, root: number, rank: number): void {
    this.region = region;
    this.root = root;
    this.width = packed.scoreWidth(region, root);
    this.end = packed.end(region, root);
    this.walkTo(rank);
  }

  private walkTo(rank: number): void {
    const { region, width } = this;
    if (rank > this.places.length || this.places.length > PLACES_KEPT) {
      this.places = new Int32Array(Math.max(rank, PLACES_INITIAL));
    }
    const { places } = this;
    let at = packed.first(this.root);
    for (let i = 0; i < rank; i++) {
      places[i] = at;
      at = packed.behind(region, at, width);
    }
    this.noted = rank;
    this.rank = rank;
    this.at = at;
  }

  read(into: Slice): void {
    packed.readMember(this.region, this.at, this.width, into);
  }

  score(): number {
    return packed.scoreAt(this.region, this.at, this.width);
  }

  /** @returns false behind the last entry */
  next(): boolean {
    this.rank++;
    this.at = packed.behind(this.region, this.at, this.width);
    return this.at < this.end;
  }

  /** @returns false before the first entry */
  previous(): boolean {
    if (this.rank === 0) return false;
    if (this.rank > this.noted) {
      this.walkTo(this.rank - 1);
    } else {
      this.rank--;
      this.at = this.places[this.rank];
    }
    return true;
  }
}
