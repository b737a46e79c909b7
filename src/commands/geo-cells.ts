/**
 * Places as sorted set scores. The world, up to 85.05112878° north and south, is cut in 2^26 × 2^26 cells; a score is a
 * cell's row and column with their bits interleaved, the row's first (from the lowest bit). Cells of a coarser step are
 * ranges of scores, which is how places near a point are found.
 */
export const LATITUDE_MAX = 85.05112878;
export const LONGITUDE_MAX = 180;
/** The finest step: 52 bits together. */
export const STEP_MAX = 26;
/** Rows and columns of them. */
export const FINEST_CELLS = 2 ** STEP_MAX;
const TWO_32 = 2 ** 32;

export interface Place {
  longitude: number;
  latitude: number;
}

/**
 * A place to be read into. Its numbers are no integers from the start: V8 gives objects whose numbers are small integers at
 * first another layout when they no longer are, over and over, and never gets to compiling what makes them.
 */
export const newPlace = (): Place => ({ longitude: Number.NaN, latitude: Number.NaN });

/**
 * Which of 2^step rows a latitude is in, or with `most` LONGITUDE_MAX which column a longitude. On the very edge in the
 * north and east that is 2^step, as in Redis.
 */
export const indexOf = (degrees: number, most: number, step: number): number =>
  Math.trunc(((degrees + most) / (2 * most)) * (1 << step));

/** Where a row begins in the south, or with `most` LONGITUDE_MAX a column in the west, in degrees. */
export const edge = (index: number, most: number, step: number): number => -most + (index / (1 << step)) * (2 * most);

/** The bits of row and column interleaved; rounded where they are more than a double holds (on the edge). */
export function interleaved(row: number, column: number): number {
  const low = spread(row & 0xffff) | (spread(column & 0xffff) << 1);
  const high = spread(row >>> 16) | (spread(column >>> 16) << 1);
  return (high >>> 0) * TWO_32 + (low >>> 0);
}

/** Puts a zero before each of 16 bits. */
function spread(bits: number): number {
  let x = bits;
  x = (x | (x << 8)) & 0x00ff00ff;
  x = (x | (x << 4)) & 0x0f0f0f0f;
  x = (x | (x << 2)) & 0x33333333;
  return (x | (x << 1)) & 0x55555555;
}

/** Takes every second of 32 bits. */
function gather(bits: number): number {
  let x = bits & 0x55555555;
  x = (x | (x >>> 1)) & 0x33333333;
  x = (x | (x >>> 2)) & 0x0f0f0f0f;
  x = (x | (x >>> 4)) & 0x00ff00ff;
  return (x | (x >>> 8)) & 0xffff;
}

/** The halves of a score as 64 bits. Any double will do: one that is no place becomes what Redis makes of it. */
function lowBits(score: number): number {
  // Truncated, then its lowest 32 bits.
  if (score >= 0 && score <= Number.MAX_SAFE_INTEGER) return score | 0;
  return Number(BigInt.asIntN(32, unsignedBits(score)));
}

function highBits(score: number): number {
  if (score >= 0 && score <= Number.MAX_SAFE_INTEGER) return (score / TWO_32) | 0;
  return Number(BigInt.asIntN(32, unsignedBits(score) >> 32n));
}

/** A double as 64 unsigned bits, the way x86 converts: what doesn't fit wraps or becomes the highest bit alone. */
function unsignedBits(value: number): bigint {
  const half = 2 ** 63;
  if (value >= half) return value < 2 * half ? BigInt(Math.trunc(value)) : 0n;
  return value >= -half ? BigInt.asUintN(64, BigInt(Math.trunc(value))) : 1n << 63n;
}

/** The score of a place. */
export const scoreOfPlace = ({ longitude, latitude }: Place): number =>
  interleaved(indexOf(latitude, LATITUDE_MAX, STEP_MAX), indexOf(longitude, LONGITUDE_MAX, STEP_MAX));

/** The row of the finest cell that a score names: below 2^26 if it is a place's, else below 2^32. */
export const rowOf = (score: number): number => (gather(lowBits(score)) | (gather(highBits(score)) << 16)) >>> 0;

/** Its column, likewise. */
export const columnOf = (score: number): number =>
  (gather(lowBits(score) >>> 1) | (gather(highBits(score) >>> 1) << 16)) >>> 0;

/** The middle of the cell that a score names. */
export const placeOfScore = (score: number): Place => readMiddle(rowOf(score), columnOf(score), newPlace());

/** Takes the middle of a finest cell. */
export function readMiddle(row: number, column: number, into: Place): Place {
  into.longitude = middle(column, LONGITUDE_MAX);
  into.latitude = middle(row, LATITUDE_MAX);
  return into;
}

/** The middle between both edges of a row or column, whichever way they are rounded. */
function middle(index: number, most: number): number {
  return clamp((edge(index, most, STEP_MAX) + edge((index + 1) >>> 0, most, STEP_MAX)) / 2, most);
}

const clamp = (value: number, most: number): number => (value > most ? most : value < -most ? -most : value);
