/** MIGRATE's words; what it does is in migration.ts. */
import { Region } from '../base/region.ts';
import type { Context } from '../commands/context.ts';
import { type Command, command } from '../commands/define.ts';
import { error, SYNTAX_ERROR } from '../commands/errors.ts';
import { saturatedInteger } from '../commands/saturated-integer.ts';
import { byteText } from './byte-text.ts';
import type { MigrationOrder } from './migration.ts';
import { connectionOf, type ThreadServices } from './services.ts';

const KEY_BESIDE_KEYS = error('ERR When using MIGRATE KEYS option, the key argument must be set to the empty string');
const NOT_WITHIN_EXEC = error('ERR MIGRATE waits for another server, which a transaction or a script must not do');

const KEY = 3;
const OPTIONS = 6;
/** Redis' own, for a time-out of 0 or less. */
const TIMEOUT_MS_DEFAULT = 1000;
/** A timer can't be set further ahead. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

const bytesAt = (ctx: Context, arg: number): Buffer =>
  Buffer.from(ctx.source.u8.slice(ctx.at[arg], ctx.at[arg] + ctx.size[arg]));

function bytesOf(ctx: Context, from: number, to: number): Buffer[] {
  return Array.from({ length: to - from }, (_, i) => bytesAt(ctx, from + i));
}

/** @throws CommandError */
function readOrder(ctx: Context): MigrationOrder {
  let copies = false;
  let replaces = false;
  let credentials: Buffer[] = [];
  let keys = [bytesAt(ctx, KEY)];
  for (let arg = OPTIONS; arg < ctx.argc; arg++) {
    const more = ctx.argc - arg - 1;
    if (ctx.isWord(arg, 'COPY')) copies = true;
    else if (ctx.isWord(arg, 'REPLACE')) replaces = true;
    else if (ctx.isWord(arg, 'AUTH') && more >= 1) credentials = bytesOf(ctx, arg + 1, ++arg + 1);
    else if (ctx.isWord(arg, 'AUTH2') && more >= 2) {
      credentials = bytesOf(ctx, arg + 1, arg + 3);
      arg += 2;
    } else if (ctx.isWord(arg, 'KEYS')) {
      if (ctx.size[KEY] !== 0) throw KEY_BESIDE_KEYS;
      keys = bytesOf(ctx, arg + 1, ctx.argc);
      break;
    } else {
      throw SYNTAX_ERROR;
    }
  }
  const timeoutMs = saturatedInteger(ctx, 5);
  const targetDb = saturatedInteger(ctx, 4);
  return {
    host: byteText(ctx, 1),
    port: Number(byteText(ctx, 2)),
    db: ctx.db,
    targetDb: String(targetDb),
    timeoutMs: timeoutMs <= 0 ? TIMEOUT_MS_DEFAULT : Math.min(timeoutMs, TIMEOUT_MS_MAX),
    copies,
    replaces,
    credentials,
    keys,
  };
}

export function migrateCommand({ server, migrations, log }: ThreadServices): Command {
  const migrate = (ctx: Context): void => {
    const connection = connectionOf(ctx);
    if (connection.isInExec) throw NOT_WITHIN_EXEC;
    const order = readOrder(ctx);
    connection.waiting = true;
    const answer = (line: string): void => {
      const reply = Region.of(`${line}\r\n`);
      server.inBatchOf(() => server.onWorkerReply(connection.id, reply, 0, reply.length, false));
    };
    // Not here: the command is within a batch, and what MIGRATE gives the server to do is batches of their own.
    setImmediate(() => {
      migrations.run(order).then(answer, (failure: Error) => {
        log.warning(`MIGRATE failed; this is a bug.\n${failure.stack}`);
        answer('-ERR internal error');
      });
    });
  };
  return command({
    name: 'MIGRATE',
    since: '2.6.0',
    group: 'generic',
    complexity: 'That of DUMP and DEL here and of RESTORE there; O(N) for N bytes to be sent',
    summary: 'Moves keys to another server.',
    syntax:
      'host port:integer key-selector(key:key | empty-string="") destination-db:integer timeout:integer [COPY@3.0.0] [REPLACE@3.0.0] [authentication(AUTH auth@4.0.7 | AUTH2 auth2@6.0.0{username password})] [KEYS keys:key#1@3.0.6...]',
    keys: 'RW access delete 3 ; RW access delete incomplete KEYS@-2..-1',
    flags: 'write movablekeys',
    categories: 'dangerous',
    tips: 'nondeterministic_output',
    history: [
      ['3.0.0', 'Takes `COPY` and `REPLACE`.'],
      ['3.0.6', 'Takes `KEYS`.'],
      ['4.0.7', 'Takes `AUTH`.'],
      ['6.0.0', 'Takes `AUTH2`.'],
    ],
    // The keys are locked when they are looked at, not while they travel.
    scope: 'none',
    run: migrate,
  });
}
