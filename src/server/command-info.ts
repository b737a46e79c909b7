/** What COMMAND and COMMAND INFO reply with, a command at a time, all of it out of the declaration. */
import { aclCategoriesOf } from '../commands/acl-categories.ts';
import type { Command } from '../commands/define.ts';
import type { KeySpec } from '../commands/key-specs.ts';
import type { Writer } from '../protocol/writer.ts';

/** Redis' flags in the order in which it names them. */
const FLAG_ORDER = [
  'write',
  'readonly',
  'denyoom',
  'module',
  'admin',
  'pubsub',
  'noscript',
  'blocking',
  'loading',
  'stale',
  'skip_monitor',
  'skip_slowlog',
  'asking',
  'fast',
  'no_auth',
  'no_mandatory_keys',
  'protected',
  'no_async_loading',
  'no_multi',
  'movablekeys',
  'allow_busy',
];

const place = (name: string): number => {
  const at = FLAG_ORDER.indexOf(name);
  return at < 0 ? FLAG_ORDER.length : at;
};

/** The ten fields of COMMAND INFO. */
export function writeCommandInfo(w: Writer, command: Command): void {
  w.array(10);
  w.bulkText(command.name);
  w.integer(command.arity);
  writeNames(
    w,
    [...command.flagNames].sort((a, b) => place(a) - place(b)),
  );
  const [first, last, step] = legacyRange(command.keySpecs);
  w.integer(first);
  w.integer(last);
  w.integer(step);
  writeNames(
    w,
    aclCategoriesOf(command).map((name) => `@${name}`),
  );
  const tips = command.spec.tips?.split(' ') ?? [];
  w.set(tips.length);
  for (const tip of tips) w.bulkText(tip);
  w.set(command.keySpecs.length);
  for (const spec of command.keySpecs) writeKeySpec(w, spec);
  // An empty list is a set to Redis, one with something in it an array.
  if (command.subcommands.size === 0) return w.set(0);
  w.array(command.subcommands.size);
  for (const subcommand of command.subcommands.values()) writeCommandInfo(w, subcommand);
}

/** A set of names as simple strings. */
export function writeNames(w: Writer, names: readonly string[]): void {
  w.set(names.length);
  for (const name of names) w.simple(name);
}

/** First key, last key and step, as clients knew them before there were key specifications. */
function legacyRange(specs: readonly KeySpec[]): [first: number, last: number, step: number] {
  const ranges = specs.flatMap(({ begin, find }) =>
    begin !== undefined && 'index' in begin && find !== undefined && 'lastKey' in find
      ? [{ first: begin.index, find }]
      : [],
  );
  if (ranges.length === 0) return [0, 0, 0];
  const end = ({ first, find }: (typeof ranges)[number]): number =>
    find.lastKey >= 0 ? first + find.lastKey : find.lastKey;
  if (specs.length === 1) return [ranges[0].first, end(ranges[0]), ranges[0].find.step];
  let range: [number, number, number] = [0, 0, 0];
  for (const each of ranges) {
    const [first, last, step] = range;
    if (each.find.step !== 1 || (step !== 0 && last !== each.first - 1)) continue;
    range = [step === 0 ? each.first : first, end(each), 1];
  }
  return range;
}

function writeKeySpec(w: Writer, spec: KeySpec): void {
  w.map(3);
  w.bulkText('flags');
  writeNames(w, spec.flags);
  w.bulkText('begin_search');
  writeBegin(w, spec.begin);
  w.bulkText('find_keys');
  writeFind(w, spec.find);
}

function writeBegin(w: Writer, begin: KeySpec['begin']): void {
  if (begin === undefined) return writeSpec(w, 'unknown', []);
  if ('index' in begin) return writeSpec(w, 'index', [['index', begin.index]]);
  writeSpec(w, 'keyword', [
    ['keyword', begin.keyword],
    ['startfrom', begin.startFrom],
  ]);
}

function writeFind(w: Writer, find: KeySpec['find']): void {
  if (find === undefined) return writeSpec(w, 'unknown', []);
  if ('keyNumIndex' in find) {
    return writeSpec(w, 'keynum', [
      ['keynumidx', find.keyNumIndex],
      ['firstkey', find.firstKey],
      ['keystep', find.step],
    ]);
  }
  writeSpec(w, 'range', [
    ['lastkey', find.lastKey],
    ['keystep', find.step],
    ['limit', find.limit],
  ]);
}

function writeSpec(w: Writer, type: string, fields: readonly (readonly [string, string | number])[]): void {
  w.map(2);
  w.bulkText('type');
  w.bulkText(type);
  w.bulkText('spec');
  w.map(fields.length);
  for (const [name, value] of fields) {
    w.bulkText(name);
    if (typeof value === 'number') w.integer(value);
    else w.bulkText(value);
  }
}
