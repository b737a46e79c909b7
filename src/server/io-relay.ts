/** Commands about the server as a whole, sent by clients of other threads than 0: passed on by those, run by thread 0. */
import { Region } from '../base/region.ts';
import type { Context } from '../commands/context.ts';
import { type Command, command } from '../commands/define.ts';
import { CommandError, error } from '../commands/errors.ts';
import type { Link } from '../transport/transport.ts';
import { Connection } from './connection.ts';
import type { RelayedClient, RelayedCommand, RelayedReply } from './io-messages.ts';
import type { Peers } from './peers.ts';
import { connectionOf, type ThreadServices } from './services.ts';

/** The command as it is declared; what it does, thread 0 does. */
export function relayed({ spec }: Command, peers: Peers): Command {
  return command({ ...spec, run: (ctx) => relay(ctx, peers) });
}

/** Has thread 0 run the command in `ctx`, and replies what that replies. @throws CommandError */
export function relay(ctx: Context, peers: Peers): void {
  const { id, name, link } = connectionOf(ctx);
  const { remoteAddress, localAddress, isUnixSocket } = link;
  const reply = peers.relay({
    args: Array.from({ length: ctx.argc }, (_, arg) => ctx.source.u8.slice(ctx.at[arg], ctx.at[arg] + ctx.size[arg])),
    resp3: ctx.reply.resp3,
    client: { id, name, address: remoteAddress, localAddress, isUnixSocket },
  });
  if ('error' in reply) throw error(reply.error);
  ctx.reply.raw(regionOf(reply.bytes));
}

/** Runs another thread's command; between commands. It is counted where the client is. */
export function runRelayed(
  { args, resp3, client }: RelayedCommand,
  { server, dispatcher, log }: ThreadServices,
): RelayedReply {
  const { ctx } = server;
  const { reply } = ctx;
  const mark = reply.at;
  loadArguments(ctx, args);
  const session = new Connection(absentLink(client), client.id, ctx.nowMs);
  const found = dispatcher.resolve(session);
  if (found === undefined) throw new Error(`relayed: a command that there is none of: ${args[0]}`);
  reply.resp3 = resp3;
  ctx.command = found;
  ctx.session = session;
  ctx.startedMs = 0;
  try {
    found.run(ctx);
    return { bytes: reply.region.u8.slice(mark, reply.at) };
  } catch (thrown) {
    if (thrown instanceof CommandError) return { error: thrown.message };
    log.warning(`Command ${found.name} failed; this is a bug.\n${thrown instanceof Error ? thrown.stack : thrown}`);
    return { error: 'ERR internal error' };
  } finally {
    reply.rewind(mark);
  }
}

function loadArguments(ctx: Context, args: readonly Uint8Array[]): void {
  const source = Region.allocate(args.reduce((sum, { length }) => sum + length, 0));
  ctx.reserve(args.length);
  ctx.source = source;
  ctx.argc = args.length;
  let at = 0;
  args.forEach((bytes, arg) => {
    source.u8.set(bytes, at);
    ctx.at[arg] = at;
    ctx.size[arg] = bytes.length;
    at += bytes.length;
  });
}

const regionOf = (bytes: Uint8Array): Region =>
  new Region(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));

/** Stands for the link of a client on another thread: who it is, and nothing that could be done to it. */
const absentLink = ({ id, address, localAddress, isUnixSocket }: RelayedClient): Link => ({
  id,
  fd: -1,
  remoteAddress: address,
  localAddress,
  isUnixSocket,
  owner: undefined,
  unsentBytes: 0,
  closed: true,
  landing: undefined,
  send() {},
  sendOwned() {},
  pause() {},
  resume() {},
  endAfterFlush() {},
  destroy() {},
});
