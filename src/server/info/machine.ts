/** INFO server, clients, cpu and mayfly: the process and what it is made of. */
import { readFileSync } from 'node:fs';
import { arch, release, type } from 'node:os';
import { MAYFLY_VERSION, REDIS_VERSION } from '../../base/version.ts';
import { Lateness } from '../../observe/lateness.ts';
import type { Services } from '../services.ts';
import type { Totals } from '../thread-figures.ts';
import { memoryFigures } from './memory.ts';
import { type Field, ratio } from './section.ts';

const SECONDS_A_DAY = 86_400;
/** The size of the clock's 24 bits. */
const LRU_CLOCK_MASK = 0xff_ffff;
/** Of /proc: clock ticks a second, the same on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;

export function serverFields({ config, server, plane, transport, runId, startedMs }: Services): Field[] {
  const nowMs = server.ctx.nowMs;
  const uptime = Math.max(0, Math.floor((nowMs - startedMs) / 1000));
  const port = config.value('port');
  const hz = Number(config.value('hz'));
  return [
    ['redis_version', REDIS_VERSION],
    ['redis_git_sha1', '00000000'],
    ['redis_git_dirty', 0],
    ['redis_build_id', `mayfly-${MAYFLY_VERSION}`],
    ['redis_mode', 'standalone'],
    ['os', `${type()} ${release()} ${arch()}`],
    ['arch_bits', 64],
    ['monotonic_clock', 'performance.now'],
    ['multiplexing_api', transport.name],
    ['atomicvar_api', 'Atomics'],
    ['process_id', process.pid],
    ['process_supervised', 'no'],
    ['run_id', runId],
    ['tcp_port', port],
    ['server_time_usec', Math.floor(nowMs * 1000)],
    ['uptime_in_seconds', uptime],
    ['uptime_in_days', Math.floor(uptime / SECONDS_A_DAY)],
    ['hz', hz],
    ['configured_hz', hz],
    ['lru_clock', Math.floor(nowMs / 1000) & LRU_CLOCK_MASK],
    ['executable', process.argv[1] ?? ''],
    ['config_file', config.configFile ?? ''],
    ['io_threads_active', plane.ioThreads > 1 ? 1 : 0],
    ...(port === 0 ? [] : ([['listener0', `name=tcp,bind=${config.value('bind').join(',')},port=${port}`]] as const)),
  ];
}

export function clientsFields({ config, shards }: Services, totals: Totals): Field[] {
  return [
    ['connected_clients', totals.sum(({ clients }) => clients)],
    ['cluster_connections', 0],
    ['maxclients', config.value('maxclients')],
    ['client_recent_max_input_buffer', totals.max(({ inputBytesMax }) => inputBytesMax)],
    ['client_recent_max_output_buffer', totals.max(({ outputBytesMax }) => outputBytesMax)],
    ['blocked_clients', totals.sum(({ blockedClients }) => blockedClients)],
    ['tracking_clients', 0],
    ['pubsub_clients', totals.sum(({ pubsubClients }) => pubsubClients)],
    ['watching_clients', totals.sum(({ watchingClients }) => watchingClients)],
    ['clients_in_timeout_table', 0],
    ['total_watched_keys', shards.reduce((sum, { watched }) => sum + watched.count, 0)],
    ['total_blocking_keys', shards.reduce((sum, { awaited }) => sum + awaited.count, 0)],
    ['total_blocking_keys_on_nokey', totals.sum(({ keysAwaitedGone }) => keysAwaitedGone)],
  ];
}

/** What each I/O thread has to do. */
export const threadsFields = ({ threads }: Totals): Field[] =>
  threads.map(({ ioThread, clients, counters }) => [
    `io_thread_${ioThread}`,
    `clients=${clients},reads=${counters.reads},writes=${counters.writes}`,
  ]);

export function cpuFields(): Field[] {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const seconds = (microseconds: number): string => (microseconds / 1e6).toFixed(6);
  return [
    ['used_cpu_sys', seconds(systemCPUTime)],
    ['used_cpu_user', seconds(userCPUTime)],
    ['used_cpu_sys_children', seconds(0)],
    ['used_cpu_user_children', seconds(0)],
    ...mainThreadFields(),
  ];
}

/** Only Linux tells of one thread. */
function mainThreadFields(): Field[] {
  try {
    const line = readFileSync(`/proc/self/task/${process.pid}/stat`, 'latin1');
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return [
      ['used_cpu_sys_main_thread', (Number(fields[12]) / TICKS_A_SECOND).toFixed(6)],
      ['used_cpu_user_main_thread', (Number(fields[11]) / TICKS_A_SECOND).toFixed(6)],
    ];
  } catch {
    return [];
  }
}

export function mayflyFields(services: Services, totals: Totals): Field[] {
  const { plane, pool, transport, dispatcher, shards } = services;
  const { arenaBytes, pageBytes } = memoryFigures(services);
  const lateness = new Lateness(plane.lateness).summary();
  const heap = process.memoryUsage();
  return [
    ['mayfly_version', MAYFLY_VERSION],
    ['node_version', process.versions.node],
    ['transport', transport.name],
    ['shards', shards.length],
    ['shard_memory_bytes', shards[0].arena.bytes],
    // By workers: what this thread holds over a batch is none of the reader’s concern.
    ['locked_shards', shards.filter(({ lock }) => lock.isHeld && !lock.isHeldHere).length],
    ['io_threads', plane.ioThreads],
    ['workers', plane.workers],
    ['workers_running', pool.running],
    ['worker_restarts', pool.restarts],
    ['handoff_mode', dispatcher.mode],
    ['handoffs', totals.sum(({ handOffs }) => handOffs)],
    ['handoffs_pending', totals.sum(({ handOffsPending }) => handOffsPending)],
    ['expiry_lateness_count', lateness.count],
    ['expiry_lateness_p50_ms', lateness.p50Ms],
    ['expiry_lateness_p99_ms', lateness.p99Ms],
    ['expiry_lateness_max_ms', lateness.maxMs],
    ['arena_used_bytes', arenaBytes],
    ['arena_page_bytes', pageBytes],
    ['arena_fragmentation_ratio', ratio(pageBytes, arenaBytes).toFixed(3)],
    ['js_heap_bytes', heap.heapUsed],
    ['js_external_bytes', heap.external],
  ];
}
