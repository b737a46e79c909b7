import { encodeCommand } from '../client/encode.ts';
import { LoadClient } from './client.ts';
import { Histogram } from './histogram.ts';
import type { LoadOptions } from './options.ts';
import type { CommandTemplate } from './template.ts';

export interface LoadResult {
  readonly histogram: Histogram;
  readonly elapsedMs: number;
  readonly requestsPerSecond: number;
}

/** What the run tells while it goes on. */
export interface Progress {
  readonly sinceLast: { readonly requests: number; readonly elapsedMs: number; readonly sumUs: number };
  readonly overall: { readonly requests: number; readonly elapsedMs: number; readonly sumUs: number };
}

const PROGRESS_EVERY_MS = 250;
const ERRORS_SHOWN_EVERY_MS = 1000;

/** One test: all connections with one command until the wanted number of requests has been answered. */
export class LoadRun {
  readonly options: LoadOptions;
  readonly greetings: number;
  readonly greetingBytes: Buffer;
  readonly #histogram = new Histogram();
  #issued = 0;
  #startedAtMs = 0;
  #errorShownAtMs = Number.NEGATIVE_INFINITY;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor(options: LoadOptions) {
    this.options = options;
    const greetings = greetingCommands(options);
    this.greetings = greetings.length;
    this.greetingBytes = Buffer.concat(greetings.map(encodeCommand));
  }

  /** @throws Error if a connection fails, or for an error reply without `-e` */
  async go(template: CommandTemplate, onProgress?: (progress: Progress) => void): Promise<LoadResult> {
    const clients = Array.from({ length: this.options.clients }, () => new LoadClient(this, template.copy()));
    const finished = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const timer = onProgress === undefined ? undefined : this.#reportTo(onProgress);
    this.#startedAtMs = performance.now();
    for (const client of clients) client.start();
    try {
      await finished;
    } finally {
      clearInterval(timer);
      for (const client of clients) client.stop();
    }
    const elapsedMs = performance.now() - this.#startedAtMs;
    return {
      histogram: this.#histogram,
      elapsedMs,
      requestsPerSecond: (this.#histogram.count * 1000) / elapsedMs,
    };
  }

  /** Whether a connection may send `requests` more. */
  claim(requests: number): boolean {
    if (this.#issued >= this.options.requests) return false;
    this.#issued += requests;
    return true;
  }

  record(replies: number, latencyUs: number): void {
    for (let i = 0; i < replies && this.#histogram.count < this.options.requests; i++) {
      this.#histogram.record(latencyUs);
    }
    if (this.#histogram.count >= this.options.requests) this.#resolve();
  }

  /** @returns whether the run goes on */
  onErrorReply(text: string): boolean {
    if (!this.options.showErrors) {
      this.fail(new Error(`Error from server: ${text}`));
      return false;
    }
    const nowMs = performance.now();
    if (nowMs - this.#errorShownAtMs >= ERRORS_SHOWN_EVERY_MS) {
      this.#errorShownAtMs = nowMs;
      console.log(`Error from server: ${text}`);
    }
    return true;
  }

  fail(error: Error): void {
    this.#reject(error);
  }

  #reportTo(onProgress: (progress: Progress) => void): NodeJS.Timeout {
    let last = { requests: 0, elapsedMs: 0, sumUs: 0 };
    return setInterval(() => {
      const overall = {
        requests: this.#histogram.count,
        elapsedMs: performance.now() - this.#startedAtMs,
        sumUs: this.#histogram.sumUs,
      };
      const sinceLast = {
        requests: overall.requests - last.requests,
        elapsedMs: overall.elapsedMs - last.elapsedMs,
        sumUs: overall.sumUs - last.sumUs,
      };
      last = overall;
      onProgress({ sinceLast, overall });
    }, PROGRESS_EVERY_MS);
  }
}

/** What each connection says before its first request. */
function greetingCommands({ password, user, resp3, database }: LoadOptions): string[][] {
  const commands: string[][] = [];
  if (password !== undefined) commands.push(user === undefined ? ['AUTH', password] : ['AUTH', user, password]);
  if (resp3) commands.push(['HELLO', '3']);
  if (database !== 0) commands.push(['SELECT', String(database)]);
  return commands;
}
