/**
 * `npm run flamegraph -- get -P 16` leaves an SVG of the main thread and of each worker under that load in flamegraphs/.
 * Node's own `--cpu-prof` writes one profile a thread when the server ends; only the time of the load is drawn.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SCENARIOS, type Scenario } from '../native-free-bench/compare/scenarios.ts';
import { TYPE_SCENARIOS } from '../native-free-bench/compare/type-scenarios.ts';
import { emptyFolder, FOLDER as MISSED, missedLoads, type Picture, writePage } from './missed.ts';
import type { Flame } from './profile.ts';
import { renderFlame } from './render.ts';
import { type Taken, takeFlames } from './take.ts';

const ALL: readonly Scenario[] = [...SCENARIOS, ...TYPE_SCENARIOS];

const USAGE = `Usage: npm run flamegraph -- [-P <pipeline>] [--port <n>] <scenario…>
       npm run flamegraph -- --missed [--port <n>]

--missed draws every load of results/io_uring.json and types.json that misses a goal, into flamegraphs/missed/.
Scenarios: ${ALL.map(({ name }) => name).join(', ')}
MAYFLY_FLAGS holds more flags for the server, as '--transport net'.
`;
const FOLDER = 'flamegraphs';
const RESULTS = ['io_uring', 'types'];

const fileName = (scenario: Scenario, pipeline: number, thread: string): string =>
  `${scenario.name}${pipeline === 1 ? '' : `-p${pipeline}`}-${thread}.svg`;

function write(path: string, scenario: Scenario, pipeline: number, thread: string, flame: Flame, taken: Taken): void {
  const load = `${scenario.title}, ${pipeline === 1 ? 'no pipeline' : `-P ${pipeline}`}`;
  const about = `${taken.seconds.toFixed(1)} s of load by redis-benchmark, Node ${process.versions.node}`;
  writeFileSync(path, renderFlame(flame, `${load}: ${thread.replace('-', ' ')} thread`, about));
  console.log(path);
}

async function draw(scenario: Scenario, pipeline: number, port: number): Promise<void> {
  const taken = await takeFlames(scenario, pipeline, port);
  for (const [thread, flame] of taken.threads)
    write(join(FOLDER, fileName(scenario, pipeline, thread)), scenario, pipeline, thread, flame, taken);
}

/** A load that can't be drawn is told and the others are: the page names those that were. */
async function drawMissed(port: number): Promise<void> {
  const kept = RESULTS.filter((name) => existsSync(join('native-free-bench', 'results', `${name}.json`)));
  const loads = kept.flatMap(missedLoads);
  console.log(`${loads.length} loads miss a goal: about ${Math.ceil(loads.length / 9)} min`);
  emptyFolder();
  const pictures: Picture[] = [];
  for (const load of loads) {
    const scenario = ALL.find(({ name }) => name === load.scenario);
    if (scenario === undefined) continue;
    try {
      const taken = await takeFlames(scenario, load.pipeline, port);
      const file = fileName(scenario, load.pipeline, 'main');
      write(join(MISSED, file), scenario, load.pipeline, 'main', taken.threads.get('main') as Flame, taken);
      pictures.push({ ...load, file, taken });
    } catch (error) {
      process.exitCode = 1;
      console.error(`${load.title}: FAILED, ${error instanceof Error ? error.message : error}`);
    }
  }
  writePage(pictures);
  console.log(join(MISSED, 'README.md'));
}

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      missed: { type: 'boolean', default: false },
      pipeline: { type: 'string', short: 'P', default: '1' },
      port: { type: 'string', default: '7120' },
    },
  });
  if (values.missed && positionals.length === 0) return drawMissed(Number(values.port));
  const scenarios = positionals.map((name) => ALL.find((scenario) => scenario.name === name));
  if (values.missed || scenarios.length === 0 || scenarios.includes(undefined)) {
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
