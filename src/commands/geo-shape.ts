/** Circles and boxes on the ground, what lies within them, and which cells must be searched for it. */
import { arcsine, cosine, sine } from '../base/trigonometry.ts';
import { type Area, areaOf, type Cell, cellOf, neighbour, type Place, STEP_MAX } from './geo-cells.ts';

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

/** Metres from the centre of the shape to a place in it; −1 if it lies outside. */
export function distanceWithin({ centre, unit, radius, width, height }: Shape, place: Place): number {
  if (radius !== undefined) {
    const metres = distance(centre, place);
    return metres > radius * unit ? -1 : metres;
  }
  if (latitudeDistance(place.latitude, centre.latitude) > (height * unit) / 2) return -1;
  const sideways = distance(place, { longitude: centre.longitude, latitude: place.latitude });
  return sideways > (width * unit) / 2 ? -1 : distance(centre, place);
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
