/** What COMMAND DOCS replies with, a command at a time. */
import type { Command } from '../commands/define.ts';
import type { Argument } from '../commands/syntax.ts';
import type { Writer } from '../protocol/writer.ts';
import { writeNames } from './command-info.ts';

/** Writes the name and the map of what is known of a command. */
export function writeCommandDocs(w: Writer, command: Command): void {
  const { spec } = command;
  w.bulkText(command.name);
  const mark = w.mark();
  let fields = 0;
  const text = (name: string, value: string | undefined): void => {
    if (value === undefined || value === '') return;
    w.bulkText(name);
    w.bulkText(value);
    fields++;
  };
  text('summary', spec.summary);
  text('since', spec.since);
  text('group', spec.group);
  text('complexity', spec.complexity);
  const flags = [...(spec.deprecatedSince === undefined ? [] : ['deprecated']), ...(spec.system ? ['syscmd'] : [])];
  if (flags.length > 0) {
    w.bulkText('doc_flags');
    writeNames(w, flags);
    fields++;
  }
  text('deprecated_since', spec.deprecatedSince);
  text('replaced_by', spec.replacedBy);
  if (spec.history !== undefined) {
    w.bulkText('history');
    w.set(spec.history.length);
    for (const [version, change] of spec.history) {
      w.array(2);
      w.bulkText(version);
      w.bulkText(change);
    }
    fields++;
  }
  if (command.arguments.length > 0) {
    w.bulkText('arguments');
    writeArguments(w, command.arguments);
    fields++;
  }
  if (command.subcommands.size > 0) {
    w.bulkText('subcommands');
    w.map(command.subcommands.size);
    for (const subcommand of command.subcommands.values()) writeCommandDocs(w, subcommand);
    fields++;
  }
  w.mapAt(mark, fields);
}

function writeArguments(w: Writer, list: readonly Argument[]): void {
  w.array(list.length);
  for (const argument of list) {
    const mark = w.mark();
    let fields = 2;
    w.bulkText('name');
    w.bulkText(argument.name);
    w.bulkText('type');
    w.bulkText(argument.type);
    if (argument.arguments === undefined) {
      w.bulkText('display_text');
      w.bulkText(argument.name);
      fields++;
    }
    if (argument.keySpec !== undefined) {
      w.bulkText('key_spec_index');
      w.integer(argument.keySpec);
      fields++;
    }
    if (argument.token !== undefined) {
      w.bulkText('token');
      w.bulkText(argument.token);
      fields++;
    }
    if (argument.since !== undefined) {
      w.bulkText('since');
      w.bulkText(argument.since);
      fields++;
    }
    const flags = [
      ...(argument.optional ? ['optional'] : []),
      ...(argument.multiple ? ['multiple'] : []),
      ...(argument.multipleToken ? ['multiple_token'] : []),
    ];
    if (flags.length > 0) {
      w.bulkText('flags');
      writeNames(w, flags);
      fields++;
    }
    if (argument.arguments !== undefined) {
      w.bulkText('arguments');
      writeArguments(w, argument.arguments);
      fields++;
    }
    w.mapAt(mark, fields);
  }
}
