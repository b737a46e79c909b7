/**
 * `npm run conformance [-- --mode external|spawn] [unit…]`: Redis' own Tcl suite against Mayfly, test by test.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mayfly, mayflyChecked, redisServer, type ServerCommand, ServerProcess } from '../support/server-process.ts';
import { additionsTo, type ExpectedFailure, parseExpected } from './expected.ts';
import { quickUnits } from './quick-units.ts';
import { figuresOf, type UnitFigures, unitsOf } from './redis-figures.ts';
import { getSuite, layOutTree } from './suite.ts';
import { type Mode, runUnitThroughHangs, type UnitRun } from './unit.ts';

const usage = `Runs the Tcl suite of redis against Mayfly and counts it test by test.

  npm run conformance [-- OPTIONS] [unit…]      without units: all that redis-server has a test in

  --mode external|spawn   a server for each unit, or the suite starts servers itself (external)
  --quick                 units that take minutes together: for every push
  --server WHAT           mayfly (dist/), checked (dist-checked/), redis-server
  --out DIRECTORY         logs and results.tsv (a directory under the system's temporary one)
  --port N                external: the server's port; spawn: the first of 200 (21111)
  --unit-seconds N        a unit takes no longer (300)
  --idle-seconds N        a test without a sign for so long has hung (75, --quick 30)
  --list-since REVISION   no run: fails if expected-failures.md holds a test that it didn't at that git revision

Ends with 1 when a test fails that expected-failures.md does not name, or one it names passes.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mode: { type: 'string', default: 'external' },
    quick: { type: 'boolean', default: false },
    server: { type: 'string', default: 'mayfly' },
    out: { type: 'string', default: join(tmpdir(), 'mayfly-conformance') },
    port: { type: 'string', default: '21111' },
    'unit-seconds': { type: 'string', default: '300' },
    'idle-seconds': { type: 'string' },
    'list-since': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const root = fileURLToPath(new URL('../..', import.meta.url));
const expectedPath = 'test/conformance/expected-failures.md';
/** The suite looks behind the scenes with DEBUG. */
const withDebug = (server: ServerCommand): ServerCommand => ({
  ...server,
  args: [...server.args, '--enable-debug-command', 'yes'],
});
const servers = { mayfly: withDebug(mayfly), checked: withDebug(mayflyChecked), 'redis-server': redisServer };

interface Row {
  readonly unit: string;
  readonly run: UnitRun;
  readonly ok: number;
  readonly failed: readonly string[];
  readonly skipped: number;
  /** Tests that redis-server passes and that were neither passed nor failed nor left out here. */
  readonly neverReached: number;
}

function count(run: UnitRun, unit: string, figures: UnitFigures | undefined): Row {
  const of = (status: string) => run.results.filter((result) => result.status === status);
  const ok = of('ok').length;
  const failed = [...of('err'), ...of('hung')].map(({ name }) => name);
  const skipped = of('skip').length;
  const due = (figures?.ok ?? 0) + (figures?.err ?? 0);
  const extraSkipped = Math.max(0, skipped - (figures?.skipped ?? 0));
  return { unit, run, ok, failed, skipped, neverReached: Math.max(0, due - ok - failed.length - extraSkipped) };
}

const cells = (ok: number, err: number, skipped: number) => `${ok} / ${err} / ${skipped}`.padStart(15);

function printRow({ unit, run, ok, failed, skipped, neverReached }: Row, figures: UnitFigures | undefined): void {
  const theirs = figures === undefined ? '–'.padStart(15) : cells(figures.ok, figures.err, figures.skipped);
  const remark = [neverReached > 0 ? `${neverReached} never reached` : '', run.cutShort].filter(Boolean).join('; ');
  console.log(
    `${unit.padEnd(34)}${cells(ok, failed.length, skipped)}${theirs}${run.seconds.toFixed(1).padStart(8)}  ${remark}`,
  );
}

/** Runs one unit: in external mode against a server of its own. */
async function runOne(unit: string, mode: Mode, server: ServerCommand, tree: string): Promise<UnitRun> {
  let running: ServerProcess | undefined;
  const port = Number(values.port);
  const restart = async () => {
    if (mode === 'spawn') return;
    await running?.stop();
    running = await ServerProcess.start(server, port);
  };
  try {
    const run = await runUnitThroughHangs(
      unit,
      {
        mode,
        tree,
        port,
        logFile: join(values.out, `${unit.replaceAll('/', '_')}.log`),
        unitLimitMs: Number(values['unit-seconds']) * 1000,
        idleLimitMs: Number(values['idle-seconds'] ?? (values.quick ? 30 : 75)) * 1000,
        skip: [],
      },
      restart,
    );
    if (running?.ended === undefined) return run;
    return { ...run, cutShort: `the server ended (${running.ended}) ${run.cutShort}`.trim() };
  } finally {
    await running?.stop();
  }
}

