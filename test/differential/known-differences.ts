/**
 * Where Mayfly answers otherwise than some redis-server and is right to: each with its reason. The table in
 * docs/compatibility.md is made of this list (`npm run differential -- --write-docs`).
 */
import { type Command, isAggregate, isError, type Reply } from '../support/resp.ts';
import { compareReplies, type LeafPair, ruleName } from './compare.ts';

export interface ReplyPair {
  readonly command: Command;
  readonly name: string;
  readonly subject: Reply;
  readonly oracle: Reply;
  /** What differs; undefined when the shapes do. */
  readonly leaves: readonly LeafPair[] | undefined;
}

export interface KnownDifference {
  readonly id: string;
  /** The version from which Redis does as Mayfly does; none if no Redis does. */
  readonly until?: string;
  readonly commands: string;
  /** What differs, and why Mayfly's is right: goes into docs/compatibility.md. */
  readonly what: string;
  readonly reason: string;
  covers(pair: ReplyPair): boolean;
}

const text = (reply: Reply) => (isAggregate(reply) ? '' : reply.text);

/** 7.0 prints coordinates with 17 digits after the point, which cuts small ones short. */
const COORDINATE_ERROR = 1e-15;

function isSameCoordinate({ subject, oracle }: LeafPair): boolean {
  return subject.kind === oracle.kind && Math.abs(Number(text(subject)) - Number(text(oracle))) < COORDINATE_ERROR;
}

function isSameDouble({ subject, oracle }: LeafPair): boolean {
  if (subject.kind !== oracle.kind || (subject.kind !== '$' && subject.kind !== ',')) return false;
  const [left, right] = [text(subject), text(oracle)];
  return left !== '' && right !== '' && Number(left) === Number(right);
}

/** Fields of XINFO's replies that came after 7.0, without which the rest must be the same. */
const newFields = new Set([
  'inactive',
  'active-time',
  'nacked-count',
  'idmp-duration',
  'idmp-maxsize',
  'pids-tracked',
  'iids-tracked',
  'iids-added',
  'iids-duplicates',
]);

function withoutNewFields(reply: Reply): Reply {
  if (!isAggregate(reply)) return reply;
  const items: Reply[] = [];
  for (let i = 0; i < reply.items.length; i++) {
    if (newFields.has(text(reply.items[i]))) i++;
    else items.push(withoutNewFields(reply.items[i]));
  }
  return { kind: reply.kind, items };
}

/** Whether the word that tells how many keys follow tells no such thing. */
function hasBadNumkeys([name, ...words]: Command): boolean {
  const at = /^(Z(UNION|INTER|DIFF)STORE|BZMPOP|BLMPOP|EVAL.*)$/i.test(name) ? 1 : 0;
  const takesNumkeys = at === 1 || /^(Z(UNION|INTER|DIFF|INTERCARD|MPOP)|SINTERCARD|LMPOP)$/i.test(name);
  const numkeys = words[at] ?? '';
  return takesNumkeys && !(/^[1-9]\d*$/.test(numkeys) && Number(numkeys) <= words.length - at - 1);
}

/** The entries of each stream in a reply of XREAD: key and entries, side by side in RESP3, in pairs in RESP2. */
function streamsOf(reply: Reply): Reply[] {
  if (!isAggregate(reply)) return [];
  const flat = reply.kind === '%' ? reply.items : reply.items.flatMap((pair) => (isAggregate(pair) ? pair.items : []));
  return flat.filter((_, i) => i % 2 === 1);
}

const isEmpty = (reply: Reply) => isAggregate(reply) && reply.items.length === 0;

/** The same elements, and the same order of what C takes them for. */
function isSameUpToNul(subject: Reply, oracle: Reply): boolean {
  if (!isAggregate(subject) || !isAggregate(oracle)) return false;
  const [left, right] = [subject.items.map(text), oracle.items.map(text)];
  const upToNul = (texts: readonly string[]) => texts.map((each) => each.split('\0')[0]);
  const same = (a: readonly string[], b: readonly string[]) => JSON.stringify(a) === JSON.stringify(b);
  return same(upToNul(left), upToNul(right)) && same(left.sort(), right.sort());
}

