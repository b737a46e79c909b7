import { connect, type Socket } from 'node:net';
import { ReplyCounter } from '../client/reply-counter.ts';
import type { LoadRun } from './run.ts';
import type { CommandTemplate } from './template.ts';

/** Room for one read. Larger replies come in several. */
const RECEIVE_BYTES = 64 * 1024;

/** One of the parallel connections: sends its batch, waits for its replies, records how long each took, again. */
export class LoadClient {
  readonly #run: LoadRun;
  readonly #template: CommandTemplate;
  readonly #receive = Buffer.allocUnsafeSlow(RECEIVE_BYTES);
  #socket: Socket | undefined;
  #counter = new ReplyCounter();
  /** Replies to AUTH, HELLO and SELECT that come before the batch's. */
  #greetingsOwed = 0;
  #repliesOwed = 0;
  #sentAtMs = 0;

  constructor(run: LoadRun, template: CommandTemplate) {
    this.#run = run;
    this.#template = template;
  }

  start(): void {
    this.#counter = new ReplyCounter();
    const { host, port, socketPath } = this.#run.options;
    const socket = connect({
      ...(socketPath === undefined ? { host, port } : { path: socketPath }),
      noDelay: true,
      onread: {
        buffer: this.#receive,
        callback: (length) => {
          this.#onReceive(length);
          return true;
        },
      },
    });
    this.#socket = socket;
    socket.on('error', (error) => this.#run.fail(error));
    socket.on('end', () => this.#run.fail(new Error('the server closed the connection')));
    socket.on('connect', () => {
      this.#greetingsOwed = this.#run.greetings;
      if (this.#greetingsOwed > 0) socket.write(this.#run.greetingBytes);
      else this.#sendBatch();
    });
  }

  stop(): void {
    this.#socket?.removeAllListeners().destroy();
  }

  #sendBatch(): void {
    if (!this.#run.claim(this.#run.options.pipeline)) {
      this.stop();
      return;
    }
    this.#template.randomize();
    this.#repliesOwed = this.#run.options.pipeline;
    this.#sentAtMs = performance.now();
    this.#socket?.write(this.#template.bytes);
  }

  #onReceive(length: number): void {
    const nowMs = performance.now();
    const errorsBefore = this.#counter.errors;
    let replies = this.#counter.feed(this.#receive, 0, length);
    if (this.#counter.errors > errorsBefore && !this.#run.onErrorReply(this.#counter.lastError)) return;
    if (this.#greetingsOwed > 0) {
      const greeted = Math.min(replies, this.#greetingsOwed);
      this.#greetingsOwed -= greeted;
      replies -= greeted;
      if (this.#greetingsOwed === 0) this.#sendBatch();
      return;
    }
    if (replies === 0) return;
    this.#repliesOwed -= replies;
    this.#run.record(replies, (nowMs - this.#sentAtMs) * 1000);
    if (this.#repliesOwed > 0) return;
    if (this.#run.options.keepAlive !== 0) {
      this.#sendBatch();
    } else {
      this.stop();
      this.start();
    }
  }
}
