import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { ConfigRefusal } from '../config/refusal.ts';
import type { Log } from '../observe/log.ts';

/** What the main thread has open besides connections, with some to spare for files and MIGRATE. */
const RESERVED = 32;
/** An event loop, a listener, a ring, eventfds: a worker has 4 descriptors, another I/O thread 10. */
const RESERVED_PER_THREAD = 12;

/**
 * maxclients is at most what the process has descriptors for, now and after CONFIG SET: one client more is turned away
 * with a reply. Otherwise connections would take the descriptors that a worker's start needs.
 * @param threads how many there can be beside the main thread
 * @throws Error if there are not enough to start with
 */
export function keepClientsPossible(config: Config, log: Log, threads: number): void {
  const limit = openFilesMax();
  const needed = RESERVED + threads * RESERVED_PER_THREAD;
  const possible = limit - needed;
  if (possible < 1) throw new Error(`'ulimit -n' is ${limit}: at least ${needed + 1} are needed`);
  if (config.value('maxclients') > possible) {
    config.set(['maxclients', String(possible)], { isLocal: true, isLoading: false });
    log.warning(
      `Current maximum open files is ${limit}. maxclients has been reduced to ${possible} to compensate for low ulimit. If you need higher maxclients increase 'ulimit -n'.`,
    );
  }
  config.onChange('maxclients', () => {
    if (config.value('maxclients') <= possible) return;
    throw new ConfigRefusal(
      `The operating system is not able to handle the specified number of clients, try with ${possible}`,
    );
  });
}

/** How many descriptors the process may have; Infinity where that can't be read. Node has raised it as far as it may. */
function openFilesMax(): number {
  if (process.platform !== 'linux') return Number.POSITIVE_INFINITY;
  const [, softLimit] = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
  // "unlimited" is no number.
  return Number.parseInt(softLimit ?? '', 10) || Number.POSITIVE_INFINITY;
}
