/** The other server of a MIGRATE: a connection that sends commands together and reads their one-line replies. */
import { connect, type Socket } from 'node:net';

/** What came of what was sent. */
export interface Answers {
  /** One a command, as far as they came: `+OK`, `-ERR …`. */
  readonly lines: readonly string[];
  /** Why no more came: Redis' words for it, or empty. */
  readonly failure: string;
}

export const CONNECT_FAILED = 'IOERR error or timeout connecting to the client';
const WRITE_FAILED = 'IOERR error or timeout writing to target instance';
const READ_FAILED = 'IOERR error or timeout reading from target instance';

export class MigrationTarget {
  /** The database that was selected last. */
  db = -1;
  private readonly socket: Socket;
  private received = '';
  private failure = '';
  private onEvent: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.received += chunk.toString('latin1');
      this.onEvent();
    });
    const fail = () => {
      this.failure ||= socket.writableLength > 0 ? WRITE_FAILED : READ_FAILED;
      this.onEvent();
    };
    socket.on('error', fail);
    socket.on('close', fail);
    socket.on('timeout', () => socket.destroy());
  }

  /** @param timeoutMs the longest that nothing may happen  @returns undefined if there is nobody there in time */
  static open(host: string, port: number, timeoutMs: number): Promise<MigrationTarget | undefined> {
    return new Promise((resolve) => {
      // Node refuses such ports by an exception; nobody listens there either way.
      if (!(port > 0 && port < 65_536)) return resolve(undefined);
      const socket = connect({ host, port });
      socket.setTimeout(timeoutMs, () => socket.destroy());
      const fail = () => resolve(undefined);
      socket.once('error', fail);
      socket.once('close', fail);
      socket.once('connect', () => {
        socket.removeAllListeners();
        resolve(new MigrationTarget(socket));
      });
    });
  }

  get isAlive(): boolean {
    return this.failure === '';
  }

  /** Sends bytes that are `commands` commands, and waits for as many replies. */
  send(bytes: Buffer, commands: number, timeoutMs: number): Promise<Answers> {
    const { socket } = this;
    const lines: string[] = [];
    return new Promise((resolve) => {
      const settle = () => {
        this.takeLines(lines);
        if (lines.length < commands && this.failure === '') return;
        this.onEvent = () => {};
        socket.setTimeout(0);
        resolve({ lines, failure: lines.length < commands ? this.failure : '' });
      };
      this.onEvent = settle;
      socket.ref();
      socket.setTimeout(timeoutMs);
      if (this.failure === '') socket.write(bytes);
      settle();
    });
  }

  /** Nothing is asked of it for now: it doesn't keep the process from ending. */
  rest(): void {
    this.socket.unref();
  }

  close(): void {
    this.socket.destroy();
  }

  private takeLines(lines: string[]): void {
    for (let end = this.received.indexOf('\r\n'); end >= 0; end = this.received.indexOf('\r\n')) {
      lines.push(this.received.slice(0, end));
      this.received = this.received.slice(end + 2);
    }
  }
}
