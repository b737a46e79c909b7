/** TIME, ROLE, LOLWUT, SHUTDOWN, and saving, which is not built yet and says so. */
import { MAYFLY_VERSION, REDIS_VERSION } from '../base/version.ts';
import type { Context } from '../commands/context.ts';
import { type Command, command } from '../commands/define.ts';
import { error, SYNTAX_ERROR } from '../commands/errors.ts';
import { connectionOf, type ThreadServices } from './services.ts';

const SAVING_NOT_BUILT = error('ERR saving to disk is not built yet');
const NO_SHUTDOWN = error('ERR No shutdown in progress.');

function refuseSaving(): void {
  throw SAVING_NOT_BUILT;
}

function lolwut(ctx: Context): void {
  if (ctx.argc > 2 && ctx.isWord(1, 'VERSION')) ctx.integer(2);
  // One mayfly, drawn anew each time: how far it has got across the pond is chance.
  const pad = ' '.repeat(Math.floor(ctx.random() * 40));
  const picture = [' /| /|', `/ |/ |   .`, '(@@@@)=~-.___'].map((row) => pad + row).join('\n');
  ctx.reply.verbatim(`${picture}\n${'~'.repeat(60)}\nRedis ver. ${REDIS_VERSION}, Mayfly ver. ${MAYFLY_VERSION}\n`);
}

function bgsave(ctx: Context): void {
  if (ctx.argc > 2 || (ctx.argc === 2 && !ctx.isWord(1, 'SCHEDULE'))) throw SYNTAX_ERROR;
  refuseSaving();
}

export function adminCommands({ config, startedMs, clock, shutDown }: ThreadServices): readonly Command[] {
  const time = (ctx: Context): void => {
    const microseconds = Math.floor(clock.nowMs() * 1000);
    ctx.reply.array(2);
    ctx.reply.bulkInteger(Math.floor(microseconds / 1e6));
    ctx.reply.bulkInteger(microseconds % 1e6);
  };

  const role = (ctx: Context): void => {
    ctx.reply.array(3);
    ctx.reply.bulkText('master');
    ctx.reply.integer(0);
    ctx.reply.array(0);
  };

  const shutdown = (ctx: Context): void => {
    const words = new Set<string>();
    for (let arg = 1; arg < ctx.argc; arg++) {
      const word = ctx.word(arg);
      if (!['NOSAVE', 'SAVE', 'NOW', 'FORCE', 'ABORT'].includes(word)) throw SYNTAX_ERROR;
      words.add(word);
    }
    if (words.has('SAVE') && words.has('NOSAVE')) throw SYNTAX_ERROR;
    if (words.has('ABORT')) {
      if (words.size > 1) throw SYNTAX_ERROR;
      throw NO_SHUTDOWN;
    }
    const wantsSave = words.has('SAVE') || (!words.has('NOSAVE') && config.value('save').length > 0);
    if (words.has('SAVE') && !words.has('FORCE')) throw SAVING_NOT_BUILT;
    // Nobody is answered any more: the connection ends, which is what clients wait for.
    connectionOf(ctx).closing = true;
    shutDown('User requested shutdown...', wantsSave);
  };

  const admin = { group: 'server', flags: 'admin noscript no_async_loading' } as const;
  const ownRights = { group: 'server', categories: 'admin dangerous' } as const;
  return [
    command({
      ...admin,
      name: 'BGREWRITEAOF',
      since: '1.0.0',
      complexity: 'O(1)',
      summary: 'Rewrites the append-only file in the background; not built yet.',
      syntax: '',
      run: refuseSaving,
    }),
    command({
      ...admin,
      name: 'BGSAVE',
      since: '1.0.0',
      complexity: 'O(1)',
      summary: 'Saves all data in the background; not built yet.',
      syntax: '[SCHEDULE@3.2.2]',
      arity: -1,
      history: [['3.2.2', 'Knows SCHEDULE.']],
      run: bgsave,
    }),
    command({
      ...ownRights,
      name: 'LASTSAVE',
      since: '1.0.0',
      complexity: 'O(1)',
      summary: 'Tells when the data was last saved: at the start, as long as saving is not built.',
      syntax: '',
      flags: 'loading stale fast',
      tips: 'nondeterministic_output',
      run: (ctx) => ctx.reply.integer(Math.floor(startedMs / 1000)),
    }),
    command({
      name: 'LOLWUT',
      since: '5.0.0',
      group: 'server',
      complexity: 'O(1)',
      summary: 'Draws something, and tells the version.',
      syntax: '[VERSION version:integer]',
      flags: 'readonly fast',
      run: lolwut,
    }),
    command({
      ...ownRights,
      name: 'ROLE',
      since: '2.8.12',
      complexity: 'O(1)',
      summary: 'Tells whether the server is a master, and of its replicas.',
      syntax: '',
      flags: 'noscript loading stale fast',
      run: role,
    }),
    command({
      ...admin,
      name: 'SAVE',
      since: '1.0.0',
      complexity: 'O(N) for N keys',
      summary: 'Saves all data; not built yet.',
      syntax: '',
      flags: 'admin noscript no_async_loading no_multi',
      run: refuseSaving,
    }),
    command({
      ...admin,
      name: 'SHUTDOWN',
      since: '1.0.0',
      complexity: 'O(1)',
      summary: 'Stops the server.',
      syntax: '[save-selector(NOSAVE | SAVE)] [NOW@7.0.0] [FORCE@7.0.0] [ABORT@7.0.0]',
      arity: -1,
      flags: 'admin noscript loading stale no_multi allow_busy',
      history: [['7.0.0', '`NOW`, `FORCE` and `ABORT` added.']],
      run: shutdown,
    }),
    command({
      name: 'TIME',
      since: '2.6.0',
      group: 'server',
      complexity: 'O(1)',
      summary: 'Returns the time in seconds, and the microseconds beyond them.',
      syntax: '',
      flags: 'loading stale fast',
      tips: 'nondeterministic_output',
      run: time,
    }),
  ];
}
