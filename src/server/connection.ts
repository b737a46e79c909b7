import { move } from '../base/move.ts';
import { copy, Region } from '../base/region.ts';
import { Session } from '../execute/session.ts';
import type { Landing, Link } from '../transport/transport.ts';

/** Room for unread input to begin with. */
const INPUT_BYTES_MIN = 16_384;
/** Larger input buffers are let go of as soon as they are empty, smaller ones when the client has been idle. */
const INPUT_BYTES_KEPT = 4 << 20;
const IDLE_MS = 2000;
/** An announced argument up to this size gets its room at once: growing to it costs more than the memory is worth. */
const INPUT_BYTES_AHEAD = 4 << 20;

/** If so much of a command is missing, it is received where it is gathered. */
const LANDING_BYTES_MIN = 32_768;

/** CLIENT REPLY. */
export const REPLY_ON = 0;
export const REPLY_OFF = 1;
/** The next command's reply is left out, then REPLY_ON again. */
export const REPLY_SKIP_NEXT = 2;
export const REPLY_SKIPPING = 3;

export const CLASS_NORMAL = 0;
export const CLASS_REPLICA = 1;
export const CLASS_PUBSUB = 2;

/** A client's connection: the session and the bytes that have come but not been used yet. */
export class Connection extends Session {
  readonly link: Link;
  readonly createdMs: number;
  lastActiveMs: number;
  name = '';
  libName = '';
  libVersion = '';
  user = 'default';
  /** False until the client has logged in, where a password is needed. */
  authenticated = true;
  replyMode = REPLY_ON;
  noEvict = false;
  /** Which of client-output-buffer-limit's classes it is of: CLASS_NORMAL and its kin. */
  outputClass = CLASS_NORMAL;
  /** Since when more than the soft limit is unsent, in ms since 1970; 0: it isn't. */
  softLimitSinceMs = 0;
  /** It listens to some channel: in RESP2 it may then say little else. */
  subscribed = false;
  /** Told to close once its replies are out: what it sends from now on is dropped. */
  closing = false;
  /** Its next commands wait in the input until it has taken its replies. */
  lagging = false;
  /** It sends nothing any more. */
  ended = false;
  /** Name of the command it sent last, for CLIENT LIST. */
  lastCommand = 'NULL';
  commands = 0;
  receivedBytes = 0;
  sentBytes = 0;
  input: Region | undefined = undefined;
  inputBytes = 0;
  /** When something was last kept in `input`: a client may be busy and have no use for it. */
  private inputUsedMs = 0;
  /** Looking at the input is no use before this many bytes of it are there. */
  inputWanted = 0;

  /** @param id unique over all I/O threads, which the link's isn't */
  constructor(link: Link, id: number, nowMs: number) {
    super(id);
    this.link = link;
    this.createdMs = nowMs;
    this.lastActiveMs = nowMs;
  }

  /** RESET: makes it as it was when it was opened, but for its numbers. */
  reset(authenticated: boolean): void {
    this.db = 0;
    this.resp3 = false;
    this.name = '';
    this.user = 'default';
    this.authenticated = authenticated;
    this.replyMode = REPLY_ON;
    this.noEvict = false;
    this.noTouch = false;
    this.transaction = undefined;
  }

  /** Keeps bytes for later; they may be there already, by way of `landing`. */
  appendInput(from: Region, start: number, end: number): void {
    const bytes = end - start;
    this.inputUsedMs = this.lastActiveMs;
    if (from === this.input) {
      this.inputBytes = end;
      return;
    }
    const input = this.inputWithRoom(this.inputBytes + bytes);
    copy(from, start, input, this.inputBytes, bytes);
    this.inputBytes += bytes;
  }

  /** Where the rest of a large command is best received, if there is one under way: behind what has come of it. */
  landing(): Landing | undefined {
    if (this.waiting || this.inputWanted - this.inputBytes < LANDING_BYTES_MIN) return undefined;
    const region = this.inputWithRoom(this.inputBytes + 1);
    return { region, from: this.inputBytes, to: Math.min(region.length, this.inputWanted) };
  }

  /** Drops the first `bytes` of the kept input. */
  consumeInput(bytes: number): void {
    const left = this.inputBytes - bytes;
    this.inputBytes = left;
    if (left === 0) {
      if (this.input !== undefined && this.input.length > INPUT_BYTES_KEPT) this.input = undefined;
    } else if (bytes > 0 && this.input !== undefined) {
      move(this.input, bytes, 0, left);
    }
  }

  /** Gives an input buffer back that nothing has come into for a while. */
  releaseIdleInput(nowMs: number): void {
    if (this.inputBytes === 0 && nowMs - this.inputUsedMs > IDLE_MS) this.input = undefined;
  }

  /** How much room to make for `bytes` of input: it grows by half at least, so that copying stays cheap. */
  private roomFor(bytes: number): number {
    const ahead = Math.min(this.inputWanted, Math.max(bytes * 2, INPUT_BYTES_AHEAD));
    const wanted = Math.max(bytes, ahead, INPUT_BYTES_MIN);
    const hasBytes = this.input?.length ?? 0;
    return wanted >= hasBytes * 1.5 ? wanted : Math.max(wanted, hasBytes * 2);
  }

  private inputWithRoom(bytes: number): Region {
    if (this.input !== undefined && this.input.length >= bytes) return this.input;
    const grown = Region.allocate(this.roomFor(bytes));
    if (this.input !== undefined) copy(this.input, 0, grown, 0, this.inputBytes);
    this.input = grown;
    return grown;
  }
}
