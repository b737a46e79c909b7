import type { Transaction } from './transaction.ts';
import type { Watching } from './watching.ts';

/** What a command may know and change of the client that sent it. The I/O thread that owns the connection owns this. */
export class Session {
  readonly id: number;
  db = 0;
  resp3 = false;
  /** A command of this client is with a worker: nothing of what it sent after may run yet. */
  waiting = false;
  /** Its command must wait before it runs: `waiting` is set too, and the command is still in the input. */
  postponed = false;
  /** Between MULTI and EXEC. */
  transaction: Transaction | undefined = undefined;
  /** True while EXEC runs the queued commands: none of them may keep the client from its reply. */
  isInExec = false;
  /** WATCH: what the next transaction depends on. */
  watching: Watching | undefined = undefined;
  /** CLIENT NO-TOUCH: reading leaves access clocks alone. */
  noTouch = false;

  constructor(id: number) {
    this.id = id;
  }
}
