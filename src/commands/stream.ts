/** The stream commands. */
import { streamAddCommands } from './stream-add.ts';
import { streamRangeCommands } from './stream-range.ts';
import { streamReadCommands } from './stream-read.ts';
import { streamTrimCommands } from './stream-trim.ts';

export const streamCommands = [
  ...streamAddCommands,
  ...streamTrimCommands,
  ...streamRangeCommands,
  ...streamReadCommands,
];
