import { connect, type Socket } from 'node:net';
import { type Command, encodeCommand, parseReply, type Reply } from './resp.ts';

/** A reply with the very bytes it came as (latin1). */
export interface RawReply {
  readonly raw: string;
  readonly reply: Reply;
}

/** The connection broke before all replies had come. */
export class BrokenConnection extends Error {
  /** The replies that did come, from the first on. */
  readonly replies: readonly RawReply[];

  constructor(cause: Error, replies: readonly RawReply[]) {
    super(cause.message, { cause });
    this.replies = replies;
  }
}

interface Waiting {
  resolve(reply: RawReply): void;
  reject(error: Error): void;
}

const REPLY_TIMEOUT_MS = 8_000;

/**
 * A connection that sends commands at once and answers in order. Pushes (RESP3 `>`) are kept apart in `pushes`,
 * except where `pushesAreReplies` is set, as the confirmations of SUBSCRIBE need.
 */
export class RespClient {
  readonly pushes: Reply[] = [];
  pushesAreReplies = false;
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #received: Buffer = Buffer.alloc(0);
  #failure: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static open(port: number, host = '127.0.0.1'): Promise<RespClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new RespClient(socket));
      });
    });
  }

  /** Sends one command; rejects when the connection breaks or no reply has come for 8 s. Errors are replies. */
  async call(...command: string[]): Promise<Reply> {
    return (await this.pipeline([command]))[0].reply;
  }

  /** Sends all commands in one write and answers with their replies in order. */
  pipeline(commands: readonly Command[]): Promise<RawReply[]> {
    return this.send(commands.map(encodeCommand).join(''), commands.length);
  }

  /** Sends `text` (latin1) as it stands and waits for `replies` replies: inline commands, malformed requests. */
  send(text: string, replies: number): Promise<RawReply[]> {
    if (this.#failure) return Promise.reject(new BrokenConnection(this.#failure, []));
    if (replies === 0) {
      this.#socket.write(text, 'latin1');
      return Promise.resolve([]);
    }
    const got: RawReply[] = [];
    return new Promise((resolve, reject) => {
      const silent = () => {
        this.#fail(new Error(`no reply within ${REPLY_TIMEOUT_MS} ms, ${this.#waiting.length} were due`));
        this.#socket.destroy();
      };
      const timer = setTimeout(silent, REPLY_TIMEOUT_MS);
      const waiting: Waiting = {
        resolve: (reply) => {
          got.push(reply);
          timer.refresh();
          if (got.length < replies) return;
          clearTimeout(timer);
          resolve(got);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(new BrokenConnection(error, got));
        },
      };
      for (let i = 0; i < replies; i++) this.#waiting.push(waiting);
      this.#socket.write(text, 'latin1');
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    let at = 0;
    try {
      while (at < this.#received.length) {
        const got = parseReply(this.#received, at);
        if (got === undefined) break;
        this.#deliver({ reply: got.reply, raw: this.#received.toString('latin1', at, got.end) });
        at = got.end;
      }
    } catch (error) {
      this.#fail(error as Error);
      this.#socket.destroy();
    }
    this.#received = this.#received.subarray(at);
  }

  #deliver(got: RawReply): void {
    if (got.reply.kind === '>' && !this.pushesAreReplies) {
      this.pushes.push(got.reply);
      return;
    }
    const waiting = this.#waiting.shift();
    if (waiting === undefined) throw new Error(`a reply nobody waits for: ${JSON.stringify(got.raw.slice(0, 100))}`);
    waiting.resolve(got);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
