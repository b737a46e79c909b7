/**
 * What Redis has brought since 7.0.15, by example: the installed redis-server can't be asked. Each line is a command
 * and what it answers, as the documentation of Redis 8 has it.
 */
import { arrays } from './arrays.ts';
import { bitmaps } from './bitmaps.ts';
import type { Examples } from './expected.ts';
import { hashes } from './hashes.ts';
import { listsAndSets } from './lists-and-sets.ts';
import { others } from './others.ts';
import { sortedSets } from './sorted-sets.ts';
import { streams } from './streams.ts';
import { strings } from './strings.ts';

export const examples: readonly Examples[] = [
  ...strings,
  ...hashes,
  ...listsAndSets,
  ...sortedSets,
  ...bitmaps,
  ...streams,
  ...arrays,
  ...others,
];
