import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScenario } from '../native-free-bench/compare/load.ts';
import type { Scenario } from '../native-free-bench/compare/scenarios.ts';
import { flagsWanted, haveCoresOfTheirOwn, startServer } from '../native-free-bench/compare/server.ts';
import { buildFlame, type CpuProfile, type Flame } from './profile.ts';
import { SourcePositions } from './source-positions.ts';

const SAMPLE_EVERY_US = 200;

/** What the threads of a server did under a load. */
export interface Taken {
  /** By name of the thread, the main one first. */
  readonly threads: ReadonlyMap<string, Flame>;
  readonly seconds: number;
  /** Share of the main thread's CPU time, 0 to 1, that the kernel says it was in itself. */
  readonly kernelShare: number;
}

interface Recorded {
  readonly fromUs: number;
  readonly toUs: number;
  readonly kernelShare: number;
}

/** V8's profiles and this clock both count from the machine's start. */
const monotonicUs = (): number => Number(process.hrtime.bigint() / 1000n);

/** User and system time of a process' main thread so far, in clock ticks. */
function ticksOf(pid: number): { user: number; system: number } {
  const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8');
  // The second field is a name in brackets, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { user: Number(fields[11]), system: Number(fields[12]) };
}

/** Runs the scenario against a server that profiles itself into `folder`; tells the time of the load. */
async function record(scenario: Scenario, pipeline: number, port: number, folder: string): Promise<Recorded> {
  const server = await startServer('mayfly', port, {
    nodeFlags: ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${SAMPLE_EVERY_US}`],
    flags: flagsWanted(),
    isPinned: true,
  });
  try {
    const requests = scenario.requests * (pipeline === 1 ? 2 : 8);
    const load = { pipeline, requests, isPinned: haveCoresOfTheirOwn };
    await runScenario(scenario, server, { ...load, requests: Math.ceil(requests / 4) });
    let fromUs = 0;
    let before = ticksOf(server.pid);
    await runScenario(scenario, server, load, () => {
      before = ticksOf(server.pid);
      fromUs = monotonicUs();
    });
    const toUs = monotonicUs();
    const after = ticksOf(server.pid);
    const system = after.system - before.system;
    return { fromUs, toUs, kernelShare: system / Math.max(1, system + after.user - before.user) };
  } finally {
    await server.stop();
  }
}

/** Node names a profile by date, time, process, thread (0 is the main one) and a running number. */
function threadOf(file: string): number {
  return Number(file.split('.')[4]);
}

/** @throws Error if the load fails or the server leaves no profile */
export async function takeFlames(scenario: Scenario, pipeline: number, port: number): Promise<Taken> {
  const folder = mkdtempSync(join(tmpdir(), 'profiles-'));
  try {
    const { fromUs, toUs, kernelShare } = await record(scenario, pipeline, port, folder);
    const files = readdirSync(folder).sort((a, b) => threadOf(a) - threadOf(b));
    if (files.length === 0) throw new Error('the server ended without writing a profile');
    const positions = new SourcePositions(process.cwd());
    const threads = new Map<string, Flame>();
    for (const file of files) {
      const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile;
      const thread = threadOf(file) === 0 ? 'main' : `worker-${threadOf(file)}`;
      threads.set(thread, buildFlame(profile, fromUs, toUs, positions));
    }
    return { threads, seconds: (toUs - fromUs) / 1e6, kernelShare };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
