/**
 * Matches regular expressions (regex-syntax.ts) in time that is at most the text's length × the expression's, whatever the
 * expression: all the places that it can be at are followed at once, never one after the other.
 */
import {
  AT_BEGIN,
  AT_END,
  AT_WORD_BEGIN,
  AT_WORD_EDGE,
  AT_WORD_END,
  isWordByte,
  parseRegex,
  RegexError,
  type RegexNode,
} from './regex-syntax.ts';

const BYTES = 256;
/** Repetitions of repetitions make an expression this large at most. */
const STEPS_MAX = 50_000;
const TOO_LARGE = 'Out of memory';

const MATCH = 0;
/** Goes on if the byte is in the set. */
const BYTE = 1;
/** Goes on at both. */
const FORK = 2;
const JUMP = 3;
/** Goes on if the assertion holds. */
const ASSERTION = 4;

/** The begin of a text counts as behind a line's end, its end as before a NUL. */
const NUL = 0;
const NEWLINE = 10;

/** An expression to be matched again and again. */
export class Regex {
  private readonly codes: number[] = [];
  /** The set, the assertion, or where to go on. */
  private readonly first: number[] = [];
  private readonly second: number[] = [];
  private readonly sets: Uint8Array[] = [];
  private readonly stamps: Int32Array;
  private stamp = 0;
  private current: Int32Array;
  private next: Int32Array;
  private readonly waiting: Int32Array;

  /** @throws RegexError, BackReferenceError */
  constructor(pattern: Uint8Array, ignoreCase: boolean) {
    this.emit(parseRegex(pattern, ignoreCase));
    this.step(MATCH);
    const steps = this.codes.length;
    this.stamps = new Int32Array(steps);
    this.current = new Int32Array(steps);
    this.next = new Int32Array(steps);
    this.waiting = new Int32Array(steps * 2 + 1);
  }

  /** Whether the expression is found anywhere in the text. */
  matches(text: Uint8Array, at: number, length: number): boolean {
    let active = 0;
    this.stamp = this.nextStamp();
    for (let position = 0; ; position++) {
      const previous = position === 0 ? NEWLINE : text[at + position - 1];
      const following = position === length ? NUL : text[at + position];
      active = this.follow(0, this.current, active, position, previous, following);
      if (active < 0) return true;
      if (position === length) return false;
      const behind = position + 1 === length ? NUL : text[at + position + 1];
      this.stamp = this.nextStamp();
      let count = 0;
      for (let i = 0; i < active; i++) {
        const step = this.current[i];
        if (this.sets[this.first[step]][following] === 0) continue;
        count = this.follow(step + 1, this.next, count, position + 1, following, behind);
        if (count < 0) return true;
      }
      const swapped = this.current;
      this.current = this.next;
      this.next = swapped;
      active = count;
    }
  }

  private nextStamp(): number {
    if (this.stamp < 0x3fffffff) return this.stamp + 1;
    this.stamps.fill(0);
    return 1;
  }

  /**
   * Adds to `into` all steps that want a byte and can be come to from `start` without one.
   * @returns how many there are then; −1 if the end of the expression can be come to
   */
  private follow(
    start: number,
    into: Int32Array,
    count: number,
    position: number,
    previous: number,
    following: number,
  ): number {
    const { codes, first, second, stamps, stamp, waiting } = this;
    let added = count;
    let left = 1;
    waiting[0] = start;
    while (left > 0) {
      const step = waiting[--left];
      if (stamps[step] === stamp) continue;
      stamps[step] = stamp;
      switch (codes[step]) {
        case MATCH:
          return -1;
        case BYTE:
          into[added++] = step;
          break;
        case FORK:
          waiting[left++] = second[step];
          waiting[left++] = first[step];
          break;
        case JUMP:
          waiting[left++] = first[step];
          break;
        default:
          if (holds(first[step], position, previous, following)) waiting[left++] = step + 1;
      }
    }
    return added;
  }

  // --- making the program ---------------------------------------------------------------------------------------------

  private step(code: number, first = 0, second = 0): number {
    if (this.codes.length === STEPS_MAX) throw new RegexError(TOO_LARGE);
    this.first.push(first);
    this.second.push(second);
    return this.codes.push(code) - 1;
  }

  private emit(node: RegexNode): void {
    switch (node.kind) {
      case 'empty':
        return;
      case 'bytes':
        this.step(BYTE, this.setOf(node.set));
        return;
      case 'assertion':
        this.step(ASSERTION, node.assertion);
        return;
      case 'sequence':
        for (const one of node.nodes) this.emit(one);
        return;
      case 'choice':
        this.emitChoice(node.nodes);
        return;
      default:
        this.emitRepeat(node.node, node.least, node.most);
    }
  }

  /** Sets that are the same are one. */
  private setOf(set: Uint8Array): number {
    const known = this.sets.findIndex((other) => other.every((marked, byte) => marked === set[byte]));
    return known >= 0 ? known : this.sets.push(set.subarray(0, BYTES)) - 1;
  }

  private emitChoice(nodes: readonly RegexNode[]): void {
    const ends: number[] = [];
    for (const node of nodes.slice(0, -1)) {
      const fork = this.step(FORK);
      this.first[fork] = fork + 1;
      this.emit(node);
      ends.push(this.step(JUMP));
      this.second[fork] = this.codes.length;
    }
    this.emit(nodes[nodes.length - 1]);
    for (const end of ends) this.first[end] = this.codes.length;
  }

  private emitRepeat(node: RegexNode, least: number, most: number): void {
    for (let i = 0; i < least; i++) this.emit(node);
    if (most < 0) {
      const fork = this.step(FORK);
      this.first[fork] = fork + 1;
      this.emit(node);
      this.step(JUMP, fork);
      this.second[fork] = this.codes.length;
      return;
    }
    const forks: number[] = [];
    for (let i = least; i < most; i++) {
      const fork = this.step(FORK);
      this.first[fork] = fork + 1;
      forks.push(fork);
      this.emit(node);
    }
    for (const fork of forks) this.second[fork] = this.codes.length;
  }
}

function holds(assertion: number, position: number, previous: number, following: number): boolean {
  const behindWord = isWordByte(previous);
  const beforeWord = isWordByte(following);
  switch (assertion) {
    case AT_BEGIN:
      return position === 0;
    case AT_END:
      return following === NUL;
    case AT_WORD_BEGIN:
      return !behindWord && beforeWord;
    case AT_WORD_END:
      return behindWord && !beforeWord;
    case AT_WORD_EDGE:
      // Both ends of a text count as edges of a word, whatever is there.
      return position === 0 || following === NUL || behindWord !== beforeWord;
    default:
      return position > 0 && following !== NUL && behindWord === beforeWord;
  }
}
