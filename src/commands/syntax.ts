/**
 * The syntax of a command, written the way its documentation shows it, from which arity and COMMAND DOCS follow.
 *
 *     name            a string               name:type     of another type: key, integer, double, pattern, unix-time
 *     TOKEN           a word said literally  name=TOKEN    whose name is not just the token in lower case
 *     TOKEN name      an argument that a word introduces; the same with a group
 *     [ … ]           optional; several things in one pair of brackets are a block's or an alternative's own business
 *     name(a | b)     one of                 name{a b}     a block, all of them
 *     x...            one or more            x...!         one or more, its token each time
 *     key:key#1       the key of the second key specification
 *     x@6.2.0         since that version, which is later than the command's; the last of a word, before brackets and dots
 */

export interface Argument {
  name: string;
  type: 'string' | 'key' | 'integer' | 'double' | 'pattern' | 'unix-time' | 'pure-token' | 'oneof' | 'block';
  keySpec?: number;
  token?: string;
  since?: string;
  optional?: boolean;
  multiple?: boolean;
  multipleToken?: boolean;
  arguments?: Argument[];
}

const LEXEME = /\s*("(?:[^"]*)"|\.\.\.!?|[[\](){}|]|[^\s[\](){}|.]+(?:\.[^\s[\](){}|.]+)*)/y;
const SINCE = /@(\d[\d.]*)$/;
const isToken = (word: string): boolean =>
  word.startsWith('"') || (/^[^a-z]+$/.test(word) && !/^[|()[\]{}.]/.test(word));

/** @throws Error if the text is not in the notation: a mistake in a declaration, found by the first test that runs */
export function parseSyntax(text: string): Argument[] {
  const words: string[] = [];
  LEXEME.lastIndex = 0;
  while (LEXEME.lastIndex < text.trimEnd().length) {
    const match = LEXEME.exec(text);
    if (match === null) throw new Error(`bad syntax: ${text}`);
    words.push(match[1]);
  }
  const reader = new SyntaxReader(words, text);
  const list = reader.readList('');
  return list;
}

class SyntaxReader {
  private readonly words: string[];
  private readonly text: string;
  private at = 0;

  constructor(words: string[], text: string) {
    this.words = words;
    this.text = text;
  }

  readList(end: string, separator = ''): Argument[] {
    const list: Argument[] = [];
    while (this.at < this.words.length && this.words[this.at] !== end) {
      if (separator !== '' && list.length > 0) this.expect(separator);
      list.push(this.readOne());
    }
    if (end !== '') this.expect(end);
    return list;
  }

  private readOne(): Argument {
    const word = this.words[this.at];
    const since = SINCE.exec(this.words[this.namingWord()] ?? '')?.[1];
    const argument = this.readUndated();
    // What is in brackets has read its own.
    if (since !== undefined && word !== '[') argument.since = since;
    return argument;
  }

  /** The place of the word that names the argument at hand: behind a token that introduces it. */
  private namingWord(): number {
    return isToken(this.words[this.at]) && this.startsArgument(this.at + 1) ? this.at + 1 : this.at;
  }

  private readUndated(): Argument {
    const word = this.words[this.at++].replace(SINCE, '');
    let argument: Argument;
    if (word === '[') {
      argument = this.readOne();
      this.expect(']');
      argument.optional = true;
    } else if (isToken(word) && !this.startsArgument()) {
      const token = word.replaceAll('"', '');
      argument = { name: token.toLowerCase(), type: 'pure-token', token };
    } else if (isToken(word)) {
      argument = this.readNamed(this.words[this.at++]?.replace(SINCE, ''));
      argument.token = word.replaceAll('"', '');
    } else {
      argument = this.readNamed(word);
    }
    const dots = this.words[this.at];
    if (dots === '...' || dots === '...!') {
      this.at++;
      argument.multiple = true;
      if (dots === '...!') argument.multipleToken = true;
    }
    return argument;
  }

  private startsArgument(at = this.at): boolean {
    const next = this.words[at];
    return next !== undefined && /^[a-z]/.test(next) && !next.includes('=');
  }

  private readNamed(word: string): Argument {
    if (word === undefined || !/^[a-z]/.test(word)) throw new Error(`bad syntax at '${word}': ${this.text}`);
    const equals = word.indexOf('=');
    if (equals > 0) {
      return { name: word.slice(0, equals), type: 'pure-token', token: word.slice(equals + 1).replaceAll('"', '') };
    }
    const open = this.words[this.at];
    if (open === '(') {
      this.at++;
      return { name: word, type: 'oneof', arguments: this.readList(')', '|') };
    }
    if (open === '{') {
      this.at++;
      return { name: word, type: 'block', arguments: this.readList('}') };
    }
    const [name, type = 'string'] = word.split(':');
    if (!type.startsWith('key')) return { name, type: type as Argument['type'] };
    return { name, type: 'key', keySpec: Number(type.split('#')[1] ?? 0) };
  }

  private expect(word: string): void {
    if (this.words[this.at++] !== word) throw new Error(`bad syntax, no '${word}': ${this.text}`);
  }
}

/** The fewest words that satisfy the arguments, and whether more may come. */
function countWords(list: readonly Argument[]): { least: number; open: boolean } {
  let least = 0;
  let open = false;
  for (const argument of list) {
    if (argument.optional) {
      open = true;
      continue;
    }
    if (argument.multiple) open = true;
    if (argument.token !== undefined && argument.type !== 'pure-token') least++;
    if (argument.type === 'oneof') {
      const choices = (argument.arguments ?? []).map((one) => countWords([one]));
      least += Math.min(...choices.map((choice) => choice.least));
      if (choices.some((choice) => choice.open || choice.least !== choices[0].least)) open = true;
    } else if (argument.type === 'block') {
      const inner = countWords(argument.arguments ?? []);
      least += inner.least;
      if (inner.open) open = true;
    } else {
      least++;
    }
  }
  return { least, open };
}

/** Redis' arity: words in all, the command's name included; negative when that is the least number. */
export function arityOf(nameWords: number, list: readonly Argument[]): number {
  const { least, open } = countWords(list);
  return open ? -(nameWords + least) : nameWords + least;
}
