/**
 * Tables of results within pages that are written by hand, so that no figure is typed twice:
 *
 *     <!-- results of io_uring: goals -->
 *     …
 *     <!-- end of results -->
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { caption } from './report.ts';
import type { Results } from './results.ts';
import { cpuTable, loadTable, memoryTable, summaryTable, threadsTable, usageTable } from './tables.ts';
import { markdownTable } from './text-table.ts';

export const PAGES = ['README.md', join('docs', 'performance.md')] as const;

const EXCERPT = /(<!-- results of (\S+): (\S+) -->\n).*?(<!-- end of results -->)/gs;

const EXCERPTS: Record<string, (results: Results) => string> = {
  goals: (results) => markdownTable(summaryTable(results)),
  cpu: (results) => withCaption(results, markdownTable(cpuTable(results)), results.load),
  load: (results) => withCaption(results, markdownTable(loadTable(results)), results.load),
  threads: (results) => withCaption(results, markdownTable(threadsTable(results)), results.threads),
  memory: (results) => markdownTable(memoryTable(results)),
  usage: (results) => markdownTable(usageTable(results)),
};

const withCaption = (results: Results, table: string, rows: Results['load'] | Results['threads']): string =>
  `${table}\n\n${caption(rows, results.runs, true)}`;

/**
 * A page with its excerpts of these results in step with them.
 * @param name of the results  @throws Error for an excerpt that there isn't
 */
export function withExcerpts(page: string, name: string, results: Results): string {
  return page.replace(EXCERPT, (excerpt: string, begin: string, of: string, what: string, end: string) => {
    const write = EXCERPTS[what];
    if (write === undefined) throw new Error(`no such excerpt of results: ${what}`);
    return of === name ? `${begin}\n${write(results)}\n\n${end}` : excerpt;
  });
}

export function writeExcerpts(name: string, results: Results): void {
  for (const page of PAGES) {
    const before = readFileSync(page, 'utf8');
    const after = withExcerpts(before, name, results);
    if (after !== before) writeFileSync(page, after);
  }
}
