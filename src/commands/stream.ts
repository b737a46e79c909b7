/** The stream commands. */
import { streamAckCommands } from './stream-ack.ts';
import { streamAddCommands } from './stream-add.ts';
import { streamClaimCommands } from './stream-claim.ts';
import { streamGroupCommands } from './stream-group.ts';
import { streamIdempotentCommands } from './stream-idempotent.ts';
import { streamInfoCommands } from './stream-info.ts';
import { streamPendingCommands } from './stream-pending.ts';
import { streamRangeCommands } from './stream-range.ts';
import { streamReadCommands } from './stream-read.ts';
import { streamReadGroupCommands } from './stream-read-group.ts';
import { streamTrimCommands } from './stream-trim.ts';

export const streamCommands = [
  ...streamAddCommands,
  ...streamTrimCommands,
  ...streamRangeCommands,
  ...streamReadCommands,
  ...streamGroupCommands,
  ...streamReadGroupCommands,
  ...streamAckCommands,
  ...streamPendingCommands,
  ...streamClaimCommands,
  ...streamInfoCommands,
  ...streamIdempotentCommands,
];
