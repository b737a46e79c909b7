import type { ServerProcess } from '../process/server-process.ts';
import { type LoadFigures, type LoadSettings, measureInTurn, type Ratios } from './load.ts';
import { PIPELINES, SCENARIOS } from './scenarios.ts';
import { withServer } from './server.ts';

/** Mayfly with two I/O threads beside Mayfly with one: what threads cost by sharing and by being woken each. */
export interface ThreadsRow extends Ratios {
  readonly scenario: string;
  readonly title: string;
  readonly pipeline: number;
  readonly one: LoadFigures;
  readonly two: LoadFigures;
}

export const THREADS_LOADS = SCENARIOS.filter(({ name }) => name === 'set' || name === 'get').flatMap((scenario) =>
  PIPELINES.map((pipeline) => ({ scenario, pipeline })),
);

/** Two threads and the load have two cores between them: nobody has a core of its own. */
export async function compareThreads(
  port: number,
  flags: readonly string[],
  settings: Omit<LoadSettings, 'isPinned'>,
): Promise<ThreadsRow[]> {
  const rows: ThreadsRow[] = [];
  const load = { ...settings, isPinned: false };
  const withThreads = (threads: number, at: number, use: (server: ServerProcess) => Promise<void>): Promise<void> =>
    withServer('mayfly', at, { flags: [...flags, '--io-threads', String(threads)] }, use);
  await withThreads(1, port, (one) =>
    withThreads(2, port + 1, async (two) => {
      for (const { scenario, pipeline } of THREADS_LOADS) {
        const { figures, ratios } = await measureInTurn(scenario, pipeline, [one, two], load);
        rows.push({
          scenario: scenario.name,
          title: scenario.title,
          pipeline,
          one: figures[0],
          two: figures[1],
          ...ratios,
        });
      }
    }),
  );
  return rows;
}
