/**
 * Replies in RESP2 or RESP3, encoded straight into one buffer. Each thread has one Writer: replies of a received batch
 * gather in it and are sent together. `ensure` before writing is the Writer's business, not the caller's.
 */

import { writeDouble } from '../base/double-write.ts';
import { move } from '../base/move.ts';
import { integerLength, writeBigInt, writeInteger } from '../base/numbers.ts';
import { copy, Region } from '../base/region.ts';

const INITIAL_BYTES = 65536;
/** The largest buffer that a thread keeps though it may have nothing to write. */
const DETACHED_BYTES_MAX = 1 << 20;
/** `$` or `*`, a length, CR LF. */
const HEADER_BYTES_MAX = 24;
/** That of a string of 10 to 99 bytes. */
const LONG_HEADER_BYTES = 5;
const CRLF = 0x0a0d;

const ASTERISK = 42;
const COLON = 58;
const COMMA = 44;
const DOLLAR = 36;
const EQUALS = 61;
const HASH = 35;
const LEFT_PARENTHESIS = 40;
const MINUS = 45;
const PERCENT = 37;
const PLUS = 43;
const GREATER = 62;
const TILDE = 126;
const BAR = 124;

const constant = (text: string): Region => Region.of(text);

const OK = constant('+OK\r\n');
const QUEUED = constant('+QUEUED\r\n');
const PONG = constant('+PONG\r\n');
const NULL_BULK = constant('$-1\r\n');
const NULL_ARRAY = constant('*-1\r\n');
const NULL = constant('_\r\n');
const EMPTY_BULK = constant('$0\r\n\r\n');
const TRUE = constant('#t\r\n');
const FALSE = constant('#f\r\n');

/** Where buffers come from, and go when they are too small. */
export interface BufferSource {
  take(bytes: number): Region;
  giveBack(region: Region): void;
}

const FRESH: BufferSource = { take: (bytes) => Region.allocate(bytes), giveBack: () => {} };

export class Writer {
  region = Region.allocate(INITIAL_BYTES);
  buffers = FRESH;
  /** Where the next byte goes; also how many bytes wait to be sent. */
  at = 0;
  /** The protocol version of the client whose reply is being written. */
  resp3 = false;
  /** Error replies written since the start; the executor tells by it whether a command failed. */
  errors = 0;
  /** Told of each error's text, for INFO errorstats. */
  onError: (text: string) => void = () => {};

  /** Makes room for `bytes` more. */
  ensure(bytes: number): void {
    if (this.at + bytes > this.region.u8.length) this.grow(bytes);
  }

  /**
   * Hands over the buffer with what is in it, and goes on with another: for large replies, sent without copying. The next
   * reply is likely to be as large.
   */
  detach(): Region {
    const { region } = this;
    this.region = this.buffers.take(Math.min(region.length, DETACHED_BYTES_MAX));
    this.at = 0;
    return region;
  }

  raw(bytes: Region): void {
    const length = bytes.u8.length;
    this.ensure(length);
    copy(bytes, 0, this.region, this.at, length);
    this.at += length;
  }

  ok(): void {
    this.raw(OK);
  }

  queued(): void {
    this.raw(QUEUED);
  }

  pong(): void {
    this.raw(PONG);
  }

  /** A simple string; cold. */
  simple(text: string): void {
    this.line(PLUS, text);
  }

  /** An error. `text` begins with its code: `ERR …`, `WRONGTYPE …`. */
  error(text: string): void {
    this.errors++;
    this.onError(text);
    // A line end inside would end the reply early, so it is told as a space, and left out at the end, as Redis does.
    this.line(MINUS, text.replace(/[\r\n]+$/, '').replace(/[\r\n]/g, ' '));
  }

  integer(value: number): void {
    this.ensure(HEADER_BYTES_MAX);
    this.header(COLON, value);
  }

  bigInteger(value: bigint): void {
    this.ensure(HEADER_BYTES_MAX);
    this.region.u8[this.at++] = COLON;
    this.at = writeBigInt(this.region.u8, this.at, value);
    this.crlf();
  }

  /** A bulk string out of memory. */
  bulk(from: Region, at: number, length: number): void {
    this.ensure(length + HEADER_BYTES_MAX);
    this.header(DOLLAR, length);
    copy(from, at, this.region, this.at, length);
    this.at += length;
    this.crlf();
  }

  /** A bulk string with an integer's digits. */
  bulkInteger(value: number): void {
    this.ensure(HEADER_BYTES_MAX * 2);
    this.header(DOLLAR, integerLength(value));
    this.at = writeInteger(this.region.u8, this.at, value);
    this.crlf();
  }

  /** A bulk string of a JavaScript string's UTF-8 bytes; cold. */
  bulkText(text: string): void {
    const bytes = Buffer.from(text);
    this.ensure(bytes.length + HEADER_BYTES_MAX);
    this.header(DOLLAR, bytes.length);
    this.region.u8.set(bytes, this.at);
    this.at += bytes.length;
    this.crlf();
  }

  /** A bulk string of a byte string, one character a byte; cold. */
  bulkBytes(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    const at = this.bulkSpace(bytes.length);
    this.region.u8.set(bytes, at);
  }

  /** Makes room for a bulk string whose bytes the caller writes. @returns where they go in `region` */
  bulkSpace(length: number): number {
    this.ensure(length + HEADER_BYTES_MAX);
    this.header(DOLLAR, length);
    const at = this.at;
    this.at += length;
    this.crlf();
    return at;
  }

  emptyBulk(): void {
    this.raw(EMPTY_BULK);
  }

