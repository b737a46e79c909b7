/**
 * A step is the unit the tester sends, compares and, on a difference, leaves out again while shrinking.
 */
import { asCliLine, type Command } from '../support/resp.ts';
import type { Dice } from './dice.ts';
import type { CommandGenerator } from './generate.ts';
import { keyFamilies } from './values.ts';

export type Step =
  /**
   * One command, and others that must come right before it. `inner` is the command a script passes on, by whose rules
   * the reply is compared.
   */
  | {
      readonly kind: 'plain';
      readonly command: Command;
      readonly before?: readonly Command[];
      readonly inner?: Command;
    }
  /** MULTI, commands, EXEC or DISCARD. */
  | { readonly kind: 'transaction'; readonly commands: readonly Command[]; readonly end: 'EXEC' | 'DISCARD' }
  /** A command whose reply is left to chance: held against everything the key holds. */
  | { readonly kind: 'chance'; readonly command: Command }
  /** A cursor command, followed from cursor 0 until it is 0 again. */
  | { readonly kind: 'scan'; readonly command: Command }
  /** WATCH on one connection, a command on another, then a transaction: do both servers see the key touched? */
  | { readonly kind: 'watch'; readonly key: string; readonly command: Command }
  /** A blocking command on one connection, commands on another that may serve it, then CLIENT UNBLOCK. */
  | {
      readonly kind: 'blocked';
      readonly before: readonly Command[];
      readonly command: Command;
      readonly others: readonly Command[];
    }
  /** DUMP, then RESTORE of the oracle's payload on both and of the subject's own. */
  | { readonly kind: 'dump'; readonly key: string }
  /** The whole state of both, key by key. */
  | { readonly kind: 'state' };

const chanceCommands = new Set(['SPOP', 'SRANDMEMBER', 'HRANDFIELD', 'ZRANDMEMBER', 'RANDOMKEY']);
const scanCommands = new Set(['SCAN', 'SSCAN', 'HSCAN', 'ZSCAN']);

const nameOf = (command: Command) => command[0].toUpperCase();

/** The command that reads everything a chance command may draw from, or undefined where it has no key to read. */
export function readAll(command: Command): Command | undefined {
  const key = command[1];
  if (nameOf(command) === 'RANDOMKEY') return ['KEYS', '*'];
  if (key === undefined) return undefined;
  switch (nameOf(command)) {
    case 'HRANDFIELD':
      return ['HGETALL', key];
    case 'ZRANDMEMBER':
      return ['ZRANGE', key, '0', '-1', 'WITHSCORES'];
    default:
      return ['SMEMBERS', key];
  }
}

/** Where a cursor command has its cursor. */
export function cursorIndex(command: Command): number {
  return nameOf(command) === 'SCAN' ? 1 : 2;
}

/**
 * From 7.2 Redis creates a consumer whenever one is named, 7.0 when it gets an entry: created by hand before, it is there
 * on both.
 */
function consumersFor(command: Command): Command[] {
  const create = (key: string | undefined, group: string | undefined, consumer: string | undefined): Command[] =>
    key === undefined || group === undefined || consumer === undefined
      ? []
      : [['XGROUP', 'CREATECONSUMER', key, group, consumer]];
  switch (nameOf(command)) {
    case 'XCLAIM':
    case 'XAUTOCLAIM':
      return create(command[1], command[2], command[3]);
    case 'XREADGROUP': {
      const streams = command.slice(command.findIndex((word) => word.toUpperCase() === 'STREAMS') + 1);
      const keys = streams.slice(0, Math.ceil(streams.length / 2));
      return keys.flatMap((key) => create(key, command[2], command[3]));
    }
    default:
      return [];
  }
}

/** SPOP, SCAN and the like can't stand in a transaction or script, nor what needs another command before it. */
function standsAlone(command: Command): boolean {
  return chanceCommands.has(nameOf(command)) || scanCommands.has(nameOf(command)) || consumersFor(command).length > 0;
}

