/**
 * Values that mean something: keys of a small key space, and for every argument's name and type a value that leads a
 * command into an interesting state more often than into an error.
 */

import { createHash } from 'node:crypto';
import type { Dice } from './dice.ts';
import type { Argument, CommandSyntax } from './grammar.ts';

/** Keys by what they usually hold. Any command may be sent any key; most get one of their own family. */
export const keyFamilies = {
  string: ['s1', 's2', 'n1'],
  bitmap: ['b1', 's1'],
  hyperloglog: ['p1', 'p2'],
  list: ['l1', 'l2'],
  hash: ['h1', 'h2'],
  set: ['t1', 't2'],
  'sorted-set': ['z1', 'z2'],
  geo: ['g1'],
  stream: ['x1', 'x2'],
  array: ['a1', 'a2'],
} as const satisfies Record<string, readonly string[]>;

/**
 * The one sorted set that lexical commands are sent: all its scores are equal. With other scores the outcome is
 * unspecified, and in Redis hangs on the skiplist's random levels.
 */
export const LEXICAL_KEY = 'zlex';

/** Whether a command is about lexical order. */
export function isLexical(command: readonly string[]): boolean {
  const words = command.map((word) => word.toLowerCase());
  return (
    words[0].endsWith('bylex') || words[0] === 'zlexcount' || (words[0].startsWith('zrange') && words.includes('bylex'))
  );
}

const allKeys: readonly string[] = [...new Set(Object.values(keyFamilies).flat()), 'none', ''];

/** What the generator remembers of an episode, so that values fit what came before. */
export interface Episode {
  /** Streams grow: the lowest ID's first part, and the highest handed out. */
  readonly firstStreamMs: number;
  lastStreamMs: number;
  /** The latest IDs handed out to XADD: named again, they mostly are in a stream, or pending. */
  readonly streamIds: string[];
  /** Members are mostly integers in some episodes, mostly words in others: intsets and listpacks need both. */
  readonly integerShare: number;
  /** Times are relative to this, read once: the same commands come out of a replay. */
  readonly nowMs: number;
}

/** Far enough in the future that no test outlives it, and differing in size. */
const FAR_SECONDS = [10_000, 100_000, 3_000_000_000] as const;

export function keyFor(syntax: CommandSyntax, dice: Dice): string {
  const family = (keyFamilies as Record<string, readonly string[]>)[syntax.group];
  if (family === undefined || dice.chance(0.12)) return dice.pick(allKeys);
  return dice.pick(family);
}

const words = ['a', 'b', 'c', 'd', 'e', 'foo', 'bar', 'hello world', 'Z', 'aa', 'ab'] as const;

export function longText(dice: Dice): string {
  return dice.pick(['x', 'ab', '7']).repeat(dice.pick([45, 64, 65, 200, 1000]));
}

export function binaryText(dice: Dice): string {
  return dice.pick(['\x00', '\r\n', '\xff\x00\x01', 'a\x00b', '\xc3\xa9', ' ', '"q"', "'", '\\', '%s%n', '\x80']);
}

/** An element, a member, a value: mostly from a small pool, so that they meet again. */
export function element(episode: Episode, dice: Dice): string {
  if (dice.chance(episode.integerShare)) {
    return String(
      dice.weighted([
        [12, dice.int(-10, 20)],
        [1, dice.int(30_000, 40_000)],
        [1, dice.int(-(2 ** 40), 2 ** 40)],
      ]),
    );
  }
  return dice.weighted([
    [20, dice.pick(words)],
    [2, `m${dice.int(0, 200)}`],
    [1, dice.pick(['1.5', '-2.25', '3e2', '0.1', '10', '007'])],
    [1, binaryText(dice)],
    [0.5, ''],
    [0.7, longText(dice)],
  ]);
}

/** Numbers that a parser of numbers may get wrong. */
export const oddNumbers: readonly string[] = [
  '0',
  '-0',
  '-1',
  '1',
  '2147483647',
  '2147483648',
  '-2147483649',
  '4294967296',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '-9223372036854775809',
  '18446744073709551616',
  '1e400',
  '-1e400',
  '1e5',
  '1e-400',
  'nan',
  '-nan',
  'inf',
  '-inf',
  '+inf',
  'Infinity',
  '(inf',
  ' 1',
  '1 ',
  '+1',
  '0x10',
  '1.',
  '.5',
  '-.5',
  '1.0',
  '00',
  '01',
  '',
  '-',
  'abc',
  '1a',
  '1\x00',
  '3.0000000000000004',
  '17179869184.125',
];

export function score(dice: Dice): string {
  return dice.weighted([
    [10, String(dice.int(-5, 10))],
    [4, String(dice.int(-20, 20) / 4)],
    [1, dice.pick(['inf', '-inf', '+inf', '1e3', '-1.5e2', '0', '-0', '1e17', '9007199254740993'])],
    [1, dice.pick(['3.14159', '0.1', '1e-7', '123456789.123'])],
  ]);
}

