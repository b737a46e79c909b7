import { setTimeout as sleep } from 'node:timers/promises';
import { type FigureRow, figureRow } from './figures.ts';
import { helper, type ProbeFigures } from './helpers.ts';
import { fillStrings } from './scenarios.ts';
import { type ServerName, type StartOptions, withServer } from './server.ts';

const GROWTH_KEYS = 10_000_000;

/** The longest a client waits while the keyspace grows to ten million keys, tables growing under it. */
export async function compareGrowth(port: number, factor: number, how: StartOptions): Promise<FigureRow[]> {
  const keys = GROWTH_KEYS * factor;
  const measure = (name: ServerName): Promise<ProbeFigures> =>
    withServer(name, port, how, async (server) => {
      const probe = await helper<ProbeFigures>('probe.ts', server);
      await sleep(500);
      const connection = await server.connect();
      await fillStrings(connection, keys);
      connection.close();
      return probe.stop();
    });
  const redis = await measure('redis');
  const mayfly = await measure('mayfly');
  const title = `while ${keys.toLocaleString('en')} keys are loaded, GET`;
  return [
    figureRow('growth_max', `${title}: longest`, 'ms', redis.maxMs, mayfly.maxMs),
    figureRow(
      'growth_served',
      `${title}: longest, time without a core not counted`,
      'ms',
      redis.servedMaxMs,
      mayfly.servedMaxMs,
    ),
    figureRow('growth_p99', `${title}: p99`, 'ms', redis.p99Ms, mayfly.p99Ms),
  ];
}
