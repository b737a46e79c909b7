/**
 * What Mayfly declares of a command is what redis-server declares: arity, flags, ACL categories, positions of keys.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAggregate, type Reply } from '../support/resp.ts';
import { RespClient } from '../support/resp-client.ts';
import { redisServer, redisServerVersion, ServerProcess, serverUnderTest } from '../support/server-process.ts';

interface Row {
  readonly arity: string;
  readonly flags: readonly string[];
  /** First key, last key, step. */
  readonly keys: string;
  readonly categories: readonly string[];
  readonly keySpecs: string;
}

/** What Redis 8 declares otherwise than 7.0.15: those parts of those commands aren't compared. */
const changes: readonly { commands: readonly string[]; parts: readonly (keyof Row)[]; why: string }[] = [
  { commands: ['zrank', 'zrevrank'], parts: ['arity'], why: '7.2 brought WITHSCORE' },
  {
    commands: ['command|getkeys', 'command|getkeysandflags'],
    parts: ['arity'],
    why: 'they may be asked about a command without arguments',
  },
  {
    commands: ['eval', 'eval_ro', 'evalsha', 'evalsha_ro', 'fcall', 'fcall_ro'],
    parts: ['flags'],
    why: 'they have the flag script_runner',
  },
  { commands: ['subscribe', 'psubscribe', 'ssubscribe'], parts: ['flags'], why: 'they may be refused out of memory' },
  {
    commands: ['blpop', 'brpop', 'blmove', 'brpoplpush', 'bzpopmin', 'bzpopmax'],
    parts: ['flags'],
    why: 'scripts may call them',
  },
  { commands: ['sinterstore'], parts: ['keySpecs'], why: 'the destination is only written' },
  {
    commands: ['georadius', 'georadiusbymember'],
    parts: ['keySpecs'],
    why: 'the destination’s position is called incomplete: the last of several STOREs counts',
  },
  {
    commands: ['xread', 'xreadgroup'],
    parts: ['keySpecs'],
    why: 'a key named STREAMS can mislead the search: incomplete',
  },
  { commands: ['wait'], parts: ['flags', 'categories'], why: 'scripts may call it, and it counts as blocking' },
];

const isChanged = (name: string, part: keyof Row) =>
  changes.some(({ commands, parts }) => commands.includes(name) && parts.includes(part));

const items = (reply: Reply | undefined): readonly Reply[] =>
  reply !== undefined && isAggregate(reply) ? reply.items : [];
const text = (reply: Reply): string => (isAggregate(reply) ? '' : reply.text);
const sortedTexts = (reply: Reply): string[] => items(reply).map(text).sort();

/** A key spec as text, without its notes for readers; flags in any order. */
function spec(reply: Reply): string {
  if (!isAggregate(reply)) return reply.text;
  const notes = reply.kind === '%' ? reply.items.findIndex((item) => text(item) === 'notes') : -1;
  const inner = (notes < 0 ? reply.items : reply.items.toSpliced(notes, 2)).map(spec);
  return `(${(reply.kind === '~' ? inner.sort() : inner).join(' ')})`;
}

/** The rows of COMMAND, asked in RESP3, subcommands among them. */
async function readTable(port: number): Promise<Map<string, Row>> {
  const client = await RespClient.open(port);
  await client.call('HELLO', '3');
  const table = new Map<string, Row>();
  const add = (entry: Reply) => {
    const [name, arity, flags, first, last, step, categories, , keySpecs, subcommands] = items(entry);
    table.set(text(name), {
      arity: text(arity),
      flags: sortedTexts(flags),
      keys: [first, last, step].map(text).join(' '),
      categories: sortedTexts(categories),
      keySpecs: items(keySpecs).map(spec).join(' '),
    });
    items(subcommands).forEach(add);
  };
  items(await client.call('COMMAND')).forEach(add);
  client.close();
  return table;
}

describe.skipIf(redisServerVersion() === undefined)('the table of commands', () => {
  let ours: Map<string, Row>;
  let theirs: Map<string, Row>;

  beforeAll(async () => {
    const [subject, oracle] = await Promise.all([
      ServerProcess.start(serverUnderTest),
      ServerProcess.start(redisServer),
    ]);
    [ours, theirs] = await Promise.all([readTable(subject.port), readTable(oracle.port)]);
    await Promise.all([subject.stop(), oracle.stop()]);
  });
  afterAll(() => {
    expect(ours.size).toBeGreaterThan(100);
  });

  test.each(['arity', 'flags', 'keys', 'categories', 'keySpecs'] as const)('has the %s that Redis has', (part) => {
    const differing: string[] = [];
    for (const [name, row] of ours) {
      const expected = theirs.get(name);
      if (expected === undefined || isChanged(name, part)) continue;
      const [told, wanted] = [String(row[part]), String(expected[part])];
      if (told !== wanted) differing.push(`${name}: ${told} instead of ${wanted}`);
    }
    expect(differing).toEqual([]);
  });
});
