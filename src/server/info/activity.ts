/** INFO persistence, stats, replication, commandstats, errorstats and keyspace: what has been done, and to what. */

import {
  COUNTER_DIRTY,
  COUNTER_EVICTED,
  COUNTER_EXPIRED,
  COUNTER_EXPIRED_PARTS,
  COUNTER_EXPIRED_UNASKED,
  COUNTER_HITS,
  COUNTER_MISSES,
  COUNTER_PARTS_EXPIRED_UNASKED,
} from '../../store/counters.ts';
import { sumCounters } from '../counters.ts';
import type { ServerCounters } from '../server.ts';
import type { Services } from '../services.ts';
import type { Totals } from '../thread-figures.ts';
import { averageTtlMs } from './average-ttl.ts';
import type { Field } from './section.ts';

/** Nothing is saved yet, and these say so. */
export function persistenceFields({ shards, startedMs }: Services): Field[] {
  return [
    ['loading', 0],
    ['async_loading', 0],
    ['current_cow_peak', 0],
    ['current_cow_size', 0],
    ['current_cow_size_age', 0],
    ['current_fork_perc', '0.00'],
    ['current_save_keys_processed', 0],
    ['current_save_keys_total', 0],
    ['rdb_changes_since_last_save', sumCounters(shards, COUNTER_DIRTY)],
    ['rdb_bgsave_in_progress', 0],
    ['rdb_last_save_time', Math.floor(startedMs / 1000)],
    ['rdb_last_bgsave_status', 'ok'],
    ['rdb_last_bgsave_time_sec', -1],
    ['rdb_current_bgsave_time_sec', -1],
    ['rdb_saves', 0],
    ['rdb_saves_consecutive_failures', 0],
    ['rdb_last_cow_size', 0],
    ['rdb_last_load_keys_expired', 0],
    ['rdb_last_load_keys_loaded', 0],
    ['aof_enabled', 0],
    ['aof_rewrite_in_progress', 0],
    ['aof_rewrite_scheduled', 0],
    ['aof_last_rewrite_time_sec', -1],
    ['aof_current_rewrite_time_sec', -1],
    ['aof_last_bgrewrite_status', 'ok'],
    ['aof_rewrites', 0],
    ['aof_rewrites_consecutive_failures', 0],
    ['aof_last_write_status', 'ok'],
    ['aof_last_cow_size', 0],
    ['module_fork_in_progress', 0],
    ['module_fork_last_cow_size', 0],
  ];
}

export function statsFields({ server, shards }: Services, totals: Totals): Field[] {
  const { hub } = server.subscriptions;
  const counted = (name: Exclude<keyof ServerCounters, 'reset'>): number =>
    totals.sum(({ counters }) => counters[name]);
  const kilobytes = (bytes: number): string => (bytes / 1024).toFixed(2);
  return [
    ['total_connections_received', counted('connections')],
    ['total_commands_processed', counted('commands')],
    ['instantaneous_ops_per_sec', Math.round(totals.sum(({ rates }) => rates.commands))],
    ['total_net_input_bytes', counted('inputBytes')],
    ['total_net_output_bytes', counted('outputBytes')],
    ['total_net_repl_input_bytes', 0],
    ['total_net_repl_output_bytes', 0],
    ['instantaneous_input_kbps', kilobytes(totals.sum(({ rates }) => rates.inputBytes))],
    ['instantaneous_output_kbps', kilobytes(totals.sum(({ rates }) => rates.outputBytes))],
    ['instantaneous_input_repl_kbps', '0.00'],
    ['instantaneous_output_repl_kbps', '0.00'],
    ['rejected_connections', counted('rejectedConnections')],
    ['sync_full', 0],
    ['sync_partial_ok', 0],
    ['sync_partial_err', 0],
    ['expired_subkeys', sumCounters(shards, COUNTER_EXPIRED_PARTS)],
    ['expired_subkeys_active', sumCounters(shards, COUNTER_PARTS_EXPIRED_UNASKED)],
    ['expired_keys', sumCounters(shards, COUNTER_EXPIRED)],
    ['expired_keys_active', sumCounters(shards, COUNTER_EXPIRED_UNASKED)],
    ['expired_stale_perc', '0.00'],
    ['expired_time_cap_reached_count', 0],
    ['expire_cycle_cpu_milliseconds', 0],
    ['evicted_keys', sumCounters(shards, COUNTER_EVICTED)],
    ['evicted_clients', counted('evictedClients')],
    ['evicted_scripts', 0],
    ['total_eviction_exceeded_time', 0],
    ['current_eviction_exceeded_time', 0],
    ['keyspace_hits', sumCounters(shards, COUNTER_HITS)],
    ['keyspace_misses', sumCounters(shards, COUNTER_MISSES)],
    ['pubsub_channels', hub.channelCount],
    ['pubsub_patterns', hub.patternCount],
    ['pubsubshard_channels', hub.shardChannelCount],
    ['latest_fork_usec', 0],
    ['total_forks', 0],
    ['migrate_cached_sockets', totals.sum(({ migrationsIdle }) => migrationsIdle)],
    ['slave_expires_tracked_keys', 0],
    ['active_defrag_hits', 0],
    ['active_defrag_misses', 0],
    ['active_defrag_key_hits', 0],
    ['active_defrag_key_misses', 0],
    ['total_active_defrag_time', 0],
    ['current_active_defrag_time', 0],
    ['tracking_total_keys', 0],
    ['tracking_total_items', 0],
    ['tracking_total_prefixes', 0],
    ['unexpected_error_replies', 0],
    ['total_error_replies', totals.sum(({ errorReplies }) => errorReplies)],
    ['dump_payload_sanitizations', 0],
    ['total_reads_processed', counted('reads')],
    ['total_writes_processed', counted('writes')],
    ['io_threaded_reads_processed', 0],
    ['io_threaded_writes_processed', 0],
    ['io_threaded_total_prefetch_batches', 0],
    ['io_threaded_total_prefetch_entries', 0],
    ['client_query_buffer_limit_disconnections', counted('inputLimitDisconnections')],
    ['client_output_buffer_limit_disconnections', counted('outputLimitDisconnections')],
    ['reply_buffer_shrinks', 0],
    ['reply_buffer_expands', 0],
    ['acl_access_denied_auth', 0],
    ['acl_access_denied_cmd', 0],
    ['acl_access_denied_key', 0],
    ['acl_access_denied_channel', 0],
    ['acl_access_denied_tls_cert', 0],
  ];
}

