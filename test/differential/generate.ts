/**
 * Random commands from a grammar: a walk over the syntax tree that mostly yields valid commands, then now and then a
 * small fault. What the tree can't tell is patched in below.
 */
import type { Command } from '../support/resp.ts';
import type { Dice } from './dice.ts';
import { whyExcluded } from './exclusions.ts';
import type { Argument, CommandSyntax, Grammar } from './grammar.ts';
import { hazardOf } from './hazards.ts';
import {
  binaryText,
  type Episode,
  element,
  isLexical,
  keyFor,
  LEXICAL_KEY,
  longText,
  newStreamId,
  oddNumbers,
  valueFor,
} from './values.ts';

interface Word {
  text: string;
  readonly role: 'name' | 'token' | 'key' | 'number' | 'text';
  readonly argument: string;
}

/** Commands that bring keys and elements into being are sent more often, or most commands would find nothing. */
const builders = new Map<string, number>([
  ['SET', 5],
  ['APPEND', 3],
  ['MSET', 2],
  ['SETBIT', 4],
  ['BITFIELD', 3],
  ['PFADD', 6],
  ['RPUSH', 6],
  ['LPUSH', 6],
  ['HSET', 10],
  ['SADD', 12],
  ['ZADD', 14],
  ['GEOADD', 8],
  ['XADD', 14],
  ['XGROUP CREATE', 8],
  ['XGROUP DESTROY', 0.4],
  ['XREADGROUP', 12],
  ['XCLAIM', 3],
  ['XINFO CONSUMERS', 2],
  ['SCRIPT LOAD', 3],
  ['EVALSHA', 2],
  ['DEL', 4],
  ['EVAL', 0.5],
  ['EVAL_RO', 0.5],
  ['FLUSHALL', 0.15],
  ['FLUSHDB', 0.3],
  ['SELECT', 0.5],
]);

/** Arguments that say how many keys, fields or IDs follow. */
const counters = new Set(['numkeys', 'numfields', 'numids']);

/** Whether a command is part of the random stream. The text of HELP differs by version. */
export function isSent(name: string): boolean {
  return whyExcluded(name) === undefined && !name.endsWith(' HELP');
}

/** Draws commands for one episode. */
export class CommandGenerator {
  readonly #choices: readonly (readonly [number, CommandSyntax])[];
  readonly #dice: Dice;
  readonly #episode: Episode;

