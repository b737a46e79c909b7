import { connect, createServer, type Socket } from 'node:net';
import { type Command, encodeReply, parseReply, type Reply } from '../support/resp.ts';

/** Changes a reply, or answers with the same one. A push comes with no command: `[]`. */
export type Lie = (command: Command, reply: Reply) => Reply;

/**
 * Stands before a real server and falsifies some of its replies, so that the tester can be shown to see a fault.
 * Answers with the port it listens on and a way to end it.
 */
export function startLyingProxy(serverPort: number, lie: Lie): Promise<{ port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1');
    const asked: Command[] = [];
    const fromClient = new Replies((request) => {
      if ('items' in request) asked.push(request.items.map((word) => ('text' in word ? word.text : '')));
      server.write(encodeReply(request), 'latin1');
    });
    const fromServer = new Replies((reply) => {
      const command = reply.kind === '>' ? [] : (asked.shift() ?? []);
      client.write(encodeReply(lie(command, reply)), 'latin1');
    });
    client.on('data', (chunk) => fromClient.feed(chunk)).on('close', () => server.destroy());
    server.on('data', (chunk) => fromServer.feed(chunk)).on('close', () => client.destroy());
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.setNoDelay(true).on('error', () => socket.destroy());
    }
  });
  return new Promise((resolve, reject) => {
    proxy.once('error', reject);
    proxy.listen(0, '127.0.0.1', () => {
      const close = () => {
        proxy.close();
        for (const socket of sockets) socket.destroy();
      };
      resolve({ port: (proxy.address() as { port: number }).port, close });
    });
  });
}

/** Cuts a byte stream into replies. Requests have the form of replies too. */
class Replies {
  #rest: Buffer = Buffer.alloc(0);
  readonly #each: (reply: Reply) => void;

  constructor(each: (reply: Reply) => void) {
    this.#each = each;
  }

  feed(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (let got = parseReply(this.#rest, at); got !== undefined; got = parseReply(this.#rest, at)) {
      this.#each(got.reply);
      at = got.end;
    }
    this.#rest = this.#rest.subarray(at);
  }
}
