/**
 * `npm run conformance [-- --mode external|spawn] [unit…]`: Redis' own Tcl suite against Mayfly, test by test.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mayfly, mayflyChecked, redisServer } from '../support/server-process.ts';
import { additionsTo, type ExpectedFailure, LIST_PATHS, parseExpected } from './expected.ts';
import { figuresOf, quickFiguresOf, type UnitFigures, unitsOf } from './redis-figures.ts';
import { runAgainst, withDebug } from './run-unit.ts';
import { getSuite, layOutTree, unitsIn } from './suite.ts';
import type { Mode } from './unit.ts';
import { dataUnits, QUICK_TAGS, quickUnits } from './unit-lists.ts';
import { count, isUnbuilt, judge, leftOut, type Row } from './verdict.ts';

const usage = `Runs the Tcl suite of redis against Mayfly and counts it test by test.

  npm run conformance [-- OPTIONS] [unit…]      without units: all that redis-server has a test in,
                                                but for those about what isn't built yet

  --mode external|spawn   a server for each unit, or the suite starts servers itself (external)
  --data                  the units about data, and which share of what redis-server passes there passes
  --quick                 units that take a minute or two together, without slow tests: part of npm test
  --server WHAT           mayfly (dist/), checked (dist-checked/), redis-server
  --suite DIRECTORY       another suite, its tests/ and utils/: of a newer Redis, say. Neither redis-server's figures nor
                          the lists below hold for it: what fails is printed
  --out DIRECTORY         logs and results.tsv (a directory under the system's temporary one)
  --port N                external: the server's port; spawn: the first of 200 (21111)
  --unit-seconds N        a unit takes no longer (300)
  --idle-seconds N        a test without a sign for so long has hung (75)
  --list-since REVISION   no run: fails if the lists below hold a test that they didn't at that git revision

Each line: what passed, failed and was skipped, then the same of redis-server 7.0.15, which runs the suite's own tests;
"never reached" are tests that redis-server passes and that a failure before them kept from running. Below them the sums,
the share, and what the lists of known failures don't agree with: expected-failures.md, and expected-failures-spawn.md for
what only spawn mode runs. Ends with 1 when a test fails that they do not name, or one they name passes.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mode: { type: 'string', default: 'external' },
    data: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    server: { type: 'string', default: 'mayfly' },
    suite: { type: 'string' },
    out: { type: 'string', default: join(tmpdir(), 'mayfly-conformance') },
    port: { type: 'string', default: '21111' },
    'unit-seconds': { type: 'string', default: '300' },
    'idle-seconds': { type: 'string', default: '75' },
    'list-since': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const root = fileURLToPath(new URL('../..', import.meta.url));
const servers = { mayfly: withDebug(mayfly), checked: withDebug(mayflyChecked), 'redis-server': redisServer };

const cells = (ok: number, err: number, skipped: number) => `${ok} / ${err} / ${skipped}`.padStart(15);

function printRow({ unit, run, ok, failed, skipped, neverReached }: Row, figures: UnitFigures | undefined): void {
  const theirs = figures === undefined ? '–'.padStart(15) : cells(figures.ok, figures.err, figures.skipped);
  const remark = [neverReached > 0 ? `${neverReached} never reached` : '', run.cutShort].filter(Boolean).join('; ');
  console.log(
    `${unit.padEnd(34)}${cells(ok, failed.length, skipped)}${theirs}${run.seconds.toFixed(1).padStart(8)}  ${remark}`,
  );
}

const readList = (path: string): ExpectedFailure[] => parseExpected(readFileSync(join(root, path), 'utf8'));

function checkListSince(revision: string): void {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  for (const path of LIST_PATHS) {
    if (git('ls-tree', revision, path) === '') {
      console.log(`there was no ${path} at ${revision}`);
      continue;
    }
    const added = additionsTo(parseExpected(git('show', `${revision}:${path}`)), readList(path));
    for (const { mode, unit, test } of added) console.error(`added since ${revision}: ${mode} ${unit}: ${test}`);
    if (added.length > 0) process.exitCode = 1;
    else console.log(`no test was added to ${path} since ${revision}`);
  }
}

/** What there is to say of a suite that has neither figures nor a list of known failures. */
function plainFailures({ unit, failed, run }: Row): string[] {
  const cutShort = run.cutShort === '' ? [] : [`ended early: ${unit} (${run.cutShort})`];
  return [...failed.map((name) => `fails: ${unit}: ${name}`), ...cutShort];
}

