/** What is asked of packed sorted sets (sorted-set-packed.ts): walks from the first entry on, over scores of one width. */
import { compare, equal, type Region } from '../base/region.ts';
import * as packed from './sorted-set-packed.ts';

/** The position of entry number `rank`, which must be there, or the end for as many as there are. */
export function seekRank(region: Region, root: number, rank: number): number {
  const width = packed.scoreWidth(region, root);
  let at = packed.first(region, root);
  for (let i = 0; i < rank; i++) at = packed.behind(region, at, width);
  return at;
}

/** The position of a member, or 0. */
export function findMember(region: Region, root: number, source: Region, sourceAt: number, length: number): number {
  if (!packed.hasPrefix(region, root, source, sourceAt, length)) return 0;
  const prefix = packed.prefixLength(region, root);
  const width = packed.scoreWidth(region, root);
  const last = packed.end(region, root);
  for (let at = packed.first(region, root); at < last; at = packed.behind(region, at, width)) {
    if (packed.restLength(region, at, width) !== length - prefix) continue;
    if (equal(region, packed.restAt(region, at, width), source, sourceAt + prefix, length - prefix)) return at;
  }
  return 0;
}

/** The rank of the entry at `position`. */
export function rankOf(region: Region, root: number, position: number): number {
  const width = packed.scoreWidth(region, root);
  let rank = 0;
  for (let at = packed.first(region, root); at !== position; at = packed.behind(region, at, width)) rank++;
  return rank;
}

/** How many entries have a score below `score`, or with `orEqual` not above it. */
export function rankOfScore(region: Region, root: number, score: number, orEqual: boolean): number {
  const width = packed.scoreWidth(region, root);
  const last = packed.end(region, root);
  let rank = 0;
  for (let at = packed.first(region, root); at < last; at = packed.behind(region, at, width)) {
    const have = packed.scoreAt(region, at, width);
    if (have > score || (have === score && !orEqual)) break;
    rank++;
  }
  return rank;
}

/** How many entries have a member below the given one, or with `orEqual` not above it, if all scores are the same. */
export function rankOfMember(
  region: Region,
  root: number,
  source: Region,
  sourceAt: number,
  length: number,
  orEqual: boolean,
): number {
  const prefix = packed.prefixLength(region, root);
  const begins = compare(region, packed.prefixAt(root), prefix, source, sourceAt, Math.min(prefix, length));
  if (begins !== 0) return begins > 0 ? 0 : packed.count(region, root);
  const width = packed.scoreWidth(region, root);
  const last = packed.end(region, root);
  let rank = 0;
  for (let at = packed.first(region, root); at < last; at = packed.behind(region, at, width)) {
    const order = compareRest(region, at, width, source, sourceAt + prefix, length - prefix);
    if (order > 0 || (order === 0 && !orEqual)) break;
    rank++;
  }
  return rank;
}

function compareRest(
  region: Region,
  at: number,
  width: number,
  source: Region,
  sourceAt: number,
  length: number,
): number {
  return compare(
    region,
    packed.restAt(region, at, width),
    packed.restLength(region, at, width),
    source,
    sourceAt,
    length,
  );
}

/**
 * The first position, from `from` on, of an entry that doesn't come before (score, member); `to` if there is none before it.
 * The bytes are the rest of the member.
 */
export function bound(
  region: Region,
  from: number,
  to: number,
  width: number,
  score: number,
  source: Region,
  sourceAt: number,
  length: number,
): number {
  let at = from;
  for (; at < to; at = packed.behind(region, at, width)) {
    const have = packed.scoreAt(region, at, width);
    if (have > score) break;
    if (have === score && compareRest(region, at, width, source, sourceAt, length) >= 0) break;
  }
  return at;
}
