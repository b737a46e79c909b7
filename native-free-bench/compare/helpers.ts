import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { bundleTool } from '../../scripts/bundle-tool.mjs';
import type { ServerProcess } from '../process/server-process.ts';

/** What `probe.ts` saw. */
export interface ProbeFigures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** `maxMs` without what the probe and the server waited for a core. */
  readonly servedMaxMs: number;
}

/** A process beside the server's that works until it is told to stop, then says in JSON what it saw. */
export async function helper<T>(
  file: 'probe.ts' | 'command-loop.ts',
  { port, pid }: ServerProcess,
  args: readonly string[] = [],
): Promise<{ stop: () => Promise<T> }> {
  const bundle = await bundleTool(process.cwd(), `native-free-bench/compare/${file}`);
  const commandLine = [bundle, String(port), String(pid), ...args];
  const child = spawn(process.execPath, commandLine, { stdio: ['pipe', 'pipe', 'inherit'] });
  const output = text(child.stdout);
  const ended = once(child, 'exit');
  // One that failed has closed its input; its own message is on standard error.
  child.stdin.on('error', () => {});
  return {
    stop: async () => {
      child.stdin.end();
      const [code] = await ended;
      if (code !== 0) throw new Error(`${file} failed`);
      return JSON.parse(await output) as T;
    },
  };
}