function scoreBound(dice: Dice): string {
  return dice.weighted([
    [4, String(dice.int(-6, 11))],
    [2, `(${dice.int(-6, 11)}`],
    [1, '-inf'],
    [1, '+inf'],
    [0.3, '(inf'],
  ]);
}

function lexBound(episode: Episode, dice: Dice): string {
  return dice.weighted([
    [2, '-'],
    [2, '+'],
    [3, `[${element(episode, dice)}`],
    [3, `(${element(episode, dice)}`],
    [0.3, element(episode, dice)],
  ]);
}

const STREAM_IDS_KEPT = 12;

/** An ID that the stream may hold. */
export function streamId(episode: Episode, dice: Dice): string {
  if (episode.streamIds.length > 0 && dice.chance(0.6)) return dice.pick(episode.streamIds);
  const ms = dice.int(episode.firstStreamMs, episode.lastStreamMs + 1);
  return dice.chance(0.6) ? `${ms}-${dice.int(0, 2)}` : String(ms);
}

/** An ID for XADD: usually above all before. `*` is left to the examples: two servers' clocks differ. */
export function newStreamId(episode: Episode, dice: Dice): string {
  if (dice.chance(0.1)) return streamId(episode, dice);
  episode.lastStreamMs += dice.int(0, 2);
  const id = `${episode.lastStreamMs}-${dice.chance(0.15) ? '*' : dice.int(0, 3)}`;
  if (episode.streamIds.push(id.replace('*', '0')) > STREAM_IDS_KEPT) episode.streamIds.shift();
  return id;
}

function streamBound(episode: Episode, dice: Dice): string {
  return dice.weighted([
    [3, streamId(episode, dice)],
    [1, `(${streamId(episode, dice)}`],
    [2, '-'],
    [2, '+'],
  ]);
}

function seconds(dice: Dice): string {
  return String(
    dice.weighted([
      [8, dice.pick(FAR_SECONDS)],
      [1, 0],
      [1, -1],
      [1, -5],
    ] as const),
  );
}

function milliseconds(dice: Dice): string {
  return String(
    dice.weighted([
      [8, dice.pick(FAR_SECONDS) * 1000 + dice.int(0, 999)],
      [1, 0],
      [1, -1],
    ] as const),
  );
}

/** Seconds that a blocking command may wait: always short, since whole seconds would stop the run. */
export const SHORT_WAIT_SECONDS = '0.01';
export const SHORT_WAIT_MS = '10';

function smallIndex(dice: Dice): string {
  return String(
    dice.weighted([
      [8, dice.int(-6, 8)],
      [1, dice.pick([100, -100, 1000])],
    ]),
  );
}

function smallCount(dice: Dice): string {
  return String(
    dice.weighted([
      [8, dice.int(1, 5)],
      [2, dice.int(-3, 0)],
      [1, dice.pick([100, 10_000])],
    ]),
  );
}

const patterns = ['*', '?1', '[sl]*', 'h*', '*1', '[^s]?', '[a-l]1', '\\*', 'x1', '', '[', 'n*\\', '**1', '[z-a]2'];
const scripts = [
  'return 1',
  'return ARGV[1]',
  'return KEYS[1]',
  "return {1,2.9,'x',true,false,'after a nil'}",
  "return {ok='fine'}",
  "return {err='MINE it failed'}",
  "return redis.error_reply('MINE it failed')",
  "return redis.error_reply('no code')",
  "return redis.status_reply('fine')",
  'return #KEYS .. #ARGV',
  'return tonumber(ARGV[1])',
  'return nosuchglobal',
  'return {{1,{2,{3}}},{}}',
  'this is not lua',
  "return redis.call('GET')",
  "return redis.call('NOSUCH', 'x')",
  "return redis.sha1hex('')",
  'return {map={a=1}, double=1.5}',
  'return cjson.encode({1,2,{a=ARGV[1]}})',
  "redis.call('SET', KEYS[1], 'from a script') return redis.call('GET', KEYS[1])",
];

const sha1 = (script: string) => createHash('sha1').update(script, 'latin1').digest('hex');