function deterministic(generator: CommandGenerator): Command {
  for (;;) {
    const command = generator.next();
    if (!standsAlone(command)) return command;
  }
}

/**
 * A producer's message has the clock's ID, unless the stream's last one is of the future: then the one after it, the same
 * on two servers. So an entry with the ID that was drawn comes first.
 */
function messageStep(command: Command): Step | undefined {
  if (nameOf(command) !== 'XADD' || !command.some((word) => /^idmp(auto)?$/i.test(word))) return undefined;
  const at = command.findIndex((word) => /^\d{13,}-(\d+|\*)$/.test(word));
  return at < 0
    ? undefined
    : { kind: 'plain', command: command.with(at, '*'), before: [['XADD', command[1], command[at], 'f', 'v']] };
}

function stepOf(command: Command): Step {
  const message = messageStep(command);
  if (message !== undefined) return message;
  if (chanceCommands.has(nameOf(command)) && readAll(command) !== undefined) return { kind: 'chance', command };
  if (scanCommands.has(nameOf(command))) {
    const at = cursorIndex(command);
    // What follows a NUL isn't looked at.
    const [digits] = (command[at] ?? '').split('\x00');
    const isCursor = /^[-+]?\d+$/.test(digits);
    return { kind: 'scan', command: isCursor ? command.with(at, '0') : command };
  }
  return { kind: 'plain', command, before: consumersFor(command) };
}

const blockingCommands: readonly ((keys: readonly string[], dice: Dice) => Command)[] = [
  (keys) => ['BLPOP', ...keys, '0'],
  (keys) => ['BRPOP', ...keys, '0'],
  (keys) => ['BLMOVE', keys[0], 'l2', 'LEFT', 'RIGHT', '0'],
  (keys) => ['BRPOPLPUSH', keys[0], 'l1', '0'],
  (keys, dice) => ['BLMPOP', '0', String(keys.length), ...keys, 'LEFT', 'COUNT', String(dice.int(1, 3))],
  (keys) => ['BZPOPMIN', ...keys, '0'],
  (keys) => ['BZPOPMAX', ...keys, '0'],
  (keys, dice) => ['BZMPOP', '0', String(keys.length), ...keys, 'MAX', 'COUNT', String(dice.int(1, 3))],
  (keys) => ['XREAD', 'BLOCK', '0', 'STREAMS', ...keys, ...keys.map(() => '$')],
  (keys) => ['XREADGROUP', 'GROUP', 'cg1', 'bob', 'BLOCK', '0', 'STREAMS', keys[0], '>'],
];

function blockedStep(generator: CommandGenerator, dice: Dice): Step {
  const index = dice.int(0, blockingCommands.length - 1);
  const family = index < 5 ? keyFamilies.list : index < 8 ? keyFamilies['sorted-set'] : keyFamilies.stream;
  const keys = dice.chance(0.5) ? [dice.pick(family)] : [...family];
  const command = blockingCommands[index](keys, dice);
  const others = Array.from({ length: dice.int(1, 3) }, () => deterministic(generator));
  // Without a key emptied before, most would be served at once.
  return {
    kind: 'blocked',
    before: consumersFor(command),
    command,
    others: dice.chance(0.7) ? [...others, ...serving(keys[0], index, dice)] : others,
  };
}

function serving(key: string, index: number, dice: Dice): Command[] {
  if (index < 5) return [[dice.pick(['LPUSH', 'RPUSH']), key, 'a', 'b', 'c'].slice(0, dice.int(3, 5))];
  if (index < 8) return [['ZADD', key, '1', 'a', '2', 'b']];
  return [['XADD', key, '1000000-*', 'f', 'v']];
}

