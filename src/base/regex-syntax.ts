/**
 * POSIX extended regular expressions over bytes, with what the TRE library adds to them, which is what Redis matches by:
 *
 *     \w \W \s \S \d \D \t \n \r \f \a \e      \xHH \x{H…}      \Q literal \E      \< \> \b \B
 *     (?i) (?n) and their kin, also with a colon for a group alone; (?# a comment)      *? +? ?? {}?, which only say how
 *                                               much to match, not whether
 *
 * Where an atom should be but isn't, there is the empty one. Parsed into a tree; regex-program.ts makes it a program.
 */
import { isAlnum, isAlpha, isDigit, isHex, isLower, isPrint, isSpace, isUpper } from './character-class.ts';

/** A tree of the expression. */
export type RegexNode =
  | { readonly kind: 'empty' }
  /** One byte of those that are marked. */
  | { readonly kind: 'bytes'; readonly set: Uint8Array }
  | { readonly kind: 'assertion'; readonly assertion: number }
  | { readonly kind: 'sequence' | 'choice'; readonly nodes: readonly RegexNode[] }
  /** `most` −1: no end. */
  | { readonly kind: 'repeat'; readonly node: RegexNode; readonly least: number; readonly most: number };

export const AT_BEGIN = 0;
export const AT_END = 1;
export const AT_WORD_BEGIN = 2;
export const AT_WORD_END = 3;
export const AT_WORD_EDGE = 4;
export const NOT_AT_WORD_EDGE = 5;

/** The expression is none; the message is TRE's. */
export class RegexError extends Error {
  override readonly name = 'RegexError';
}

/** It refers back to a group, which no program does. */
export class BackReferenceError extends Error {
  override readonly name = 'BackReferenceError';
}

const BAD_PATTERN = 'Invalid regexp';
const BAD_COLLATION = 'Unknown collating element';
const BAD_CLASS = 'Unknown character class name';
const TRAILING_BACKSLASH = 'Trailing backslash';
const BAD_REFERENCE = 'Invalid back reference';
const MISSING_BRACKET = "Missing ']'";
const MISSING_PARENTHESIS = "Missing ')'";
const MISSING_BRACE = "Missing '}'";
const BAD_BRACES = 'Invalid contents of {}';
const BAD_RANGE = 'Invalid character range';
const BAD_REPETITION = 'Invalid use of repetition operators';
const TOO_MANY_REPETITIONS = 'Maximum repetition in {} larger than 255';

const REPETITIONS_MAX = 255;
const HEX_DIGITS_MAX = 8;
const BYTES = 256;
const EMPTY: RegexNode = { kind: 'empty' };

const code = (text: string): number => text.charCodeAt(0);
const BACKSLASH = code('\\');
const OPEN = code('(');
const CLOSE = code(')');
const OPEN_BRACKET = code('[');
const CLOSE_BRACKET = code(']');
const OPEN_BRACE = code('{');
const CLOSE_BRACE = code('}');
const PIPE = code('|');
const STAR = code('*');
const PLUS = code('+');
const QUESTION = code('?');
const DOT = code('.');
const CARET = code('^');
const DOLLAR = code('$');
const DASH = code('-');
const COLON = code(':');
const COMMA = code(',');
const NEWLINE = 10;

export const isWordByte = (byte: number): boolean => isAlnum(byte) || byte === 95;

const CLASSES: Readonly<Record<string, (byte: number) => boolean>> = {
  alnum: isAlnum,
  alpha: isAlpha,
  ascii: (byte) => byte < 128,
  blank: (byte) => byte === 32 || byte === 9,
  cntrl: (byte) => byte < 32 || byte === 127,
  digit: isDigit,
  graph: (byte) => isPrint(byte) && byte !== 32,
  lower: isLower,
  print: isPrint,
  punct: (byte) => isPrint(byte) && byte !== 32 && !isAlnum(byte),
  space: isSpace,
  upper: isUpper,
  xdigit: isHex,
};

