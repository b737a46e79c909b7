/**
 * Every command that a worker can run, in one order on every thread: ids are places in it. Commands that need a connection
 * or the server are added by the I/O threads alone (server/).
 */
import type { Command } from './define.ts';
import { genericCommands } from './generic.ts';
import { hashCommands } from './hash.ts';
import { listCommands } from './list.ts';
import { memoryUsageCommands } from './memory-usage.ts';
import { setCommands } from './set.ts';
import { setAlgebraCommands } from './set-algebra.ts';
import { setRandomCommands } from './set-random.ts';
import { sortedSetCommands } from './sorted-set.ts';
import { sortedSetAlgebraCommands } from './sorted-set-algebra.ts';
import { sortedSetPopCommands } from './sorted-set-pop.ts';
import { sortedSetRandomCommands } from './sorted-set-random.ts';
import { sortedSetRangeCommands } from './sorted-set-range.ts';
import { stringCommands } from './string.ts';

export const dataCommands: readonly Command[] = [
  ...stringCommands,
  ...genericCommands,
  ...listCommands,
  ...setCommands,
  ...setRandomCommands,
  ...setAlgebraCommands,
  ...hashCommands,
  ...sortedSetCommands,
  ...sortedSetPopCommands,
  ...sortedSetRangeCommands,
  ...sortedSetAlgebraCommands,
  ...sortedSetRandomCommands,
  ...memoryUsageCommands,
];
