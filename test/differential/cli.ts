/**
 * `npm run differential -- --commands 200000 --seed 7 --only string,generic`
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { mayfly, mayflyChecked, redisServer, redisServerVersion } from '../support/server-process.ts';
import { writeCompatibilityPage } from './compatibility-table.ts';
import { describeFinding, type Finding, type Report, Tester } from './tester.ts';

const usage = `Sends the same random commands to Mayfly and to redis-server and compares all that they answer.

  --commands N     how many (20000)
  --seed N         which stream (drawn anew, and printed)
  --only LIST      groups or commands: string,generic,ZADD
  --protocol P     2, 3 or both (both)
  --episode N      one episode of the seed again
  --causes N       stop after so many different causes (25)
  --shrink MS      time to shrink each (8000)
  --subject WHAT   mayfly (dist/), checked (dist-checked/, with assertions), redis-server (to test the tester)
  --write FILE     the findings, grouped by command
  --coverage       a table: each command, how often it was compared, how often the reply was no error and told something;
                   and the options that were hardly ever accepted
  --dull           name the commands whose replies seldom told anything: the generator's blind spots
  --write-docs     no run: puts the tables of docs/compatibility.md in step with the code

MAYFLY_FLAGS holds more flags for the subject, as '--handoff always --transport net'. REDIS_SERVER is the redis-server to
compare with, if not the installed one: a newer one is sent the commands that it knows, and less may differ.
`;

const { values } = parseArgs({
  options: {
    commands: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    only: { type: 'string', default: '' },
    protocol: { type: 'string', default: 'both' },
    episode: { type: 'string' },
    causes: { type: 'string', default: '25' },
    shrink: { type: 'string', default: '8000' },
    subject: { type: 'string', default: 'mayfly' },
    write: { type: 'string' },
    coverage: { type: 'boolean', default: false },
    dull: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const subjects = { mayfly, checked: mayflyChecked, 'redis-server': redisServer };

/** A whole number from an option, or the end of the program with a word on what was wrong. */
function count(name: 'commands' | 'seed' | 'causes' | 'shrink' | 'episode'): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${name} takes a whole number, not ${values[name]}`);
  process.exit(2);
}

async function runOne(protocol: 2 | 3, seed: number): Promise<Report> {
  const subject = subjects[values.subject as keyof typeof subjects];
  if (subject === undefined) throw new Error(`no subject ${values.subject}: ${Object.keys(subjects).join(', ')}`);
  const startedMs = Date.now();
  const args = [...subject.args, ...(process.env.MAYFLY_FLAGS ?? '').split(' ').filter(Boolean)];
  const tester = await Tester.start({ ...subject, args }, redisServer, protocol);
  try {
    const report = await tester.run({
      seed,
      commands: count('commands'),
      protocol,
      only: new Set(values.only.toLowerCase().split(',').filter(Boolean)),
      episode: values.episode === undefined ? undefined : count('episode'),
      causesMax: count('causes'),
      shrinkMs: count('shrink'),
    });
    for (const note of report.notes) console.log(`note: ${note}`);
    const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
    const errorShare = Math.round((100 * report.tally.errors) / Math.max(1, report.tally.compared));
    console.log(
      `RESP${protocol}, seed ${seed}: ${report.tally.compared} replies compared in ${seconds} s (${errorShare} % errors), ` +
        `${report.findings.length} causes of difference`,
    );
    for (const [id, times] of report.known) console.log(`  known: ${id} ${times} ×`);
    if (values.coverage) {
      console.log(report.tally.coverage(tester.commands).join('\n'));
      console.log(`options seldom accepted: ${report.tally.seldomTaken(tester.commands, 10).join(', ')}`);
    }
    if (values.dull) console.log(`  seldom anything to compare: ${report.tally.dull(tester.commands, 10).join(', ')}`);
    for (const finding of report.findings) console.log(`\n${describeFinding(finding)}`);
    return report;
  } finally {
    await tester.stop();
  }
}

/** The findings under a heading for each command. */
function asMarkdown(findings: readonly Finding[]): string {
  const nameOf = ({ difference }: Finding) => difference.cause.split(' ')[0];
  const names = [...new Set(findings.map(nameOf))].sort();
  const sections = names.map((name) => {
    const blocks = findings.filter((finding) => nameOf(finding) === name).map(describeFinding);
    return `## ${name}\n${blocks.map((block) => `\`\`\`\n${block}\n\`\`\`\n`).join('\n')}`;
  });
  return `# Differences from redis-server\n\n${sections.join('\n')}`;
}

if (values.help) {
  console.log(usage);
} else if (values['write-docs']) {
  writeCompatibilityPage();
} else {
  const version = redisServerVersion();
  if (version === undefined) throw new Error('redis-server is not installed: there is nothing to compare with');
  console.log(`oracle: redis-server ${version}`);
  const seed = count('seed');
  const reports: Report[] = [];
  for (const protocol of [2, 3] as const) {
    if (values.protocol === 'both' || values.protocol === String(protocol)) reports.push(await runOne(protocol, seed));
  }
  const findings = reports.flatMap((report) => report.findings);
  if (values.write !== undefined) writeFileSync(values.write, asMarkdown(findings));
  const compared = reports.reduce((sum, { tally }) => sum + tally.compared, 0);
  console.log(
    `\nseed ${seed}: ${compared.toLocaleString('en')} replies compared, ${findings.length} unlisted differences`,
  );
  process.exitCode = findings.length > 0 ? 1 : 0;
}