const REGISTERS = 16_384;

/** Whether this is a sparse HyperLogLog whose runs don't come to all its registers. */
function isDamagedSketch(sketch: string): boolean {
  if (!sketch.startsWith('HYLL\x01')) return false;
  let registers = 0;
  for (let at = 16; at < sketch.length; at++) {
    const run = sketch.charCodeAt(at);
    if (run >= 0x80) registers += (run & 3) + 1;
    else if (run < 0x40) registers += run + 1;
    else registers += (((run & 0x3f) << 8) | sketch.charCodeAt(++at)) + 1;
  }
  return registers !== REGISTERS;
}

const NOT_NUMBERS = "ERR One or more scores can't be converted into double";

const isArityError = (reply: Reply) => text(reply).startsWith('ERR wrong number of arguments for ');

const doubleCommands = /^(Z|BZ)|^GEO|^(HINCRBYFLOAT|INCRBYFLOAT|EXEC|EVAL|SORT)/;

export const knownDifferences: readonly KnownDifference[] = [
  {
    id: 'shortest-doubles',
    until: '7.2',
    commands: 'every reply with a score or a coordinate',
    what: '`0.1` where 7.0 prints `0.10000000000000001`',
    reason: 'From 7.2 Redis prints the shortest digits that read back as the same double; 7.0 prints 17 digits.',
    covers: ({ name, leaves }) => doubleCommands.test(name) && leaves?.every(isSameDouble) === true,
  },
  {
    id: 'coordinates',
    until: '7.2',
    commands: 'GEOPOS, GEOSEARCH, GEORADIUS, GEORADIUSBYMEMBER',
    what: '`2.682209014892578e-6` where 7.0 prints `0.00000268220901489`',
    reason:
      'As with scores: 7.0 prints 17 digits after the point, Redis from 7.2 on the shortest that read back the same.',
    covers: ({ name, leaves }) => name.startsWith('GEO') && leaves?.every(isSameCoordinate) === true,
  },
  {
    id: 'listpack-lists-and-sets',
    until: '7.2',
    commands: 'OBJECT ENCODING',
    what: 'a small list is a `listpack`, a small set of words is a `listpack`',
    reason: 'Redis 7.2 brought both; 7.0 has `quicklist` and `hashtable` there.',
    covers: ({ name, subject, oracle }) =>
      name === 'OBJECT ENCODING' &&
      text(subject) === 'listpack' &&
      (text(oracle) === 'quicklist' || text(oracle) === 'hashtable'),
  },
  {
    id: 'strings-beside-keys',
    until: '8.2',
    commands: 'OBJECT ENCODING',
    what: 'a string is `embstr` if it and its key have 41 bytes at most, 33 if the key has a deadline',
    reason:
      'Redis 8.2 keeps strings with their keys, if they fit a cache line; in 7.0 a string of 44 bytes is `embstr`.',
    covers: ({ name, subject, oracle }) =>
      name === 'OBJECT ENCODING' && text(subject) === 'raw' && text(oracle) === 'embstr',
  },
  {
    id: 'radix-tree-sizes',
    commands: 'XINFO STREAM',
    what: '`radix-tree-keys` and `radix-tree-nodes` are other numbers',
    reason: 'They tell of how Redis lays a stream out in memory; Mayfly lays it out otherwise.',
    covers: ({ name, leaves }) =>
      name === 'XINFO STREAM' && leaves !== undefined && leaves.every(({ field }) => field.startsWith('radix-tree-')),
  },
  {
    id: 'array-averages',
    commands: 'ARINFO',
    what: 'with `FULL`, `avg-dense-size`, `avg-dense-fill` and `avg-sparse-size` may be other numbers',
    reason:
      'They tell of how an array lies in memory: Redis keeps room after deletions, and Mayfly has pages of 64 places.',
    covers: ({ name, leaves }) =>
      name === 'ARINFO' && leaves !== undefined && leaves.every(({ field }) => field.startsWith('avg-')),
  },
  {
    id: 'deadlines-that-are-gone',
    commands: 'OBJECT ENCODING',
    what: 'a small hash is a `listpack` after RESTORE if no field has a deadline left, and after `HGETEX … PERSIST` if none had one',
    reason:
      'Redis says `listpackex`: it makes room for deadlines first. Older versions of Redis can read a `listpack`.',
    covers: ({ name, subject, oracle }) =>
      name === 'OBJECT ENCODING' && text(subject) === 'listpack' && text(oracle) === 'listpackex',
  },
  {
    id: 'getkeys-of-one-word',
    until: '7.2',
    commands: 'COMMAND GETKEYS, COMMAND GETKEYSANDFLAGS',
    what: 'a command of one word may be asked about, and the error tells about that command',
    reason: 'Redis 7.2 takes two arguments where 7.0 wanted three.',
    covers: ({ name, subject, oracle }) =>
      name.startsWith('COMMAND GETKEYS') && isArityError(oracle) && isError(subject) && !isArityError(subject),
  },
  {
    id: 'getkeys-of-malformed-counts',
    commands: 'COMMAND GETKEYS, COMMAND GETKEYSANDFLAGS',
    what: 'a number of keys such as `1e5` or ` 1` is an error',
    reason: 'Redis reads that number by `atoi` there and finds one key; the command itself would refuse it.',
    covers: ({ name, subject, oracle }) =>
      name.startsWith('COMMAND GETKEYS') &&
      text(subject) === 'ERR Invalid arguments specified for command' &&
      !isError(oracle),
  },
  {
    id: 'getkeys-of-bad-numkeys',
    commands: 'COMMAND GETKEYS, COMMAND GETKEYSANDFLAGS',
    what: 'a number of keys that is none, or too large, is refused as the command itself would refuse it',
    reason: 'Redis reads it by `atoi` there: `1e400` is 1, `+1` is 1, `abc` is 0.',
    covers: ({ name, command }) => name.startsWith('COMMAND GETKEYS') && hasBadNumkeys(command.slice(2)),
  },
  {
    id: 'getkeys-of-pfmerge',
    until: '8.8',
    commands: 'COMMAND GETKEYS, COMMAND GETKEYSANDFLAGS',
    what: '`PFMERGE` without sources has one key',
    reason: 'Redis 8.8 says so; 7.0 calls it an error, since no key can be found where the sources would stand.',
    covers: ({ name, command, oracle }) =>
      name.startsWith('COMMAND GETKEYS') &&
      command[2]?.toLowerCase() === 'pfmerge' &&
      command.length === 4 &&
      isError(oracle),
  },
  {
    id: 'unknown-without-arguments',
    until: '8.6',
    commands: 'a command that there is none of, sent without arguments',
    what: 'the error does not tell what its arguments begin with',
    reason: 'Redis 8.6 tells of arguments only where there are any.',
    covers: ({ subject, oracle }) =>
      text(subject).startsWith('ERR unknown command ') &&
      text(oracle) === `${text(subject)}, with args beginning with: `,
  },
  {
    id: 'least-count',
    until: '7.2',
    commands: 'LREM, LPOS',
    what: 'a count or rank of -2^63 is out of range',
    reason: 'From 7.2 Redis refuses the one count whose negation is no 64-bit integer.',
    covers: ({ name, command, subject }) =>
      (name === 'LREM' || name === 'LPOS') &&
      command.includes('-9223372036854775808') &&
      text(subject).startsWith('ERR value is out of range, value must between'),
  },
  {
    id: 'cursor-forms',
    until: '7.2',
    commands: 'SCAN, SSCAN, HSCAN, ZSCAN',
    what: 'as a cursor, an empty string is invalid and a leading blank is not',
    reason: 'Redis 7.2 reads cursors by another function than 7.0.',
    covers: ({ name, command, subject, oracle }) =>
      name.endsWith('SCAN') &&
      command.slice(1, 3).some((word) => /^([ \0]|$)/.test(word)) &&
      [subject, oracle].some((reply) => text(reply) === 'ERR invalid cursor'),
  },
  {
    id: 'bit-arguments-first',
    until: '7.2',
    commands: 'BITCOUNT, BITPOS',
    what: 'wrong arguments are an error also where there is no key, or one of another type',
    reason: 'Redis 7.2 looks at the arguments before it looks the key up.',
    covers: ({ name, subject, oracle }) =>
      (name === 'BITCOUNT' || name === 'BITPOS') &&
      isError(subject) &&
      (oracle.kind === ':' || text(oracle).startsWith('WRONGTYPE ')),
  },
  {
    id: 'infinite-timeout',
    until: '7.2',
    commands: 'commands that block',
    what: 'a timeout of `inf` is `out of range`, where 7.0 calls it `negative`',
    reason: '7.0 converts it to an integer before it looks at it.',
    covers: ({ subject, oracle }) =>
      text(subject) === 'ERR timeout is out of range' && text(oracle) === 'ERR timeout is negative',
  },
  {
    id: 'sort-keeps-encoding',
    commands: 'SORT, SORT_RO',
    what: 'a sorted set is a `listpack` after it as before',
    reason: 'Redis turns a small sorted set into a `skiplist` to read it in order. Nothing but OBJECT ENCODING tells.',
    covers: ({ name, subject, oracle }) =>
      name === 'OBJECT ENCODING' && text(subject) === 'listpack' && text(oracle) === 'skiplist',
  },
  {
    id: 'sort-nul',
    commands: 'SORT, SORT_RO',
    what: 'with `ALPHA`, elements that are alike up to a NUL come in the order of their bytes',
    reason: 'Redis compares them as C strings, and leaves the order of equal ones to chance.',
    covers: ({ name, subject, oracle }) => (name === 'SORT' || name === 'SORT_RO') && isSameUpToNul(subject, oracle),
  },
  {
    id: 'sort-after-overflow',
    until: '8.8',
    commands: 'SORT, SORT_RO',
    what: 'sorts also right after a command that was sent a number beyond all doubles',
    reason: '7.0 takes what the C library noted of that number for a fault of its own elements.',
    covers: ({ name, subject, oracle }) =>
      (name === 'SORT' || name === 'SORT_RO') && text(oracle) === NOT_NUMBERS && !isError(subject),
  },
  {
    id: 'sort-numbers',
    until: '8.8',
    commands: 'SORT, SORT_RO',
    what: 'an element that is empty, begins with a blank or has a NUL is no number',
    reason: 'Redis 8 reads the numbers of SORT as it reads scores; 7.0 reads them as C strings.',
    covers: ({ name, subject, oracle }) =>
      (name === 'SORT' || name === 'SORT_RO') && text(subject) === NOT_NUMBERS && !isError(oracle),
  },
  {
    id: 'new-fields',
    until: '8.8',
    commands: 'XINFO STREAM, XINFO CONSUMERS',
    what: 'more fields: `inactive`, `active-time`, `idmp-duration` and others of its kind',
    reason: 'Redis 7.2, 8.6 and 8.8 added them.',
    covers: ({ name, command, subject, oracle }) =>
      name.startsWith('XINFO ') &&
      compareReplies(command, withoutNewFields(subject), oracle)?.every(({ field }) =>
        field.startsWith('radix-tree-'),
      ) === true,
  },
  {
    id: 'last-entry-id',
    until: '7.4',
    commands: 'XREAD',
    what: '`+` reads the last entry',
    reason: 'Redis 7.4 added it; 7.0 calls it an invalid ID.',
    covers: ({ name, command, oracle }) =>
      name === 'XREAD' && command.includes('+') && text(oracle).startsWith('ERR Invalid stream ID '),
  },
  {
    id: 'unbalanced-streams',
    until: '7.4',
    commands: 'XREAD, XREADGROUP',
    what: 'the error for keys without IDs names the command and the IDs it takes',
    reason: 'Redis 7.4 says so.',
    covers: ({ subject, oracle }) => [subject, oracle].every((reply) => text(reply).startsWith('ERR Unbalanced ')),
  },
  {
    id: 'nothing-left-to-read',
    until: '7.2',
    commands: 'XREAD, XREADGROUP',
    what: 'a client that waits for an entry which XADD trims away at once goes on waiting',
    reason: 'From 7.2 Redis runs the waiting command again, which finds nothing; 7.0 serves it an empty list.',
    covers: ({ name, oracle }) =>
      /^XREAD(GROUP)?$/.test(name) &&
      isAggregate(oracle) &&
      oracle.items.length > 0 &&
      streamsOf(oracle).every(isEmpty),
  },
  {
    id: 'stream-is-something-else-now',
    until: '7.2',
    commands: 'XREAD',
    what: 'a client that waits for several streams is told WRONGTYPE if one of them is something else when another is served',
    reason: 'From 7.2 Redis runs the waiting command again, which looks at all of its keys; 7.0 serves the one.',
    covers: ({ name, subject, oracle }) =>
      name === 'XREAD' && text(subject).startsWith('WRONGTYPE ') && isAggregate(oracle) && oracle.items.length > 0,
  },
  {
    id: 'group-gone-while-waiting',
    until: '7.2',
    commands: 'XREADGROUP',
    what: 'a client that waits while its group or stream goes is told what one that comes later is told',
    reason: 'From 7.2 Redis runs the waiting command again; 7.0 has an error of its own for that moment.',
    covers: ({ name, subject, oracle }) =>
      name === 'XREADGROUP' &&
      /^(NOGROUP No such key|WRONGTYPE) /.test(text(subject)) &&
      /^(NOGROUP the consumer group|UNBLOCKED the stream key) /.test(text(oracle)),
  },
  {
    id: 'group-lag',
    until: '8.2',
    commands: 'XINFO GROUPS, XINFO STREAM',
    what: '`lag` is known after trimming too, and `entries-read` is at most what was ever added',
    reason: 'Redis 7.4 reckons the lag anew, 8.2 caps what XGROUP is told was read; 7.0 answers with negative lags.',
    covers: ({ name, command, subject, oracle }) =>
      (name === 'XINFO GROUPS' || name === 'XINFO STREAM') &&
      compareReplies(command, withoutNewFields(subject), oracle)?.every(({ field }) =>
        /^(lag|entries-read|radix-tree-.*)$/.test(field),
      ) === true,
  },
  {
    id: 'damaged-sketches',
    commands: 'PFADD',
    what: 'adding to a damaged HyperLogLog fails and leaves it as it was',
    reason: 'Redis adds element by element until it comes to the damage, and keeps what it has added when it fails.',
    covers: ({ name, subject, oracle }) =>
      name === 'GET' && isDamagedSketch(text(subject)) && isDamagedSketch(text(oracle)),
  },
  {
    id: 'xadd-after-last-sequence',
    until: '7.2',
    commands: 'XADD',
    what: 'where there is no sequence left in a millisecond, the ID is too small',
    reason: '7.0 says that the elements are too large: it forgets to note the cause.',
    covers: ({ name, subject, oracle }) =>
      name === 'XADD' &&
      text(oracle) === 'ERR Elements are too large to be stored' &&
      text(subject).startsWith('ERR The ID specified in XADD is equal or smaller'),
  },
];

