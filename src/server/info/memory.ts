/** INFO memory, and what MEMORY STATS makes of the same numbers. */
import { totalmem } from 'node:os';
import { SEGMENT_BYTES } from '../../store/table.ts';
import type { Services } from '../services.ts';
import { type Field, humanBytes, ratio } from './section.ts';

export interface MemoryFigures {
  /** Blocks in use in all arenas, at their real size. */
  readonly arenaBytes: number;
  /** Pages of arenas that hold something. */
  readonly pageBytes: number;
  readonly clientBytes: number;
  /** Tables: what keys cost beyond their entries. */
  readonly tableBytes: number;
  /** What maxmemory is about: arenas and clients' buffers. */
  readonly usedBytes: number;
  readonly peakBytes: number;
  readonly rssBytes: number;
  readonly keys: number;
}

export function memoryFigures({ shards, memory }: Services): MemoryFigures {
  let pageBytes = 0;
  let tableBytes = 0;
  let keys = 0;
  for (const { allocator, keyspaces } of shards) {
    pageBytes += allocator.pageBytes;
    for (const { table } of keyspaces) {
      keys += table.count;
      tableBytes += table.segmentCount * SEGMENT_BYTES;
    }
  }
  const arenaBytes = memory.arenaBytes();
  const clientBytes = memory.clientBytes();
  const usedBytes = arenaBytes + clientBytes;
  memory.notePeak(usedBytes);
  return {
    arenaBytes,
    pageBytes,
    clientBytes,
    tableBytes,
    usedBytes,
    peakBytes: memory.peakBytes,
    rssBytes: process.memoryUsage.rss(),
    keys,
  };
}

const percent = (part: number, whole: number): string => `${(ratio(part, whole) * 100).toFixed(2)}%`;

export function memoryFields(services: Services): Field[] {
  const { config } = services;
  const figures = memoryFigures(services);
  const { usedBytes, rssBytes, peakBytes, arenaBytes, pageBytes } = figures;
  const overhead = figures.tableBytes + figures.clientBytes;
  const dataset = Math.max(0, usedBytes - overhead);
  const maxmemory = Number(config.value('maxmemory'));
  const sized = (name: string, bytes: number): Field[] => [
    [name, bytes],
    [`${name}_human`, humanBytes(bytes)],
  ];
  return [
    ...sized('used_memory', usedBytes),
    ...sized('used_memory_rss', rssBytes),
    ...sized('used_memory_peak', peakBytes),
    ['used_memory_peak_perc', percent(usedBytes, peakBytes)],
    ['used_memory_overhead', overhead],
    ['used_memory_startup', 0],
    ['used_memory_dataset', dataset],
    ['used_memory_dataset_perc', percent(dataset, usedBytes)],
    ['allocator_allocated', arenaBytes],
    ['allocator_active', pageBytes],
    ['allocator_resident', pageBytes],
    ['allocator_muzzy', 0],
    ...sized('total_system_memory', totalmem()),
    ...sized('used_memory_lua', 0),
    ['used_memory_vm_eval', 0],
    ['used_memory_scripts_eval', 0],
    ['number_of_cached_scripts', 0],
    ['number_of_functions', 0],
    ['number_of_libraries', 0],
    ['used_memory_vm_functions', 0],
    ...sized('used_memory_vm_total', 0),
    ['used_memory_functions', 0],
    ...sized('used_memory_scripts', 0),
    ...sized('maxmemory', maxmemory),
    ['maxmemory_policy', config.value('maxmemory-policy')],
    ['allocator_frag_ratio', ratio(pageBytes, arenaBytes).toFixed(2)],
    ['allocator_frag_bytes', pageBytes - arenaBytes],
    ['allocator_rss_ratio', '1.00'],
    ['allocator_rss_bytes', 0],
    ['rss_overhead_ratio', ratio(rssBytes, pageBytes).toFixed(2)],
    ['rss_overhead_bytes', rssBytes - pageBytes],
    ['mem_fragmentation_ratio', ratio(rssBytes, usedBytes).toFixed(2)],
    ['mem_fragmentation_bytes', rssBytes - usedBytes],
    ['mem_not_counted_for_evict', 0],
    ['mem_replication_backlog', 0],
    ['mem_total_replication_buffers', 0],
    ['mem_replica_full_sync_buffer', 0],
    ['mem_clients_slaves', 0],
    ['mem_clients_normal', figures.clientBytes],
    ['mem_cluster_slot_migration_output_buffer', 0],
    ['mem_cluster_slot_migration_input_buffer', 0],
    ['mem_cluster_slot_migration_input_buffer_peak', 0],
    ['mem_cluster_links', 0],
    ['mem_aof_buffer', 0],
    ['mem_allocator', 'mayfly-arena'],
    // A table grows a segment at a time.
    ['mem_overhead_db_hashtable_rehashing', 0],
    ['active_defrag_running', 0],
    ['lazyfree_pending_objects', 0],
    ['lazyfreed_objects', 0],
  ];
}
