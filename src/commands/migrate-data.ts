/**
 * MIGRATE's two looks at the keys; what lies between, the other server, is the I/O thread's business (server/migration.ts).
 * No lock is held meanwhile, so the second look drops a key only if it still is what was sent.
 *
 *     MIGRATE-COLLECT replace|new key…          a RESTORE, ready to be sent, for each key that is there; then a line for
 *                                               each key, `+` if it isn't there, else `+checksum deadline`; then `:bytes`
 *                                               of all RESTOREs
 *     MIGRATE-DROP [key checksum deadline]…     :1 for each key that was dropped, :0 for each that had changed
 */
import { writePayload } from '../persistence/serialize.ts';
import { SerialWriter } from '../persistence/serialize-writer.ts';
import { TYPE_STRING, typeOf, valueLength } from '../store/entry.ts';
import { NO_DEADLINE } from '../store/keyspace.ts';
import type { Context } from './context.ts';
import { type Command, command } from './define.ts';
import { NO_SUCH_FORM } from './dump.ts';
import { DEL } from './events.ts';
import { elementsOf } from './generic-exists.ts';

const CHECKSUM_BYTES = 8;
/** Bytes that are written in the time of one element. */
const BYTES_AN_ELEMENT = 64;

const writer = new SerialWriter();

/** Writes the payload of the selected keyspace's entry. @returns its checksum  @throws NO_SUCH_FORM */
function serialize(ctx: Context, entry: number): string {
  if (!writePayload(writer, ctx.ks, entry)) throw NO_SUCH_FORM;
  const { view } = writer.region;
  const at = writer.at - CHECKSUM_BYTES;
  return `${view.getUint32(at, true)}-${view.getUint32(at + 4, true)}`;
}

/** Says how long it will take to serialize every `step`th argument from `first` on. */
function weighKeys(ctx: Context, first: number, step: number): void {
  let elements = 0;
  for (let arg = first; arg < ctx.argc; arg += step) {
    const entry = ctx.peek(arg);
    if (entry === 0) continue;
    const { arena } = ctx.ks;
    const isString = typeOf(arena, entry) === TYPE_STRING;
    elements += isString ? valueLength(arena, entry) / BYTES_AN_ELEMENT : elementsOf(ctx.ks, entry);
  }
  ctx.weigh(elements);
}

function collect(ctx: Context): void {
  weighKeys(ctx, 2, 1);
  const { reply } = ctx;
  const replaces = ctx.isWord(1, 'REPLACE');
  const begin = reply.mark();
  const facts: string[] = [];
  for (let arg = 2; arg < ctx.argc; arg++) {
    const entry = ctx.read(arg);
    if (entry === 0) {
      facts.push('');
      continue;
    }
    const deadlineMs = ctx.ks.deadlineOf(entry);
    facts.push(`${serialize(ctx, entry)} ${deadlineMs}`);
    reply.array(replaces ? 5 : 4);
    reply.bulkText('RESTORE');
    reply.bulk(ctx.source, ctx.at[arg], ctx.size[arg]);
    reply.bulkInteger(deadlineMs === NO_DEADLINE ? 0 : Math.max(1, deadlineMs - ctx.nowMs));
    reply.bulk(writer.region, 0, writer.at);
    if (replaces) reply.bulkText('REPLACE');
  }
  const bytes = reply.mark() - begin;
  for (const line of facts) reply.simple(line);
  reply.integer(bytes);
}

function drop(ctx: Context): void {
  weighKeys(ctx, 1, 3);
  for (let arg = 1; arg < ctx.argc; arg += 3) {
    const entry = ctx.peek(arg);
    const isSame =
      entry !== 0 && ctx.text(arg + 2) === `${ctx.ks.deadlineOf(entry)}` && ctx.text(arg + 1) === serialize(ctx, entry);
    if (isSame) {
      ctx.ks.remove(entry, ctx.hash);
      ctx.touch(arg, DEL);
    }
    ctx.reply.integer(isSame ? 1 : 0);
  }
}

const declare = (name: string, keys: string, flags: string, run: (ctx: Context) => void): Command =>
  command({
    name,
    since: '2.6.0',
    group: 'generic',
    complexity: 'O(N) for N elements of the values',
    summary: 'A part of MIGRATE.',
    syntax: 'key:key...',
    keys,
    // A client's address would belong to it in the slow log.
    flags: `${flags} skip_slowlog skip_monitor`,
    internal: true,
    run,
  });

export const migrateCollect = declare('MIGRATE-COLLECT', 'RO access 2..-1', 'readonly', collect);
export const migrateDrop = declare('MIGRATE-DROP', 'RW access delete 1..-1:3', 'write', drop);

export const migrateDataCommands: readonly Command[] = [migrateCollect, migrateDrop];