const MACROS: Readonly<Record<string, (byte: number) => boolean>> = {
  t: (byte) => byte === 9,
  n: (byte) => byte === NEWLINE,
  r: (byte) => byte === 13,
  f: (byte) => byte === 12,
  a: (byte) => byte === 7,
  e: (byte) => byte === 27,
  w: isWordByte,
  W: (byte) => !isWordByte(byte),
  s: isSpace,
  S: (byte) => !isSpace(byte),
  d: isDigit,
  D: (byte) => !isDigit(byte),
};

const ASSERTIONS: Readonly<Record<string, number>> = {
  b: AT_WORD_EDGE,
  B: NOT_AT_WORD_EDGE,
  '<': AT_WORD_BEGIN,
  '>': AT_WORD_END,
};

const otherCase = (byte: number): number => (isAlpha(byte) ? byte ^ 32 : byte);

function bytesWhere(holds: (byte: number) => boolean): RegexNode {
  return { kind: 'bytes', set: Uint8Array.from({ length: BYTES }, (_, byte) => (holds(byte) ? 1 : 0)) };
}

const assertion = (which: number): RegexNode => ({ kind: 'assertion', assertion: which });

/** Parses an expression, one character a byte. @throws RegexError, BackReferenceError */
export function parseRegex(pattern: Uint8Array, ignoreCase: boolean): RegexNode {
  const parser = new RegexParser(pattern, ignoreCase);
  const node = parser.parseChoice();
  parser.finish();
  return node;
}

class RegexParser {
  private readonly pattern: Uint8Array;
  private at = 0;
  private depth = 0;
  private groups = 0;
  private reference = -1;
  private ignoreCase: boolean;
  private dotStopsAtNewline = false;

  constructor(pattern: Uint8Array, ignoreCase: boolean) {
    this.pattern = pattern;
    this.ignoreCase = ignoreCase;
  }

  finish(): void {
    if (this.depth > 0) throw new RegexError(MISSING_PARENTHESIS);
    // Redis counts the whole as a group.
    if (this.reference > this.groups + 1) throw new RegexError(BAD_REFERENCE);
    if (this.reference >= 0) throw new BackReferenceError();
  }

  private get isAtEnd(): boolean {
    return this.at >= this.pattern.length;
  }

  /** The byte at hand, or one behind it; −1 beyond the end. */
  private peek(ahead = 0): number {
    return this.pattern[this.at + ahead] ?? -1;
  }

  /** Branches up to the end or the parenthesis that closes the group. */
  parseChoice(): RegexNode {
    const nodes = [this.parseBranch()];
    while (this.peek() === PIPE) {
      this.at++;
      nodes.push(this.parseBranch());
    }
    return nodes.length === 1 ? nodes[0] : { kind: 'choice', nodes };
  }

  private parseBranch(): RegexNode {
    const nodes: RegexNode[] = [];
    do nodes.push(this.parsePiece());
    while (!this.isAtEnd && this.peek() !== PIPE && !this.isClosing());
    return nodes.length === 1 ? nodes[0] : { kind: 'sequence', nodes };
  }

  private isClosing(): boolean {
    return this.depth > 0 && this.peek() === CLOSE;
  }

  private parsePiece(): RegexNode {
    if (this.peek() === BACKSLASH && this.peek(1) === code('Q')) return this.parseQuoted();
    let node = this.parseAtom();
    for (;;) {
      const byte = this.peek();
      if (byte === STAR || byte === PLUS || byte === QUESTION) {
        this.at++;
        node = { kind: 'repeat', node, least: byte === PLUS ? 1 : 0, most: byte === QUESTION ? 1 : -1 };
        this.skipMinimal();
      } else if (byte === OPEN_BRACE) {
        this.at++;
        node = this.parseBound(node);
        this.skipMinimal();
      } else {
        return node;
      }
    }
  }

