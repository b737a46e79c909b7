/**
 * Worker threads for tests. Node 20 starts no thread from a .ts file, so each entry is bundled first, assertions on.
 */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';

/** @returns the text of a bundle that `startThread` can start */
export async function bundleThread(source: URL): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(source)],
    write: false,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    define: { 'process.env.MAYFLY_ASSERT': '"1"' },
  });
  return outputFiles[0].text;
}

export interface Thread {
  /** Ends the thread wherever it is; a wait in Atomics.wait ends, too. */
  terminate(): Promise<number>;
  /** What it posts when it has finished. Fails if it fails. */
  readonly result: Promise<unknown>;
}

export function startThread(bundle: string, data: unknown): Thread {
  const worker = new Worker(bundle, { eval: true, workerData: data });
  const result = new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread ended without a result')));
  });
  // A thread that a test ends on purpose has no result to wait for.
  result.catch(() => {});
  return { terminate: () => worker.terminate(), result };
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `condition` holds. */
export async function until(condition: () => boolean, what: string, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`);
    await sleep(2);
  }
}