  /** What stands for a missing string: `$-1`, in RESP3 `_`. */
  null(): void {
    this.raw(this.resp3 ? NULL : NULL_BULK);
  }

  /** What stands for a missing array: `*-1`, in RESP3 `_`. */
  nullArray(): void {
    this.raw(this.resp3 ? NULL : NULL_ARRAY);
  }

  array(count: number): void {
    this.ensure(HEADER_BYTES_MAX);
    this.header(ASTERISK, count);
  }

  /** A map of `count` pairs; in RESP2 an array of twice as many. */
  map(count: number): void {
    this.ensure(HEADER_BYTES_MAX);
    if (this.resp3) this.header(PERCENT, count);
    else this.header(ASTERISK, count * 2);
  }

  /** A set; in RESP2 an array. */
  set(count: number): void {
    this.ensure(HEADER_BYTES_MAX);
    this.header(this.resp3 ? TILDE : ASTERISK, count);
  }

  /** An out-of-band message; in RESP2 an array. */
  push(count: number): void {
    this.ensure(HEADER_BYTES_MAX);
    this.header(this.resp3 ? GREATER : ASTERISK, count);
  }

  /** Attributes of the reply that follows; RESP3 only. */
  attribute(count: number): void {
    this.ensure(HEADER_BYTES_MAX);
    this.header(BAR, count);
  }

  /** A double; in RESP2 a bulk string of its digits. */
  double(value: number): void {
    this.ensure(HEADER_BYTES_MAX * 3);
    const { u8 } = this.region;
    if (this.resp3) {
      u8[this.at++] = COMMA;
      this.at = writeDouble(u8, this.at, value);
    } else {
      // Most take ten digits or more, so the text is written where it then belongs, and moved if it doesn't.
      const written = this.at + LONG_HEADER_BYTES;
      const length = writeDouble(u8, written, value) - written;
      this.header(DOLLAR, length);
      if (this.at !== written) u8.copyWithin(this.at, written, written + length);
      this.at += length;
    }
    this.crlf();
  }

  boolean(value: boolean): void {
    if (this.resp3) this.raw(value ? TRUE : FALSE);
    else this.integer(value ? 1 : 0);
  }

  /** Text for people: a verbatim string of kind txt; in RESP2 a bulk string. Cold. */
  verbatim(text: string): void {
    if (!this.resp3) return this.bulkText(text);
    const bytes = Buffer.from(text);
    this.ensure(bytes.length + HEADER_BYTES_MAX);
    this.header(EQUALS, bytes.length + 4);
    this.region.u8.set(Buffer.from('txt:'), this.at);
    this.region.u8.set(bytes, this.at + 4);
    this.at += bytes.length + 4;
    this.crlf();
  }

  /** A number of any size, given in digits; in RESP2 a bulk string. Cold. */
  bigNumber(digits: string): void {
    if (this.resp3) this.line(LEFT_PARENTHESIS, digits);
    else this.bulkText(digits);
  }

  /** RESP3's boolean whatever the client's version; for DEBUG PROTOCOL. */
  protocolBoolean(value: boolean): void {
    this.ensure(4);
    this.region.u8[this.at++] = HASH;
    this.region.u8[this.at++] = value ? 116 : 102;
    this.crlf();
  }

  /** Begins a reply whose count is known only after its elements. @returns a mark for `arrayAt` and its kin */
  mark(): number {
    return this.at;
  }

  /** Puts an array header before everything written since `mark`. */
  arrayAt(mark: number, count: number): void {
    this.headerAt(mark, ASTERISK, count);
  }

  setAt(mark: number, count: number): void {
    this.headerAt(mark, this.resp3 ? TILDE : ASTERISK, count);
  }

  mapAt(mark: number, count: number): void {
    if (this.resp3) this.headerAt(mark, PERCENT, count);
    else this.headerAt(mark, ASTERISK, count * 2);
  }

  /** Takes back everything written since `mark`. */
  rewind(mark: number): void {
    this.at = mark;
  }

  private headerAt(mark: number, kind: number, count: number): void {
    const bytes = 3 + integerLength(count);
    this.ensure(bytes);
    const end = this.at;
    move(this.region, mark, mark + bytes, end - mark);
    this.at = mark;
    this.header(kind, count);
    this.at = end + bytes;
  }

  private header(kind: number, value: number): void {
    const { u8, view } = this.region;
    const at = this.at;
    if (value >= 0 && value < 10) {
      view.setInt32(at, kind | ((48 + value) << 8) | (CRLF << 16), true);
      this.at = at + 4;
    } else if (value >= 0 && value < 100) {
      const tens = (value / 10) | 0;
      view.setInt32(at, kind | ((48 + tens) << 8) | ((48 + value - tens * 10) << 16) | (CRLF << 24), true);
      view.setUint8(at + 4, CRLF >> 8);
      this.at = at + 5;
    } else {
      u8[at] = kind;
      this.at = writeInteger(u8, at + 1, value);
      this.crlf();
    }
  }

  private crlf(): void {
    this.region.view.setInt16(this.at, CRLF, true);
    this.at += 2;
  }

  /** What a client sent stands in error texts one character a byte, and goes back as it came. */
  private line(kind: number, text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    this.ensure(bytes.length + 3);
    this.region.u8[this.at++] = kind;
    this.region.u8.set(bytes, this.at);
    this.at += bytes.length;
    this.crlf();
  }

  private grow(bytes: number): void {
    let capacity = this.region.u8.length * 2;
    while (capacity < this.at + bytes) capacity *= 2;
    const grown = this.buffers.take(capacity);
    if (this.at > 0) copy(this.region, 0, grown, 0, this.at);
    this.buffers.giveBack(this.region);
    this.region = grown;
  }
}
