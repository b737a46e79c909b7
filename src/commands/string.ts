/** Commands on strings. */
import type { Command } from './define.ts';
import { stringEditCommands } from './string-edit.ts';
import { stringIncrexCommands } from './string-increx.ts';
import { stringLcsCommands } from './string-lcs.ts';
import { stringNumberCommands } from './string-number.ts';
import { stringSetCommands } from './string-set.ts';
import { stringSeveralCommands } from './string-several.ts';
import { stringTakeCommands } from './string-take.ts';

export const stringCommands: readonly Command[] = [
  ...stringSetCommands,
  ...stringTakeCommands,
  ...stringEditCommands,
  ...stringNumberCommands,
  ...stringIncrexCommands,
  ...stringSeveralCommands,
  ...stringLcsCommands,
];
