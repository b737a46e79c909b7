import { ConfigRefusal } from './refusal.ts';
import type { ValueType } from './value-type.ts';

/** Classes of keyspace events as bits, by the letter that `notify-keyspace-events` uses for each. */
export const EVENT_CLASSES = {
  g: 1 << 0,
  $: 1 << 1,
  l: 1 << 2,
  s: 1 << 3,
  h: 1 << 4,
  z: 1 << 5,
  x: 1 << 6,
  e: 1 << 7,
  t: 1 << 8,
  d: 1 << 9,
  a: 1 << 10,
  n: 1 << 11,
  o: 1 << 12,
  c: 1 << 13,
  K: 1 << 14,
  E: 1 << 15,
  m: 1 << 16,
  S: 1 << 17,
  T: 1 << 18,
  I: 1 << 19,
  V: 1 << 20,
} as const;

type Letter = keyof typeof EVENT_CLASSES;

/** What `A` stands for: all but key misses, new, overwritten and retyped keys. */
const ALL_LETTERS: readonly Letter[] = ['g', '$', 'l', 's', 'h', 'z', 'x', 'e', 't', 'd', 'a'];
const ALL = bitsOf(ALL_LETTERS);
const RARE_LETTERS: readonly Letter[] = ['n', 'o', 'c'];
const CHANNEL_LETTERS: readonly Letter[] = ['K', 'E', 'm', 'S', 'T', 'I', 'V'];

/** The kinds of channels that tell of parts of values, too. */
export const PART_CHANNELS = EVENT_CLASSES.S | EVENT_CLASSES.T | EVENT_CLASSES.I | EVENT_CLASSES.V;
/** Without one of these nothing is ever published. */
export const ALL_CHANNELS = EVENT_CLASSES.K | EVENT_CLASSES.E | PART_CHANNELS;

/** A string of letters; the value is their bits. */
export const eventClasses: ValueType<number> = {
  description: 'letters out of `KEg$lshzxetdamnocASTIV`',
  takesSeveral: false,
  parse([argument]) {
    let bits = 0;
    for (const letter of argument) {
      const added = letter === 'A' ? ALL : EVENT_CLASSES[letter as Letter];
      if (added === undefined) {
        throw new ConfigRefusal("Invalid event class character. Use 'Ag$lshzxeKEtmdnocaSTIV'.");
      }
      bits |= added;
    }
    // Redis leaves the rare classes out of its answer once A stands in it.
    const classes = (bits & ALL) === ALL ? 'A' : lettersOf(bits, [...ALL_LETTERS, ...RARE_LETTERS]);
    return { value: bits, text: classes + lettersOf(bits, CHANNEL_LETTERS) };
  },
  toLines({ value }) {
    const classes = (value & ALL) === ALL ? 'A' : lettersOf(value, ALL_LETTERS);
    return [`"${classes}${lettersOf(value, RARE_LETTERS)}${lettersOf(value, CHANNEL_LETTERS)}"`];
  },
};

function bitsOf(letters: readonly Letter[]): number {
  return letters.reduce((bits, letter) => bits | EVENT_CLASSES[letter], 0);
}

function lettersOf(bits: number, letters: readonly Letter[]): string {
  return letters.filter((letter) => (bits & EVENT_CLASSES[letter]) !== 0).join('');
}