export function replicationFields({ config, replicationId }: Services): Field[] {
  return [
    ['role', 'master'],
    ['connected_slaves', 0],
    ['master_failover_state', 'no-failover'],
    ['master_replid', replicationId.current],
    ['master_replid2', '0'.repeat(40)],
    ['master_repl_offset', 0],
    ['second_repl_offset', -1],
    ['repl_backlog_active', 0],
    ['repl_backlog_size', String(config.value('repl-backlog-size'))],
    ['repl_backlog_first_byte_offset', 0],
    ['repl_backlog_histlen', 0],
  ];
}

export function commandStatsFields({ registry, stats }: Services): Field[] {
  const fields: Field[] = [];
  for (const { id, name } of registry.visible) {
    const { calls, microseconds, rejected, failed } = stats.totals(id);
    if (calls === 0 && rejected === 0 && failed === 0) continue;
    const perCall = calls === 0 ? 0 : microseconds / calls;
    fields.push([
      `cmdstat_${name}`,
      `calls=${calls},usec=${Math.round(microseconds)},usec_per_call=${perCall.toFixed(2)},rejected_calls=${rejected},failed_calls=${failed}`,
    ]);
  }
  return fields;
}

export function latencyStatsFields({ registry, stats, config }: Services): Field[] {
  const percentiles = config.value('latency-tracking-info-percentiles');
  const fields: Field[] = [];
  for (const { id, name } of registry.visible) {
    const durations = stats.durationsOf(id);
    if (durations.count === 0) continue;
    const texts = percentiles.map((percent) => `p${percent}=${durations.percentile(percent).toFixed(3)}`);
    fields.push([`latency_percentiles_usec_${name}`, texts.join(',')]);
  }
  return fields;
}

export const errorStatsFields = ({ errors }: Totals): Field[] =>
  errors.map(([code, count]): Field => [`errorstat_${code}`, `count=${count}`]);

export function keyspaceFields(services: Services): Field[] {
  const { shards } = services;
  const fields: Field[] = [];
  for (let db = 0; db < shards[0].keyspaces.length; db++) {
    let keys = 0;
    let expires = 0;
    let withParts = 0;
    for (const { keyspaces } of shards) {
      keys += keyspaces[db].count;
      expires += keyspaces[db].volatileCount;
      withParts += keyspaces[db].partHeap.count;
    }
    if (keys === 0) continue;
    const ttlMs = averageTtlMs(services, db);
    fields.push([`db${db}`, `keys=${keys},expires=${expires},avg_ttl=${ttlMs},subexpiry=${withParts}`]);
  }
  return fields;
}
