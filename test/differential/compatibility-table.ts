/**
 * docs/compatibility.md tells of the known differences in a table between two marks; this makes it of the list.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { excludedCommands } from './exclusions.ts';
import { knownDifferences } from './known-differences.ts';

export const compatibilityPage = fileURLToPath(new URL('../../docs/compatibility.md', import.meta.url));

/** Cells of a Markdown table: a bar would end one early. */
const row = (...cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

function differencesTable(): string {
  const rows = knownDifferences.map(({ commands, what, reason }) => row(commands, what, reason));
  return [row('commands', 'Mayfly', 'why'), row('---', '---', '---'), ...rows].join('\n');
}

/** Commands that the tester leaves out, those left out for one reason together. */
function exclusionsTable(): string {
  const byReason = new Map<string, string[]>();
  for (const [name, reason] of excludedCommands) byReason.set(reason, [...(byReason.get(reason) ?? []), `\`${name}\``]);
  const rows = [...byReason].map(([reason, names]) => row(names.join(', '), reason));
  return [row('commands', 'why the random stream leaves them out'), row('---', '---'), ...rows].join('\n');
}

/** The page with both tables as the code has them now; throws where a mark is missing. */
export function renderedPage(page: string): string {
  const between = (text: string, mark: string, content: string) => {
    const pattern = new RegExp(`(<!-- ${mark}: [^>]*-->\n)[\\s\\S]*?(<!-- end of ${mark} -->)`);
    if (!pattern.test(text)) throw new Error(`docs/compatibility.md has no mark "${mark}"`);
    return text.replace(pattern, (_, start: string, end: string) => `${start}\n${content}\n\n${end}`);
  };
  return between(between(page, 'known differences', differencesTable()), 'left out', exclusionsTable());
}

export function writeCompatibilityPage(): void {
  writeFileSync(compatibilityPage, renderedPage(readFileSync(compatibilityPage, 'utf8')));
}
