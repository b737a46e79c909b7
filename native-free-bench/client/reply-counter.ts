/**
 * Counts complete RESP2/RESP3 replies in a stream of chunks without building them, so a generator of load spends its
 * time on the server and not on values that nobody reads. An aggregate's elements are values still owed, nested ones
 * too, so one number does what a parser does with a stack.
 */

const LF = 10;
const DOLLAR = 36;
const PERCENT = 37;
const ASTERISK = 42;
const MINUS = 45;
const EQUALS = 61;
const GREATER = 62;
const EXCLAMATION = 33;
const BAR = 124;
const TILDE = 126;
const ZERO = 48;
const NINE = 57;

const MODE_TYPE = 0;
const MODE_LINE = 1;
const MODE_PAYLOAD = 2;

export class ReplyCounter {
  /** Complete top-level replies since the start. Push messages of RESP3 are no replies and are left out. */
  replies = 0;
  /** Top-level error replies since the start. */
  errors = 0;
  /** Text of the latest error reply, without its `-`. */
  lastError = '';

  #mode = MODE_TYPE;
  #type = 0;
  /** The number in a line's head: a length or a count. */
  #number = 0;
  #negative = false;
  /** Bytes of payload (with its CRLF) still to come. */
  #payloadLeft = 0;
  /** Values still owed before the current top-level reply is complete. */
  #owed = 1;
  #isNested = false;
  #isPush = false;
  #errorBytes: number[] = [];

  /** Takes `bytes[from, to)` and returns how many replies it completed. */
  feed(bytes: Uint8Array, from: number, to: number): number {
    const before = this.replies;
    let at = from;
    while (at < to) {
      if (this.#mode === MODE_PAYLOAD) {
        const taken = Math.min(this.#payloadLeft, to - at);
        this.#payloadLeft -= taken;
        at += taken;
        if (this.#payloadLeft === 0) this.#endValue(0);
      } else if (this.#mode === MODE_TYPE) {
        this.#startValue(bytes[at++]);
      } else {
        at = this.#readLine(bytes, at, to);
      }
    }
    return this.replies - before;
  }

  #startValue(type: number): void {
    this.#type = type;
    this.#number = 0;
    this.#negative = false;
    this.#mode = MODE_LINE;
    if (type === GREATER && !this.#isNested) this.#isPush = true;
  }

  #readLine(bytes: Uint8Array, from: number, to: number): number {
    const isError = this.#type === MINUS;
    for (let at = from; at < to; at++) {
      const byte = bytes[at];
      if (byte === LF) {
        this.#endLine();
        return at + 1;
      }
      if (isError) this.#errorBytes.push(byte);
      else if (byte >= ZERO && byte <= NINE) this.#number = this.#number * 10 + byte - ZERO;
      else if (byte === MINUS) this.#negative = true;
    }
    return to;
  }

  #endLine(): void {
    if (this.#type === MINUS) this.#endError();
    if (this.#type === DOLLAR || this.#type === EQUALS || this.#type === EXCLAMATION) {
      if (!this.#negative) {
        this.#payloadLeft = this.#number + 2;
        this.#mode = MODE_PAYLOAD;
        return;
      }
    }
    this.#endValue(this.#elements());
  }

  /** How many values the head that was just read promises. */
  #elements(): number {
    switch (this.#type) {
      case ASTERISK:
      case TILDE:
      case GREATER:
        return this.#negative ? 0 : this.#number;
      case PERCENT:
        return this.#number * 2;
      case BAR:
        // An attribute comes before the value it describes: it pays for nothing.
        return this.#number * 2 + 1;
      default:
        return 0;
    }
  }

  #endError(): void {
    this.lastError = Buffer.from(this.#errorBytes).toString().trimEnd();
    this.#errorBytes = [];
    if (!this.#isNested) this.errors++;
  }

  #endValue(elements: number): void {
    this.#mode = MODE_TYPE;
    this.#owed += elements - 1;
    this.#isNested = this.#owed > 0;
    if (this.#isNested) return;
    this.#owed = 1;
    if (this.#isPush) this.#isPush = false;
    else this.replies++;
  }
}