  /** Whether as much or as little as possible is matched makes no difference to whether anything is. */
  private skipMinimal(): void {
    const byte = this.peek();
    if (byte === QUESTION) this.at++;
    else if (byte === STAR || byte === PLUS) throw new RegexError(BAD_REPETITION);
  }

  private parseBound(node: RegexNode): RegexNode {
    const start = this.at;
    let least = this.parseCount();
    let most = least;
    if (this.peek() === COMMA) {
      this.at++;
      least = Math.max(least, 0);
      most = this.parseCount();
    }
    if (most >= 0 && least > most) throw new RegexError(BAD_BRACES);
    if (least > REPETITIONS_MAX || most > REPETITIONS_MAX) throw new RegexError(TOO_MANY_REPETITIONS);
    if (this.isAtEnd) throw new RegexError(MISSING_BRACE);
    if (this.at === start || this.peek() !== CLOSE_BRACE) throw new RegexError(BAD_BRACES);
    this.at++;
    return most === 0 ? EMPTY : { kind: 'repeat', node, least, most };
  }

  /** @returns −1 if there is no number */
  private parseCount(): number {
    let value = -1;
    for (; isDigit(this.peek()); this.at++) value = Math.min(Math.max(value, 0) * 10 + this.peek() - 48, 1e9);
    return value;
  }

  private parseAtom(): RegexNode {
    const byte = this.peek();
    switch (byte) {
      case -1:
      case STAR:
      case PLUS:
      case QUESTION:
      case OPEN_BRACE:
      case PIPE:
        return EMPTY;
      case OPEN:
        return this.peek(1) === QUESTION ? this.parseExtension() : this.parseGroup();
      case OPEN_BRACKET:
        this.at++;
        return this.parseBracket();
      case BACKSLASH:
        return this.parseEscape();
      case DOT:
        this.at++;
        return this.dotStopsAtNewline ? bytesWhere((other) => other !== NEWLINE) : bytesWhere(() => true);
      case CARET:
        this.at++;
        return assertion(AT_BEGIN);
      case DOLLAR:
        this.at++;
        return assertion(AT_END);
      default:
        if (this.isClosing()) return EMPTY;
        this.at++;
        return this.literal(byte);
    }
  }

  private literal(byte: number): RegexNode {
    const other = this.ignoreCase ? otherCase(byte) : byte;
    return bytesWhere((one) => one === byte || one === other);
  }

  private parseGroup(): RegexNode {
    this.at++;
    this.groups++;
    return this.parseInGroup();
  }

  private parseInGroup(): RegexNode {
    this.depth++;
    const node = this.parseChoice();
    if (this.isAtEnd) throw new RegexError(MISSING_PARENTHESIS);
    this.at++;
    this.depth--;
    return node;
  }

  /** `(?` and flags: for a group of its own after a colon, else for the rest of the enclosing one. */
  private parseExtension(): RegexNode {
    const { ignoreCase, dotStopsAtNewline } = this;
    let on = true;
    this.at += 2;
    let node: RegexNode | undefined;
    while (node === undefined) {
      const byte = this.peek();
      this.at++;
      if (byte === code('i')) this.ignoreCase = on;
      else if (byte === code('n')) this.dotStopsAtNewline = on;
      else if (byte === DASH) on = false;
      else if (byte === COLON) node = this.parseInGroup();
      else if (byte === CLOSE) node = this.parseChoice();
      else if (byte === code('#')) {
        while (!this.isAtEnd && this.peek() !== CLOSE) this.at++;
        if (this.isAtEnd) throw new RegexError(BAD_PATTERN);
        this.at++;
        node = this.parseChoice();
      } else if (byte !== code('r') && byte !== code('U')) throw new RegexError(BAD_PATTERN);
    }
    this.ignoreCase = ignoreCase;
    this.dotStopsAtNewline = dotStopsAtNewline;
    return node;
  }

