/** Numbers to and from bytes, in Redis' syntax: one place to import them from. */

export { parseDouble } from './double-parse.ts';
export { formatDouble, writeDouble } from './double-write.ts';
export {
  BEYOND_SAFE,
  INT64_MAX,
  INT64_MIN,
  INTEGER_LENGTH_MAX,
  integerLength,
  parseInt64,
  parseInteger,
  writeBigInt,
  writeInteger,
} from './integers.ts';