/** All that redis-server has a test in, less what isn't built yet. */
function allUnits(mode: Mode, expected: readonly ExpectedFailure[]): string[] {
  const units = unitsOf(mode);
  const unbuilt = units.filter((unit) => isUnbuilt(unit, mode, expected));
  console.log(`left out unless named, since it is about what isn't built yet: ${unbuilt.join(', ')}\n`);
  return units.filter((unit) => !unbuilt.includes(unit));
}

async function main(): Promise<void> {
  const mode = values.mode as Mode;
  const server = servers[values.server as keyof typeof servers];
  if ((mode !== 'external' && mode !== 'spawn') || server === undefined) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  const expected = LIST_PATHS.flatMap(readList);
  const named = positionals.length > 0 ? positionals : values.quick ? quickUnits : values.data ? dataUnits : undefined;
  const isOther = values.suite !== undefined;
  const suite = values.suite ?? getSuite();
  const units = named ?? (isOther ? unitsIn(suite) : allUnits(mode, expected));
  mkdirSync(values.out, { recursive: true });
  const tree = mkdtempSync(join(tmpdir(), 'mayfly-suite-tree-'));
  process.once('SIGINT', () => process.exit(130));
  process.once('exit', () => rmSync(tree, { recursive: true, force: true }));
  // In spawn mode the suite gives the whole command line itself.
  const isNode = server !== redisServer;
  const launcher = [server.program, ...(isNode ? [server.args[0]] : [])];
  layOutTree(suite, tree, launcher);
  const rows: Row[] = [];
  const lines = ['unit\tstatus\ttest'];
  const notes: string[] = [];
  console.log(
    `${'unit'.padEnd(34)}${'ok / err / skip'.padStart(15)}${'redis-server'.padStart(15)}${'secs'.padStart(8)}`,
  );
  for (const unit of units) {
    const port = Number(values.port);
    const run = await runAgainst(server, unit, {
      mode,
      tree,
      port,
      // The suite takes its own control port below this one.
      basePort: mode === 'spawn' ? port : port + 10_000,
      tags: values.quick ? QUICK_TAGS : '',
      isExact: isOther,
      logFile: join(values.out, `${unit.replaceAll('/', '_')}.log`),
      unitLimitMs: Number(values['unit-seconds']) * 1000,
      idleLimitMs: Number(values['idle-seconds']) * 1000,
    });
    const figures = isOther ? undefined : values.quick ? quickFiguresOf(unit) : figuresOf(unit, mode);
    const row = count(run, unit, figures);
    rows.push(row);
    printRow(row, figures);
    for (const { status, name } of run.results) lines.push(`${unit}\t${status}\t${name}`);
    for (const note of run.notes) notes.push(`${unit}: ${note}`);
    writeFileSync(join(values.out, 'results.tsv'), `${lines.join('\n')}\n`, 'latin1');
  }
  writeFileSync(join(values.out, 'notes.txt'), `${notes.join('\n')}\n`, 'latin1');
  const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const passed = sum(({ ok }) => ok);
  if (isOther) {
    console.log(`\n${passed} ok, ${sum(({ failed }) => failed.length)} failed; details in ${values.out}`);
    return complain(rows.flatMap(plainFailures));
  }
  const due = sum(({ figures }) => figures?.ok ?? 0);
  console.log(
    `\n${passed} ok of the ${due} that redis-server passes, ${sum(({ failed }) => failed.length)} failed, ` +
      `${sum(({ neverReached }) => neverReached)} never reached; details in ${values.out}`,
  );
  if (server === redisServer) return;
  const others = leftOut(units, mode, expected);
  const share = (passed / Math.max(1, due - others.length)) * 100;
  console.log(
    `${share.toFixed(1)} % of them, leaving out ${others.length} that ask for scripts, functions, persistence or replication` +
      ` (named in ${LIST_PATHS.join(' and ')})`,
  );
  const verdicts = rows.map((row) => judge(row, mode, expected));
  complain(verdicts.flatMap(({ failures, surplus }) => [...failures, ...surplus]));
}

function complain(complaints: readonly string[]): void {
  for (const complaint of complaints) console.log(complaint);
  process.exitCode = complaints.length > 0 ? 1 : 0;
}

if (values.help) console.log(usage);
else if (values['list-since'] !== undefined) checkListSince(values['list-since']);
else await main();
