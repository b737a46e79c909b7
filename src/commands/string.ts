/** Commands on strings. */
import type { Command } from './define.ts';
import { stringNumberCommands } from './string-number.ts';
import { stringSetCommands } from './string-set.ts';
import { stringSeveralCommands } from './string-several.ts';

export const stringCommands: readonly Command[] = [
  ...stringSetCommands,
  ...stringNumberCommands,
  ...stringSeveralCommands,
];
