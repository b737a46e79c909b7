/** The keys among the words of a command line, and what the command does to each: COMMAND GETKEYS and its sibling. */

import type { Command } from '../commands/define.ts';
import type { KeySpec } from '../commands/key-specs.ts';
import { eachKey } from '../execute/keys.ts';
import { Arguments } from '../protocol/arguments.ts';

export interface FoundKey {
  /** Word of the whole line. */
  readonly arg: number;
  readonly flags: readonly string[];
}

const READ_WRITE = ['RW', 'access', 'update'];
const STORED = ['OW', 'update'];
const CONDITIONS = ['IFEQ', 'IFNE', 'IFDEQ', 'IFDNE'];

/** @returns none if a count of keys is off  @param from the word of `line` at which the command's own line begins */
export function keysOf(command: Command, line: Arguments, from: number): FoundKey[] {
  const words = new Arguments();
  words.source = line.source;
  words.reserve(line.argc);
  words.argc = line.argc - from;
  words.at.set(line.at.subarray(from, line.argc));
  words.size.set(line.size.subarray(from, line.argc));
  const found: FoundKey[] = [];
  if (command.name === 'migrate') {
    const flags = command.keySpecs[0].flags;
    migratedKeys(words, (arg) => found.push({ arg: arg + from, flags }));
    return found;
  }
  for (const spec of command.keySpecs) {
    if (spec.begin === undefined || isToStore(spec)) continue;
    const flags = spec.flags.includes('variable_flags') ? flagsByOptions(command, words, spec.flags) : spec.flags;
    if (!eachKey(spec, words, (arg) => found.push({ arg: arg + from, flags }))) return [];
  }
  const stored = command.keySpecs.some(isToStore) ? storeKey(command, words) : 0;
  if (stored !== 0) found.push({ arg: stored + from, flags: STORED });
  return found;
}

/** Whether the key is one behind STORE, of which there may be several: SORT, GEORADIUS and GEORADIUSBYMEMBER. */
const isToStore = ({ flags, begin }: KeySpec): boolean =>
  flags.includes('OW') && (begin === undefined || flags.includes('incomplete'));

/** The third word, or all behind KEYS if that word is empty: Redis finds no key where both are given. */
function migratedKeys(words: Arguments, visit: (arg: number) => void): void {
  for (let arg = 6; arg < words.argc; arg++) {
    if (words.isWord(arg, 'AUTH')) arg++;
    else if (words.isWord(arg, 'AUTH2')) arg += 2;
    else if (words.isWord(arg, 'KEYS')) {
      if (words.size[3] === 0) while (++arg < words.argc) visit(arg);
      return;
    }
  }
  visit(3);
}

/** The key behind the last STORE or STOREDIST that is no argument of an option; 0 if there is none. */
function storeKey({ name }: Command, words: Arguments): number {
  const sorts = name === 'sort';
  let found = 0;
  for (let arg = sorts ? 2 : 5; arg < words.argc; arg++) {
    if (sorts && words.isWord(arg, 'LIMIT')) arg += 2;
    else if (sorts && (words.isWord(arg, 'BY') || words.isWord(arg, 'GET'))) arg++;
    else if (words.isWord(arg, 'STORE') || (!sorts && words.isWord(arg, 'STOREDIST'))) {
      if (++arg < words.argc) found = arg;
    }
  }
  return found;
}

/** What commands whose options decide do to their key. */
function flagsByOptions(command: Command, words: Arguments, declared: readonly string[]): readonly string[] {
  const has = (word: string, from: number): boolean => {
    for (let arg = from; arg < words.argc; arg++) if (words.isWord(arg, word)) return true;
    return false;
  };
  switch (command.name) {
    case 'set':
      if (has('GET', 3)) return READ_WRITE;
      return [CONDITIONS.some((word) => has(word, 3)) ? 'RW' : 'OW', 'update'];
    case 'delex':
      return [CONDITIONS.some((word) => has(word, 2)) ? 'RW' : 'RM', 'delete'];
    case 'bitfield':
      return onlyGets(words) ? ['RO', 'access'] : READ_WRITE;
    default:
      return declared.filter((flag) => flag !== 'variable_flags');
  }
}

/** Whether a BITFIELD holds nothing but `GET type offset` and `OVERFLOW how`. */
function onlyGets(words: Arguments): boolean {
  for (let arg = 2; arg < words.argc; ) {
    const taken = words.isWord(arg, 'GET') ? 3 : words.isWord(arg, 'OVERFLOW') ? 2 : 0;
    if (taken === 0 || arg + taken > words.argc) return false;
    arg += taken;
  }
  return true;
}
