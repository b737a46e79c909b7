/** Circles and boxes on the ground, and what lies within them. */
import { arcsine, cosine, sine } from '../base/trigonometry.ts';
import { LATITUDE_MAX, newPlace, type Place } from './geo-cells.ts';
import { Frame } from './geo-frame.ts';

/** The Earth as a sphere: the quadratic mean radius of WGS-84, in metres. */
export const EARTH_RADIUS = 6372797.560856;
const RADIANS_A_DEGREE = Math.PI / 180;

export const radians = (degrees: number): number => degrees * RADIANS_A_DEGREE;
export const degrees = (inRadians: number): number => inRadians / RADIANS_A_DEGREE;

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

/** A shape to be read into; see `newPlace` for why nothing is 0. */
export const newShape = (): Shape => ({
  centre: newPlace(),
  unit: Number.NaN,
  radius: undefined,
  width: Number.NaN,
  height: Number.NaN,
});

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
  /** Nothing outside is in the shape. */
  private readonly outer = new Frame();
  /** Everything inside is, if there is one. */
  private inner: Frame | undefined = undefined;

  constructor({ centre, unit, radius, width, height }: Shape) {
    this.isCircle = radius !== undefined;
    this.longitude = radians(centre.longitude);
    this.latitude = radians(centre.latitude);
    this.latitudeCosine = Math.cos(this.latitude);
    this.reach = radius !== undefined ? radius * unit : (width * unit) / 2;
    this.rise = radius !== undefined ? this.reach * SLIGHTLY_MORE : (height * unit) / 2;
    this.surelyOutside = haversine(this.reach) * SLIGHTLY_MORE;
    this.surelyInside = haversine(this.reach) * SLIGHTLY_LESS;
    this.frame(centre, this.rise, this.surelyOutside);
  }

  /** Lets `mayHold` rule out most places that are more than so many metres away. */
  narrow(centre: Place, metres: number): void {
    this.frame(centre, metres * SLIGHTLY_MORE, haversine(metres) * SLIGHTLY_MORE);
  }

  /**
   * @param rise metres north or south, beyond which nothing is wanted
   * @param root what the formula has under its root, beyond which nothing is
   */
  private frame(centre: Place, rise: number, root: number): void {
    const up = degrees(rise / EARTH_RADIUS);
    // Where the formula's root is this much by the longitudes alone, on the parallel next to a pole, where they are closest.
    const poleward = Math.min(LATITUDE_MAX, Math.abs(centre.latitude) + up);
    const across = Math.sqrt(root) / Math.cos(radians(poleward));
    this.outer.keepWithin(centre, up, across < 1 ? degrees(2 * Math.asin(across)) : Number.POSITIVE_INFINITY);
  }

  /** Lets `surelyHolds` tell of many places that they are in the shape: of a circle a rectangle in it, of a box most. */
  frameInside(centre: Place): void {
    if (this.surelyInside === Number.POSITIVE_INFINITY) return;
    const rise = this.isCircle ? this.reach * Math.SQRT1_2 : this.rise * SLIGHTLY_LESS;
    const up = degrees(rise / EARTH_RADIUS);
    const equatorward = Math.max(0, Math.abs(centre.latitude) - up);
    const cosineMax = Math.cos(radians(equatorward));
    const root = this.isCircle
      ? (this.surelyInside - haversine(rise)) / (this.latitudeCosine * cosineMax)
      : this.surelyInside / (cosineMax * cosineMax);
    this.inner = new Frame();
    this.inner.keepSurelyWithin(centre, up, degrees(2 * Math.asin(Math.min(1, Math.sqrt(root)))));
  }

  /** False for most places that are not in the shape, and for none that is: by their finest cell alone. */
  mayHold(row: number, column: number): boolean {
    return this.outer.holds(row, column);
  }

  /** True for no place that is not in the shape, and once `frameInside` was called for most that are. */
  surelyHolds(row: number, column: number): boolean {
    return this.inner?.holds(row, column) ?? false;
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
