/** DEBUG RELOAD: every value is serialized and loaded again, so that whatever that loses or spoils is seen. */
import { copy, Region } from '../base/region.ts';
import { readPayload, writePayload } from '../persistence/serialize.ts';
import { Loaded } from '../persistence/serialize-load.ts';
import { SerialWriter } from '../persistence/serialize-writer.ts';
import { accessOf, keyAt, keyLength, setAccess, TYPE_STRING, valueAt } from '../store/entry.ts';
import type { Keyspace } from '../store/keyspace.ts';
import type { Context } from './context.ts';
import { internalDebug } from './debug-data.ts';
import type { Command } from './define.ts';
import { NO_SUCH_FORM } from './dump.ts';
import { SYNTAX_ERROR } from './errors.ts';

/** More elements than any command does in place. */
const FOR_A_WORKER = Number.POSITIVE_INFINITY;
/** Keys looked at in one hold of a shard's lock. */
const PIECE = 256;
const HASH_END = 2 ** 32;

const writer = new SerialWriter();
const loaded = new Loaded();

interface Key {
  readonly bytes: Region;
  readonly hash: number;
}

/**
 * DEBUG RELOAD [NOSAVE] [NOFLUSH] [MERGE]. There is no file in between, so the options, which say what becomes of it and of
 * the keys that are there already, make no difference.
 */
function reload(ctx: Context): void {
  for (let arg = 2; arg < ctx.argc; arg++) {
    if (!ctx.isWord(arg, 'NOSAVE') && !ctx.isWord(arg, 'NOFLUSH') && !ctx.isWord(arg, 'MERGE')) throw SYNTAX_ERROR;
  }
  ctx.weigh(FOR_A_WORKER);
  ctx.shards.forEach((shard, index) => {
    for (let db = 0; db < shard.keyspaces.length; db++) {
      for (let from = 0; from < HASH_END; ) {
        from = ctx.inShard(index, ({ keyspaces }) => reloadPiece(keyspaces[db], from));
      }
    }
  });
  ctx.reply.ok();
}

/** @returns the hash to go on from */
function reloadPiece(keyspace: Keyspace, from: number): number {
  const { arena } = keyspace;
  const keys: Key[] = [];
  const next = keyspace.table.scan(from, PIECE, (entry, hash) => {
    const bytes = Region.allocate(keyLength(arena, entry));
    copy(arena.region, keyAt(arena, entry), bytes, 0, bytes.length);
    keys.push({ bytes, hash });
  });
  for (const { bytes, hash } of keys) {
    const entry = keyspace.peek(bytes, 0, bytes.length, hash);
    if (entry !== 0) reloadEntry(keyspace, bytes, hash, entry);
  }
  return next;
}

function reloadEntry(keyspace: Keyspace, key: Region, hash: number, entry: number): void {
  const { arena, allocator } = keyspace;
  if (!writePayload(writer, keyspace, entry)) throw NO_SUCH_FORM;
  readPayload(writer.region, 0, writer.at, allocator, loaded);
  const access = accessOf(arena, entry);
  const deadlineMs = keyspace.deadlineOf(entry);
  const { type, value, text } = loaded;
  let put: number;
  if (type === TYPE_STRING) {
    put = keyspace.putString(key, 0, key.length, hash, entry, text.length, deadlineMs);
    copy(text.region, text.at, arena.region, valueAt(arena, put), text.length);
  } else {
    try {
      const kind = type | (value.encoding << 4);
      put = keyspace.putRoot(key, 0, key.length, hash, entry, kind, value.root, deadlineMs);
    } catch (failure) {
      loaded.free();
      throw failure;
    }
  }
  setAccess(arena, put, access);
}

export const debugReloadCommands: readonly Command[] = [internalDebug('RELOAD', reload, '', 'each')];
