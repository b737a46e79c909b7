/** Which cells must be searched for what lies within a shape. */
import { edge, indexOf, interleaved, LATITUDE_MAX, LONGITUDE_MAX, STEP_MAX } from './geo-cells.ts';
import { degrees, EARTH_RADIUS, radians, type Shape } from './geo-shape.ts';

/** Half the Earth's circumference in Mercator's projection, in metres. */
const MERCATOR_MAX = 20037726.37;
const CELLS_MAX = 9;

/**
 * The cell that a shape's centre is in and those around it that the shape reaches into, each once, in the order in which
 * they are searched. To be laid again and again.
 */
export class Ring {
  count = 0;
  /** Whether surely everything in the shape is in these cells. Next to the edges of the world there may be some elsewhere. */
  isWhole = false;
  private readonly scores = new Float64Array(CELLS_MAX);
  /** The cells are some of 2^step × 2^step. */
  private step = 0;
  private row = 0;
  private column = 0;
  // The shape's bounds, in degrees.
  private west = 0;
  private east = 0;
  private south = 0;
  private north = 0;

  /** The lowest score of cell `index`. */
  from(index: number): number {
    return this.scores[index] * this.finestCells();
  }

  /** The lowest score above cell `index`. */
  to(index: number): number {
    return (this.scores[index] + 1) * this.finestCells();
  }

  /** How many of the finest cells one of these has. */
  private finestCells(): number {
    const rows = 1 << (STEP_MAX - this.step);
    return rows * rows;
  }

  /** Lays the ring around a shape. */
  lay(shape: Shape): void {
    const { longitude, latitude } = shape.centre;
    this.bound(shape);
    this.step = stepFor(reachOf(shape), latitude);
    this.row = indexOf(latitude, LATITUDE_MAX, this.step);
    this.column = indexOf(longitude, LONGITUDE_MAX, this.step);
    this.isWhole = this.coversBounds();
    if (this.step > 1 && !this.isWhole) {
      this.step--;
      this.row = indexOf(latitude, LATITUDE_MAX, this.step);
      this.column = indexOf(longitude, LONGITUDE_MAX, this.step);
      this.isWhole = this.coversBounds();
    }
    this.addCells();
  }

  private bound({ centre, unit, radius, width, height }: Shape): void {
    const { longitude, latitude } = centre;
    const up = unit * (radius ?? height / 2);
    const across = unit * (radius ?? width / 2);
    const rows = degrees(up / EARTH_RADIUS);
    // A degree of longitude is shortest at the side towards the pole, so most of them are needed there.
    const poleward = latitude < 0 ? latitude - rows : latitude + rows;
    const columns = degrees(across / EARTH_RADIUS / Math.cos(radians(poleward)));
    this.west = longitude - columns;
    this.east = longitude + columns;
    this.south = latitude - rows;
    this.north = latitude + rows;
  }

  private coversBounds(): boolean {
    const { row, column } = this;
    return (
      !(this.northOf(this.wrapped(row + 1)) < this.north) &&
      !(this.southOf(this.wrapped(row - 1)) > this.south) &&
      !(this.eastOf(this.wrapped(column + 1)) < this.east) &&
      !(this.westOf(this.wrapped(column - 1)) > this.west)
    );
  }

  private addCells(): void {
    const { row, column } = this;
    // Comparisons are such that with a bound that is no number (of an endless shape) a neighbour is searched.
    // At the coarsest step a cell and its neighbours may lie on both sides of each other.
    const few = this.step < 2;
    if (few) this.isWhole = true;
    const north = few || !(this.northOf(row) > this.north);
    const south = few || !(this.southOf(row) < this.south);
    const east = few || !(this.eastOf(column) > this.east);
    const west = few || !(this.westOf(column) < this.west);
    const above = this.wrapped(row + 1);
    const below = this.wrapped(row - 1);
    const right = this.wrapped(column + 1);
    const left = this.wrapped(column - 1);
    this.count = 0;
    this.add(row, column);
    if (north) this.add(above, column);
    if (south) this.add(below, column);
    if (east) this.add(row, right);
    if (west) this.add(row, left);
    if (north && east) this.add(above, right);
    if (north && west) this.add(above, left);
    if (south && east) this.add(below, right);
    if (south && west) this.add(below, left);
  }

  private add(row: number, column: number): void {
    const { count, scores } = this;
    const score = interleaved(row, column);
    // Where few cells make up the world, neighbours that follow each other may be the same one.
    if (count > 1 && scores[count - 1] === score) return;
    scores[count] = score;
    this.count = count + 1;
  }

  /** Around the edges of the world. */
  private wrapped(index: number): number {
    return index & ((1 << this.step) - 1);
  }

  private northOf(row: number): number {
    return edge((row + 1) >>> 0, LATITUDE_MAX, this.step);
  }

  private southOf(row: number): number {
    return edge(row, LATITUDE_MAX, this.step);
  }

  private eastOf(column: number): number {
    return edge((column + 1) >>> 0, LONGITUDE_MAX, this.step);
  }

  private westOf(column: number): number {
    return edge(column, LONGITUDE_MAX, this.step);
  }
}

/** Metres from the centre to the farthest point. */
export function reachOf({ radius, width, height, unit }: Shape): number {
  return (radius ?? Math.sqrt((width / 2) * (width / 2) + (height / 2) * (height / 2))) * unit;
}

/** The step at which a cell and those around it reach so many metres, nearly always. */
function stepFor(metres: number, latitude: number): number {
  if (metres === 0) return STEP_MAX;
  let step = -1;
  for (let reach = metres; reach < MERCATOR_MAX; reach *= 2) step++;
  // Cells are narrower towards the poles.
  if (Math.abs(latitude) > 66) step--;
  if (Math.abs(latitude) > 80) step--;
  return Math.max(1, Math.min(STEP_MAX, step));
}
