/** All clients, of this thread and of the other I/O threads, for CLIENT. */
import type { FilteredClient } from './client-filter.ts';
import { clientLine } from './client-line.ts';
import type { Connection } from './connection.ts';
import type { ClientFacts } from './io-messages.ts';
import type { Server } from './server.ts';

/** What other threads are told of this thread's clients. */
export function factsOfClients(server: Server, withLines: boolean): ClientFacts[] {
  return [...server.connections.values()].flatMap((connection) => {
    if (connection.closing) return [];
    const { id, outputClass, user, createdMs, link } = connection;
    const { remoteAddress, localAddress } = link;
    const line = withLines ? clientLine(connection, server.ctx.nowMs, server) : '';
    return { id, outputClass, user, createdMs, link: { remoteAddress, localAddress }, line };
  });
}

/** A line for each client that matches, by id. */
export function linesOfClients(server: Server, matches: (client: FilteredClient) => boolean): string {
  const own = [...server.connections.values()].map((connection) => ({
    client: connection as FilteredClient,
    line: () => clientLine(connection, server.ctx.nowMs, server),
  }));
  const others = (server.peers?.ask('clients', { withLines: true }) ?? [])
    .flat()
    .map((client) => ({ client: client as FilteredClient, line: () => client.line }));
  return [...own, ...others]
    .filter(({ client }) => matches(client))
    .sort((a, b) => a.client.id - b.client.id)
    .map(({ line }) => `${line()}\n`)
    .join('');
}

/**
 * Closes clients that match; the one that asks gets its reply first. @param limit how many at most, by id
 * @returns how many there were
 */
export function closeClients(
  server: Server,
  asking: Connection,
  matches: (client: FilteredClient) => boolean,
  limit = Number.POSITIVE_INFINITY,
): number {
  const own = [...server.connections.values()].filter(({ closing }) => !closing);
  const others = (server.peers?.ask('clients', { withLines: false }) ?? []).flat();
  const chosen = [...own, ...others]
    .filter(matches)
    .sort((a, b) => a.id - b.id)
    .slice(0, limit);
  const elsewhere: number[] = [];
  let closed = 0;
  for (const { id } of chosen) {
    const connection = server.connections.get(id);
    if (connection === undefined) elsewhere.push(id);
    else {
      closed++;
      if (connection === asking) server.closeSoon(connection);
      else server.close(connection);
    }
  }
  const answers = elsewhere.length === 0 ? [] : (server.peers?.ask('close-clients', elsewhere) ?? []);
  return answers.reduce((sum, count) => sum + count, closed);
}

/** Closes those of these clients that are this thread's. @returns how many that were */
export function closeOwnClients(server: Server, ids: readonly number[]): number {
  let closed = 0;
  for (const id of ids) {
    const connection = server.connections.get(id);
    if (connection === undefined || connection.closing) continue;
    server.close(connection);
    closed++;
  }
  return closed;
}

/** Ends a client's waiting for keys. @returns false if it doesn't wait on this thread */
export function unblockOwnClient(server: Server, id: number, errorText: string | undefined): boolean {
  const connection = server.connections.get(id);
  return connection !== undefined && server.waiting.blocked.unblock(connection, errorText);
}
