import { setTimeout as sleep } from 'node:timers/promises';
import { type FigureRow, figureRow } from './figures.ts';
import { median } from './median.ts';
import { type ServerName, type StartOptions, withServer } from './server.ts';

const STARTS = 5;
const IDLE_MS = 3000;

/** From starting the process to the first PONG, and what an idle server costs. */
export async function compareStart(port: number, how: StartOptions): Promise<FigureRow[]> {
  const firstPongMs: Record<ServerName, number[]> = { redis: [], mayfly: [] };
  const idleCpuMs: Record<ServerName, number> = { redis: 0, mayfly: 0 };
  const idleRss: Record<ServerName, number> = { redis: 0, mayfly: 0 };
  for (let start = 0; start < STARTS; start++) {
    for (const name of ['redis', 'mayfly'] as const) {
      await withServer(name, port, how, async (server) => {
        firstPongMs[name].push(server.firstPongMs);
        if (start > 0) return;
        await sleep(1000);
        const beforeUs = server.cpuUs();
        await sleep(IDLE_MS);
        idleCpuMs[name] = (server.cpuUs() - beforeUs) / IDLE_MS;
        idleRss[name] = server.residentBytes() / 2 ** 20;
      });
    }
  }
  return [
    figureRow(
      'first_pong',
      'from start to the first PONG',
      'ms',
      median(firstPongMs.redis),
      median(firstPongMs.mayfly),
    ),
    figureRow('idle_cpu', 'CPU of an idle server', 'ms/s', idleCpuMs.redis, idleCpuMs.mayfly),
    figureRow('idle_rss', 'resident memory of an empty server', 'MiB', idleRss.redis, idleRss.mayfly),
  ];
}
