import { MAYFLY_VERSION, REDIS_VERSION } from '../base/version.ts';
import type { ConfigView } from '../config/config-view.ts';
import type { Log } from '../observe/log.ts';

/** What a server that starts says of itself. */
export interface BannerFacts {
  readonly port: number;
  readonly unixSocket: string;
  readonly pid: number;
  readonly ioThreads: number;
  readonly workers: number;
  readonly shards: number;
  /** The transport in use, not the one asked for. */
  readonly transport: string;
}

/** Whether the logo should be shown: to a person, or to whoever insists on it. */
export function showsLogo(config: ConfigView, isTerminal: boolean): boolean {
  const isSeen = isTerminal && config.value('logfile') === '' && !config.value('daemonize');
  return isSeen || config.value('always-show-logo');
}

/** Says what starts, with a logo or in plain lines of log. Both name the process as ` PID: n`, which tools look for. */
export function printBanner(log: Log, facts: BannerFacts, withLogo: boolean): void {
  const { pid, ioThreads, workers, shards, transport } = facts;
  const where = [
    ...(facts.port === 0 ? [] : [`Port: ${facts.port}`]),
    ...(facts.unixSocket === '' ? [] : [`Socket: ${facts.unixSocket}`]),
  ].join(', ');
  const threads = ioThreads > 1 ? `${plural(ioThreads, 'I/O thread')}, ` : '';
  const machine = `${threads}${plural(workers, 'worker')}, ${plural(shards, 'shard')}, ${transport}`;
  if (withLogo) {
    log.raw(logo([`Mayfly ${MAYFLY_VERSION}, speaking Redis ${REDIS_VERSION}`, '', where, `PID: ${pid}`, machine]));
    return;
  }
  log.notice(`Mayfly version=${MAYFLY_VERSION}, redis=${REDIS_VERSION}, node=${process.versions.node}, PID: ${pid}`);
  log.notice(`${where === '' ? 'Not listening yet' : where}, ${machine}`);
}

/** A mayfly at rest, wings up; what it says stands to its right. */
function logo(sayings: readonly string[]): string {
  const picture = [
    '          /|',
    '         / |  /|',
    '        /  | / |',
    '       /___|/__|',
    '   \\_ (@@@@@@@@)=~-._',
    '   /  /  /  \\  \\     `--.___',
  ];
  const rows = picture.map((row, i) => `${row.padEnd(32)}${sayings[i] ?? ''}`.trimEnd());
  return `\n${rows.join('\n')}\n\n`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