/** What the list and the run disagree on. */
function judge(rows: readonly Row[], mode: Mode, expected: readonly ExpectedFailure[]): string[] {
  return rows.flatMap((row) => {
    const ofUnit = expected.filter((entry) => entry.mode === mode && entry.unit === row.unit);
    return judgeUnit(row, new Set(ofUnit.map(({ test }) => test)));
  });
}

function judgeUnit({ unit, run, failed, neverReached }: Row, listed: ReadonlySet<string>): string[] {
  if (listed.has(EVERY_TEST)) {
    return failed.length + neverReached > 0 ? [] : [`all of it passes, strike it out: ${unit}`];
  }
  const passed = new Set(run.results.filter(({ status }) => status === 'ok').map(({ name }) => name));
  const complaints = failed.filter((name) => !listed.has(name)).map((name) => `fails: ${unit}: ${name}`);
  for (const name of listed) {
    const isOver = name === NEVER_REACHED ? neverReached === 0 : passed.has(name) && !failed.includes(name);
    if (isOver) complaints.push(`no longer fails, strike it out: ${unit}: ${name}`);
  }
  if (neverReached > 0 && !listed.has(NEVER_REACHED)) complaints.push(`${neverReached} never reached: ${unit}`);
  return complaints;
}

/** Stands in the list for a unit about what isn't built yet. */
const EVERY_TEST = '(every test)';

/** Stands in the list for the tests of a unit that a failure before them keeps from running. */
const NEVER_REACHED = '(tests never reached)';

function readExpected(): ExpectedFailure[] {
  return parseExpected(readFileSync(join(root, expectedPath), 'utf8'));
}

function checkListSince(revision: string): void {
  const before = execFileSync('git', ['show', `${revision}:${expectedPath}`], { cwd: root, encoding: 'utf8' });
  const added = additionsTo(parseExpected(before), readExpected());
  for (const { mode, unit, test } of added) console.error(`added since ${revision}: ${mode} ${unit}: ${test}`);
  if (added.length > 0) process.exitCode = 1;
  else console.log(`no test was added to ${expectedPath} since ${revision}`);
}

async function main(): Promise<void> {
  const mode = values.mode as Mode;
  const server = servers[values.server as keyof typeof servers];
  if ((mode !== 'external' && mode !== 'spawn') || server === undefined) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  const units = positionals.length > 0 ? positionals : values.quick ? quickUnits : unitsOf(mode);
  mkdirSync(values.out, { recursive: true });
  const tree = mkdtempSync(join(tmpdir(), 'mayfly-suite-tree-'));
  process.once('SIGINT', () => process.exit(130));
  process.once('exit', () => rmSync(tree, { recursive: true, force: true }));
  // In spawn mode the suite gives the whole command line itself.
  const isNode = server !== redisServer;
  const launcher = [server.program, ...(isNode ? [server.args[0]] : [])];
  layOutTree(getSuite(), tree, launcher);
  const rows: Row[] = [];
  const lines = ['unit\tstatus\ttest'];
  const notes: string[] = [];
  console.log(
    `${'unit'.padEnd(34)}${'ok / err / skip'.padStart(15)}${'redis-server'.padStart(15)}${'secs'.padStart(8)}`,
  );
  for (const unit of units) {
    const run = await runOne(unit, mode, server, tree);
    const figures = figuresOf(unit, mode);
    const row = count(run, unit, figures);
    rows.push(row);
    printRow(row, figures);
    for (const { status, name } of run.results) lines.push(`${unit}\t${status}\t${name}`);
    for (const note of run.notes) notes.push(`${unit}: ${note}`);
    writeFileSync(join(values.out, 'results.tsv'), `${lines.join('\n')}\n`, 'latin1');
  }
  writeFileSync(join(values.out, 'notes.txt'), `${notes.join('\n')}\n`, 'latin1');
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  const due = units.reduce((total, unit) => total + (figuresOf(unit, mode)?.ok ?? 0), 0);
  console.log(
    `\n${sum(({ ok }) => ok)} ok of the ${due} that redis-server passes, ${sum(({ failed }) => failed.length)} failed, ` +
      `${sum(({ neverReached }) => neverReached)} never reached; details in ${values.out}`,
  );
  if (server === redisServer) return;
  const complaints = judge(rows, mode, readExpected());
  for (const complaint of complaints) console.log(complaint);
  process.exitCode = complaints.length > 0 ? 1 : 0;
}

if (values.help) console.log(usage);
else if (values['list-since'] !== undefined) checkListSince(values['list-since']);
else await main();
