/** Circles and boxes on the ground, what lies within them, and which cells must be searched for it. */
import { arcsine, cosine, sine } from '../base/trigonometry.ts';
import {
  type Area,
  areaOf,
  type Cell,
  cellOf,
  FINEST_CELLS,
  LATITUDE_MAX,
  neighbour,
  type Place,
  STEP_MAX,
} from './geo-cells.ts';

/** The Earth as a sphere: the quadratic mean radius of WGS-84, in metres. */
const EARTH_RADIUS = 6372797.560856;
/** Half the Earth's circumference in Mercator's projection, in metres. */
const MERCATOR_MAX = 20037726.37;
const RADIANS_A_DEGREE = Math.PI / 180;

const radians = (degrees: number): number => degrees * RADIANS_A_DEGREE;
const degrees = (inRadians: number): number => inRadians / RADIANS_A_DEGREE;

/** A circle, or a box whose sides run along the meridians; lengths in the user's unit. */
export interface Shape {
  centre: Place;
  /** Metres in the unit. */
  unit: number;
  /** Of a circle; undefined for a box. */
  radius: number | undefined;
  width: number;
  height: number;
}

/** Metres along a meridian. */
function latitudeDistance(from: number, to: number): number {
  return EARTH_RADIUS * Math.abs(radians(to) - radians(from));
}

/** Sine, cosine and arcsine: the processor's way, or to the last digit. */
export interface Trigonometry {
  readonly sine: (x: number) => number;
  readonly cosine: (x: number) => number;
  readonly arcsine: (x: number) => number;
}
const FAST: Trigonometry = { sine: Math.sin, cosine: Math.cos, arcsine: Math.asin };
/** Ten times as slow: for distances that are shown with all their digits. */
export const EXACT: Trigonometry = { sine, cosine, arcsine };

/** Metres along a great circle, by the haversine formula. */
export function distance(from: Place, to: Place, by: Trigonometry = FAST): number {
  const v = by.sine((radians(to.longitude) - radians(from.longitude)) / 2);
  if (v === 0) return latitudeDistance(from.latitude, to.latitude);
  const fromLatitude = radians(from.latitude);
  const toLatitude = radians(to.latitude);
  const u = by.sine((toLatitude - fromLatitude) / 2);
  const a = u * u + by.cosine(fromLatitude) * by.cosine(toLatitude) * v * v;
  return 2 * EARTH_RADIUS * by.arcsine(Math.sqrt(a));
}

/** For bounds that decide all but what lies so near to them that only the formula itself can tell. */
const SLIGHTLY_MORE = 1 + 1e-9;
const SLIGHTLY_LESS = 1 - 1e-9;

/** What the haversine formula has under its root for so many metres; endless if that is half around the Earth. */
function haversine(metres: number): number {
  const angle = metres / EARTH_RADIUS / 2;
  return angle < Math.PI / 2 ? Math.sin(angle) ** 2 : Number.POSITIVE_INFINITY;
}

/** Tells of one place after the other whether it lies in a shape. */
export class ShapeTest {
  private readonly isCircle: boolean;
  private readonly longitude: number;
  private readonly latitude: number;
  private readonly latitudeCosine: number;
  /** Metres north or south, beyond which nothing is in the shape. */
  private readonly rise: number;
  /** Of a circle: metres. Of a box: metres east or west. */
  private readonly reach: number;
  private readonly surelyOutside: number;
  private readonly surelyInside: number;
  /** Rows and columns of the finest cells, endless where the shape reaches the edge of the world. */
  private southRow = Number.NEGATIVE_INFINITY;
  private northRow = Number.POSITIVE_INFINITY;
  private westColumn = Number.NEGATIVE_INFINITY;
  private eastColumn = Number.POSITIVE_INFINITY;

  constructor({ centre, unit, radius, width, height }: Shape) {
    this.isCircle = radius !== undefined;
    this.longitude = radians(centre.longitude);
    this.latitude = radians(centre.latitude);
    this.latitudeCosine = Math.cos(this.latitude);
    this.reach = radius !== undefined ? radius * unit : (width * unit) / 2;
    this.rise = radius !== undefined ? this.reach * SLIGHTLY_MORE : (height * unit) / 2;
    this.surelyOutside = haversine(this.reach) * SLIGHTLY_MORE;
    this.surelyInside = haversine(this.reach) * SLIGHTLY_LESS;
    this.frame(centre);
  }

