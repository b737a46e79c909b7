/** Commands on keys whatever they hold, and on whole databases. */
import type { Command } from './define.ts';
import { genericDatabaseCommands } from './generic-database.ts';
import { genericExistsCommands } from './generic-exists.ts';
import { genericExpireCommands } from './generic-expire.ts';
import { genericMoveCommands } from './generic-move.ts';
import { genericObjectCommands } from './generic-object.ts';
import { genericScanCommands } from './generic-scan.ts';
import { genericSortCommands } from './generic-sort.ts';
import { genericWaitCommands } from './generic-wait.ts';

export const genericCommands: readonly Command[] = [
  ...genericExistsCommands,
  ...genericExpireCommands,
  ...genericScanCommands,
  ...genericMoveCommands,
  ...genericObjectCommands,
  ...genericSortCommands,
  ...genericDatabaseCommands,
  ...genericWaitCommands,
];
