import type { RespClient } from '../support/resp-client.ts';
import { RespClient as Client } from '../support/resp-client.ts';
import { mayflyWith, textOf } from '../support/server-facts.ts';
import { ServerProcess } from '../support/server-process.ts';

/** A server with two I/O threads, and connections to each of them. */
export class TwoThreads {
  readonly server: ServerProcess;
  private readonly open: RespClient[] = [];

  private constructor(server: ServerProcess) {
    this.server = server;
  }

  static async start(...directives: string[]): Promise<TwoThreads> {
    const server = await ServerProcess.start(mayflyWith('--io-threads', '2', ...directives));
    return new TwoThreads(server);
  }

  /** A new connection that the kernel has dealt to this thread. */
  async on(thread: 0 | 1): Promise<RespClient> {
    for (;;) {
      const client = await Client.open(this.server.port);
      if ((await threadOf(client)) === thread) {
        this.open.push(client);
        return client;
      }
      client.close();
    }
  }

  /** Closes all connections that `on` has made. */
  closeAll(): void {
    for (const client of this.open.splice(0)) client.close();
  }

  async stop(): Promise<void> {
    this.closeAll();
    await this.server.stop();
  }
}

export async function threadOf(client: RespClient): Promise<number> {
  const [, thread] = /\bio-thread=(\d+)/.exec(textOf(await client.call('CLIENT', 'INFO'))) ?? [];
  return Number(thread);
}

/** What CLIENT ID says. */
export const idOf = async (client: RespClient): Promise<string> => textOf(await client.call('CLIENT', 'ID'));
