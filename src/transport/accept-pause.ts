import { systemError } from './libc.ts';
import type { TransportHandler } from './transport.ts';

/** How long accepting rests after the process ran out of descriptors or memory. */
const RETRY_MS = 100;

/**
 * Accepting when the process has no descriptor left: trying on would keep a core busy, so it rests until a link closes,
 * or for a tenth of a second. The handler hears of it once, until accepting works again.
 */
export class AcceptPause {
  private readonly handler: TransportHandler;
  private readonly retry: () => void;
  private timer: NodeJS.Timeout | undefined;
  private told = false;

  constructor(handler: TransportHandler, retry: () => void) {
    this.handler = handler;
    this.retry = retry;
  }

  /** Accepting failed with `errno`. */
  failed(errno: number): void {
    if (!this.told) this.handler.onAcceptError?.(systemError(errno, 'accept'));
    this.told = true;
    this.timer ??= setTimeout(() => this.over(), RETRY_MS).unref();
  }

  succeeded(): void {
    this.told = false;
  }

  /** A link has closed: there may be room. */
  over(): void {
    if (this.timer === undefined) return;
    this.stop();
    this.retry();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
