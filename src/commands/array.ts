/** The array commands. */
import { arrayGrepCommands } from './array-grep.ts';
import { arrayInfoCommands } from './array-info.ts';
import { arrayInsertCommands } from './array-insert.ts';
import { arrayOperationCommands } from './array-operation.ts';
import { arrayReadCommands } from './array-read.ts';
import { arrayRingCommands } from './array-ring.ts';
import { arrayWriteCommands } from './array-write.ts';

export const arrayCommands = [
  ...arrayReadCommands,
  ...arrayWriteCommands,
  ...arrayInsertCommands,
  ...arrayRingCommands,
  ...arrayOperationCommands,
  ...arrayGrepCommands,
  ...arrayInfoCommands,
];
