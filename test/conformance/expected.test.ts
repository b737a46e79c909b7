import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { additionsTo, parseExpected } from './expected.ts';
import { figuresOf, quickFiguresOf, unitsOf } from './redis-figures.ts';
import { dataUnits, quickUnits } from './unit-lists.ts';

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

  test('as committed can be read, and names units that exist', () => {
    const entries = parseExpected(readFileSync(new URL('expected-failures.md', import.meta.url), 'utf8'));
    for (const { unit, mode } of entries) expect(figuresOf(unit, mode), `${mode} ${unit}`).toBeDefined();
  });
});

test('the quick units have figures of redis-server and take three minutes of it at most, on a busy machine', () => {
  const seconds = quickUnits.map((unit) => quickFiguresOf(unit)?.seconds ?? Number.NaN);
  expect(seconds.reduce((sum, each) => sum + each, 0)).toBeLessThan(180);
  for (const unit of dataUnits) expect(figuresOf(unit, 'external'), unit).toBeDefined();
  expect(unitsOf('spawn').length).toBeGreaterThan(60);
});
