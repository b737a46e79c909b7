import { type Command, encodeCommand, isAggregate, isError, type Reply, show } from '../support/resp.ts';
import { BrokenConnection, RespClient } from '../support/resp-client.ts';
import { type ServerCommand, ServerProcess } from '../support/server-process.ts';

/** A connection with the number CLIENT UNBLOCK knows it by. */
export interface Session {
  readonly client: RespClient;
  readonly id: string;
}

/** With this setting on, an episode compares what is told of every change to a key as well. */
export const NOTIFICATIONS = 'notify-keyspace-events';

export type Detour = (serverPort: number) => Promise<number>;

/** One of the two servers, with the connections that an episode uses: all new for each replay. */
export class Endpoint {
  readonly server: ServerCommand;
  readonly protocol: 2 | 3;
  #process: ServerProcess;
  #port: number;
  #sessions: Session[] = [];
  #listener: RespClient | undefined;

  private constructor(process: ServerProcess, port: number, protocol: 2 | 3) {
    this.#process = process;
    this.#port = port;
    this.server = process.command;
    this.protocol = protocol;
  }

  /** @param detour given the server's port, the port to connect to: the tester's own test puts a proxy between */
  static async start(server: ServerCommand, protocol: 2 | 3, detour?: Detour): Promise<Endpoint> {
    const process = await ServerProcess.start(server);
    return new Endpoint(process, detour === undefined ? process.port : await detour(process.port), protocol);
  }

  /** The connection that commands go to. */
  get main(): Session {
    return this.#sessions[0];
  }

  /** Another client, for what needs two. */
  get other(): Session {
    return this.#sessions[1];
  }

  /** Looks at the state and unblocks; never part of the stream. Always RESP2, in database 0 to begin with. */
  get inspector(): RespClient {
    return this.#sessions[2].client;
  }

  /**
   * What keyspace notifications have told since the last call, as `channel message`; undefined when they are off.
   * A PING on the listening connection is answered after all that was told before it.
   */
  async takeEvents(): Promise<string[] | undefined> {
    if (this.#listener === undefined) return undefined;
    await this.#listener.call('PING');
    const told = this.#listener.pushes.splice(0).map((push) => (isAggregate(push) ? push.items : []));
    return told.map((items) =>
      items
        .slice(2)
        .map((item) => ('text' in item ? item.text : ''))
        .join(' '),
    );
  }

  /** Why the process is gone, with the end of its output; undefined while it runs. */
  get crash(): string | undefined {
    return this.#process.ended === undefined
      ? undefined
      : `${this.#process.ended}\n${this.#process.output.slice(-2_000)}`;
  }

  /** An empty server with new connections, and these settings; one that has died or hangs is started again. */
  async reset(settings: readonly Command[]): Promise<void> {
    try {
      if (this.#process.ended === undefined) return await this.#prepare(settings);
    } catch (error) {
      if (!(error instanceof BrokenConnection)) throw error;
    }
    await this.#process.stop();
    this.#process = await ServerProcess.start(this.server);
    this.#port = this.#process.port;
    await this.#prepare(settings);
  }

  async #prepare(settings: readonly Command[]): Promise<void> {
    this.#closeSessions();
    for (const protocol of [this.protocol, this.protocol, 2]) {
      const client = await RespClient.open(this.#port);
      if (protocol === 3) {
        const hello = await client.call('HELLO', '3');
        if (isError(hello)) throw new Error(`${this.server.name} refuses HELLO 3`);
      }
      const id = await client.call('CLIENT', 'ID');
      this.#sessions.push({ client, id: 'text' in id ? id.text : '' });
    }
    const replies = await this.inspector.pipeline([...settings, ['SCRIPT', 'FLUSH'], ['FLUSHALL']]);
    const flushed = replies[replies.length - 1].reply;
    if (isError(flushed)) throw new Error(`${this.server.name} refuses FLUSHALL: ${show(flushed)}`);
    if (settings.some(([, , name, value]) => name === NOTIFICATIONS && value !== '')) await this.#listen();
  }

  async #listen(): Promise<void> {
    this.#listener = await RespClient.open(this.#port);
    await this.#listener.call('HELLO', '3');
    await this.#listener.send(encodeCommand(['PSUBSCRIBE', '__keyspace@*']), 0);
    await this.#listener.call('PING');
    this.#listener.pushes.length = 0;
  }

  /** Asks the inspector. */
  ask(...command: string[]): Promise<Reply> {
    return this.inspector.call(...command);
  }

  async stop(): Promise<void> {
    this.#closeSessions();
    await this.#process.stop();
  }

  #closeSessions(): void {
    for (const { client } of this.#sessions) client.close();
    this.#sessions = [];
    this.#listener?.close();
    this.#listener = undefined;
  }
}
