import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compatibilityPage, renderedPage } from './compatibility-table.ts';
import { knownDifferences } from './known-differences.ts';

test('docs/compatibility.md tells every known difference (npm run differential -- --write-docs)', () => {
  const page = readFileSync(compatibilityPage, 'utf8');
  expect(page).toBe(renderedPage(page));
});

test('every known difference has a name of its own', () => {
  const ids = knownDifferences.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});
