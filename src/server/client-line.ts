/** One client in a line: CLIENT LIST and CLIENT INFO. */
import { fieldsetsBytes } from '../commands/fieldsets.ts';
import type { Connection } from './connection.ts';
import type { Server } from './server.ts';

/** A connection's own objects, about: what is neither input nor output. */
const OBJECT_BYTES = 1200;

/** A key that it watches, a channel that it listens to: an entry in a table and a name, about. */
const WATCHED_BYTES = 100;
const SUBSCRIPTION_BYTES = 100;

/** Bytes that the client takes: CLIENT LIST's tot-mem. */
export function clientBytes(connection: Connection, { subscriptions }: Server): number {
  const { input, link, transaction, watching, subscribed } = connection;
  const buffers = (input?.length ?? 0) + link.unsentBytes + (transaction?.bytes ?? 0);
  const watched = (watching?.count ?? 0) * WATCHED_BYTES;
  const listening = (subscribed ? subscriptions.countOf(connection) : 0) * SUBSCRIPTION_BYTES;
  return OBJECT_BYTES + buffers + watched + listening + fieldsetsBytes(connection);
}

export function clientLine(connection: Connection, nowMs: number, server: Server): string {
  const subscriptions = server.subscriptions.counts(connection);
  const { link } = connection;
  const inputRoom = connection.input?.length ?? 0;
  const unsent = link.unsentBytes;
  const fields: [name: string, value: string | number][] = [
    ['id', connection.id],
    ['addr', link.remoteAddress],
    ['laddr', link.localAddress],
    ['fd', link.fd],
    ['name', connection.name],
    ['age', seconds(nowMs - connection.createdMs)],
    ['idle', seconds(nowMs - connection.lastActiveMs)],
    ['flags', flagsOf(connection, server)],
    ['db', connection.db],
    ['sub', subscriptions.channels],
    ['psub', subscriptions.patterns],
    ['ssub', subscriptions.shardChannels],
    ['multi', connection.transaction?.queue.length ?? -1],
    ['watch', connection.watching?.count ?? 0],
    ['qbuf', connection.inputBytes],
    ['qbuf-free', inputRoom - connection.inputBytes],
    ['argv-mem', 0],
    ['multi-mem', connection.transaction?.bytes ?? 0],
    ['rbs', 0],
    ['rbp', 0],
    ['obl', 0],
    ['oll', unsent > 0 ? 1 : 0],
    ['omem', unsent],
    ['tot-mem', clientBytes(connection, server)],
    ['events', unsent > 0 ? 'rw' : 'r'],
    ['cmd', connection.lastCommand],
    ['user', connection.user],
    ['redir', -1],
    ['resp', connection.resp3 ? 3 : 2],
    ['lib-name', connection.libName],
    ['lib-ver', connection.libVersion],
    ['io-thread', server.ioThread],
    ['tot-net-in', connection.receivedBytes],
    ['tot-net-out', connection.sentBytes],
    ['tot-cmds', connection.commands],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(' ');
}

const seconds = (ms: number): number => Math.max(0, Math.floor(ms / 1000));

function flagsOf(connection: Connection, server: Server): string {
  let flags = server.monitors.has(connection) ? 'O' : '';
  if (connection.subscribed) flags += 'P';
  if (connection.transaction !== undefined) flags += 'x';
  if (server.waiting.blocked.has(connection)) flags += 'b';
  if (connection.closing) flags += 'c';
  if (connection.link.isUnixSocket) flags += 'U';
  if (connection.noEvict) flags += 'e';
  if (connection.noTouch) flags += 'T';
  return flags === '' ? 'N' : flags;
}
