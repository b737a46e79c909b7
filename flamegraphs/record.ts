/**
 * `npm run flamegraph -- get -P 16` leaves an SVG of the main thread and of each worker under that load in flamegraphs/.
 * Node's own `--cpu-prof` writes one profile a thread when the server ends; only the time of the load is drawn.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runScenario } from '../native-free-bench/compare/load.ts';
import { SCENARIOS, type Scenario } from '../native-free-bench/compare/scenarios.ts';
import { flagsWanted, haveCoresOfTheirOwn, startServer } from '../native-free-bench/compare/server.ts';
import { TYPE_SCENARIOS } from '../native-free-bench/compare/type-scenarios.ts';
import { buildFlame, type CpuProfile } from './profile.ts';
import { renderFlame } from './render.ts';
import { SourcePositions } from './source-positions.ts';

const ALL: readonly Scenario[] = [...SCENARIOS, ...TYPE_SCENARIOS];

const USAGE = `Usage: npm run flamegraph -- [-P <pipeline>] [--port <n>] <scenario…>

Scenarios: ${ALL.map(({ name }) => name).join(', ')}
MAYFLY_FLAGS holds more flags for the server, as '--transport net'.
`;
const FOLDER = 'flamegraphs';
const SAMPLE_EVERY_US = 200;

interface Window {
  readonly fromUs: number;
  readonly toUs: number;
}

/** V8's profiles and this clock both count from the machine's start. */
const monotonicUs = (): number => Number(process.hrtime.bigint() / 1000n);

/** Runs the scenario against a server that profiles itself into `folder`; answers with the time of the load. */
async function record(scenario: Scenario, pipeline: number, port: number, folder: string): Promise<Window> {
  const server = await startServer('mayfly', port, {
    nodeFlags: ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${SAMPLE_EVERY_US}`],
    flags: flagsWanted(),
    isPinned: true,
  });
  try {
    const requests = scenario.requests * (pipeline === 1 ? 2 : 8);
    const load = { pipeline, requests, isPinned: haveCoresOfTheirOwn };
    await runScenario(scenario, server, { ...load, requests: requests / 4 });
    let fromUs = 0;
    await runScenario(scenario, server, load, () => {
      fromUs = monotonicUs();
    });
    return { fromUs, toUs: monotonicUs() };
  } finally {
    await server.stop();
  }
}

/** Node names a profile by date, time, process, thread (0 is the main one) and a running number. */
function threadOf(file: string): number {
  return Number(file.split('.')[4]);
}

async function draw(scenario: Scenario, pipeline: number, port: number): Promise<void> {
  const profiles = mkdtempSync(join(tmpdir(), 'profiles-'));
  try {
    const { fromUs, toUs } = await record(scenario, pipeline, port, profiles);
    const files = readdirSync(profiles).sort((a, b) => threadOf(a) - threadOf(b));
    if (files.length === 0) throw new Error('the server ended without writing a profile');
    const positions = new SourcePositions(process.cwd());
    for (const file of files) {
      const profile = JSON.parse(readFileSync(join(profiles, file), 'utf8')) as CpuProfile;
      const thread = threadOf(file) === 0 ? 'main' : `worker-${threadOf(file)}`;
      const load = `${scenario.title}, ${pipeline === 1 ? 'no pipeline' : `-P ${pipeline}`}`;
      const seconds = ((toUs - fromUs) / 1e6).toFixed(1);
      const svg = renderFlame(
        buildFlame(profile, fromUs, toUs, positions),
        `${load}: ${thread.replace('-', ' ')} thread`,
        `${seconds} s of load by redis-benchmark, Node ${process.versions.node}`,
      );
      const name = join(FOLDER, `${scenario.name}${pipeline === 1 ? '' : `-p${pipeline}`}-${thread}.svg`);
      writeFileSync(name, svg);
      console.log(name);
    }
  } finally {
    rmSync(profiles, { recursive: true, force: true });
  }
}

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { pipeline: { type: 'string', short: 'P', default: '1' }, port: { type: 'string', default: '7120' } },
  });
  const scenarios = positionals.map((name) => ALL.find((scenario) => scenario.name === name));
  if (scenarios.length === 0 || scenarios.includes(undefined)) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  for (const scenario of scenarios as Scenario[]) await draw(scenario, Number(values.pipeline), Number(values.port));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