  /** Finds the rows and columns outside of which nothing is in the shape, with one to spare on each side. */
  private frame({ longitude, latitude }: Place): void {
    const up = degrees(this.rise / EARTH_RADIUS);
    // Where the formula's root is this much by the longitudes alone, on the parallel next to a pole, where they are closest.
    const poleward = Math.min(LATITUDE_MAX, Math.abs(latitude) + up);
    const across = Math.sqrt(this.surelyOutside) / Math.cos(radians(poleward));
    const columns = across < 1 ? degrees(2 * Math.asin(across)) : Number.POSITIVE_INFINITY;
    const southWest = cellOf({ longitude: longitude - columns, latitude: latitude - up }, STEP_MAX);
    const northEast = cellOf({ longitude: longitude + columns, latitude: latitude + up }, STEP_MAX);
    if (southWest.row > 1 && northEast.row < FINEST_CELLS - 2) {
      this.southRow = southWest.row - 1;
      this.northRow = northEast.row + 1;
    }
    if (southWest.column > 1 && northEast.column < FINEST_CELLS - 2) {
      this.westColumn = southWest.column - 1;
      this.eastColumn = northEast.column + 1;
    }
  }

  /** False for most places that are not in the shape, and for none that is: by their finest cell alone. */
  mayHold(row: number, column: number): boolean {
    return row >= this.southRow && row <= this.northRow && column >= this.westColumn && column <= this.eastColumn;
  }

  /** Metres from the centre to a place in the shape, as `distance` tells them; −1 if it lies outside. */
  distanceTo(place: Place): number {
    const latitude = radians(place.latitude);
    const north = EARTH_RADIUS * Math.abs(latitude - this.latitude);
    if (north > this.rise) return -1;
    const v = Math.sin((radians(place.longitude) - this.longitude) / 2);
    if (v === 0) return this.isCircle && north > this.reach ? -1 : north;
    const cosine = Math.cos(latitude);
    if (!this.isCircle && this.isBeside(cosine * cosine * v * v)) return -1;
    const u = Math.sin((latitude - this.latitude) / 2);
    const root = u * u + this.latitudeCosine * cosine * v * v;
    if (this.isCircle && root > this.surelyOutside) return -1;
    const metres = 2 * EARTH_RADIUS * Math.asin(Math.sqrt(root));
    return this.isCircle && metres > this.reach ? -1 : metres;
  }

  /** Whether a place is too far east or west of a box's centre, given what the formula has under its root for that. */
  private isBeside(root: number): boolean {
    if (root > this.surelyOutside) return true;
    if (root < this.surelyInside) return false;
    return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(root)) > this.reach;
  }
}

/** The cells that hold everything within the shape, each once, in the order in which they are searched. */
export function cellsAround(shape: Shape): Cell[] {
  const bounds = boundsOf(shape);
  let step = stepFor(reachOf(shape), shape.centre.latitude);
  let cell = cellOf(shape.centre, step);
  if (step > 1 && !ringCovers(cell, bounds)) {
    step--;
    cell = cellOf(shape.centre, step);
  }
  const own = areaOf(cell);
  // Comparisons are such that with a bound that is no number (of an endless shape) a neighbour is searched.
  // At the coarsest step a cell and its neighbours may lie on both sides of each other.
  const few = step < 2;
  const north = few || !(own.north > bounds.north);
  const south = few || !(own.south < bounds.south);
  const east = few || !(own.east > bounds.east);
  const west = few || !(own.west < bounds.west);
  const cells = [cell];
  const add = (wanted: boolean, rows: number, columns: number): void => {
    if (!wanted) return;
    const next = neighbour(cell, rows, columns);
    const last = cells[cells.length - 1];
    // Where few cells make up the world, neighbours that follow each other may be the same one.
    if (cells.length > 1 && next.row === last.row && next.column === last.column) return;
    cells.push(next);
  };
  add(north, 1, 0);
  add(south, -1, 0);
  add(east, 0, 1);
  add(west, 0, -1);
  add(north && east, 1, 1);
  add(north && west, 1, -1);
  add(south && east, -1, 1);
  add(south && west, -1, -1);
  return cells;
}

/** Metres from the centre to the farthest point. */
function reachOf({ radius, width, height, unit }: Shape): number {
  return (radius ?? Math.sqrt((width / 2) * (width / 2) + (height / 2) * (height / 2))) * unit;
}

function boundsOf({ centre, unit, radius, width, height }: Shape): Area {
  const { longitude, latitude } = centre;
  const up = unit * (radius ?? height / 2);
  const across = unit * (radius ?? width / 2);
  const rows = degrees(up / EARTH_RADIUS);
  // A degree of longitude is shortest at the side towards the pole, so most of them are needed there.
  const poleward = latitude < 0 ? latitude - rows : latitude + rows;
  const columns = degrees(across / EARTH_RADIUS / Math.cos(radians(poleward)));
  return { west: longitude - columns, east: longitude + columns, south: latitude - rows, north: latitude + rows };
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

function ringCovers(cell: Cell, bounds: Area): boolean {
  return (
    !(areaOf(neighbour(cell, 1, 0)).north < bounds.north) &&
    !(areaOf(neighbour(cell, -1, 0)).south > bounds.south) &&
    !(areaOf(neighbour(cell, 0, 1)).east < bounds.east) &&
    !(areaOf(neighbour(cell, 0, -1)).west > bounds.west)
  );
}
