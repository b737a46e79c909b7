/**
 * Where Mayfly answers otherwise than the installed redis-server and is right to: each with its reason. The table in
 * docs/compatibility.md is made of this list (`npm run differential -- --write-docs`).
 */
import { type Command, isAggregate, isError, type Reply } from '../support/resp.ts';
import { compareReplies, type LeafPair, ruleName } from './compare.ts';

export interface ReplyPair {
  readonly command: Command;
  readonly name: string;
  readonly subject: Reply;
  readonly oracle: Reply;
  /** What differs; undefined when the shapes do. */
  readonly leaves: readonly LeafPair[] | undefined;
}

export interface KnownDifference {
  readonly id: string;
  readonly commands: string;
  /** What differs, and why Mayfly's is right: goes into docs/compatibility.md. */
  readonly what: string;
  readonly reason: string;
  covers(pair: ReplyPair): boolean;
}

const text = (reply: Reply) => (isAggregate(reply) ? '' : reply.text);

function isSameDouble({ subject, oracle }: LeafPair): boolean {
  if (subject.kind !== oracle.kind || (subject.kind !== '$' && subject.kind !== ',')) return false;
  const [left, right] = [text(subject), text(oracle)];
  return left !== '' && right !== '' && Number(left) === Number(right);
}

const doubleCommands = /^(Z|BZ)|^GEO|^(HINCRBYFLOAT|INCRBYFLOAT|EXEC|EVAL|SORT)/;

export const knownDifferences: readonly KnownDifference[] = [
  {
    id: 'shortest-doubles',
    commands: 'every reply with a score or a coordinate',
    what: '`0.1` where 7.0 prints `0.10000000000000001`',
    reason: 'From 7.2 Redis prints the shortest digits that read back as the same double; 7.0 prints 17 digits.',
    covers: ({ name, leaves }) => doubleCommands.test(name) && leaves?.every(isSameDouble) === true,
  },
  {
    id: 'listpack-lists-and-sets',
    commands: 'OBJECT ENCODING',
    what: 'a small list is a `listpack`, a small set of words is a `listpack`',
    reason: 'Redis 7.2 brought both; 7.0 has `quicklist` and `hashtable` there.',
    covers: ({ name, subject, oracle }) =>
      name === 'OBJECT ENCODING' &&
      text(subject) === 'listpack' &&
      (text(oracle) === 'quicklist' || text(oracle) === 'hashtable'),
  },
  {
    id: 'radix-tree-sizes',
    commands: 'XINFO STREAM',
    what: '`radix-tree-keys` and `radix-tree-nodes` are other numbers',
    reason: 'They tell of how Redis lays a stream out in memory; Mayfly lays it out otherwise.',
    covers: ({ name, leaves }) =>
      name === 'XINFO STREAM' && leaves !== undefined && leaves.every(({ field }) => field.startsWith('radix-tree-')),
  },
];

/** Whether a reply is right: the same as the oracle's, or different in a way that is known and meant. */
export function verdict(command: Command, subject: Reply, oracle: Reply): 'same' | KnownDifference | 'different' {
  const leaves = compareReplies(command, subject, oracle);
  if (leaves?.length === 0) return 'same';
  const pair = { command, name: ruleName(command), subject, oracle, leaves };
  return knownDifferences.find((known) => known.covers(pair)) ?? 'different';
}

/** A short text that is the same for two differences of the same cause, most of the time. */
export function causeOf(command: Command, subject: Reply, oracle: Reply): string {
  const shape = (reply: Reply) => {
    if (isError(reply))
      return text(reply)
        .replace(/'[^']*'/g, "'…'")
        .replace(/\d+/g, '0')
        .slice(0, 60);
    return reply.kind;
  };
  return `${ruleName(command)} ${shape(subject)} / ${shape(oracle)}`;
}
