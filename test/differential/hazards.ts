/**
 * Commands that can't be sent to two servers and compared: whose outcome hangs on the moment or on chance, or that
 * would take gigabytes or minutes. The generator throws such a command away and makes another.
 */
import type { Command } from '../support/resp.ts';
import { ruleName } from './compare.ts';
import { whyExcluded } from './exclusions.ts';
import { isLexical, LEXICAL_KEY, SHORT_WAIT_MS, SHORT_WAIT_SECONDS } from './values.ts';

/** A deadline nearer than this might pass between the two servers' handling of it, or within the run. */
const NEAR_MS = 600_000;
/** The least limit on entries that an episode sets. */
export const SMALL_LIMIT_ENTRIES = 3;
const BITS_MAX = 20_000;
const BYTES_MAX = 3_000;
const COUNT_MAX = 1e8;

const lower = (text: string | undefined) => (text ?? '').toLowerCase();

/** A number as a careless parser reads it: NaN for what no server takes for a number. */
const asNumber = (text: string | undefined) => (text === undefined || text.trim() === '' ? Number.NaN : Number(text));

/** Whether a deadline so many units from now, positive, lies near. */
function isNear(text: string | undefined, unitMs: number): boolean {
  const distanceMs = asNumber(text) * unitMs;
  return distanceMs > 0 && distanceMs < NEAR_MS;
}

function isNearInstant(text: string | undefined, unitMs: number, nowMs: number): boolean {
  return Math.abs(asNumber(text) * unitMs - nowMs) < NEAR_MS;
}

function deadlineIsNear(command: Command, nowMs: number): boolean {
  switch (lower(command[0])) {
    case 'expire':
    case 'setex':
      return isNear(command[2], 1000);
    case 'pexpire':
    case 'psetex':
      return isNear(command[2], 1);
    case 'expireat':
      return isNearInstant(command[2], 1000, nowMs);
    case 'pexpireat':
      return isNearInstant(command[2], 1, nowMs);
    case 'restore':
      return isNear(command[2], 1) || isNearInstant(command[2], 1, nowMs);
    case 'set':
    case 'msetex':
    case 'increx':
    case 'getex':
      return command.some((word, i) => {
        const next = command[i + 1];
        switch (lower(word)) {
          case 'ex':
            return isNear(next, 1000);
          case 'px':
            return isNear(next, 1);
          // SET of 7.0 and MSETEX with a deadline gone by leave a dead key, which DBSIZE counts and of whose end nobody hears
          // until the sampler comes across it.
          case 'exat':
            return isNearInstant(next, 1000, nowMs) || asNumber(next) * 1000 < nowMs;
          case 'pxat':
            return isNearInstant(next, 1, nowMs) || asNumber(next) < nowMs;
          default:
            return false;
        }
      });
    default:
      return false;
  }
}

function mayWait(command: Command): boolean {
  const isLong = (text: string | undefined) => {
    const wait = text === undefined ? Number.NaN : Number(text);
    return text !== SHORT_WAIT_SECONDS && wait >= 0;
  };
  const isLongMs = (text: string | undefined) => text !== SHORT_WAIT_MS && Number(text) >= 0;
  switch (lower(command[0])) {
    case 'blpop':
    case 'brpop':
    case 'bzpopmin':
    case 'bzpopmax':
    case 'brpoplpush':
    case 'blmove':
      return isLong(command.at(-1));
    case 'blmovem':
      return isLong(command[5]);
    case 'blmpop':
    case 'bzmpop':
      return isLong(command[1]);
    case 'wait':
      return isLongMs(command[2]);
    case 'waitaof':
      return isLongMs(command[3]);
    case 'xread':
    case 'xreadgroup':
      return command.some((word, i) => lower(word) === 'block' && isLongMs(command[i + 1]));
    default:
      return false;
  }
}

