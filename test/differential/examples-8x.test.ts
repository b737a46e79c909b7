/**
 * Commands and options younger than the installed redis-server, by example; and none that Mayfly declares without one.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAggregate, type Reply, show } from '../support/resp.ts';
import { RespClient } from '../support/resp-client.ts';
import { mayflyChecked, redisServer, redisServerVersion, ServerProcess } from '../support/server-process.ts';
import { examples } from './examples/all.ts';
import type { Examples, Expected } from './examples/expected.ts';
import { additions, argumentPaths, type Grammar, nameIn, readGrammar } from './grammar.ts';

/** Splits a line as redis-cli does: double quotes hold words together, \xHH is a byte. */
function words(line: string): string[] {
  const found = line.match(/"[^"]*"|\S+/g) ?? [];
  return found.map((word) =>
    word
      .replace(/^"(.*)"$/, '$1')
      .replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
  );
}

/** What is wrong with a reply, or undefined. */
function fault(reply: Reply, expected: Expected): string | undefined {
  const wrong = (what: string) => `${show(reply)} instead of ${what}`;
  if (expected === null) return reply.kind === 'null' ? undefined : wrong('nil');
  if (Array.isArray(expected)) {
    if (!isAggregate(reply) || reply.items.length !== expected.length) return wrong(JSON.stringify(expected));
    return reply.items.map((item, i) => fault(item, expected[i])).find((each) => each !== undefined);
  }
  const { kind } = reply;
  const text = isAggregate(reply) ? show(reply) : reply.text;
  if (expected instanceof RegExp)
    return (kind === '$' || kind === '+') && expected.test(text) ? undefined : wrong(`${expected}`);
  if (typeof expected === 'number') return kind === ':' && text === String(expected) ? undefined : wrong(`${expected}`);
  if (typeof expected === 'string')
    return (kind === '$' || kind === '+') && text === expected ? undefined : wrong(expected);
  if ('matches' in expected) return expected.matches(text, kind) ? undefined : wrong(expected.about);
  return wrong('an expectation that can be compared');
}

function declares(grammar: Grammar, needs: string): boolean {
  return grammar.has(needs) || [...grammar.values()].some((syntax) => argumentPaths(syntax).includes(needs));
}

/** Whether some example calls the command, with the option if the path names one. */
function isShown(path: string, grammar: Grammar): boolean {
  return examples.some(({ lines }) =>
    lines.some(([text]) => {
      const line = words(text);
      const command = nameIn(grammar, line);
      if (command === path) return true;
      return path.startsWith(`${command} `) && line.some((word) => `${command} ${word.toUpperCase()}` === path);
    }),
  );
}

describe('what Redis has had since 7.0.15', () => {
  let server: ServerProcess;
  let client: RespClient;
  let grammar: Grammar;

  beforeAll(async () => {
    server = await ServerProcess.start(mayflyChecked);
    client = await RespClient.open(server.port);
    grammar = await readGrammar(client);
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  test.each(examples)('$needs', async ({ needs, lines }: Examples) => {
    expect(declares(grammar, needs), `Mayfly declares ${needs}`).toBe(true);
    await client.call('SELECT', '0');
    await client.call('FLUSHALL');
    for (const [line, expected] of lines) {
      expect(fault(await client.call(...words(line)), expected), line).toBeUndefined();
    }
  });

  test.skipIf(redisServerVersion() === undefined)('nothing is declared without an example', async () => {
    const oracle = await ServerProcess.start(redisServer);
    const asking = await RespClient.open(oracle.port);
    const isNew = additions(grammar, await readGrammar(asking));
    asking.close();
    await oracle.stop();
    const shown = isNew.filter((path) => !path.endsWith(' HELP'));
    expect(shown.filter((path) => !isShown(path, grammar))).toEqual([]);
  });
});
