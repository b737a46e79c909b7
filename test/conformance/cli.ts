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
import { additionsTo, type ExpectedFailure, parseExpected } from './expected.ts';
import { figuresOf, quickFiguresOf, type UnitFigures, unitsOf } from './redis-figures.ts';
import { runAgainst, withDebug } from './run-unit.ts';
import { getSuite, layOutTree } from './suite.ts';
import type { Mode } from './unit.ts';
import { dataUnits, QUICK_TAGS, quickUnits } from './unit-lists.ts';
import { count, judge, leftOut, type Row } from './verdict.ts';

const usage = `Runs the Tcl suite of redis against Mayfly and counts it test by test.

  npm run conformance [-- OPTIONS] [unit…]      without units: all that redis-server has a test in

  --mode external|spawn   a server for each unit, or the suite starts servers itself (external)
  --data                  the units about data, and which share of what redis-server passes there passes
  --quick                 units that take a minute or two together, without slow tests: part of npm test
  --server WHAT           mayfly (dist/), checked (dist-checked/), redis-server
  --out DIRECTORY         logs and results.tsv (a directory under the system's temporary one)
  --port N                external: the server's port; spawn: the first of 200 (21111)
  --unit-seconds N        a unit takes no longer (300)
  --idle-seconds N        a test without a sign for so long has hung (75)
  --list-since REVISION   no run: fails if expected-failures.md holds a test that it didn't at that git revision

Ends with 1 when a test fails that expected-failures.md does not name, or one it names passes.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mode: { type: 'string', default: 'external' },
    data: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    server: { type: 'string', default: 'mayfly' },
    out: { type: 'string', default: join(tmpdir(), 'mayfly-conformance') },
    port: { type: 'string', default: '21111' },
    'unit-seconds': { type: 'string', default: '300' },
    'idle-seconds': { type: 'string', default: '75' },
    'list-since': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const root = fileURLToPath(new URL('../..', import.meta.url));
const expectedPath = 'test/conformance/expected-failures.md';
const servers = { mayfly: withDebug(mayfly), checked: withDebug(mayflyChecked), 'redis-server': redisServer };

const cells = (ok: number, err: number, skipped: number) => `${ok} / ${err} / ${skipped}`.padStart(15);

function printRow({ unit, run, ok, failed, skipped, neverReached }: Row, figures: UnitFigures | undefined): void {
  const theirs = figures === undefined ? '–'.padStart(15) : cells(figures.ok, figures.err, figures.skipped);
  const remark = [neverReached > 0 ? `${neverReached} never reached` : '', run.cutShort].filter(Boolean).join('; ');
  console.log(
    `${unit.padEnd(34)}${cells(ok, failed.length, skipped)}${theirs}${run.seconds.toFixed(1).padStart(8)}  ${remark}`,
  );
}

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
  const named = values.quick ? quickUnits : values.data ? dataUnits : unitsOf(mode);
  const units = positionals.length > 0 ? positionals : named;
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
    const port = Number(values.port);
    const run = await runAgainst(server, unit, {
      mode,
      tree,
      port,
      // The suite takes its own control port below this one.
      basePort: mode === 'spawn' ? port : port + 10_000,
      tags: values.quick ? QUICK_TAGS : '',
      logFile: join(values.out, `${unit.replaceAll('/', '_')}.log`),
      unitLimitMs: Number(values['unit-seconds']) * 1000,
      idleLimitMs: Number(values['idle-seconds']) * 1000,
    });
    const figures = values.quick ? quickFiguresOf(unit) : figuresOf(unit, mode);
    const row = count(run, unit, figures);
    rows.push(row);
    printRow(row, figures);
    for (const { status, name } of run.results) lines.push(`${unit}\t${status}\t${name}`);
    for (const note of run.notes) notes.push(`${unit}: ${note}`);
    writeFileSync(join(values.out, 'results.tsv'), `${lines.join('\n')}\n`, 'latin1');
  }
  writeFileSync(join(values.out, 'notes.txt'), `${notes.join('\n')}\n`, 'latin1');
  const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const due = sum(({ figures }) => figures?.ok ?? 0);
  const passed = sum(({ ok }) => ok);
  console.log(
    `\n${passed} ok of the ${due} that redis-server passes, ${sum(({ failed }) => failed.length)} failed, ` +
      `${sum(({ neverReached }) => neverReached)} never reached; details in ${values.out}`,
  );
  if (server === redisServer) return;
  const expected = readExpected();
  const others = leftOut(units, mode, expected);
  const share = (passed / Math.max(1, due - others.length)) * 100;
  console.log(
    `${share.toFixed(1)} % of them, leaving out ${others.length} that ask for scripts, functions, persistence or replication` +
      ` (${expectedPath} names each)`,
  );
  const verdicts = rows.map((row) => judge(row, mode, expected));
  const complaints = verdicts.flatMap(({ failures, surplus }) => [...failures, ...surplus]);
  for (const complaint of complaints) console.log(complaint);
  process.exitCode = complaints.length > 0 ? 1 : 0;
}

if (values.help) console.log(usage);
else if (values['list-since'] !== undefined) checkListSince(values['list-since']);
else await main();
