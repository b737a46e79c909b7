/**
 * What commands look like, as a server declares it by COMMAND DOCS: the generator knows no command's syntax itself.
 */
import { isAggregate, type Reply } from '../support/resp.ts';
import type { RespClient } from '../support/resp-client.ts';

export interface Argument {
  readonly name: string;
  readonly type: string;
  readonly token: string | undefined;
  readonly optional: boolean;
  readonly multiple: boolean;
  /** With `multiple`: the token comes before every value, not once before the first. */
  readonly multipleToken: boolean;
  readonly parts: readonly Argument[];
}

export interface CommandSyntax {
  /** Upper case; a subcommand's name holds a space: `OBJECT ENCODING`. */
  readonly name: string;
  readonly group: string;
  readonly args: readonly Argument[];
}

export type Grammar = ReadonlyMap<string, CommandSyntax>;

/** Field → value of a map reply, whether RESP2 (a flat array) or RESP3. */
export function fieldsOf(reply: Reply): Map<string, Reply> {
  const fields = new Map<string, Reply>();
  if (!isAggregate(reply)) return fields;
  for (let i = 0; i + 1 < reply.items.length; i += 2) {
    const name = reply.items[i];
    if (!isAggregate(name)) fields.set(name.text, reply.items[i + 1]);
  }
  return fields;
}

function itemsOf(reply: Reply | undefined): readonly Reply[] {
  return reply !== undefined && isAggregate(reply) ? reply.items : [];
}

function textOf(reply: Reply | undefined): string {
  return reply === undefined || isAggregate(reply) ? '' : reply.text;
}

function readArgument(reply: Reply): Argument {
  const fields = fieldsOf(reply);
  const flags = new Set(itemsOf(fields.get('flags')).map(textOf));
  return {
    name: textOf(fields.get('name')),
    type: textOf(fields.get('type')),
    token: fields.has('token') ? textOf(fields.get('token')) : undefined,
    optional: flags.has('optional'),
    multiple: flags.has('multiple'),
    multipleToken: flags.has('multiple_token'),
    parts: itemsOf(fields.get('arguments')).map(readArgument),
  };
}

/** Asks a server for the syntax of all its commands; a container (OBJECT) is there by its subcommands only. */
export async function readGrammar(client: RespClient): Promise<Grammar> {
  const grammar = new Map<string, CommandSyntax>();
  const add = (path: string, docs: Reply) => {
    const fields = fieldsOf(docs);
    const subcommands = fieldsOf(fields.get('subcommands') ?? { kind: '*', items: [] });
    for (const [subcommand, subdocs] of subcommands) add(subcommand, subdocs);
    if (subcommands.size > 0) return;
    const name = path.toUpperCase().replace('|', ' ');
    const args = itemsOf(fields.get('arguments')).map(readArgument);
    grammar.set(name, { name, group: textOf(fields.get('group')), args });
  };
  for (const [name, docs] of fieldsOf(await client.call('COMMAND', 'DOCS'))) add(name, docs);
  return grammar;
}

/** The command of the grammar that these words call: with its subcommand, if it has one. */
export function nameIn(grammar: Grammar, words: readonly string[]): string {
  const two = words.slice(0, 2).join(' ').toUpperCase();
  return grammar.has(two) ? two : words[0].toUpperCase();
}

/** Every `path` of tokens and arguments under a command, for telling two servers' syntaxes apart. */
export function argumentPaths(syntax: CommandSyntax): string[] {
  const paths: string[] = [];
  const walk = (parts: readonly Argument[]) => {
    for (const part of parts) {
      if (part.token !== undefined && part.token !== '') paths.push(`${syntax.name} ${part.token.toUpperCase()}`);
      walk(part.parts);
    }
  };
  walk(syntax.args);
  return [...new Set(paths)];
}

/** What `subject` declares and `oracle` doesn't know: commands, and options of commands both have. */
export function additions(subject: Grammar, oracle: Grammar): string[] {
  const found: string[] = [];
  for (const [name, syntax] of subject) {
    const known = oracle.get(name);
    if (known === undefined) {
      found.push(name);
      continue;
    }
    const knownPaths = new Set(argumentPaths(known));
    found.push(...argumentPaths(syntax).filter((path) => !knownPaths.has(path)));
  }
  return found.sort();
}
