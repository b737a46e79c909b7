/** The ACL categories of a command, which follow from its flags and its group; a declaration names only what doesn't. */
import type { Command, Group } from './define.ts';
import { FLAG_ADMIN, FLAG_BLOCKING, FLAG_FAST, FLAG_PUBSUB, FLAG_READONLY, FLAG_WRITE } from './define.ts';

/** All categories, in the order in which Redis lists them. */
export const ACL_CATEGORIES = [
  'keyspace',
  'read',
  'write',
  'set',
  'sortedset',
  'list',
  'hash',
  'string',
  'array',
  'bitmap',
  'hyperloglog',
  'geo',
  'stream',
  'pubsub',
  'admin',
  'fast',
  'slow',
  'blocking',
  'dangerous',
  'connection',
  'transaction',
  'scripting',
] as const;

const OF_GROUP: Partial<Record<Group, string>> = {
  string: 'string',
  list: 'list',
  set: 'set',
  'sorted-set': 'sortedset',
  hash: 'hash',
  array: 'array',
  stream: 'stream',
  bitmap: 'bitmap',
  hyperloglog: 'hyperloglog',
  geo: 'geo',
  generic: 'keyspace',
  connection: 'connection',
  transactions: 'transaction',
  scripting: 'scripting',
};
const GROUP_CATEGORIES = new Set(Object.values(OF_GROUP));

/** Without the `@`, in Redis' order. */
export function aclCategoriesOf(command: Command): string[] {
  const { flags, spec } = command;
  const declared = spec.categories?.split(' ') ?? [];
  const found = new Set(declared);
  // A generic command that is told to be another group's (SORT, WAIT) is not the keyspace's; a container is nobody's.
  const elsewhere = spec.group === 'generic' && declared.some((name) => GROUP_CATEGORIES.has(name));
  const ofGroup = OF_GROUP[spec.group];
  if (ofGroup !== undefined && !elsewhere && command.subcommands.size === 0) found.add(ofGroup);
  if ((flags & FLAG_WRITE) !== 0) found.add('write');
  if ((flags & FLAG_READONLY) !== 0 && spec.group !== 'scripting') found.add('read');
  if ((flags & FLAG_ADMIN) !== 0) found.add('admin').add('dangerous');
  if ((flags & FLAG_PUBSUB) !== 0) found.add('pubsub');
  if ((flags & FLAG_BLOCKING) !== 0) found.add('blocking');
  found.add((flags & FLAG_FAST) !== 0 ? 'fast' : 'slow');
  return ACL_CATEGORIES.filter((name) => found.has(name));
}
