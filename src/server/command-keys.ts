/** The keys among the words of a command line, and what the command does to each: COMMAND GETKEYS and its sibling. */
import type { Command } from '../commands/define.ts';
import { eachKey } from '../execute/keys.ts';
import { Arguments } from '../protocol/arguments.ts';

export interface FoundKey {
  /** Word of the whole line. */
  readonly arg: number;
  readonly flags: readonly string[];
}

const READ_WRITE = ['RW', 'access', 'update'];

/** @returns none if a count of keys is off  @param from the word of `line` at which the command's own line begins */
export function keysOf(command: Command, line: Arguments, from: number): FoundKey[] {
  const words = new Arguments();
  words.source = line.source;
  words.reserve(line.argc);
  words.argc = line.argc - from;
  words.at.set(line.at.subarray(from, line.argc));
  words.size.set(line.size.subarray(from, line.argc));
  const found: FoundKey[] = [];
  for (const spec of command.keySpecs) {
    const flags = spec.flags.includes('variable_flags') ? flagsByOptions(command, words, spec.flags) : spec.flags;
    if (spec.begin === undefined) {
      if (spec.flags.includes('OW')) storeKeys(words, (arg) => found.push({ arg: arg + from, flags }));
    } else if (!eachKey(spec, words, (arg) => found.push({ arg: arg + from, flags }))) return [];
  }
  return found;
}

/** `STORE key` and `STOREDIST key`, wherever they stand behind the first key; of several the last counts. */
function storeKeys(words: Arguments, visit: (arg: number) => void): void {
  for (let arg = words.argc - 2; arg > 1; arg--) {
    if (words.isWord(arg, 'STORE') || words.isWord(arg, 'STOREDIST')) return visit(arg + 1);
  }
}

/** What commands whose options decide do to their key. */
function flagsByOptions(command: Command, words: Arguments, declared: readonly string[]): readonly string[] {
  const has = (word: string, from: number): boolean => {
    for (let arg = from; arg < words.argc; arg++) if (words.isWord(arg, word)) return true;
    return false;
  };
  switch (command.name) {
    case 'set':
      return has('GET', 3) ? READ_WRITE : ['OW', 'update'];
    case 'bitfield':
      return has('SET', 2) || has('INCRBY', 2) ? READ_WRITE : ['RO', 'access'];
    default:
      return declared.filter((flag) => flag !== 'variable_flags');
  }
}
