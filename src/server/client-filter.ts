/** Which clients CLIENT LIST and CLIENT KILL mean. */
import { parseInteger } from '../base/numbers.ts';
import type { Context } from '../commands/context.ts';
import { error, SYNTAX_ERROR } from '../commands/errors.ts';
import type { Link } from '../transport/transport.ts';
import { DEFAULT_USER } from './authentication.ts';
import { byteText } from './byte-text.ts';
import { CLASS_NORMAL, CLASS_PUBSUB, CLASS_REPLICA, type Connection } from './connection.ts';

/** What there is to choose clients by: of a connection, or of another thread's client. */
export type FilteredClient = Pick<Connection, 'id' | 'outputClass' | 'user' | 'createdMs'> & {
  readonly link: Pick<Link, 'remoteAddress' | 'localAddress'>;
};

export type ClientFilter = (client: FilteredClient) => boolean;

export interface KillFilter {
  readonly matches: ClientFilter;
  /** Whether the client that asks is spared. */
  readonly skipMe: boolean;
}

const BAD_ID = error('ERR client-id should be greater than 0');
const BAD_AGE = error('ERR maxage is not an integer or out of range');
const BAD_LIST_ID = error('ERR Invalid client ID');

/** The class that argument `arg` names, or −1 for a kind of client that there is none of yet. @throws CommandError */
function classOf(ctx: Context, arg: number): number {
  switch (ctx.word(arg)) {
    case 'NORMAL':
      return CLASS_NORMAL;
    case 'SLAVE':
    case 'REPLICA':
      return CLASS_REPLICA;
    case 'PUBSUB':
      return CLASS_PUBSUB;
    case 'MASTER':
      return -1;
    default:
      throw error(`ERR Unknown client type '${ctx.text(arg)}'`);
  }
}

/** Reads CLIENT LIST's options. @throws CommandError */
export function listFilter(ctx: Context): ClientFilter {
  if (ctx.argc === 2) return () => true;
  if (ctx.argc === 4 && ctx.isWord(2, 'TYPE')) {
    const wanted = classOf(ctx, 3);
    return ({ outputClass }) => outputClass === wanted;
  }
  if (ctx.argc > 3 && ctx.isWord(2, 'ID')) {
    const ids = new Set<number>();
    for (let arg = 3; arg < ctx.argc; arg++) {
      const id = integerAt(ctx, arg);
      if (Number.isNaN(id)) throw BAD_LIST_ID;
      ids.add(id);
    }
    return ({ id }) => ids.has(id);
  }
  throw SYNTAX_ERROR;
}

/** Reads the options of CLIENT KILL, at least one pair of them. @throws CommandError */
export function killFilter(ctx: Context, nowMs: number): KillFilter {
  const filters: ClientFilter[] = [];
  let skipMe = true;
  if (ctx.argc % 2 !== 0) throw SYNTAX_ERROR;
  for (let arg = 2; arg < ctx.argc; arg += 2) {
    const value = arg + 1;
    switch (ctx.word(arg)) {
      case 'ID': {
        const wanted = integerAt(ctx, value);
        if (!(wanted > 0)) throw BAD_ID;
        filters.push(({ id }) => id === wanted);
        break;
      }
      case 'TYPE': {
        const wanted = classOf(ctx, value);
        filters.push(({ outputClass }) => outputClass === wanted);
        break;
      }
      case 'ADDR': {
        const wanted = byteText(ctx, value);
        filters.push(({ link }) => link.remoteAddress === wanted);
        break;
      }
      case 'LADDR': {
        const wanted = byteText(ctx, value);
        filters.push(({ link }) => link.localAddress === wanted);
        break;
      }
      case 'USER': {
        const wanted = byteText(ctx, value);
        if (wanted !== DEFAULT_USER) throw error(`ERR No such user '${ctx.text(value)}'`);
        filters.push(({ user }) => user === wanted);
        break;
      }
      case 'MAXAGE': {
        const wanted = integerAt(ctx, value);
        if (Number.isNaN(wanted)) throw BAD_AGE;
        if (wanted <= 0) throw error('ERR maxage should be greater than 0');
        filters.push(({ createdMs }) => Math.floor((nowMs - createdMs) / 1000) >= wanted);
        break;
      }
      case 'SKIPME':
        if (ctx.isWord(value, 'YES')) skipMe = true;
        else if (ctx.isWord(value, 'NO')) skipMe = false;
        else throw SYNTAX_ERROR;
        break;
      default:
        throw SYNTAX_ERROR;
    }
  }
  return { matches: (connection) => filters.every((filter) => filter(connection)), skipMe };
}

/** NaN if the argument is no integer. */
const integerAt = (ctx: Context, arg: number): number => parseInteger(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
