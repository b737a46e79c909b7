/** Carries configuration into the plain numbers that types and store read, on the main thread and on workers. */
import type { ConfigView } from '../config/config-view.ts';
import type { DirectiveName } from '../config/directives.ts';
import type { AccessClock } from '../store/access.ts';
import { typeLimits } from '../types/limits.ts';

const LIMITS = [
  'set-max-intset-entries',
  'set-max-listpack-entries',
  'set-max-listpack-value',
  'hash-max-listpack-entries',
  'hash-max-listpack-value',
  'zset-max-listpack-entries',
  'zset-max-listpack-value',
  'list-max-listpack-size',
  'stream-node-max-bytes',
  'stream-node-max-entries',
  'stream-idmp-duration',
  'stream-idmp-maxsize',
  'array-slice-size',
  'array-sparse-kmax',
  'array-sparse-kmin',
  'hll-sparse-max-bytes',
  'proto-max-bulk-len',
] as const satisfies readonly DirectiveName[];

const ACCESS = ['maxmemory-policy', 'lfu-log-factor', 'lfu-decay-time'] as const satisfies readonly DirectiveName[];

/** Directives that workers need. */
export const WORKER_DIRECTIVES: readonly DirectiveName[] = [...LIMITS, ...ACCESS, 'notify-keyspace-events'];

/** Applies what is configured now and whenever it changes. @param hashSeed the process' seed, for members' hashes too */
export function applyStoreConfig(config: ConfigView, access: AccessClock, hashSeed: number): void {
  typeLimits.hashSeed = hashSeed;
  const applyLimits = () => {
    typeLimits.setMaxIntsetEntries = config.value('set-max-intset-entries');
    typeLimits.setMaxListpackEntries = config.value('set-max-listpack-entries');
    typeLimits.setMaxListpackValue = config.value('set-max-listpack-value');
    typeLimits.hashMaxListpackEntries = config.value('hash-max-listpack-entries');
    typeLimits.hashMaxListpackValue = config.value('hash-max-listpack-value');
    typeLimits.zsetMaxListpackEntries = config.value('zset-max-listpack-entries');
    typeLimits.zsetMaxListpackValue = config.value('zset-max-listpack-value');
    typeLimits.listMaxListpackSize = config.value('list-max-listpack-size');
    typeLimits.hllSparseMaxBytes = config.value('hll-sparse-max-bytes');
    typeLimits.streamNodeMaxBytes = config.value('stream-node-max-bytes');
    typeLimits.streamNodeMaxEntries = config.value('stream-node-max-entries');
    typeLimits.streamIdmpDuration = config.value('stream-idmp-duration');
    typeLimits.streamIdmpMaxsize = config.value('stream-idmp-maxsize');
    typeLimits.arraySliceSize = config.value('array-slice-size');
    typeLimits.arraySparseKmax = config.value('array-sparse-kmax');
    typeLimits.arraySparseKmin = config.value('array-sparse-kmin');
    typeLimits.stringBytesMax = config.value('proto-max-bulk-len');
  };
  const applyAccess = () => {
    const policy = config.value('maxmemory-policy');
    const lfu = policy.endsWith('-lfu');
    const notesReads = !policy.endsWith('-lrm');
    access.configure(lfu, config.value('lfu-log-factor'), config.value('lfu-decay-time'), notesReads);
  };
  applyLimits();
  applyAccess();
  config.onChange(LIMITS, applyLimits);
  config.onChange(ACCESS, applyAccess);
}
