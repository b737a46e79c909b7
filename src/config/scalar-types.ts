import { textOfByteString } from './byte-string.ts';
import { quoteArgument } from './line.ts';
import { ConfigRefusal } from './refusal.ts';
import type { Setting, ValueType } from './value-type.ts';

/** `yes` or `no`. */
export const bool: ValueType<boolean> = {
  description: '`yes` or `no`',
  takesSeveral: false,
  parse([argument]) {
    const word = argument.toLowerCase();
    if (word !== 'yes' && word !== 'no') throw new ConfigRefusal("argument must be 'yes' or 'no'");
    return { value: word === 'yes', text: word };
  },
  toLines: (setting) => [setting.text],
};

export interface StringOptions {
  /** An unset string has no line in a configuration file; otherwise "" is a value like any other. */
  readonly emptyMeansUnset?: boolean;
  /** Returns the reason for which a value is refused. */
  readonly check?: (text: string) => string | undefined;
  readonly description?: string;
}

/** One argument of any bytes. The value is text; `text` of the setting keeps the bytes. */
export function string(options: StringOptions = {}): ValueType<string> {
  return {
    description: options.description ?? 'string',
    takesSeveral: false,
    parse([argument]) {
      const reason = options.check?.(argument);
      if (reason !== undefined) throw new ConfigRefusal(reason);
      return { value: textOfByteString(argument), text: argument };
    },
    toLines: ({ text }) => (text === '' && options.emptyMeansUnset ? [] : [quoteArgument(text)]),
  };
}

/** One of several words, in any case. */
export function oneOf<const W extends string>(words: readonly W[]): ValueType<W> {
  return {
    description: words.map((word) => `\`${word}\``).join(', '),
    takesSeveral: false,
    parse(args) {
      const word = args.length === 1 ? findWord(words, args[0]) : undefined;
      if (word === undefined) throw unknownWord(words);
      return { value: word, text: word };
    },
    toLines: (setting) => [setting.text],
  };
}

/**
 * Several of the words at once, kept in the table's order. `none` is the word that stands for the empty choice.
 * `check` returns the reason for which a combination is refused.
 */
export function someOf<const W extends string>(
  none: W,
  words: readonly W[],
  check?: (chosen: ReadonlySet<W>) => string | undefined,
): ValueType<ReadonlySet<W>> {
  const all = [none, ...words];
  return {
    description: `\`${none}\` or any of ${words.map((word) => `\`${word}\``).join(', ')}`,
    takesSeveral: true,
    parse(args) {
      const given = args.map((argument) => findWord(all, argument));
      if (given.length === 0 || given.includes(undefined)) throw unknownWord(all);
      const chosen = new Set(words.filter((word) => given.includes(word)));
      const reason = check?.(chosen);
      if (reason !== undefined) throw new ConfigRefusal(reason);
      return { value: chosen, text: chosen.size === 0 ? none : [...chosen].join(' ') };
    },
    toLines: (setting: Setting<ReadonlySet<W>>) => [setting.text],
  };
}

function findWord<W extends string>(words: readonly W[], argument: string): W | undefined {
  const wanted = argument.toLowerCase();
  return words.find((word) => word.toLowerCase() === wanted);
}

function unknownWord(words: readonly string[]): ConfigRefusal {
  // Redis builds this message in 256 bytes, and clients see where it ends.
  return new ConfigRefusal(`argument(s) must be one of the following: ${words.join(', ')}`.slice(0, 255));
}