/** Kinds of steps by how often they come, each with the commands it takes: without them it is left out. */
const mixture = [
  { weight: 100, kind: 'plain', takes: [] },
  { weight: 3, kind: 'transaction', takes: ['MULTI', 'EXEC', 'DISCARD'] },
  { weight: 4, kind: 'script', takes: ['EVAL'] },
  { weight: 2, kind: 'watch', takes: ['WATCH', 'MULTI', 'EXEC'] },
  { weight: 1.2, kind: 'blocked', takes: ['BLPOP', 'BZPOPMIN', 'XREAD', 'CLIENT UNBLOCK'] },
  { weight: 1, kind: 'dump', takes: ['DUMP', 'RESTORE'] },
  { weight: 1, kind: 'getkeys', takes: ['COMMAND GETKEYS'] },
] as const;

/** Commands that steps take beside those drawn at random. */
export const commandsOfSteps: ReadonlySet<string> = new Set(mixture.flatMap(({ takes }) => takes));

/** How the stream of an episode is mixed. */
export function makeSteps(
  generator: CommandGenerator,
  count: number,
  dice: Dice,
  isKnown: (command: string) => boolean,
): Step[] {
  const possible = mixture.filter(({ takes }) => takes.every(isKnown));
  const choices = possible.map(({ weight, kind }) => [weight, kind] as const);
  const steps: Step[] = [];
  for (let sent = 0; sent < count; sent++) {
    const kind = dice.weighted(choices);
    switch (kind) {
      case 'plain':
        steps.push(stepOf(generator.next()));
        break;
      case 'transaction': {
        const commands = Array.from({ length: dice.int(0, 5) }, () => deterministic(generator));
        steps.push({ kind: 'transaction', commands, end: dice.chance(0.9) ? 'EXEC' : 'DISCARD' });
        sent += commands.length + 1;
        break;
      }
      case 'script': {
        const inner = deterministic(generator);
        const call = dice.pick(['return redis.call(unpack(ARGV))', 'return redis.pcall(unpack(ARGV))']);
        const prelude = dice.chance(0.2) ? 'redis.setresp(3) ' : '';
        steps.push({ kind: 'plain', command: ['EVAL', prelude + call, '0', ...inner], inner });
        break;
      }
      case 'watch':
        steps.push({
          kind: 'watch',
          key: dice.pick(Object.values(keyFamilies).flat()),
          command: deterministic(generator),
        });
        break;
      case 'blocked':
        steps.push(blockedStep(generator, dice));
        break;
      case 'dump':
        steps.push({ kind: 'dump', key: dice.pick(Object.values(keyFamilies).flat()) });
        break;
      case 'getkeys': {
        const inner = generator.next();
        steps.push({ kind: 'plain', command: ['COMMAND', 'GETKEYS', ...inner] });
        break;
      }
    }
  }
  return steps;
}

/** A step as lines for redis-cli, with remarks where one connection isn't enough. */
export function describeStep(step: Step): string[] {
  switch (step.kind) {
    case 'plain':
      return [...(step.before ?? []), step.command].map(asCliLine);
    case 'chance':
      return [asCliLine(step.command)];
    case 'transaction':
      return ['MULTI', ...step.commands.map(asCliLine), step.end];
    case 'scan':
      return [`${asCliLine(step.command)}   # and on, until the cursor is 0 again`];
    case 'watch':
      return [
        `WATCH ${asCliLine([step.key])}`,
        `${asCliLine(step.command)}   # from another connection`,
        'MULTI',
        'PING',
        'EXEC',
      ];
    case 'blocked':
      return [
        ...step.before.map(asCliLine),
        `${asCliLine(step.command)}   # blocks; meanwhile from another connection:`,
        ...step.others.map((other) => `  ${asCliLine(other)}`),
        '  CLIENT UNBLOCK id-of-the-first',
      ];
    case 'dump':
      return [`DUMP ${asCliLine([step.key])}   # and RESTORE of the payload`];
    case 'state':
      return ['# the whole state'];
  }
}
