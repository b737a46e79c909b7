/** What Linux tells of a process that a test has started. */
import { readdirSync, readFileSync } from 'node:fs';
import { sleep } from './server-facts.ts';

/** CPU time of all its threads so far, user and kernel, in milliseconds. */
export function cpuMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const runNs = readdirSync(tasks).map((task) =>
    Number(readFileSync(`${tasks}/${task}/schedstat`, 'latin1').split(' ')[0]),
  );
  return runNs.reduce((sum, ns) => sum + ns, 0) / 1e6;
}

export const descriptorCount = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

export const residentBytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;

/** Waits for a second in which it needs less than 1 % of a core; throws if none comes. One that spins has none. */
export async function idles(pid: number): Promise<void> {
  const SECONDS_MAX = 20;
  let costMs = 0;
  for (let second = 0; second < SECONDS_MAX; second++) {
    const before = cpuMs(pid);
    await sleep(1000);
    costMs = cpuMs(pid) - before;
    if (costMs < 10) return;
  }
  throw new Error(`an idle server takes ${costMs.toFixed(1)} ms of CPU a second`);
}
