/** How the server ends: on a signal, or because a client says so. */

import type { Log } from '../observe/log.ts';
import { removePidFile } from './pid-file.ts';

export class Shutdown {
  private readonly log: Log;
  private readonly stop: () => Promise<void>;
  private readonly pidFile: string;
  private begun = false;

  /** @param stop closes connections, ends threads  @param pidFile '' for none */
  constructor(log: Log, stop: () => Promise<void>, pidFile: string) {
    this.log = log;
    this.stop = stop;
    this.pidFile = pidFile;
  }

  /** SIGTERM and SIGINT end the server after the command at hand; a second SIGINT ends it at once. */
  onSignals(): void {
    process.on('SIGTERM', () => this.begin('Received SIGTERM scheduling shutdown...'));
    process.on('SIGINT', () => {
      if (this.begun) {
        this.log.warning('You insist... exiting now.');
        this.leave(1);
      }
      this.begin('Received SIGINT scheduling shutdown...');
    });
  }

  /** Ends the process once everything is closed. Later calls do nothing. */
  begin(reason: string): void {
    if (this.begun) return;
    this.begun = true;
    this.log.warning(reason);
    // Not within a batch: the transport is closed.
    setImmediate(() => {
      this.stop().then(
        () => {
          this.log.warning('Mayfly is now ready to exit, bye bye...');
          this.leave(0);
        },
        (error) => {
          this.log.warning(`Shutdown failed: ${error}`);
          this.leave(1);
        },
      );
    });
  }

  /** Ends the process at once: what is left of it can't serve. */
  abort(reason: string): never {
    this.log.warning(`${reason}\nThe server can't go on without it: exiting.`);
    this.leave(1);
  }

  private leave(code: number): never {
    if (this.pidFile !== '') removePidFile(this.pidFile);
    process.exit(code);
  }
}
