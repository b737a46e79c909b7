/**
 * The lists of tests that are known to fail. A test that fails and isn't in them is a fault; one that is and passes has to
 * be struck out, so the lists only shrink.
 */
import type { Mode } from './unit.ts';

/** From the repository's root. The second is of tests that run only where the suite starts its servers itself. */
export const LIST_PATHS: readonly string[] = [
  'test/conformance/expected-failures.md',
  'test/conformance/expected-failures-spawn.md',
];

export interface ExpectedFailure {
  readonly mode: Mode;
  readonly unit: string;
  readonly test: string;
  readonly reason: string;
}

const HEADING = /^## (external|spawn) (\S+)$/;
const ENTRY = /^- `(.+)` — (.+)$/;

/**
 * Reads the list: headings `## external unit/type/list`, under them lines "- `name of the test` — reason".
 * Throws at a line that begins like an entry and isn't one.
 */
export function parseExpected(markdown: string): ExpectedFailure[] {
  const found: ExpectedFailure[] = [];
  let under: { mode: Mode; unit: string } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const heading = HEADING.exec(line);
    if (heading !== null) under = { mode: heading[1] as Mode, unit: heading[2] };
    else if (line.startsWith('- ') && under !== undefined) {
      const entry = ENTRY.exec(line);
      if (entry === null)
        throw new Error(`line ${index + 1} of the expected failures has no test with a reason: ${line}`);
      found.push({ ...under, test: entry[1], reason: entry[2] });
    }
  }
  return found;
}

const identity = ({ mode, unit, test }: ExpectedFailure) => `${mode} ${unit} ${test}`;

/** Entries of `after` that `before` lacks: what a change adds to the list. */
export function additionsTo(before: readonly ExpectedFailure[], after: readonly ExpectedFailure[]): ExpectedFailure[] {
  const known = new Set(before.map(identity));
  return after.filter((entry) => !known.has(identity(entry)));
}
