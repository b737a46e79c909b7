/**
 * When two replies count as the same: byte for byte, but for orders and moments that Redis leaves open.
 */
import { type Command, isAggregate, type Reply } from '../support/resp.ts';

/** Replies whose items come in no particular order. */
const unorderedItems = new Set([
  'SMEMBERS',
  'SUNION',
  'SDIFF',
  'SINTER',
  'HKEYS',
  'HVALS',
  'KEYS',
  'PUBSUB CHANNELS',
  'PUBSUB SHARDCHANNELS',
  // Without ASC or DESC in the order found; with it, equal distances in any.
  'GEORADIUS',
  'GEORADIUS_RO',
  'GEORADIUSBYMEMBER',
  'GEORADIUSBYMEMBER_RO',
  'GEOSEARCH',
]);

/** Flat lists of pairs in no particular order. */
const unorderedPairs = new Set(['HGETALL']);

/** Integer replies that hang on the moment: by how much two servers may be apart. */
const momentTolerance = new Map([
  ['TTL', 2],
  ['PTTL', 3_000],
  ['EXPIRETIME', 2],
  ['PEXPIRETIME', 3_000],
  ['HTTL', 2],
  ['HPTTL', 3_000],
  ['HEXPIRETIME', 2],
  ['HPEXPIRETIME', 3_000],
  // Redis shares the objects of small integers, and with them their last access.
  ['OBJECT IDLETIME', Number.POSITIVE_INFINITY],
]);

/** Fields of XINFO and XPENDING that tell of moments. */
const momentFields = new Set(['idle', 'inactive', 'seen-time', 'active-time']);
const MOMENT_TOLERANCE_MS = 10_000;
/** A later Unix time in milliseconds than this (2001) is a moment wherever a stream's reply has an integer. */
const RECENT_MS = 1e12;

const containers = new Set(['OBJECT', 'PUBSUB', 'XINFO', 'XGROUP', 'SCRIPT', 'COMMAND', 'MEMORY', 'CLIENT', 'CONFIG']);

/** The name by which rules go: upper case, with the subcommand of a container. */
export function ruleName(command: Command): string {
  const name = (command[0] ?? '').toUpperCase();
  return containers.has(name) && command.length > 1 ? `${name} ${command[1].toUpperCase()}` : name;
}

/** A text that orders replies, whatever they hold. */
function sortKey(reply: Reply): string {
  return isAggregate(reply) ? reply.kind + reply.items.map(sortKey).join('\x01') : reply.kind + reply.text;
}

const bySortKey = (a: Reply, b: Reply) => {
  const [left, right] = [sortKey(a), sortKey(b)];
  return left < right ? -1 : left > right ? 1 : 0;
};

/** The pairs in the order of their keys: a stream read twice is there twice, in the order read. */
function sortPairs(items: readonly Reply[]): Reply[] {
  const pairs: Reply[][] = [];
  for (let i = 0; i + 1 < items.length; i += 2) pairs.push([items[i], items[i + 1]]);
  return pairs.sort(([left], [right]) => bySortKey(left, right)).map((pair) => ({ kind: '*', items: pair }));
}

/** SORT leaves open how it orders equals, and with a BY that names no key it doesn't sort at all. */
function isUnordered(command: Command, name: string): boolean {
  if (unorderedItems.has(name)) return true;
  return (name === 'SORT' || name === 'SORT_RO') && command.some((word) => word.toUpperCase() === 'BY');
}

/** The reply with everything unordered put in one order. */
function canonical(reply: Reply, name: string, areItemsUnordered: boolean): Reply {
  if (!isAggregate(reply)) return reply;
  if (reply.kind === '%') {
    const items = reply.items.map((item) => canonical(item, '', false));
    return { kind: '%', items: sortPairs(items) };
  }
  if (unorderedPairs.has(name) && reply.items.length % 2 === 0)
    return { kind: reply.kind, items: sortPairs(reply.items) };
  const items = reply.items.map((item) => canonical(item, '', false));
  return { kind: reply.kind, items: reply.kind === '~' || areItemsUnordered ? items.sort(bySortKey) : items };
}

export interface LeafPair {
  readonly subject: Reply;
  readonly oracle: Reply;
  /** The text of the item before it: a field's name in a flat map. */
  readonly field: string;
  readonly index: number;
}

/** The leaves in which two replies differ, or undefined where their shapes do. */
export function differingLeaves(subject: Reply, oracle: Reply, field = '', index = 0): LeafPair[] | undefined {
  if (!isAggregate(subject) || !isAggregate(oracle)) {
    if (isAggregate(subject) || isAggregate(oracle)) return undefined;
    const isSame = subject.kind === oracle.kind && subject.text === oracle.text;
    return isSame ? [] : [{ subject, oracle, field, index }];
  }
  if (subject.kind !== oracle.kind || subject.items.length !== oracle.items.length) return undefined;
  const found: LeafPair[] = [];
  let before = '';
  for (let i = 0; i < subject.items.length; i++) {
    const item = oracle.items[i];
    const inside = differingLeaves(subject.items[i], item, before, i);
    if (inside === undefined) return undefined;
    found.push(...inside);
    before = isAggregate(item) ? '' : item.text;
  }
  return found;
}

function isSameMoment({ subject, oracle, field, index }: LeafPair, name: string): boolean {
  if (subject.kind !== ':' || oracle.kind !== ':' || isAggregate(subject) || isAggregate(oracle)) return false;
  const [left, right] = [Number(subject.text), Number(oracle.text)];
  const tolerance = momentTolerance.get(name);
  if (tolerance !== undefined) return left >= 0 && right >= 0 && Math.abs(left - right) <= tolerance;
  const isStream = name.startsWith('XINFO') || name === 'XPENDING' || name === 'XREADGROUP';
  if (!isStream || Math.abs(left - right) > MOMENT_TOLERANCE_MS) return false;
  if (momentFields.has(field) || (left > RECENT_MS && right > RECENT_MS)) return true;
  // How long an entry has been idle stands behind its ID and its owner or, where it is claimed, its fields.
  return index === 2 && (name === 'XPENDING' || name === 'XREADGROUP');
}

/**
 * The leaves in which the replies differ, once orders and moments that Redis leaves open are set aside: empty when they
 * are the same, undefined when their shapes differ.
 */
export function compareReplies(command: Command, subject: Reply, oracle: Reply): readonly LeafPair[] | undefined {
  const name = ruleName(command);
  const areUnordered = isUnordered(command, name);
  const leaves = differingLeaves(canonical(subject, name, areUnordered), canonical(oracle, name, areUnordered));
  return leaves?.filter((leaf) => !isSameMoment(leaf, name));
}
