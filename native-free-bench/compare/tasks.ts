/** What there is to measure, in pieces of which each fills a few rows. */
import type { ServerProcess } from '../process/server-process.ts';
import { compareGrowth } from './growth.ts';
import { compareLoad } from './load.ts';
import { compareLongCommand, LONG_COMMANDS } from './long-commands.ts';
import { compareMemory, DATASETS } from './memory.ts';
import type { CompareOptions, Plan, Table } from './options.ts';
import type { Recorder } from './recorder.ts';
import { PIPELINES, SCENARIOS, type Scenario } from './scenarios.ts';
import { flagsWanted, haveCoresOfTheirOwn } from './server.ts';
import { compareStart } from './start.ts';
import { compareThreads, THREADS_LOADS } from './threads.ts';
import { compareUsage, TYPE_DATASETS } from './type-memory.ts';
import { TYPE_SCENARIOS } from './type-scenarios.ts';

export interface Task {
  /** By which `--only` asks for it. */
  readonly name: string;
  readonly title: string;
  /** A guess, for the estimate of what is left. */
  readonly seconds: number;
  readonly measure: (to: Recorder) => Promise<void>;
}

const QUICK_REQUESTS = 0.2;
const QUICK_KEYS = 0.05;
/** One server, one pipeline: to empty and fill it, and the load. */
const SECONDS_A_LOAD = 1.2;
/** A whole round or less before the first that counts. */
const ROUNDS_TO_WARM_UP = 0.7;

const SCENARIOS_OF: Record<Table, readonly Scenario[]> = { list: SCENARIOS, types: TYPE_SCENARIOS };

export const mayflyFlags = ({ transport }: Plan): string[] => [
  ...(transport === undefined ? [] : ['--transport', transport]),
  ...flagsWanted(),
];

const secondsOfLoads = (loads: number, { rounds, quick }: CompareOptions): number =>
  (rounds + ROUNDS_TO_WARM_UP) * 2 * loads * SECONDS_A_LOAD * (quick ? 0.5 : 1);

/** What is measured on two servers that stay up. @param servers redis-server and Mayfly, asked for when a task begins */
export function loadTasks(
  { parts, table }: Plan,
  options: CompareOptions,
  servers: () => readonly [ServerProcess, ServerProcess],
): Task[] {
  if (!parts.includes('load')) return [];
  const { rounds, quick } = options;
  const settings = { rounds, requestsFactor: quick ? QUICK_REQUESTS : 1, isPinned: haveCoresOfTheirOwn };
  return SCENARIOS_OF[table].map((scenario) => ({
    name: scenario.name,
    title: scenario.title,
    seconds: secondsOfLoads((scenario.pipelines ?? PIPELINES).length, options),
    measure: (to) => to.record('load', () => compareLoad(scenario, servers(), settings)),
  }));
}

/** What is measured with servers of its own. */
export function otherTasks(plan: Plan, options: CompareOptions): Task[] {
  const { port, quick, rounds } = options;
  const { parts, table } = plan;
  const how = { flags: mayflyFlags(plan) };
  const keysFactor = quick ? QUICK_KEYS : 1;
  const tasks: Task[] = [];
  if (parts.includes('start'))
    tasks.push({
      name: 'start',
      title: 'start',
      seconds: 12,
      measure: (to) => to.record('figures', () => compareStart(port, how)),
    });
  if (parts.includes('pauses')) {
    for (const long of LONG_COMMANDS) {
      tasks.push({
        name: long.name,
        title: `${long.command[0]} in a loop`,
        seconds: 25,
        measure: (to) => to.record('figures', () => compareLongCommand(long, port, keysFactor, how)),
      });
    }
    tasks.push({
      name: 'growth',
      title: 'growth',
      seconds: 80 * keysFactor,
      measure: (to) => to.record('figures', () => compareGrowth(port, keysFactor, how)),
    });
  }
  if (parts.includes('threads')) {
    const settings = { rounds, requestsFactor: quick ? QUICK_REQUESTS : 1 };
    tasks.push({
      name: 'threads',
      title: 'two I/O threads',
      seconds: secondsOfLoads(THREADS_LOADS.length, options),
      measure: (to) => to.record('threads', () => compareThreads(port, how.flags, settings)),
    });
  }
  if (parts.includes('memory') && table === 'types') {
    for (const dataset of TYPE_DATASETS) {
      const usage = async () => [await compareUsage(dataset, port, keysFactor, how)];
      const { name, title } = dataset;
      tasks.push({ name, title, seconds: 3, measure: (to) => to.record('usage', usage) });
    }
  }
  if (parts.includes('memory') && table === 'list') {
    for (const dataset of DATASETS) {
      const memory = async () => [await compareMemory(dataset, port, keysFactor, how)];
      const { name, title } = dataset;
      tasks.push({ name, title, seconds: 9, measure: (to) => to.record('memory', memory) });
    }
  }
  return tasks;
}