function isHuge(command: Command): boolean {
  const between = (text: string, low: number, high: number) => {
    const value = Math.abs(asNumber(text.replace(/^#/, '')));
    return value > low && value <= high;
  };
  switch (lower(command[0])) {
    case 'setbit':
    case 'bitfield':
      return command.slice(2).some((word) => between(word, word.startsWith('#') ? BITS_MAX / 64 : BITS_MAX, 2 ** 33));
    case 'setrange':
      return command.slice(2, 3).some((word) => between(word, BYTES_MAX, 2 ** 30));
    case 'xautoclaim':
      // Redis makes room for as many before it looks, as far as the machine's memory goes.
      return command.some((word, i) => lower(word) === 'count' && asNumber(command[i + 1]) > COUNT_MAX);
    case 'srandmember':
    case 'hrandfield':
    case 'zrandmember':
      return asNumber(command[2]) < -1000;
    default:
      return false;
  }
}

/** Ties are left in whatever order the sort or the table yields: which of them LIMIT or STORE keeps is unsaid. */
function dependsOnUnstableOrder(command: Command): boolean {
  const words = command.map(lower);
  switch (words[0]) {
    case 'sort':
    case 'sort_ro':
      return words.includes('by') && (words.includes('limit') || words.includes('store'));
    case 'georadius':
    case 'georadius_ro':
    case 'georadiusbymember':
    case 'georadiusbymember_ro':
    case 'geosearch':
    case 'geosearchstore':
      // A stored distance is a score with all its digits, and the last one hangs on the sine of the C library.
      return words.includes('any') || words.includes('storedist');
    case 'xadd':
      return command.includes('*');
    default:
      return false;
  }
}

/** Lexical commands on a set with several scores, and what would give the lexical set several scores. */
function breaksLexicalOrder(command: Command): boolean {
  if (isLexical(command)) return command[lower(command[0]) === 'zrangestore' ? 2 : 1] !== LEXICAL_KEY;
  if (!command.includes(LEXICAL_KEY) || lower(command[0]) === 'zrem') return false;
  const scores = command.slice(2).filter((_, i) => i % 2 === 0);
  return lower(command[0]) !== 'zadd' || scores.some((score) => score !== '0');
}

/**
 * From 7.2 Redis chooses an encoding by how many members a command names, 7.0 by how many there are then: named twice,
 * they make the same collection in two encodings, where the limit on entries lies between.
 */
function namesMoreThanItAdds(command: Command): boolean {
  const membersOf = () => {
    switch (lower(command[0])) {
      case 'sadd':
        return command.slice(2);
      case 'hset':
      case 'hmset':
        return command.slice(2).filter((_, i) => i % 2 === 0);
      case 'zadd':
      case 'geoadd':
        return command
          .slice(2)
          .reverse()
          .filter((_, i) => i % (lower(command[0]) === 'zadd' ? 2 : 3) === 0);
      default:
        return [];
    }
  };
  const members = membersOf();
  // XX adds none of those named.
  const countsUnadded = new Set(members).size < members.length || command.some((word) => lower(word) === 'xx');
  return members.length > SMALL_LIMIT_ENTRIES && countsUnadded;
}

/** ZRANK takes WITHSCORE from 7.2 on: 7.0 refuses the fourth word of whatever kind, also where it is only queued. */
function hasNewArity(command: Command): boolean {
  const words = command.map(lower);
  const at = words.findIndex((word) => word === 'zrank' || word === 'zrevrank');
  return at >= 0 && words.length - at > 3;
}

/** LREM by -2^63 is refused from 7.2 on, where 7.0 removes elements: what comes after would differ. */
const isLeastLrem = (command: Command) => lower(command[0]) === 'lrem' && command[2] === '-9223372036854775808';

/** SORT reads fewer texts as numbers in Redis 8 than in 7.0: what 7.0 alone stores would differ from then on. */
function storesByNumber([name, ...words]: Command): boolean {
  const has = (option: string) => words.some((word) => lower(word) === option);
  return lower(name) === 'sort' && has('store') && !has('alpha');
}

/** Redis 8 replies twice to SET with a digest that is none and GET, and is out of step from then on. */
function isAnsweredTwice([name, ...words]: Command): boolean {
  const at = words.findIndex((word) => /^ifd(eq|ne)$/i.test(word));
  return (
    lower(name) === 'set' &&
    at >= 0 &&
    !/^[\da-f]{16}$/i.test(words[at + 1] ?? '') &&
    words.some((word) => lower(word) === 'get')
  );
}

/** A message with an ID of long ago: Mayfly forgets it when its time is over, Redis when it comes around to it. */
const isLongForgotten = (command: Command, nowMs: number) =>
  lower(command[0]) === 'xidmprecord' && Number.parseInt(command[4], 10) < nowMs;

/** COMMAND GETKEYS is excluded from the stream on its own, but made around commands of the stream. */
const isWrapped = (command: Command) => ruleName(command) === 'COMMAND GETKEYS';

/** Why a command must not be sent, or undefined. */
export function hazardOf(command: Command, nowMs: number): string | undefined {
  // Words that changed places, or were left out while shrinking, may make another command than was meant.
  const excluded = whyExcluded(ruleName(command));
  if (excluded !== undefined && !isWrapped(command)) return excluded;
  if (deadlineIsNear(command, nowMs)) return 'a deadline that may pass at any moment';
  if (mayWait(command)) return 'may block for long';
  if (isHuge(command)) return 'takes too much memory or too long a reply';
  if (dependsOnUnstableOrder(command)) return 'the outcome hangs on an order Redis leaves open';
  if (breaksLexicalOrder(command)) return 'lexical order among different scores is unspecified';
  if (namesMoreThanItAdds(command)) return 'its encoding differs by version';
  if (isLongForgotten(command, nowMs)) return 'is forgotten at once by Mayfly, within a moment by Redis';
  if (isAnsweredTwice(command)) return 'gets two replies from Redis 8';
  if (storesByNumber(command)) return 'may be an error in Redis 8 only';
  if (isLeastLrem(command)) return 'removes elements in 7.0 only';
  if (hasNewArity(command)) return 'takes another number of words in Redis 8: shown by examples';
  return undefined;
}
