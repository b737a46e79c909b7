/**
 * Every command that a worker can run, in one order on every thread: ids are places in it. Commands that need a connection
 * or the server are added by the I/O threads alone (server/).
 */
import { arrayCommands } from './array.ts';
import { bitmapCommands } from './bitmap.ts';
import { debugDataCommands } from './debug-data.ts';
import { debugDigestCommands } from './debug-digest.ts';
import { debugReloadCommands } from './debug-reload.ts';
import type { Command } from './define.ts';
import { dumpCommands } from './dump.ts';
import { genericCommands } from './generic.ts';
import { geoCommands } from './geo.ts';
import { geoSearchCommands } from './geo-search.ts';
import { hashCommands } from './hash.ts';
import { hashExpireCommands } from './hash-expire.ts';
import { hashExtendedCommands } from './hash-extended.ts';
import { hashImportCommands } from './hash-import.ts';
import { hashNumberCommands } from './hash-number.ts';
import { hashRandomCommands } from './hash-random.ts';
import { hyperloglogCommands } from './hyperloglog.ts';
import { hyperloglogDebugCommands } from './hyperloglog-debug.ts';
import { listCommands } from './list.ts';
import { listBlockCommands } from './list-block.ts';
import { memoryUsageCommands } from './memory-usage.ts';
import { migrateDataCommands } from './migrate-data.ts';
import { setCommands } from './set.ts';
import { setAlgebraCommands } from './set-algebra.ts';
import { setRandomCommands } from './set-random.ts';
import { sortedSetCommands } from './sorted-set.ts';
import { sortedSetAlgebraCommands } from './sorted-set-algebra.ts';
import { sortedSetBlockCommands } from './sorted-set-block.ts';
import { sortedSetPopCommands } from './sorted-set-pop.ts';
import { sortedSetRandomCommands } from './sorted-set-random.ts';
import { sortedSetRangeCommands } from './sorted-set-range.ts';
import { streamCommands } from './stream.ts';
import { stringCommands } from './string.ts';

export const dataCommands: readonly Command[] = [
  ...stringCommands,
  ...bitmapCommands,
  ...genericCommands,
  ...listCommands,
  ...listBlockCommands,
  ...setCommands,
  ...setRandomCommands,
  ...setAlgebraCommands,
  ...hashCommands,
  ...hashNumberCommands,
  ...hashRandomCommands,
  ...hashExpireCommands,
  ...hashExtendedCommands,
  ...hashImportCommands,
  ...sortedSetCommands,
  ...sortedSetPopCommands,
  ...sortedSetBlockCommands,
  ...sortedSetRangeCommands,
  ...sortedSetAlgebraCommands,
  ...sortedSetRandomCommands,
  ...dumpCommands,
  ...migrateDataCommands,
  ...geoCommands,
  ...geoSearchCommands,
  ...hyperloglogCommands,
  ...hyperloglogDebugCommands,
  ...memoryUsageCommands,
  ...debugDataCommands,
  ...debugDigestCommands,
  ...debugReloadCommands,
  ...streamCommands,
  ...arrayCommands,
];