  private parseQuoted(): RegexNode {
    this.at += 2;
    const nodes: RegexNode[] = [];
    while (!this.isAtEnd && !(this.peek() === BACKSLASH && this.peek(1) === code('E'))) {
      nodes.push(this.literal(this.peek()));
      this.at++;
    }
    this.at += 2;
    return nodes.length === 0 ? EMPTY : { kind: 'sequence', nodes };
  }

  private parseEscape(): RegexNode {
    const byte = this.peek(1);
    if (byte < 0) throw new RegexError(TRAILING_BACKSLASH);
    this.at += 2;
    const letter = String.fromCharCode(byte);
    if (Object.hasOwn(MACROS, letter)) return bytesWhere(MACROS[letter]);
    if (Object.hasOwn(ASSERTIONS, letter)) return assertion(ASSERTIONS[letter]);
    if (letter === 'x') return this.parseHex();
    if (isDigit(byte)) {
      this.reference = Math.max(this.reference, byte - 48);
      return EMPTY;
    }
    return bytesWhere((one) => one === byte);
  }

  private parseHex(): RegexNode {
    const isBraced = this.peek() === OPEN_BRACE;
    if (isBraced) this.at++;
    const most = isBraced ? HEX_DIGITS_MAX : 2;
    let digits = '';
    for (; digits.length < most && isHex(this.peek()); this.at++) digits += String.fromCharCode(this.peek());
    if (isBraced) {
      if (this.peek() !== CLOSE_BRACE) throw new RegexError(MISSING_BRACE);
      this.at++;
    }
    // Beyond a byte there is nothing to match.
    const value = digits === '' ? 0 : Number.parseInt(digits, 16);
    return bytesWhere((one) => one === value);
  }

  /** What is between brackets, the opening one gone. */
  private parseBracket(): RegexNode {
    const set = new Uint8Array(BYTES);
    const isNegated = this.peek() === CARET;
    if (isNegated) this.at++;
    const first = this.at;
    for (;;) {
      if (this.isAtEnd) throw new RegexError(MISSING_BRACKET);
      const byte = this.peek();
      if (byte === CLOSE_BRACKET && this.at > first) break;
      const next = this.peek(1);
      const isRange = next === DASH && this.peek(2) >= 0 && this.peek(2) !== CLOSE_BRACKET;
      if (isRange) this.addRange(set, byte, this.peek(2), 3);
      else if (byte === OPEN_BRACKET && (next === DOT || next === code('='))) throw new RegexError(BAD_COLLATION);
      else if (byte === OPEN_BRACKET && next === COLON) this.addClass(set);
      else {
        const sharesEnd = byte === DASH && next >= 0 && next !== CLOSE_BRACKET && this.at > first;
        if (sharesEnd) throw new RegexError(BAD_RANGE);
        this.addRange(set, byte, byte, 1);
      }
    }
    this.at++;
    return { kind: 'bytes', set: isNegated ? set.map((marked) => 1 - marked) : set };
  }

  private addRange(set: Uint8Array, from: number, to: number, length: number): void {
    if (from > to) throw new RegexError(BAD_RANGE);
    this.at += length;
    for (let byte = from; byte <= to; byte++) {
      set[byte] = 1;
      if (this.ignoreCase) set[otherCase(byte)] = 1;
    }
  }

  private addClass(set: Uint8Array): void {
    const start = this.at + 2;
    const end = this.pattern.indexOf(COLON, start);
    if (end < 0) throw new RegexError(BAD_CLASS);
    const name = String.fromCharCode(...this.pattern.subarray(start, end));
    if (!Object.hasOwn(CLASSES, name)) throw new RegexError(BAD_CLASS);
    const holds = CLASSES[name];
    for (let byte = 0; byte < BYTES; byte++) {
      if (holds(byte) || (this.ignoreCase && holds(otherCase(byte)))) set[byte] = 1;
    }
    // The bracket behind the colon is taken for granted.
    this.at = end + 2;
  }
}
