/**
 * Every reply of every command has the shape that Redis declares for it, in RESP3. The differential tester holds the
 * contents of replies against redis-server 7.0; here are the commands it doesn't have, too.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mayflyWith } from '../support/server-facts.ts';
import { ServerProcess } from '../support/server-process.ts';
import { replySchemas } from './checker.ts';
import { type Survey, surveyReplies } from './reply-survey.ts';

const ROUNDS = 20;
const SEED = 1;

/** Commands without a reply to check, and why. */
const pushes = 'answers by pushes: test/clients';
const files = 'an error while nothing is written to disk';
const unchecked: ReadonlyMap<string, string> = new Map([
  ['SUBSCRIBE', pushes],
  ['UNSUBSCRIBE', pushes],
  ['PSUBSCRIBE', pushes],
  ['PUNSUBSCRIBE', pushes],
  ['SSUBSCRIBE', pushes],
  ['SUNSUBSCRIBE', pushes],
  ['MONITOR', pushes],
  ['SHUTDOWN', 'answers only when it fails'],
  ['CONFIG REWRITE', 'an error without a configuration file: test/unit/config'],
  ['CLIENT CACHING', 'an error while there is no client-side caching'],
  ['SAVE', files],
  ['BGSAVE', files],
  ['BGREWRITEAOF', files],
]);

/** Shapes that no command sent here is answered with, and why. */
const unseen: readonly (readonly [alternative: RegExp, why: string])[] = [
  [/^CLIENT KILL .*OK/, 'its old form, which names an address'],
  [/^CLIENT UNBLOCK .*1/, 'needs a client that waits: the differential tester has many'],
  [/^ROLE .*slave/, 'of a replica'],
];

describe('replies in RESP3', () => {
  let survey: Survey;

  beforeAll(async () => {
    const server = await ServerProcess.start(mayflyWith());
    try {
      survey = await surveyReplies(server.port, ROUNDS, SEED);
    } finally {
      await server.stop();
    }
  });
  afterAll(() => {
    expect(survey.checker.checked).toBeGreaterThan(5_000);
  });

  test('have the shapes that are declared', () => {
    expect(survey.faults.slice(0, 20)).toEqual([]);
  });

  test('of every command were seen', () => {
    const missing = survey.commands.filter((name) => !survey.answered.has(name) && !unchecked.has(name));
    expect(missing).toEqual([]);
  });

  test('of every shape that a command may answer with were seen', () => {
    const commands = survey.commands.filter((name) => name in replySchemas && !unchecked.has(name));
    const missing = survey.checker
      .unseen(commands)
      .filter((alternative) => !unseen.some(([pattern]) => pattern.test(alternative)));
    expect(missing).toEqual([]);
  });
});