  /**
   * @param only names of groups or commands (`string`, `ZADD`, `OBJECT ENCODING`), empty for all
   */
  constructor(grammar: Grammar, only: ReadonlySet<string>, episode: Episode, dice: Dice) {
    this.#dice = dice;
    this.#episode = episode;
    const wanted = [...grammar.values()].filter(
      ({ name, group }) =>
        isSent(name) &&
        (only.size === 0 ||
          only.has(group) ||
          only.has(name.toLowerCase()) ||
          only.has(name.split(' ')[0].toLowerCase())),
    );
    if (wanted.length === 0) throw new Error(`no command fits --only ${[...only].join(',')}`);
    // Half of the episodes dwell on two groups: states get deeper than a stroll through all commands would take them.
    const groups = [...new Set(wanted.map(({ group }) => group))];
    const focus = dice.chance(0.5) ? new Set([dice.pick(groups), dice.pick(groups)]) : new Set(groups);
    this.#choices = wanted.map((syntax) => {
      const weight = (builders.get(syntax.name) ?? 1) * (focus.has(syntax.group) ? 1 : 0.06);
      return [weight, syntax] as const;
    });
  }

  /** A command that both servers can be sent. */
  next(): Command {
    for (;;) {
      const command = this.form(this.#dice.weighted(this.#choices));
      if (command !== undefined) return command;
    }
  }

  /** Some form of this command; undefined if it is one that can't be sent to two servers and compared. */
  form(syntax: CommandSyntax): Command | undefined {
    const words = this.#wordsFor(syntax);
    this.#patch(syntax, words);
    if (this.#dice.chance(0.12)) this.#mutate(words, syntax);
    if (this.#dice.chance(0.2)) this.#changeCase(words);
    const command = words.map(({ text }) => text);
    return hazardOf(command, this.#episode.nowMs) === undefined ? command : undefined;
  }

  #wordsFor(syntax: CommandSyntax): Word[] {
    const name = syntax.name.split(' ').map((text): Word => ({ text, role: 'name', argument: '' }));
    return [...name, ...this.#siblings(syntax.args, syntax)];
  }

  /** Arguments side by side. Repeated ones repeat equally often: XREAD's keys and IDs, ZUNION's keys and weights. */
  #siblings(args: readonly Argument[], syntax: CommandSyntax): Word[] {
    const dice = this.#dice;
    const count = dice.times(5);
    const words: Word[] = [];
    for (const arg of args) {
      const isKeys = arg.type === 'key' && arg.multiple && args.some(({ name }) => name === 'numkeys');
      if (counters.has(arg.name)) {
        const text = String(dice.chance(0.94) ? count : count + dice.int(-2, 1));
        words.push({ text, role: 'number', argument: arg.name });
      } else if (!arg.optional || isKeys || dice.chance(0.3)) {
        words.push(...this.#emit(arg, syntax, count));
      }
    }
    return words;
  }

  #emit(arg: Argument, syntax: CommandSyntax, count: number): Word[] {
    const words: Word[] = [];
    const token = (text: string) => words.push({ text, role: 'token', argument: arg.name });
    for (let i = 0; i < (arg.multiple ? count : 1); i++) {
      if (arg.token !== undefined && (i === 0 || arg.multipleToken)) token(arg.token);
      if (arg.type === 'oneof') words.push(...this.#emit(this.#dice.pick(arg.parts), syntax, count));
      else if (arg.type === 'block') words.push(...this.#siblings(arg.parts, syntax));
      else if (arg.type !== 'pure-token') words.push(this.#leaf(arg, syntax));
    }
    return words;
  }

  #leaf(arg: Argument, syntax: CommandSyntax): Word {
    const text = valueFor(arg, syntax, this.#episode, this.#dice);
    const isNumber = arg.type === 'integer' || arg.type === 'double' || arg.type === 'unix-time';
    return { text, role: arg.type === 'key' ? 'key' : isNumber ? 'number' : 'text', argument: arg.name };
  }

  /** What a syntax tree can't say: which values go with which option. */
  #patch(syntax: CommandSyntax, words: Word[]): void {
    const dice = this.#dice;
    const has = (token: string) => words.some(({ role, text }) => role === 'token' && text === token);
    switch (syntax.name) {
      case 'XADD':
        for (const word of words) if (word.text === '*') word.text = newStreamId(this.#episode, dice);
        break;
      case 'ZRANGE':
      case 'ZRANGESTORE':
        if (!has('BYSCORE') && !has('BYLEX')) break;
        for (const word of words) {
          if (!['start', 'stop', 'min', 'max'].includes(word.argument)) continue;
          word.text = this.#bound(has('BYLEX'));
        }
        break;
      case 'ZADD':
        if (words.every(({ role }) => role !== 'token') && dice.chance(0.12)) this.#makeLexical(words);
        break;
      case 'SORT':
      case 'SORT_RO':
        for (const word of words) {
          if (word.role !== 'text' && word.argument !== 'pattern') continue;
          if (word.role === 'text')
            word.text = dice.pick(['#', 'n*', 'h*->f1', 's*', '*', 'nosort', 'h*->n', 'none->']);
        }
        break;
      default:
    }
    if (isLexical(words.map(({ text }) => text))) {
      const source = words[syntax.name === 'ZRANGESTORE' ? 2 : 1];
      if (source !== undefined) source.text = LEXICAL_KEY;
    }
  }

  #makeLexical(words: Word[]): void {
    for (const word of words) {
      if (word.role === 'key') word.text = LEXICAL_KEY;
      if (word.role === 'number') word.text = '0';
    }
  }

  #bound(isLexical: boolean): string {
    const dice = this.#dice;
    if (isLexical) return dice.pick(['-', '+', '[a', '(b', '[c', '(foo', '[-5', '[']);
    return dice.pick(['-inf', '+inf', '0', '1', '(2', '5', '(-3', '-4.5']);
  }

  /** One small fault. */
  #mutate(words: Word[], syntax: CommandSyntax): void {
    const dice = this.#dice;
    const nameWords = syntax.name.split(' ').length;
    const at = words.length > nameWords ? dice.int(nameWords, words.length - 1) : -1;
    const odd = () =>
      dice.weighted([
        [5, dice.pick(oddNumbers)],
        [2, element(this.#episode, dice)],
        [1, binaryText(dice)],
        [1, longText(dice)],
        [1, keyFor(syntax, dice)],
        [1, ''],
      ]);
    const kind = dice.weighted([
      [4, 'number'],
      [3, 'replace'],
      [2, 'drop'],
      [2, 'insert'],
      [1, 'repeat'],
      [1, 'swap'],
      [0.5, 'bare'],
      [0.2, 'name'],
    ] as const);
    const plain = (text: string): Word => ({ text, role: 'text', argument: '' });
    if (kind === 'name') words[0] = plain(dice.pick(['NOSUCH', `${words[0].text}X`, '', 'get\r\n', 'x'.repeat(200)]));
    else if (kind === 'bare') words.length = dice.int(1, nameWords);
    else if (kind === 'insert') words.splice(dice.int(nameWords, words.length), 0, plain(odd()));
    else if (at < 0) return;
    else if (kind === 'drop') words.splice(at, 1);
    else if (kind === 'repeat') words.splice(at, 0, words[at]);
    else if (kind === 'swap') words.splice(at - 1, 2, words[at], words[at - 1]);
    else {
      const numbers = words.flatMap(({ role }, i) => (role === 'number' ? [i] : []));
      const target = kind === 'number' && numbers.length > 0 ? dice.pick(numbers) : at;
      words[target] = plain(kind === 'number' ? dice.pick(oddNumbers) : odd());
    }
  }

  /** Names and tokens are taken in any case. */
  #changeCase(words: Word[]): void {
    const isLower = this.#dice.chance(0.7);
    for (const word of words) {
      if (word.role !== 'name' && word.role !== 'token') continue;
      word.text = isLower
        ? word.text.toLowerCase()
        : word.text.charAt(0).toUpperCase() + word.text.slice(1).toLowerCase();
    }
  }
}
