/** `npm run bench:compare`: Mayfly and redis-server side by side, in turn, on this machine. See `--help`. */
import type { ServerProcess } from '../process/server-process.ts';
import { thisRun } from './circumstances.ts';
import { type CompareOptions, type Plan, parseCompareOptions, USAGE } from './options.ts';
import { Progress } from './progress.ts';
import { Recorder, redraw } from './recorder.ts';
import { plainReport } from './report.ts';
import { emptyResults, keptResults, type Results, resultsFor } from './results.ts';
import { withServer } from './server.ts';
import { loadTasks, mayflyFlags, otherTasks, type Task } from './tasks.ts';

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A failure is told and the rest goes on: a long run keeps what it has. */
async function carryOut(tasks: readonly Task[], recorder: Recorder, progress: Progress): Promise<void> {
  for (const { title, seconds, measure } of tasks) {
    let outcome = 'measured';
    try {
      await measure(recorder);
    } catch (error) {
      process.exitCode = 1;
      outcome = `FAILED, ${reason(error)}`;
    }
    progress.finished(title, outcome, seconds);
  }
}

interface Work {
  readonly plan: Plan;
  others: readonly Task[];
  loads: readonly Task[];
  /** What `loads` are measured on, while they are. */
  servers: readonly [ServerProcess, ServerProcess] | undefined;
}

function workOf(plan: Plan, options: CompareOptions): Work {
  const servers = (): readonly [ServerProcess, ServerProcess] => {
    if (work.servers === undefined) throw new Error('no servers are up');
    return work.servers;
  };
  const work: Work = {
    plan,
    others: otherTasks(plan, options),
    loads: loadTasks(plan, options, servers),
    servers: undefined,
  };
  return work;
}

/** @throws Error if `only` asks for what none of `works` has */
function onlyWanted(works: readonly Work[], only: readonly string[]): readonly Work[] {
  if (only.length === 0) return works;
  const names = new Set(works.flatMap(({ others, loads }) => [...others, ...loads]).map(({ name }) => name));
  const strange = only.filter((name) => !names.has(name));
  if (strange.length > 0)
    throw new Error(`nothing is called ${strange.join(', ')}; there are ${[...names].join(', ')}`);
  const wanted = (tasks: readonly Task[]): readonly Task[] => tasks.filter(({ name }) => only.includes(name));
  for (const work of works) {
    work.others = wanted(work.others);
    work.loads = wanted(work.loads);
  }
  return works.filter(({ others, loads }) => others.length + loads.length > 0);
}

/** What Mayfly's INFO calls its way of talking to the kernel; goals depend on it. */
function transportOf(plan: Plan, port: number): Promise<string> {
  return withServer('mayfly', port, { flags: mayflyFlags(plan) }, async (server) => {
    const connection = await server.connect();
    const transport = (await connection.info('server')).get('multiplexing_api') ?? 'unknown';
    connection.close();
    return transport;
  });
}

/** For load both servers stay up and are measured in turn: an idle one costs nothing, and a start for each round would. */
async function measureAll(work: Work, { port }: CompareOptions, recorder: Recorder, progress: Progress): Promise<void> {
  await carryOut(work.others, recorder, progress);
  if (work.loads.length === 0) return;
  const how = { isPinned: true, flags: mayflyFlags(work.plan) };
  await withServer('redis', port + 1, how, (redis) =>
    withServer('mayfly', port, how, (mayfly) => {
      work.servers = [redis, mayfly];
      return carryOut(work.loads, recorder, progress);
    }),
  );
}

async function compare(work: Work, options: CompareOptions, progress: Progress): Promise<Results> {
  const { plan } = work;
  const transport = await transportOf(plan, options.port);
  const name = options.isKept ? (plan.name ?? transport) : undefined;
  const before = name === undefined ? emptyResults(plan.table, transport) : resultsFor(name, plan.table, transport);
  const recorder = new Recorder(name, before, thisRun(mayflyFlags(plan), options.rounds, options.quick));
  const page = `${plan.name ?? transport}${name === undefined ? ', nothing kept' : ''}`;
  say(`${page}: ${work.others.length + work.loads.length} measurements`);
  await measureAll(work, options, recorder, progress);
  await recorder.finish();
  return recorder.results;
}

async function compareAll(options: CompareOptions): Promise<void> {
  const progress = new Progress(say);
  const all = options.plans.map((plan) => workOf(plan, options));
  const works = onlyWanted(all, options.only);
  for (const { others, loads } of works) for (const { seconds } of [...others, ...loads]) progress.expect(1, seconds);
  say(`${progress.remaining()} in all`);
  for (const work of works) {
    try {
      console.log(`\n${plainReport(await compare(work, options, progress))}`);
    } catch (error) {
      process.exitCode = 1;
      say(`${work.plan.name ?? work.plan.transport ?? 'the comparison'} FAILED, ${reason(error)}`);
    }
  }
}

async function main(args: string[]): Promise<void> {
  const options = parseCompareOptions(args);
  if (options === 'help') process.stdout.write(USAGE);
  else if ('redraw' in options) for (const name of options.redraw) await redraw(name, keptResults(name));
  else await compareAll(options);
}

// Servers are ended when this process exits, which it does by itself only if nothing signals it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(reason(error));
  process.exitCode = 1;
});
