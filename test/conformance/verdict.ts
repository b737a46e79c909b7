/** What a unit's run comes to beside what redis-server reaches and what is known to fail. */
import type { ExpectedFailure } from './expected.ts';
import type { UnitFigures } from './redis-figures.ts';
import type { Mode, UnitRun } from './unit.ts';

/** Stands in the list for a unit about what isn't built yet. */
const EVERY_TEST = '(every test)';

/** What fails with a server that was started beforehand fails also where the suite starts it; not the other way round. */
const concerns = (entry: ExpectedFailure, mode: Mode): boolean => entry.mode === mode || entry.mode === 'external';

/** Whether the list names the whole unit. */
export const isUnbuilt = (unit: string, mode: Mode, expected: readonly ExpectedFailure[]): boolean =>
  expected.some((entry) => concerns(entry, mode) && entry.unit === unit && entry.test === EVERY_TEST);

/** Stands in the list for the tests of a unit that a failure before them keeps from running. */
const NEVER_REACHED = '(tests never reached)';

/** Reasons for which a test is left out of the share that has to pass: it asks for another part of Redis altogether. */
const OTHER_PARTS = /^(persistence|replication|scripts|functions) (is|are) not built yet$/;

export interface Row {
  readonly unit: string;
  readonly run: UnitRun;
  /** redis-server's, of the same tests. */
  readonly figures: UnitFigures | undefined;
  readonly ok: number;
  readonly failed: readonly string[];
  readonly skipped: number;
  /** Tests that redis-server passes and that were neither passed nor failed nor left out here. */
  readonly neverReached: number;
}

export function count(run: UnitRun, unit: string, figures: UnitFigures | undefined): Row {
  const of = (status: string) => run.results.filter((result) => result.status === status);
  const ok = of('ok').length;
  const failed = [...of('err'), ...of('hung')].map(({ name }) => name);
  const skipped = of('skip').length;
  const due = (figures?.ok ?? 0) + (figures?.err ?? 0);
  const extraSkipped = Math.max(0, skipped - (figures?.skipped ?? 0));
  return {
    unit,
    run,
    figures,
    ok,
    failed,
    skipped,
    neverReached: Math.max(0, due - ok - failed.length - extraSkipped),
  };
}

export interface Complaints {
  /** Tests that used to pass, or are new. */
  readonly failures: readonly string[];
  /** Tests in the list that pass. */
  readonly surplus: readonly string[];
}

/** What the list and the run disagree on. */
export function judge(
  { unit, run, failed, neverReached }: Row,
  mode: Mode,
  expected: readonly ExpectedFailure[],
): Complaints {
  const entries = expected.filter((entry) => concerns(entry, mode) && entry.unit === unit);
  const listed = new Set(entries.map(({ test }) => test));
  if (listed.has(EVERY_TEST)) {
    const isOver = failed.length + neverReached === 0;
    return { failures: [], surplus: isOver ? [`all of it passes, strike it out: ${unit}`] : [] };
  }
  const passed = new Set(run.results.filter(({ status }) => status === 'ok').map(({ name }) => name));
  const isOver = (name: string) =>
    name === NEVER_REACHED ? neverReached === 0 : passed.has(name) && !failed.includes(name);
  const failures = failed.filter((name) => !listed.has(name)).map((name) => `fails: ${unit}: ${name}`);
  if (neverReached > 0 && !listed.has(NEVER_REACHED)) {
    failures.push(`${neverReached} never reached: ${unit}${run.cutShort === '' ? '' : ` (${run.cutShort})`}`);
  }
  const own = entries.filter((entry) => entry.mode === mode).map(({ test }) => test);
  const surplus = own.filter(isOver).map((name) => `no longer fails, strike it out: ${unit}: ${name}`);
  return { failures, surplus };
}

/** The tests of these units that ask for another part of Redis. */
export function leftOut(units: readonly string[], mode: Mode, expected: readonly ExpectedFailure[]): ExpectedFailure[] {
  return expected.filter(
    (entry) => concerns(entry, mode) && units.includes(entry.unit) && OTHER_PARTS.test(entry.reason),
  );
}
