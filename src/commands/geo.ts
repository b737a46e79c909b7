/** GEOADD, GEODIST, GEOHASH and GEOPOS: places as members of sorted sets. */
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { SYNTAX_ERROR } from './errors.ts';
import { placeArgument, placeOfMember, replyDistance, replyPlace, unitArgument } from './geo-arguments.ts';
import { indexOf, interleaved, LONGITUDE_MAX, type Place, STEP_MAX, scoreOfPlace } from './geo-cells.ts';
import { distance } from './geo-shape.ts';
import { ADD_CH, ADD_NX, ADD_XX, addScored, readSortedSet, replyAdded, scoreRoom } from './sorted-set.ts';

const WORDS_A_PLACE = 3;
const HASH_ALPHABET = '0123456789bcdefghjkmnpqrstuvwxyz';
const HASH_DIGITS = 11;
const BITS_A_DIGIT = 5;

const zset = new Value();

function geoadd(ctx: Context): void {
  let options = 0;
  let first = 2;
  for (; first < ctx.argc; first++) {
    if (ctx.isWord(first, 'NX')) options |= ADD_NX;
    else if (ctx.isWord(first, 'XX')) options |= ADD_XX;
    else if (ctx.isWord(first, 'CH')) options |= ADD_CH;
    else break;
  }
  const words = ctx.argc - first;
  const contradicts = (options & ADD_NX) !== 0 && (options & ADD_XX) !== 0;
  if (words === 0 || words % WORDS_A_PLACE !== 0 || contradicts) throw SYNTAX_ERROR;
  const places = words / WORDS_A_PLACE;
  const scores = scoreRoom(places);
  for (let i = 0; i < places; i++) scores[i] = scoreOfPlace(placeArgument(ctx, first + i * WORDS_A_PLACE));
  addScored(ctx, first + 2, WORDS_A_PLACE, places, options);
  replyAdded(ctx, options);
}

function geodist(ctx: Context): void {
  if (ctx.argc > 5) throw SYNTAX_ERROR;
  const unit = ctx.argc === 5 ? unitArgument(ctx, 4) : 1;
  if (!readSortedSet(ctx, 1, zset)) return ctx.reply.null();
  const from = placeOfMember(ctx, zset, 2);
  const to = placeOfMember(ctx, zset, 3);
  if (from === undefined || to === undefined) ctx.reply.null();
  else replyDistance(ctx, distance(from, to) / unit);
}

function geohash(ctx: Context): void {
  const found = readSortedSet(ctx, 1, zset);
  ctx.reply.array(ctx.argc - 2);
  for (let arg = 2; arg < ctx.argc; arg++) {
    const place = found ? placeOfMember(ctx, zset, arg) : undefined;
    if (place === undefined) ctx.reply.null();
    else ctx.reply.bulkText(hashText(place));
  }
}

/** A standard geohash, whose latitudes go up to 90°. There are bits for ten digits; the last one is always 0. */
function hashText({ longitude, latitude }: Place): string {
  const bits = interleaved(indexOf(latitude, 90, STEP_MAX), indexOf(longitude, LONGITUDE_MAX, STEP_MAX));
  let hash = '';
  for (let digit = 1; digit < HASH_DIGITS; digit++) {
    hash += HASH_ALPHABET[Math.floor(bits / 2 ** (2 * STEP_MAX - digit * BITS_A_DIGIT)) % HASH_ALPHABET.length];
  }
  return `${hash}0`;
}

function geopos(ctx: Context): void {
  const found = readSortedSet(ctx, 1, zset);
  ctx.reply.array(ctx.argc - 2);
  for (let arg = 2; arg < ctx.argc; arg++) {
    const place = found ? placeOfMember(ctx, zset, arg) : undefined;
    if (place === undefined) ctx.reply.nullArray();
    else replyPlace(ctx, place);
  }
}

export const geoCommands = [
  command({
    name: 'GEOADD',
    since: '3.2.0',
    group: 'geo',
    complexity: 'O(log N) a member',
    summary: 'Adds members with their places to a sorted set, or moves those it has.',
    syntax: 'key:key [condition@6.2.0(NX | XX)] [change=CH@6.2.0] data{longitude:double latitude:double member}...',
    keys: 'RW update 1',
    flags: 'write denyoom',
    history: [['6.2.0', 'Takes `CH`, `NX` and `XX`.']],
    run: geoadd,
  }),
  command({
    name: 'GEODIST',
    since: '3.2.0',
    group: 'geo',
    complexity: 'O(1)',
    summary: 'Returns how far two members are from each other.',
    syntax: 'key:key member1 member2 [unit(M | KM | FT | MI)]',
    keys: 'RO access 1',
    flags: 'readonly',
    run: geodist,
  }),
  command({
    name: 'GEOHASH',
    since: '3.2.0',
    group: 'geo',
    complexity: 'O(1) a member',
    summary: 'Returns the places of members as geohashes.',
    syntax: 'key:key [member...]',
    keys: 'RO access 1',
    flags: 'readonly',
    run: geohash,
  }),
  command({
    name: 'GEOPOS',
    since: '3.2.0',
    group: 'geo',
    complexity: 'O(1) a member',
    summary: 'Returns the longitudes and latitudes of members.',
    syntax: 'key:key [member...]',
    keys: 'RO access 1',
    flags: 'readonly',
    run: geopos,
  }),
];
