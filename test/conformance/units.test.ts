/**
 * The quick units of Redis' own suite: no test of them that used to pass may fail. Each unit is a test here with a server
 * of its own, so one that hangs costs itself and not the others.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, mayflyChecked } from '../support/server-process.ts';
import { parseExpected } from './expected.ts';
import { quickFiguresOf } from './redis-figures.ts';
import { runAgainst, withDebug } from './run-unit.ts';
import { getSuite, hasSuite, layOutTree } from './suite.ts';
import { QUICK_TAGS, quickUnits } from './unit-lists.ts';
import { count, judge } from './verdict.ts';

/** A machine shared with others may let a server wait for a long while. */
const IDLE_LIMIT_MS = 75_000;
const UNIT_LIMIT_MS = 240_000;
/** Units wait for time to pass more than they work. */
const LANES = 2;
/** A unit takes one port below its own base for itself: apart from each other's, and from those that the system deals out. */
const basePortOf = (unit: string): number => 20_000 + quickUnits.indexOf(unit) * 400 + randomInt(360);

const has = (tool: string): boolean => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;
/** In CI what can't be run is a failure; elsewhere the machine may lack what it takes. */
const canRun = Boolean(process.env.CI) || (has('tclsh') && (hasSuite() || has('apt-get')));

describe.skipIf(!canRun)('Redis’ own test suite', () => {
  const expected = parseExpected(readFileSync(new URL('expected-failures.md', import.meta.url), 'utf8'));
  let directory = '';
  let tree = '';

  beforeAll(() => {
    const suite = getSuite();
    directory = mkdtempSync(join(tmpdir(), 'mayfly-suite-run-'));
    tree = join(directory, 'tree');
    // In external mode the suite starts no server itself.
    layOutTree(suite, tree, ['false']);
  }, 300_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test.concurrent.each(quickUnits)(
    '%s',
    async (unit) => {
      const logFile = join(directory, `${unit.replaceAll('/', '_')}.log`);
      const options = {
        mode: 'external',
        tree,
        basePort: basePortOf(unit),
        tags: QUICK_TAGS,
        isExact: false,
        logFile,
        unitLimitMs: UNIT_LIMIT_MS,
        idleLimitMs: IDLE_LIMIT_MS,
      } as const;
      const run = await inLane(async () =>
        runAgainst(withDebug(mayflyChecked), unit, { ...options, port: await freePort() }),
      );
      const { failures } = judge(count(run, unit, quickFiguresOf(unit)), 'external', expected);
      expect(failures, failures.length > 0 ? errorsIn(logFile) : '').toEqual([]);
    },
    // A hung test is left out and the unit run again; and a unit waits for its lane.
    5 * UNIT_LIMIT_MS,
  );
});

let freeLanes = LANES;
const waitingForLane: (() => void)[] = [];

async function inLane<T>(run: () => Promise<T>): Promise<T> {
  if (freeLanes > 0) freeLanes--;
  else await new Promise<void>((resolve) => waitingForLane.push(resolve));
  try {
    return await run();
  } finally {
    const next = waitingForLane.shift();
    if (next === undefined) freeLanes++;
    else next();
  }
}

/** What the suite says of tests that failed. */
function errorsIn(logFile: string): string {
  const log = readFileSync(logFile, 'latin1');
  const errors = log.match(/^\[(?:err|exception)\]: .*(?:\n(?!\[).*){0,4}/gm) ?? [];
  return `${errors.slice(0, 10).join('\n').slice(0, 4000)}\n…${log.slice(-500)}`;
}
