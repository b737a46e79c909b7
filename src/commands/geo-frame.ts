import { FINEST_CELLS, indexOf, LATITUDE_MAX, LONGITUDE_MAX, type Place, STEP_MAX } from './geo-cells.ts';

/** Rows and columns of the finest cells from here to there, at first all. */
export class Frame {
  private south = Number.NEGATIVE_INFINITY;
  private north = Number.POSITIVE_INFINITY;
  private west = Number.NEGATIVE_INFINITY;
  private east = Number.POSITIVE_INFINITY;

  holds(row: number, column: number): boolean {
    return row >= this.south && row <= this.north && column >= this.west && column <= this.east;
  }

  /** Leaves out what is surely farther than so many degrees from a place; nothing where that reaches an edge of the world. */
  keepWithin({ longitude, latitude }: Place, up: number, across: number): void {
    const south = indexOf(latitude - up, LATITUDE_MAX, STEP_MAX) - 1;
    const north = indexOf(latitude + up, LATITUDE_MAX, STEP_MAX) + 1;
    if (south > 0 && north < FINEST_CELLS - 1) {
      this.south = Math.max(this.south, south);
      this.north = Math.min(this.north, north);
    }
    const west = indexOf(longitude - across, LONGITUDE_MAX, STEP_MAX) - 1;
    const east = indexOf(longitude + across, LONGITUDE_MAX, STEP_MAX) + 1;
    if (west > 0 && east < FINEST_CELLS - 1) {
      this.west = Math.max(this.west, west);
      this.east = Math.min(this.east, east);
    }
  }

  /** Leaves out all but what is surely within so many degrees of a place. */
  keepSurelyWithin({ longitude, latitude }: Place, up: number, across: number): void {
    this.south = indexOf(latitude - up, LATITUDE_MAX, STEP_MAX) + 1;
    this.north = indexOf(latitude + up, LATITUDE_MAX, STEP_MAX) - 1;
    this.west = indexOf(longitude - across, LONGITUDE_MAX, STEP_MAX) + 1;
    this.east = indexOf(longitude + across, LONGITUDE_MAX, STEP_MAX) - 1;
  }
}