/** A value for an argument that takes text, by its name and its command's family. */
function textFor(argument: Argument, syntax: CommandSyntax, episode: Episode, dice: Dice): string {
  const { group, name: command } = syntax;
  switch (argument.name) {
    case 'field':
      return dice.weighted([
        [10, dice.pick(['f1', 'f2', 'f3', 'n'])],
        [2, element(episode, dice)],
      ]);
    case 'id':
    case 'last-id':
    case 'max_deleted_entry_id':
      if (command === 'XADD') return newStreamId(episode, dice);
      if (command === 'XREADGROUP') return dice.chance(0.7) ? '>' : streamId(episode, dice);
      return dice.chance(0.15) ? dice.pick(['$', '0', '0-0', '+', '-']) : streamId(episode, dice);
    case 'group':
    case 'groupname':
      return group === 'stream' ? dice.pick(['cg1', 'cg1', 'cg2']) : element(episode, dice);
    case 'consumer':
    case 'consumername':
      return dice.pick(['alice', 'bob']);
    case 'start':
    case 'stop':
    case 'end':
    case 'min':
    case 'max':
      if (group === 'stream') return streamBound(episode, dice);
      if (command.includes('BYLEX') || command === 'ZLEXCOUNT') return lexBound(episode, dice);
      if (command.includes('BYSCORE') || command === 'ZCOUNT') return scoreBound(dice);
      return dice.weighted([
        [6, smallIndex(dice)],
        [1, scoreBound(dice)],
        [1, lexBound(episode, dice)],
      ]);
    case 'threshold':
      return dice.chance(0.6) ? String(dice.int(0, 12)) : streamId(episode, dice);
    case 'min-idle-time':
      return dice.pick(['0', '0', '0', '10000000']);
    case 'encoding':
      return `${dice.pick(['u', 'i'])}${dice.pick([1, 2, 4, 5, 8, 8, 16, 31, 32, 63, 64, 0])}`;
    case 'operation':
      return dice.pick(['AND', 'OR', 'XOR', 'NOT', 'and']);
    case 'type':
      return dice.pick(['string', 'list', 'set', 'zset', 'hash', 'stream', 'LIST', 'nosuch']);
    case 'script':
      return dice.pick(scripts);
    case 'channel':
    case 'shardchannel':
      return dice.pick(['news', 'sport']);
    case 'clientname':
    case 'connection-name':
      return dice.pick(['me', 'worker-1', 'no spaces', '']);
    case 'serialized-value':
      return element(episode, dice);
    case 'sha1':
      return dice.chance(0.7) ? sha1(dice.pick(scripts)) : dice.pick(['f'.repeat(40), 'short']);
    default:
      if (group === 'hyperloglog' || group === 'geo') return dice.pick(words);
      return element(episode, dice);
  }
}

function integerFor(argument: Argument, syntax: CommandSyntax, episode: Episode, dice: Dice): string {
  const { name: command } = syntax;
  switch (argument.name) {
    case 'seconds':
    case 'ttl':
      return command === 'RESTORE' ? '0' : seconds(dice);
    case 'milliseconds':
      return command.startsWith('X') ? SHORT_WAIT_MS : milliseconds(dice);
    case 'timeout':
      return SHORT_WAIT_MS;
    case 'bit':
      return String(dice.int(0, 1));
    case 'db':
    case 'index1':
    case 'index2':
    case 'destination-db':
      return String(dice.int(0, 2));
    case 'offset':
      if (command === 'SETRANGE') return String(dice.pick([0, 1, 5, 20, 700]));
      if (syntax.group === 'bitmap') return dice.chance(0.2) ? `#${dice.int(0, 9)}` : String(dice.int(0, 130));
      return smallIndex(dice);
    case 'increment':
    case 'decrement':
      return dice.chance(0.9) ? String(dice.int(-50, 200)) : dice.pick(oddNumbers);
    case 'value':
      if (command === 'SETBIT') return String(dice.int(0, 1));
      return dice.chance(0.7) ? String(dice.int(-300, 300)) : element(episode, dice);
    case 'weight':
      return dice.pick(['1', '2', '0', '-1', '0.5', 'inf']);
    case 'count':
    case 'limit':
    case 'num-matches':
    case 'len':
      return smallCount(dice);
    case 'cursor':
      return '0';
    case 'min-idle-time':
    case 'ms':
      return dice.pick(['0', '0', '1000', '10000000']);
    default:
      return smallIndex(dice);
  }
}

function doubleFor(argument: Argument, syntax: CommandSyntax, dice: Dice): string {
  switch (argument.name) {
    case 'longitude':
      return String(dice.int(-1799, 1799) / 10);
    case 'latitude':
      return String(dice.int(-850, 850) / 10);
    case 'radius':
    case 'width':
    case 'height':
      return dice.pick(['0', '1', '200', '5000', '20000', '1e7', '0.5', '-1']);
    case 'min':
    case 'max':
      return scoreBound(dice);
    case 'timeout':
      return SHORT_WAIT_SECONDS;
    default:
      return syntax.group === 'hash' || syntax.group === 'string'
        ? dice.pick(['0.5', '-1.25', '10', '3.0e3', '0.1', '1'])
        : score(dice);
  }
}

/** A usual value for a leaf argument. */
export function valueFor(argument: Argument, syntax: CommandSyntax, episode: Episode, dice: Dice): string {
  switch (argument.type) {
    case 'key':
      return keyFor(syntax, dice);
    case 'integer':
      return integerFor(argument, syntax, episode, dice);
    case 'double':
      return doubleFor(argument, syntax, dice);
    case 'unix-time': {
      const unitMs = argument.name.includes('milliseconds') ? 1 : 1000;
      const atMs = dice.weighted([
        [8, episode.nowMs + dice.pick(FAR_SECONDS) * 1000],
        [1, 1],
        [1, episode.nowMs - 1_000_000],
      ]);
      return String(Math.ceil(atMs / unitMs));
    }
    case 'pattern':
      return dice.pick(patterns);
    default:
      return textFor(argument, syntax, episode, dice);
  }
}
