/** The list commands that need no waiting. */
import { listEditCommands } from './list-edit.ts';
import { listMoveCommands } from './list-move.ts';
import { listPopCommands } from './list-pop.ts';
import { listPushCommands } from './list-push.ts';
import { listReadCommands } from './list-read.ts';

export const listCommands = [
  ...listPushCommands,
  ...listPopCommands,
  ...listReadCommands,
  ...listEditCommands,
  ...listMoveCommands,
];
