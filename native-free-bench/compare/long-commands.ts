/** What other clients feel while one asks for something long, over and over. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../client/connection.ts';
import { type FigureRow, figureRow } from './figures.ts';
import { helper, type ProbeFigures } from './helpers.ts';
import { fillStrings, fillWith } from './scenarios.ts';
import { type ServerName, type StartOptions, withServer } from './server.ts';

export interface LongCommand {
  readonly name: string;
  readonly command: readonly string[];
  /** How many keys or elements it goes through. */
  readonly size: number;
  readonly of: string;
  readonly prepare: (connection: Connection, size: number) => Promise<void>;
}

const PROBED_MS = 8000;
/** Elements in no order, so that there is something to sort. */
const shuffled = (index: number): string[] => [String((index * 7_368_787) % 1_000_003)];

export const LONG_COMMANDS: readonly LongCommand[] = [
  { name: 'keys', command: ['KEYS', '*'], size: 1_000_000, of: 'keys', prepare: fillStrings },
  {
    name: 'sort',
    command: ['SORT', 'list'],
    size: 100_000,
    of: 'elements',
    prepare: (connection, size) => fillWith('RPUSH', 'list', size, shuffled)(connection),
  },
  {
    name: 'lrange',
    command: ['LRANGE', 'list', '0', '-1'],
    size: 1_000_000,
    of: 'elements',
    prepare: (connection, size) => fillWith('RPUSH', 'list', size, shuffled)(connection),
  },
];

/** A client loops over the command while another asks for a key every millisecond. */
export async function compareLongCommand(
  { name, command, size, of, prepare }: LongCommand,
  port: number,
  factor: number,
  how: StartOptions,
): Promise<FigureRow[]> {
  const words = command.join(' ').replace(' list', '');
  const count = size * factor;
  const measure = (server: ServerName): Promise<ProbeFigures & { answered: number }> =>
    withServer(server, port, how, async (process) => {
      const connection = await process.connect();
      await prepare(connection, count);
      connection.close();
      const loop = await helper<{ answered: number }>('command-loop.ts', process, command);
      await sleep(500);
      const probe = await helper<ProbeFigures>('probe.ts', process);
      await sleep(PROBED_MS);
      const figures = await probe.stop();
      return { ...figures, ...(await loop.stop()) };
    });
  const redis = await measure('redis');
  const mayfly = await measure('mayfly');
  const title = `while a client loops ${words} over ${count.toLocaleString('en')} ${of}, GET`;
  const note = `${words} was answered ${redis.answered} times by redis-server and ${mayfly.answered} times by Mayfly in ${PROBED_MS / 1000} s.`;
  return [
    figureRow(`${name}_loop_p99`, `${title}: p99`, 'ms', redis.p99Ms, mayfly.p99Ms, note),
    figureRow(`${name}_loop_p50`, `${title}: p50`, 'ms', redis.p50Ms, mayfly.p50Ms),
  ];
}