/** Major and minor of a version as one number. */
function release(version: string): number {
  const [major, minor] = version.split('.').map(Number);
  return major * 1000 + minor;
}

/** Those that a redis-server of this version shows; one that is built from a branch under way says 255.255.255. */
export function differencesFrom(version: string): readonly KnownDifference[] {
  return knownDifferences.filter(({ until }) => until === undefined || release(version) < release(until));
}

/** Whether a reply is right: the same as the oracle's, or different in a way that is known and meant. */
export function verdict(
  command: Command,
  subject: Reply,
  oracle: Reply,
  known: readonly KnownDifference[],
): 'same' | KnownDifference | 'different' {
  const leaves = compareReplies(command, subject, oracle);
  if (leaves?.length === 0) return 'same';
  const pair = { command, name: ruleName(command), subject, oracle, leaves };
  return known.find((difference) => difference.covers(pair)) ?? 'different';
}

/** A short text that is the same for two differences of the same cause, most of the time. */
export function causeOf(command: Command, subject: Reply, oracle: Reply): string {
  const shape = (reply: Reply) => {
    if (isError(reply))
      return text(reply)
        .replace(/'[^']*'/g, "'…'")
        .replace(/\d+/g, '0')
        .slice(0, 60);
    return reply.kind;
  };
  return `${ruleName(command)} ${shape(subject)} / ${shape(oracle)}`;
}
