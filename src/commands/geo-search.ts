/** GEOSEARCH, GEOSEARCHSTORE and the GEORADIUS family: members near a place. */
import {
  sortedSetCreateTree,
  sortedSetFind,
  sortedSetFree,
  sortedSetInsert,
  sortedSetPack,
} from '../types/sorted-set.ts';
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { type Command, command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { DEL, type KeyEvent, sortedSetEvent } from './events.ts';
import { placeArgument, placeOfMember, readBox, readCircle, replyDistance, replyPlace } from './geo-arguments.ts';
import { placeOfScore } from './geo-cells.ts';
import { findWithin } from './geo-find.ts';
import type { Finds } from './geo-finds.ts';
import { distance, EXACT, newShape } from './geo-shape.ts';
import { saturatedInteger } from './saturated-integer.ts';
import { readSortedSet } from './sorted-set.ts';
import { storeSortedSet } from './sorted-set-store.ts';

const GEOSEARCHSTORE = sortedSetEvent('geosearchstore');
const GEORADIUSSTORE = sortedSetEvent('georadiusstore');

const NO_SUCH_MEMBER = error('ERR could not decode requested zset member');
const COUNT_ABOVE_ZERO = error('ERR COUNT must be > 0');
const ANY_WITHOUT_COUNT = error('ERR the ANY argument requires COUNT argument');

/** A member is decoded and its distance computed: that is dearer than looking at an element of a collection. */
const ELEMENTS_A_PLACE = 2;

/** Where a member of the family differs from its kin. */
interface Variant {
  /** Argument of the key that is searched. */
  source: number;
  /** The first argument that may be an option. */
  options: number;
  /** Whether centre and shape are options (GEOSEARCH), or come first: `longitude latitude` or a member, and a circle. */
  from: 'options' | 'place' | 'member';
  stores: 'never' | 'optionally' | 'always';
}

const SEARCH: Variant = { source: 1, options: 2, from: 'options', stores: 'never' };
const SEARCH_STORE: Variant = { source: 2, options: 3, from: 'options', stores: 'always' };
const RADIUS: Variant = { source: 1, options: 6, from: 'place', stores: 'optionally' };
const RADIUS_BY_MEMBER: Variant = { source: 1, options: 5, from: 'member', stores: 'optionally' };

class Search {
  readonly shape = newShape();
  order: 'none' | 'nearest' | 'farthest' = 'none';
  /** 0: all. */
  count = 0;
  any = false;
  withDistance = false;
  withHash = false;
  withPlace = false;
  /** Argument of the key for the result; 0: reply. */
  storeArg = 0;
  storesDistance = false;
  private from: 'nothing' | 'member' | 'place' = 'nothing';
  private by: 'nothing' | 'circle' | 'box' = 'nothing';
  private readonly ctx: Context;
  private readonly variant: Variant;
  private readonly zset: Value | undefined;

  /** @param zset undefined if there is no such key: then members aren't looked up @throws CommandError */
  constructor(ctx: Context, variant: Variant, zset: Value | undefined) {
    this.ctx = ctx;
    this.variant = variant;
    this.zset = zset;
    if (variant.stores === 'always') this.storeArg = 1;
    this.readFixed();
    for (let arg = variant.options; arg < ctx.argc; ) {
      const words = this.readOption(arg, ctx.argc - arg);
      if (words === 0) throw SYNTAX_ERROR;
      arg += words;
    }
    this.check();
    if (this.count > 0 && this.order === 'none' && !this.any) this.order = 'nearest';
  }

  private readFixed(): void {
    const { ctx, shape, variant } = this;
    if (variant.from === 'place') {
      shape.centre = placeArgument(ctx, 2);
      readCircle(ctx, 4, shape);
    } else if (variant.from === 'member' && this.zset !== undefined) {
      this.readMember(2);
      readCircle(ctx, 3, shape);
    }
  }

  private readMember(arg: number): void {
    if (this.zset === undefined) return;
    const place = placeOfMember(this.ctx, this.zset, arg);
    if (place === undefined) throw NO_SUCH_MEMBER;
    this.shape.centre = place;
  }

  /** Reads the option in argument `arg`. @returns its words, 0 if there is no such option or too few words */
  private readOption(arg: number, wordsLeft: number): number {
    const { ctx, variant } = this;
    if (variant.from === 'options') {
      const words = this.readShapeOption(arg, wordsLeft);
      if (words !== 0) return words;
    }
    if (ctx.isWord(arg, 'WITHDIST')) this.withDistance = true;
    else if (ctx.isWord(arg, 'WITHHASH')) this.withHash = true;
    else if (ctx.isWord(arg, 'WITHCOORD')) this.withPlace = true;
    else if (ctx.isWord(arg, 'ANY')) this.any = true;
    else if (ctx.isWord(arg, 'ASC')) this.order = 'nearest';
    else if (ctx.isWord(arg, 'DESC')) this.order = 'farthest';
    else if (ctx.isWord(arg, 'COUNT')) return this.readCount(arg, wordsLeft);
    else if (ctx.isWord(arg, 'STORE') || ctx.isWord(arg, 'STOREDIST')) return this.readStore(arg, wordsLeft);
    else return 0;
    return 1;
  }

  private readCount(arg: number, wordsLeft: number): number {
    if (wordsLeft < 2) return 0;
    this.count = saturatedInteger(this.ctx, arg + 1);
    if (this.count <= 0) throw COUNT_ABOVE_ZERO;
    return 2;
  }

  private readStore(arg: number, wordsLeft: number): number {
    const { ctx, variant } = this;
    const withDistances = ctx.isWord(arg, 'STOREDIST');
    if (variant.stores === 'always' && withDistances) {
      this.storesDistance = true;
      return 1;
    }
    if (variant.stores !== 'optionally' || wordsLeft < 2) return 0;
    this.storeArg = arg + 1;
    this.storesDistance = withDistances;
    return 2;
  }

  private readShapeOption(arg: number, wordsLeft: number): number {
    const { ctx, shape } = this;
    if (ctx.isWord(arg, 'FROMMEMBER')) {
      if (wordsLeft < 2 || this.from === 'place') return 0;
      this.readMember(arg + 1);
      this.from = 'member';
      return 2;
    }
    if (ctx.isWord(arg, 'FROMLONLAT')) {
      if (wordsLeft < 3 || this.from === 'member') return 0;
      shape.centre = placeArgument(ctx, arg + 1);
      this.from = 'place';
      return 3;
    }
    if (ctx.isWord(arg, 'BYRADIUS')) {
      if (wordsLeft < 3 || this.by === 'box') return 0;
      readCircle(ctx, arg + 1, shape);
      this.by = 'circle';
      return 3;
    }
    if (ctx.isWord(arg, 'BYBOX')) {
      if (wordsLeft < 4 || this.by === 'circle') return 0;
      readBox(ctx, arg + 1, shape);
      this.by = 'box';
      return 4;
    }
    return 0;
  }

  private check(): void {
    const { ctx, variant } = this;
    if (this.storeArg !== 0 && (this.withDistance || this.withHash || this.withPlace)) {
      const what = variant.stores === 'always' ? 'GEOSEARCHSTORE' : 'STORE option in GEORADIUS';
      throw error(`ERR ${what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`);
    }
    if (variant.from === 'options' && this.from === 'nothing') {
      throw error(`ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${ctx.text(0)}`);
    }
    if (variant.from === 'options' && this.by === 'nothing') {
      throw error(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${ctx.text(0)}`);
    }
    if (this.any && this.count === 0) throw ANY_WITHOUT_COUNT;
  }
}

const zset = new Value();

function search(ctx: Context, variant: Variant): void {
  const found = readSortedSet(ctx, variant.source, zset);
  const query = new Search(ctx, variant, found ? zset : undefined);
  if (!found) return replyNothing(ctx, query);
  const wanted = query.count > 0 ? query.count : Number.POSITIVE_INFINITY;
  const which = query.any ? 'first' : query.order === 'nearest' ? 'nearest' : 'all';
  const distances = query.order !== 'none' || query.withDistance;
  const weigh = (members: number) => ctx.weigh(members * ELEMENTS_A_PLACE);
  const finds = findWithin(zset, query.shape, { most: wanted, which, distances }, weigh);
  if (query.order !== 'none') finds.sort(query.order === 'farthest', wanted);
  else finds.limit(wanted);
  if (query.storeArg === 0) replyFinds(ctx, query, finds);
  else ctx.reply.integer(storeFinds(ctx, query, finds, variant.stores === 'always' ? GEOSEARCHSTORE : GEORADIUSSTORE));
}

function replyNothing(ctx: Context, { storeArg }: Search): void {
  if (storeArg === 0) return ctx.reply.array(0);
  const old = ctx.peek(storeArg);
  if (old !== 0) {
    ctx.ks.remove(old, ctx.hash);
    ctx.touch(storeArg, DEL);
  }
  ctx.reply.integer(0);
}

function replyFinds(ctx: Context, query: Search, finds: Finds): void {
  const extras = Number(query.withDistance) + Number(query.withHash) + Number(query.withPlace);
  ctx.reply.array(finds.count);
  for (let i = 0; i < finds.count; i++) {
    if (extras > 0) ctx.reply.array(extras + 1);
    ctx.reply.bulk(finds.members, finds.memberAt(i), finds.memberLength(i));
    if (query.withDistance) replyDistance(ctx, finds.distanceOf(i) / query.shape.unit);
    if (query.withHash) replyScore(ctx, finds.scoreOf(i));
    if (query.withPlace) replyPlace(ctx, placeOfScore(finds.scoreOf(i)));
  }
}

/** A score as an integer; members that are no places may have any. */
function replyScore(ctx: Context, score: number): void {
  if (Math.abs(score) <= Number.MAX_SAFE_INTEGER) return ctx.reply.integer(Math.trunc(score));
  const fits = score >= -(2 ** 63) && score < 2 ** 63;
  ctx.reply.bigInteger(fits ? BigInt(score) : -(2n ** 63n));
}

function storeFinds(ctx: Context, query: Search, finds: Finds, event: KeyEvent): number {
  const { members } = finds;
  const { centre, unit } = query.shape;
  const result = new Value();
  result.allocator = ctx.select(query.storeArg).allocator;
  sortedSetCreateTree(result, finds.count);
  let longest = 0;
  try {
    for (let i = 0; i < finds.count; i++) {
      const at = finds.memberAt(i);
      const length = finds.memberLength(i);
      longest = Math.max(longest, length);
      if (sortedSetFind(result, members, at, length) !== 0) continue;
      const score = finds.scoreOf(i);
      const stored = query.storesDistance ? distance(centre, placeOfScore(score), EXACT) / unit : score;
      sortedSetInsert(result, members, at, length, stored);
    }
    sortedSetPack(result, longest);
  } catch (failure) {
    sortedSetFree(result.allocator, result.root, result.encoding);
    throw failure;
  }
  return storeSortedSet(ctx, result, event, query.storeArg);
}

/** The key that counts is the one said last: any word behind STORE or STOREDIST may be it. */
function storeShards(ctx: Context, firstOption: number): number {
  let mask = 0;
  for (let arg = firstOption + 1; arg < ctx.argc; arg++) {
    const stored = ctx.isWord(arg - 1, 'STORE') || ctx.isWord(arg - 1, 'STOREDIST');
    if (stored) mask |= 1 << ctx.shardIndexOf(ctx.hashOf(arg));
  }
  return mask;
}

const RADIUS_OPTIONS =
  '[WITHCOORD] [WITHDIST] [WITHHASH] [count-block{COUNT count:integer [ANY@6.2.0]}] [order(ASC | DESC)]';
const RADIUS_STORE = '[store(STORE storekey:key#1 | STOREDIST storedistkey:key#2)]';
const UNIT = 'unit(M | KM | FT | MI)';
const SHAPE_OPTIONS =
  `from(FROMMEMBER member | FROMLONLAT fromlonlat{longitude:double latitude:double}) ` +
  `by(circle{BYRADIUS radius:double ${UNIT}} | box{BYBOX width:double height:double ${UNIT}}) ` +
  `[order(ASC | DESC)] [count-block{COUNT count:integer [ANY]}]`;
const COMPLEXITY = 'O(N+log(M)) for N members in and around the shape, M of them in it';
const ANY_ADDED = ['6.2.0', 'Takes `ANY` with `COUNT`.'] as const;
const UPPERCASE_UNITS = ['7.0.0', 'Units may be in capitals.'] as const;

const HISTORY = [ANY_ADDED, UPPERCASE_UNITS];

const radiusCommands = (variant: Variant, name: string, since: string, centre: string, summary: string): Command[] => {
  const readOnly: Variant = { ...variant, stores: 'never' };
  const syntax = `key:key ${centre} radius:double ${UNIT} ${RADIUS_OPTIONS}`;
  const facts = { group: 'geo', complexity: COMPLEXITY, deprecatedSince: '6.2.0', history: HISTORY } as const;
  const byMember = variant.from === 'member' ? ' and the `FROMMEMBER` argument' : '';
  return [
    command({
      ...facts,
      name,
      since: '3.2.0',
      summary: `${summary}, or stores them.`,
      syntax: `${syntax} ${RADIUS_STORE}`,
      keys: `RO access 1 ; OW update incomplete STORE@${variant.options} ; OW update incomplete STOREDIST@${variant.options}`,
      flags: 'write denyoom movablekeys',
      replacedBy: `\`GEOSEARCH\` and \`GEOSEARCHSTORE\` with the \`BYRADIUS\` argument${byMember}`,
      extraShards: (ctx) => storeShards(ctx, variant.options),
      run: (ctx) => search(ctx, variant),
    }),
    command({
      ...facts,
      name: `${name}_RO`,
      since,
      summary: `${summary}.`,
      syntax,
      keys: 'RO access 1',
      flags: 'readonly',
      replacedBy: `\`GEOSEARCH\` with the \`BYRADIUS\` argument${byMember}`,
      run: (ctx) => search(ctx, readOnly),
    }),
  ];
};

export const geoSearchCommands = [
  ...radiusCommands(
    RADIUS,
    'GEORADIUS',
    '3.2.10',
    'longitude:double latitude:double',
    'Returns the members within a circle around a place',
  ),
  ...radiusCommands(
    RADIUS_BY_MEMBER,
    'GEORADIUSBYMEMBER',
    '3.2.10',
    'member',
    'Returns the members within a circle around one of them',
  ),
  command({
    name: 'GEOSEARCH',
    since: '6.2.0',
    group: 'geo',
    complexity: COMPLEXITY,
    summary: 'Returns the members within a circle or a box.',
    syntax: `key:key ${SHAPE_OPTIONS} [WITHCOORD] [WITHDIST] [WITHHASH]`,
    keys: 'RO access 1',
    flags: 'readonly',
    history: [UPPERCASE_UNITS],
    run: (ctx) => search(ctx, SEARCH),
  }),
  command({
    name: 'GEOSEARCHSTORE',
    since: '6.2.0',
    group: 'geo',
    complexity: COMPLEXITY,
    summary: 'Stores the members within a circle or a box in a sorted set.',
    syntax: `destination:key source:key#1 ${SHAPE_OPTIONS} [STOREDIST]`,
    keys: 'OW update 1 ; RO access 2',
    flags: 'write denyoom',
    history: [UPPERCASE_UNITS],
    run: (ctx) => search(ctx, SEARCH_STORE),
  }),
];
