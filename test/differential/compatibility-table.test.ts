import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compatibilityPage, renderedPage } from './compatibility-table.ts';
import { differencesFrom, knownDifferences } from './known-differences.ts';

test('docs/compatibility.md tells every known difference (npm run differential -- --write-docs)', () => {
  const page = readFileSync(compatibilityPage, 'utf8');
  expect(page).toBe(renderedPage(page));
});

test('every known difference has a name of its own', () => {
  const ids = knownDifferences.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('a newer redis-server is allowed fewer differences', () => {
  const idsFrom = (version: string) => differencesFrom(version).map(({ id }) => id);
  expect(idsFrom('7.0.15')).toEqual(knownDifferences.map(({ id }) => id));
  expect(idsFrom('7.2.0')).not.toContain('least-count');
  expect(idsFrom('7.2.0')).toContain('last-entry-id');
  expect(idsFrom('8.10.0')).toEqual(knownDifferences.filter(({ until }) => until === undefined).map(({ id }) => id));
});
