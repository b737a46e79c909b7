/**
 * What passes between an I/O thread and a worker, in words of a ring's record.
 *
 *     request   0 kind   1 session   2 command   3 database   4 flags   5 argc
 *               6…       argc sizes in bytes, then the arguments' bytes, end to end
 *     reply     0 kind   1 session   2 bytes     3 flags
 *               4…       the reply's bytes
 *
 * A message too long for a ring goes by message port in memory of its own, laid out the same; its record then is only
 * words 0 and 1, kind BY_PORT, so that order is kept. Both ports are read with receiveMessageOnPort, never by events.
 */
import { copy, Region } from '../base/region.ts';
import type { Context } from '../commands/context.ts';

export const IN_RING = 0;
export const BY_PORT = 1;
/**
 * From a worker, not a reply: a key that clients wait for has changed. Word 1 is its database, the bytes are its name; −1
 * bytes stand for a name too long for the ring: it may be any key of that database.
 */
export const KEY_READY = 2;

export const REQUEST_RESP3 = 1;
export const REQUEST_NO_TOUCH = 2;

const REQUEST_WORDS = 6;
const REPLY_WORDS = 4;
export const REPLY_HEAD_BYTES = REPLY_WORDS * 4;
export const BY_PORT_BYTES = 8;

export interface RequestHead {
  kind: number;
  session: number;
  command: number;
  db: number;
  flags: number;
}

export function requestBytes(ctx: Context): number {
  let bytes = (REQUEST_WORDS + ctx.argc) * 4;
  for (let arg = 0; arg < ctx.argc; arg++) bytes += ctx.size[arg];
  return bytes;
}

/** Writes the running command's request at `at`, a multiple of 4. */
export function writeRequest(to: Region, at: number, ctx: Context, session: number, db: number, flags: number): void {
  const view = to.view;
  view.setInt32(at, IN_RING, true);
  view.setInt32(at + 4, session, true);
  view.setInt32(at + 8, ctx.command.id, true);
  view.setInt32(at + 12, db, true);
  view.setInt32(at + 16, flags, true);
  view.setInt32(at + 20, ctx.argc, true);
  let position = at + (REQUEST_WORDS + ctx.argc) * 4;
  for (let arg = 0; arg < ctx.argc; arg++) {
    const size = ctx.size[arg];
    view.setInt32(at + (REQUEST_WORDS + arg) * 4, size, true);
    copy(ctx.source, ctx.at[arg], to, position, size);
    position += size;
  }
}

/** Reads a request's head into `head` and its arguments, in place, into `ctx`. */
export function readRequest(from: Region, at: number, head: RequestHead, ctx: Context): void {
  const view = from.view;
  head.kind = view.getInt32(at, true);
  head.session = view.getInt32(at + 4, true);
  head.command = view.getInt32(at + 8, true);
  head.db = view.getInt32(at + 12, true);
  head.flags = view.getInt32(at + 16, true);
  const argc = view.getInt32(at + 20, true);
  ctx.reserve(argc);
  ctx.source = from;
  ctx.argc = argc;
  let position = at + (REQUEST_WORDS + argc) * 4;
  for (let arg = 0; arg < argc; arg++) {
    const size = view.getInt32(at + (REQUEST_WORDS + arg) * 4, true);
    ctx.at[arg] = position;
    ctx.size[arg] = size;
    position += size;
  }
}

export function writeReply(to: Region, at: number, session: number, flags: number, reply: Region, bytes: number): void {
  const view = to.view;
  view.setInt32(at, IN_RING, true);
  view.setInt32(at + 4, session, true);
  view.setInt32(at + 8, bytes, true);
  view.setInt32(at + 12, flags, true);
  copy(reply, 0, to, at + REPLY_HEAD_BYTES, bytes);
}

export function writeKeyReady(to: Region, at: number, db: number, key: Region | undefined): void {
  if (key !== undefined) writeReply(to, at, db, 0, key, key.length);
  else {
    to.view.setInt32(at + 4, db, true);
    to.view.setInt32(at + 8, -1, true);
  }
  to.view.setInt32(at, KEY_READY, true);
}

export function writeByPort(to: Region, at: number, session: number): void {
  to.view.setInt32(at, BY_PORT, true);
  to.view.setInt32(at + 4, session, true);
}

/** A reply that went by port. */
export interface LongReply {
  readonly session: number;
  readonly buffer: SharedArrayBuffer;
  readonly bytes: number;
}

/** What a client is told whose command a worker had begun when it died. */
export const WORKER_DIED =
  'ERR internal error: the worker that ran this command stopped; it may or may not have been done';

/** The session of a request that went by port. */
export const sessionOf = (request: Region): number => request.view.getInt32(4, true);

/** A Region over a buffer that came by message port. */
export const regionOver = (buffer: SharedArrayBuffer): Region =>
  new Region(new Uint8Array(buffer), new DataView(buffer));
