/** What must be done now and then though no client asks for it. */
import type { ConfigView } from '../config/config-view.ts';
import type { MemoryUse } from './memory-use.ts';
import type { Server } from './server.ts';

const PERIOD_MS = 1000;

/** Per second, over the last period. */
export interface Rates {
  commands: number;
  inputBytes: number;
  outputBytes: number;
}

export class Housekeeping {
  readonly rates: Rates = { commands: 0, inputBytes: 0, outputBytes: 0 };
  private readonly server: Server;
  private readonly memory: MemoryUse;
  private readonly nowMs: () => number;
  private idleMsMax = 0;
  private lastMs: number;
  private last: Rates = { commands: 0, inputBytes: 0, outputBytes: 0 };
  /** What else is to be looked after once a period. */
  onPeriod: (nowMs: number) => void = () => {};
  private timer: NodeJS.Timeout | undefined = undefined;

  constructor(server: Server, memory: MemoryUse, config: ConfigView, nowMs: () => number) {
    this.server = server;
    this.memory = memory;
    this.nowMs = nowMs;
    this.lastMs = nowMs();
    const apply = (): void => {
      this.idleMsMax = config.value('timeout') * 1000;
    };
    apply();
    config.onChange('timeout', apply);
  }

  start(): void {
    this.timer = setInterval(() => this.tidy(), PERIOD_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** DEBUG PAUSE-CRON. */
  keep(on: boolean): void {
    this.stop();
    if (on) this.start();
  }

  private tidy(): void {
    const nowMs = this.nowMs();
    this.measureRates(nowMs);
    this.onPeriod(nowMs);
    this.memory.notePeak(this.memory.usedBytes());
    for (const connection of this.server.connections.values()) {
      connection.releaseIdleInput(nowMs);
      if (connection.softLimitSinceMs !== 0) this.server.checkOutput(connection, nowMs);
      const isIdle = !connection.waiting && nowMs - connection.lastActiveMs > this.idleMsMax;
      if (this.idleMsMax > 0 && isIdle && !connection.closing) {
        this.server.onVerbose(`Closing idle client id=${connection.id}`);
        this.server.close(connection);
      }
    }
  }

  private measureRates(nowMs: number): void {
    const { commands, inputBytes, outputBytes } = this.server.counters;
    const seconds = Math.max(nowMs - this.lastMs, 1) / 1000;
    // CONFIG RESETSTAT sets the counters back.
    const rate = (now: number, before: number): number => Math.max(0, now - before) / seconds;
    this.rates.commands = rate(commands, this.last.commands);
    this.rates.inputBytes = rate(inputBytes, this.last.inputBytes);
    this.rates.outputBytes = rate(outputBytes, this.last.outputBytes);
    this.last = { commands, inputBytes, outputBytes };
    this.lastMs = nowMs;
  }
}
