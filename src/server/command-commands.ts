/** COMMAND: the command table, told to clients. */
import { matchGlob } from '../base/glob.ts';
import { ACL_CATEGORIES, aclCategoriesOf } from '../commands/acl-categories.ts';
import type { Context } from '../commands/context.ts';
import { type Command, command } from '../commands/define.ts';
import { error, SYNTAX_ERROR } from '../commands/errors.ts';
import { replyHelp } from '../commands/help.ts';
import type { Registry } from '../commands/registry.ts';
import { writeCommandDocs } from './command-docs.ts';
import { writeCommandInfo, writeNames } from './command-info.ts';
import { type FoundKey, keysOf } from './command-keys.ts';

const NO_KEYS = error('ERR The command has no key arguments');
const UNKNOWN = error('ERR Invalid command specified');
const BAD_COUNT = error('ERR Invalid number of arguments specified for command');
const BAD_ARGUMENTS = error('ERR Invalid arguments specified for command');

/** Commands that are no subcommands, in the order of the table. */
const topLevel = (registry: Registry): Command[] => registry.visible.filter(({ parent }) => parent === undefined);

/** @param registry of this thread; looked at when a command runs */
export function commandCommands(registry: Registry): readonly Command[] {
  const replyAll = (ctx: Context): void => {
    const all = topLevel(registry);
    ctx.reply.array(all.length);
    for (const each of all) writeCommandInfo(ctx.reply, each);
  };

  const info = (ctx: Context): void => {
    if (ctx.argc === 2) return replyAll(ctx);
    ctx.reply.array(ctx.argc - 2);
    for (let arg = 2; arg < ctx.argc; arg++) {
      const found = registry.get(ctx.text(arg));
      if (found === undefined) ctx.reply.null();
      else writeCommandInfo(ctx.reply, found);
    }
  };

  const docs = (ctx: Context): void => {
    const wanted =
      ctx.argc === 2
        ? topLevel(registry)
        : Array.from({ length: ctx.argc - 2 }, (_, i) => registry.get(ctx.text(i + 2))).filter(
            (found) => found !== undefined,
          );
    ctx.reply.map(wanted.length);
    for (const each of wanted) writeCommandDocs(ctx.reply, each);
  };

  const list = (ctx: Context): void => {
    const { argc, reply } = ctx;
    let all = registry.visible;
    if (argc > 2) {
      if (argc !== 5 || !ctx.isWord(2, 'FILTERBY')) throw SYNTAX_ERROR;
      all = all.filter(filterOf(ctx));
    }
    reply.array(all.length);
    for (const { name } of all) reply.bulkText(name);
  };

  /** Finds the keys of the command line that begins at argument 2. */
  const keysOfLine = (ctx: Context): FoundKey[] => {
    let found = registry.get(ctx.text(2));
    if (found === undefined) throw UNKNOWN;
    if (found.subcommands.size > 0 && ctx.argc > 3) found = found.subcommands.get(ctx.text(3).toLowerCase());
    if (found === undefined) throw UNKNOWN;
    if (found.keySpecs.every(({ flags }) => flags.includes('not_key'))) throw NO_KEYS;
    const { arity } = found;
    const argc = ctx.argc - 2;
    if (arity > 0 ? argc !== arity : argc < -arity) throw BAD_COUNT;
    const keys = keysOf(found, ctx, 2);
    if (keys.length === 0 && !found.flagNames.includes('no_mandatory_keys')) throw BAD_ARGUMENTS;
    return keys;
  };

  const getKeys = (ctx: Context): void => {
    const keys = keysOfLine(ctx);
    ctx.reply.array(keys.length);
    for (const { arg } of keys) ctx.reply.bulk(ctx.source, ctx.at[arg], ctx.size[arg]);
  };

  const getKeysAndFlags = (ctx: Context): void => {
    const keys = keysOfLine(ctx);
    ctx.reply.array(keys.length);
    for (const { arg, flags } of keys) {
      ctx.reply.array(2);
      ctx.reply.bulk(ctx.source, ctx.at[arg], ctx.size[arg]);
      writeNames(ctx.reply, flags);
    }
  };

  const help = (ctx: Context): void =>
    replyHelp(ctx, ['(no subcommand)', '    Tells of all commands what COMMAND INFO tells of one.']);

  const shared = { group: 'server', flags: 'loading stale', categories: 'connection' } as const;
  const orderTip = 'nondeterministic_output_order';
  return [
    command({
      ...shared,
      name: 'COMMAND',
      since: '2.8.13',
      complexity: 'O(N) for N commands',
      summary: 'Tells of all commands how they are called and what they do to keys.',
      syntax: '',
      arity: -1,
      tips: orderTip,
      run: replyAll,
    }),
    command({
      ...shared,
      name: 'COMMAND|COUNT',
      since: '2.8.13',
      complexity: 'O(1)',
      summary: 'Counts the commands.',
      syntax: '',
      run: (ctx) => ctx.reply.integer(topLevel(registry).length),
    }),
    command({
      ...shared,
      name: 'COMMAND|DOCS',
      since: '7.0.0',
      complexity: 'O(N) for N commands',
      summary: 'Documents some commands, or all.',
      syntax: '[command-name...]',
      tips: orderTip,
      run: docs,
    }),
    command({
      ...shared,
      name: 'COMMAND|GETKEYS',
      since: '2.8.13',
      complexity: 'O(N) for N arguments',
      summary: 'Finds the keys among the words of a command.',
      syntax: 'command [arg...]',
      arity: -3,
      run: getKeys,
    }),
    command({
      ...shared,
      name: 'COMMAND|GETKEYSANDFLAGS',
      since: '7.0.0',
      complexity: 'O(N) for N arguments',
      summary: 'Finds the keys among the words of a command, and tells what it does to each.',
      syntax: 'command [arg...]',
      arity: -3,
      run: getKeysAndFlags,
    }),
    command({
      ...shared,
      name: 'COMMAND|HELP',
      since: '5.0.0',
      complexity: 'O(1)',
      summary: 'Lists the subcommands.',
      syntax: '',
      run: help,
    }),
    command({
      ...shared,
      name: 'COMMAND|INFO',
      since: '2.8.13',
      complexity: 'O(N) for N commands',
      summary: 'Tells of some commands, or all, how they are called and what they do to keys.',
      syntax: '[command-name...]',
      history: [['7.0.0', 'Without names it tells of all commands.']],
      tips: orderTip,
      run: info,
    }),
    command({
      ...shared,
      name: 'COMMAND|LIST',
      since: '7.0.0',
      complexity: 'O(N) for N commands',
      summary: 'Lists the names of commands, all or some.',
      syntax: '[FILTERBY filterby(MODULE module-name | ACLCAT category | PATTERN pattern:pattern)]',
      tips: orderTip,
      run: list,
    }),
  ];
}

/** The filter that arguments 3 and 4 of COMMAND LIST FILTERBY ask for. */
function filterOf(ctx: Context): (command: Command) => boolean {
  switch (ctx.word(3)) {
    case 'ACLCAT': {
      const category = ctx.text(4).toLowerCase();
      if (!(ACL_CATEGORIES as readonly string[]).includes(category)) return () => false;
      return (each) => aclCategoriesOf(each).includes(category);
    }
    case 'PATTERN': {
      const pattern = Buffer.from(ctx.text(4));
      return ({ name }) => {
        const text = Buffer.from(name);
        return matchGlob(pattern, 0, pattern.length, text, 0, text.length, true);
      };
    }
    case 'MODULE':
      return () => false;
    default:
      throw SYNTAX_ERROR;
  }
}
