import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeCommand } from './encode.ts';
import { ReplyCounter } from './reply-counter.ts';

/** A server that hangs must end a benchmark, not hold it. */
const ANSWER_TIMEOUT_MS = 30_000;

export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/**
 * A connection that the benchmarks steer and fill a server with. It is deliberately small: one request at a time that
 * answers with text, or a bulk of commands whose replies are only counted.
 */
export class Connection {
  readonly #socket: Socket;
  #onData: (chunk: Buffer) => void = () => {};
  #onFailure: (error: Error) => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('error', (error) => this.#onFailure(error));
    socket.on('close', () => this.#onFailure(new Error('the server closed the connection')));
  }

  static async open(address: Address): Promise<Connection> {
    const socket = connect({ ...address, noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket);
  }

  close(): void {
    this.#onFailure = () => {};
    this.#socket.destroy();
  }

  /**
   * Sends one command and answers with the whole reply as it came, RESP and all, in Latin-1.
   * @throws Error with the server's text if the reply is an error
   */
  async call(...args: string[]): Promise<string> {
    const chunks: Buffer[] = [];
    await this.#exchange(encodeCommand(args), 1, (chunk) => chunks.push(Buffer.from(chunk)));
    return Buffer.concat(chunks).toString('latin1');
  }

  /** The fields of INFO, all sections or one. */
  async info(section = 'everything'): Promise<Map<string, string>> {
    const fields = new Map<string, string>();
    for (const line of (await this.call('INFO', section)).split('\r\n')) {
      const colon = line.indexOf(':');
      if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1));
    }
    return fields;
  }

  /** Sends the command once and waits until its reply has come in whole, without keeping any of it. */
  drain(...args: string[]): Promise<void> {
    return this.#exchange(encodeCommand(args), 1, () => {});
  }

  /**
   * Sends `count` commands, `depth` at a time, waiting for the replies of each batch.
   * @param make writes the command of a running number into an array of arguments
   * @throws Error with the server's text if any reply is an error
   */
  async fill(count: number, depth: number, make: (index: number) => string[]): Promise<void> {
    for (let from = 0; from < count; from += depth) {
      const to = Math.min(count, from + depth);
      let batch = '';
      for (let index = from; index < to; index++) batch += asciiCommand(make(index));
      await this.#exchange(Buffer.from(batch, 'latin1'), to - from, () => {});
    }
  }

  async #exchange(request: Buffer, replies: number, onChunk: (chunk: Buffer) => void): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const answered = new Promise<void>((resolve, reject) => {
      const counter = new ReplyCounter();
      this.#onFailure = reject;
      timer = setTimeout(() => reject(new Error(`no answer for ${ANSWER_TIMEOUT_MS / 1000} s`)), ANSWER_TIMEOUT_MS);
      this.#onData = (chunk) => {
        onChunk(chunk);
        counter.feed(chunk, 0, chunk.length);
        if (counter.replies < replies) return;
        if (counter.errors > 0) reject(new Error(counter.lastError));
        else resolve();
      };
      this.#socket.write(request);
    });
    try {
      await answered;
    } finally {
      clearTimeout(timer);
    }
  }
}

function asciiCommand(args: string[]): string {
  let text = `*${args.length}\r\n`;
  for (const arg of args) text += `$${arg.length}\r\n${arg}\r\n`;
  return text;
}
