import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { additionsTo, LIST_PATHS, parseExpected } from './expected.ts';
import { figuresOf, quickFiguresOf, unitsOf } from './redis-figures.ts';
import { dataUnits, quickUnits } from './unit-lists.ts';
import { isUnbuilt, judge, type Row } from './verdict.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const list = `# A title
- not under a heading, so not an entry
## external unit/type/list
- \`LPOP with \`quotes\` — and a dash\` — because of A
## spawn unit/acl
- \`ACL test\` — because of B
`;

describe('the list of expected failures', () => {
  test('is read by mode, unit and test', () => {
    expect(parseExpected(list)).toEqual([
      { mode: 'external', unit: 'unit/type/list', test: 'LPOP with `quotes` — and a dash', reason: 'because of A' },
      { mode: 'spawn', unit: 'unit/acl', test: 'ACL test', reason: 'because of B' },
    ]);
  });

  test('takes no entry without a reason', () => {
    expect(() => parseExpected('## spawn unit/acl\n- `ACL test`\n')).toThrow(/line 2/);
  });

  test('tells what a change adds, whatever its reasons say now', () => {
    const before = parseExpected(list);
    const after = parseExpected(`${list.replace('because of A', 'otherwise put')}- \`another\` — because of C\n`);
    expect(additionsTo(before, after).map(({ test: name }) => name)).toEqual(['another']);
    expect(additionsTo(after, before)).toEqual([]);
  });

  test.each(LIST_PATHS)('as committed can be read, and names units that exist: %s', (path) => {
    const entries = parseExpected(readFileSync(join(root, path), 'utf8'));
    expect(entries).not.toEqual([]);
    for (const { unit, mode } of entries) expect(figuresOf(unit, mode), `${mode} ${unit}`).toBeDefined();
  });
});

test('the quick units have figures of redis-server and take three minutes of it at most, on a busy machine', () => {
  const seconds = quickUnits.map((unit) => quickFiguresOf(unit)?.seconds ?? Number.NaN);
  expect(seconds.reduce((sum, each) => sum + each, 0)).toBeLessThan(180);
  for (const unit of dataUnits) expect(figuresOf(unit, 'external'), unit).toBeDefined();
  expect(unitsOf('spawn').length).toBeGreaterThan(60);
});

describe('a run in spawn mode', () => {
  const entry = (mode: 'external' | 'spawn', name: string) => ({ mode, unit: 'u', test: name, reason: 'r' });
  const row = (passed: string[], failed: string[]): Row => ({
    unit: 'u',
    run: {
      results: passed.map((name) => ({ status: 'ok', name })),
      notes: [],
      cutShort: '',
      running: undefined,
      seconds: 0,
    },
    figures: undefined,
    ok: passed.length,
    failed,
    skipped: 0,
    neverReached: 0,
  });

  test('may fail what may fail in external mode, and need not', () => {
    const list = [entry('external', 'a'), entry('external', 'b'), entry('spawn', 'c'), entry('spawn', 'd')];
    expect(judge(row(['b', 'd'], ['a', 'c', 'e']), 'spawn', list)).toEqual({
      failures: ['fails: u: e'],
      surplus: ['no longer fails, strike it out: u: d'],
    });
    expect(judge(row([], ['c']), 'external', list).failures).toEqual(['fails: u: c']);
  });

  test('leaves out units that are listed as a whole', () => {
    const list = [{ ...entry('external', '(every test)') }];
    expect(isUnbuilt('u', 'spawn', list)).toBe(true);
    expect(isUnbuilt('v', 'spawn', list)).toBe(false);
    expect(isUnbuilt('u', 'external', [entry('spawn', '(every test)')])).toBe(false);
  });
});
