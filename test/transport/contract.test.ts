import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Region } from '../../src/base/region.ts';
import type { Link } from '../../src/transport/transport.ts';
import { Client, LISTEN, until, withTransport } from './harness.ts';
import { IMPLEMENTATIONS } from './implementations.ts';

function pattern(bytes: number, seed = 1): Buffer {
  const buffer = Buffer.allocUnsafe(bytes);
  let state = seed;
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    buffer[at] = state >>> 16;
  }
  return buffer;
}

describe.each(Object.entries(IMPLEMENTATIONS))('transport %s', (_name, open) => {
  it('echoes, split at every byte', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      const client = await connect();
      client.socket.setNoDelay(true);
      const message = Buffer.from('*1\r\n$4\r\nPING\r\n');
      for (let split = 0; split < message.length; split++) {
        const before = client.receivedBytes;
        client.socket.write(message.subarray(0, split));
        await client.receives(before + split);
        client.socket.write(message.subarray(split));
        await client.receives(before + message.length);
      }
      expect(client.text).toBe(message.toString().repeat(message.length));
      expect(recorder.batches).toBeGreaterThan(0);
      expect(recorder.unbatchedCalls).toBe(0);
    });
  });

  it('keeps the order of large pipelines', async () => {
    await withTransport(open, {}, async ({ connect }) => {
      const client = await connect();
      const sent = pattern(8_000_000);
      client.socket.write(sent);
      await client.receives(sent.length);
      expect(Buffer.concat(client.chunks).equals(sent)).toBe(true);
    });
  });

  it('serves many clients at once', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      const clients = await Promise.all(Array.from({ length: 200 }, connect));
      for (let round = 0; round < 5; round++) {
        clients.forEach((client, index) => {
          client.socket.write(`${round}:${index};`);
        });
      }
      await Promise.all(
        clients.map(async (client, index) => {
          const expected = Array.from({ length: 5 }, (_, round) => `${round}:${index};`).join('');
          await client.receives(expected.length);
          expect(client.text).toBe(expected);
        }),
      );
      expect(recorder.opened).toBe(200);
      expect(new Set([...recorder.open].map((link) => link.id)).size).toBe(200);
    });
  });

  it('queues for a slow reader, and tells when the queue is empty', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      const reply = Region.allocate(100_000);
      let sentBytes = 0;
      let slow: Link | undefined;
      recorder.onBytes = (link) => {
        slow = link;
        for (let part = 0; part < 300; part++) {
          const before = link.unsentBytes;
          reply.u8.fill(part);
          link.send(reply, 0, reply.length);
          sentBytes += reply.length;
          // The caller's buffer is its own again.
          reply.u8.fill(255);
          if (before > 0 && link.unsentBytes !== before + reply.length)
            recorder.violations.push('unsentBytes not exact');
        }
      };
      const client = await connect();
      client.socket.pause();
      client.socket.write('go');
      await until('the reply is queued', () => slow !== undefined && sentBytes === 30_000_000);
      expect(slow!.unsentBytes).toBeGreaterThan(1_000_000);
      expect(slow!.unsentBytes).toBeLessThan(30_000_000);
      expect(recorder.drained).toBe(0);
      client.socket.resume();
      await client.receives(sentBytes);
      await until('onDrain', () => recorder.drained > 0);
      expect(slow!.unsentBytes).toBe(0);
      const all = Buffer.concat(client.chunks);
      for (let part = 0; part < 300; part++) {
        expect(all[part * 100_000]).toBe(part & 255);
        expect(all[part * 100_000 + 99_999]).toBe(part & 255);
      }
    });
  });

  it('sends memory it was given, whole and in order with the rest', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      const large = pattern(5_000_000);
      const owned = Region.allocate(large.length);
      owned.u8.set(large);
      recorder.onBytes = (link) => {
        link.send(Region.of('<'), 0, 1);
        link.sendOwned(owned, 1, large.length - 1);
        link.send(Region.of('>'), 0, 1);
      };
      const client = await connect();
      client.socket.write('go');
      await client.receives(large.length);
      const expected = Buffer.concat([Buffer.from('<'), large.subarray(1, -1), Buffer.from('>')]);
      expect(Buffer.concat(client.chunks).equals(expected)).toBe(true);
    });
  });

  it('answers a peer that has shut down its side, then closes', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      const client = await connect();
      client.socket.end('last words');
      await until('the client sees the end', () => client.ended);
      expect(client.text).toBe('last words');
      await until('onClose', () => recorder.closed === 1);
      expect(recorder.ended).toBe(1);
    });
  });

  it('keeps a half-closed link open if the server wants to', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      recorder.ends = () => true;
      let link: Link | undefined;
      recorder.onBytes = (from) => {
        link = from;
      };
      const client = await connect();
      client.socket.end('question');
      await until('onEnd', () => recorder.ended === 1);
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(recorder.closed).toBe(0);
      link!.send(Region.of('answer'), 0, 6);
      link!.endAfterFlush();
      await until('the client sees the end', () => client.ended);
      expect(client.text).toBe('answer');
      await until('onClose', () => recorder.closed === 1);
    });
  });

  it('survives a reset in the middle of a send', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      const reply = Region.allocate(1_000_000);
      recorder.onBytes = (link) => {
        for (let part = 0; part < 20; part++) link.send(reply, 0, reply.length);
      };
      const clients = await Promise.all(Array.from({ length: 20 }, connect));
      for (const client of clients) {
        client.socket.pause();
        client.socket.write('go');
      }
      await until('all asked', () => recorder.receivedBytes === 40);
      for (const client of clients) client.socket.resetAndDestroy();
      await until('all closed', () => recorder.closed === 20);
      const another = await connect();
      recorder.onBytes = (link, received, from, to) => link.send(received, from, to);
      another.socket.write('still there?');
      await another.receives(12);
    });
  });

  it('endAfterFlush delivers everything, also over unread input', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      const bytes = pattern(3_000_000);
      const reply = Region.allocate(bytes.length);
      reply.u8.set(bytes);
      recorder.onBytes = (link) => {
        link.send(reply, 0, reply.length);
        link.endAfterFlush();
        link.send(reply, 0, reply.length);
      };
      const client = await connect();
      client.socket.write(pattern(2_000_000));
      await until('the client sees the end', () => client.ended, 20_000);
      expect(Buffer.concat(client.chunks).equals(bytes)).toBe(true);
      await until('onClose', () => recorder.closed === 1);
    });
  });

  it('destroy closes at once and tells it exactly once, later', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      recorder.onBytes = (link) => {
        link.destroy();
        link.destroy();
        link.endAfterFlush();
        link.send(Region.allocate(10), 0, 10);
        expect(link.closed).toBe(true);
        expect(recorder.closed).toBe(0);
      };
      const client = await connect();
      client.socket.write('x');
      await until('onClose', () => recorder.closed === 1);
      await until('the client sees it', () => client.closed || client.ended);
      expect(client.receivedBytes).toBe(0);
    });
  });

  it('destroys a link with unsent bytes', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      const reply = Region.allocate(20_000_000);
      recorder.onBytes = (link) => {
        link.send(reply, 0, reply.length);
        link.destroy();
      };
      const client = await connect();
      client.socket.pause();
      client.socket.write('x');
      await until('onClose', () => recorder.closed === 1);
    });
  });

  it('refuses a connection with a message', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      recorder.accepts = false;
      recorder.opens = (link) => link.send(Region.of('-ERR max number of clients reached\r\n'), 0, 36);
      const client = await connect();
      await until('the client sees the end', () => client.ended);
      expect(client.text).toBe('-ERR max number of clients reached\r\n');
      await until('onClose', () => recorder.closed === 1);
    });
  });

  it('pauses and resumes', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      let link: Link | undefined;
      recorder.opens = (opened) => {
        link = opened;
      };
      const client = await connect();
      await until('onOpen', () => link !== undefined);
      for (let round = 1; round <= 20; round++) {
        link!.pause();
        link!.pause();
        client.socket.write('0123456789');
        await new Promise((resolve) => setTimeout(resolve, 5));
        // Bytes that were on their way when pause was called may still come; nothing after them.
        const before = recorder.receivedBytes;
        client.socket.write('abcdefghij');
        await new Promise((resolve) => setTimeout(resolve, 5));
        expect(recorder.receivedBytes).toBe(before);
        link!.resume();
        link!.resume();
        await client.receives(round * 20);
        // Twice without a pause for breath: the second must win.
        link!.pause();
        link!.resume();
      }
      expect(client.text).toBe('0123456789abcdefghij'.repeat(20));
    });
  });

  it('brings bytes in order, wherever the server wants them', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      // A gathering place a link; by turns the rest of a message is asked for, some of it, or nothing.
      const gathered = new Map<Link, { region: Region; bytes: number; calls: number }>();
      const messageBytes = 700_000;
      recorder.onBytes = (link, received, from, to) => {
        let place = gathered.get(link);
        if (place === undefined) {
          place = { region: Region.allocate(messageBytes), bytes: 0, calls: 0 };
          gathered.set(link, place);
        }
        // What comes in the transport's own memory may be the end of one message and the beginning of the next.
        for (let at = from; at < to; ) {
          const end = Math.min(to, at + messageBytes - place.bytes);
          if (received !== place.region) place.region.u8.set(received.u8.subarray(at, end), place.bytes);
          else if (at !== place.bytes) recorder.violations.push('landed behind a gap');
          place.bytes += end - at;
          at = end;
          if (place.bytes < messageBytes) continue;
          place.bytes = 0;
          link.send(place.region, 0, messageBytes);
        }
        if (place.bytes === 0) return;
        const turn = place.calls++ % 7;
        const wanted = turn === 0 ? 0 : turn < 3 ? 50_000 : messageBytes;
        const end = Math.min(messageBytes, place.bytes + wanted);
        if (end > place.bytes) link.landing = { region: place.region, from: place.bytes, to: end };
        if (turn !== 5) return;
        link.pause();
        setImmediate(() => link.resume());
      };
      const clients = await Promise.all(Array.from({ length: 5 }, connect));
      const rounds = 4;
      clients.forEach((client, index) => {
        for (let round = 0; round < rounds; round++) {
          client.socket.write(pattern(messageBytes, 1 + index * rounds + round));
        }
      });
      await Promise.all(clients.map((client) => client.receives(rounds * messageBytes)));
      clients.forEach((client, index) => {
        const sent = Array.from({ length: rounds }, (_, round) => pattern(messageBytes, 1 + index * rounds + round));
        expect(Buffer.concat(client.chunks).equals(Buffer.concat(sent))).toBe(true);
      });
    });
  });

  it('forgets what was asked for when a link is destroyed', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      const region = Region.allocate(1_000_000);
      let link: Link | undefined;
      recorder.onBytes = (receiver, _received, _from, _to) => {
        link = receiver;
        receiver.landing = { region, from: 0, to: region.length };
      };
      const client = await connect();
      client.socket.write('a');
      await until('a byte has come', () => link !== undefined);
      client.socket.write('b');
      await until('another has', () => recorder.receivedBytes === 2);
      link!.destroy();
      client.socket.write(pattern(100_000));
      await until('onClose', () => recorder.closed === 1);
      expect(recorder.receivedBytes).toBe(2);
    });
  });

  it('can be paused from the start', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      let link: Link | undefined;
      recorder.opens = (opened) => {
        link = opened;
        opened.pause();
      };
      const client = await connect();
      client.socket.write('early');
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(recorder.receivedBytes).toBe(0);
      link!.resume();
      await client.receives(5);
    });
  });

  it('knows addresses, and listens on several', async () => {
    await withTransport(open, { bind: ['127.0.0.1', '-::1', '-192.0.2.1'] }, async ({ connect, recorder, port }) => {
      const client = await connect();
      await until('onOpen', () => recorder.opened === 1);
      const [link] = [...recorder.open];
      expect(link.remoteAddress).toBe(`127.0.0.1:${client.socket.localPort}`);
      expect(link.localAddress).toBe(`127.0.0.1:${port}`);
      expect(link.isUnixSocket).toBe(false);
      const v6 = new Client(port, '::1');
      await v6.connected;
      await until('onOpen', () => recorder.opened === 2);
      const link6 = [...recorder.open][1];
      expect(link6.remoteAddress).toBe(`[::1]:${v6.socket.localPort}`);
      expect(link6.localAddress).toBe(`[::1]:${port}`);
      v6.socket.destroy();
    });
  });

  it('listens on a Unix socket with its mode, and removes it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'mayfly-transport-'));
    const path = join(directory, 'm.sock');
    try {
      for (let round = 0; round < 2; round++) {
        await withTransport(open, { bind: [], unixSocketPath: path, unixSocketMode: 0o700 }, async ({ recorder }) => {
          expect((await stat(path)).mode & 0o777).toBe(0o700);
          const client = new Client(path);
          await client.connected;
          client.socket.write('over a path');
          await client.receives(11);
          const [link] = [...recorder.open];
          expect(link.isUnixSocket).toBe(true);
          expect(link.remoteAddress).toBe(`${path}:0`);
          client.socket.destroy();
        });
        await expect(stat(path)).rejects.toThrow('ENOENT');
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('says EADDRINUSE and EADDRNOTAVAIL', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const port = (other.address() as { port: number }).port;
    const unused = async (): Promise<void> => undefined;
    await expect(withTransport(open, { port }, unused)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(withTransport(open, { bind: ['192.0.2.1'] }, unused)).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
    await expect(withTransport(open, { bind: ['-192.0.2.1'] }, unused)).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
    });
    other.close();
  });

  it('listens on more later, and again after it has stopped', async () => {
    await withTransport(open, {}, async ({ connect, transport, port }) => {
      const client = await connect();
      const second = await transport.listen(LISTEN);
      const other = new Client(second.port);
      other.socket.write('is it heard?');
      await other.receives(12);
      transport.stopListening();
      const again = await transport.listen({ ...LISTEN, port });
      const third = new Client(again.port);
      for (const one of [client, other, third]) {
        one.socket.write('here');
        await until('the echo comes', () => one.text.endsWith('here'));
      }
      other.socket.destroy();
      third.socket.destroy();
    });
  });

  it('stops listening and keeps what is open', async () => {
    await withTransport(open, {}, async ({ connect, transport, port }) => {
      const client = await connect();
      client.socket.write('a');
      await client.receives(1);
      transport.stopListening();
      client.socket.write('b');
      await client.receives(2);
      await expect(new Client(port).connected).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    });
  });

  it('is woken by another thread', async () => {
    await withTransport(open, {}, async ({ transport, recorder }) => {
      const code = `
        const { parentPort, workerData } = require('node:worker_threads');
        const { writeSync } = require('node:fs');
        const one = new BigUint64Array([1n]);
        const wake = workerData.kind === 'port' ? () => parentPort.postMessage(0) : () => writeSync(workerData.fd, one);
        parentPort.on('message', (times) => { for (let i = 0; i < times; i++) wake(); });`;
      const worker = new Worker(code, { eval: true, workerData: transport.waker });
      if (transport.waker.kind === 'port') worker.on('message', () => transport.onPortMessage());
      try {
        for (let round = 0; round < 20; round++) {
          const before = recorder.wakes;
          worker.postMessage(1 + (round % 3));
          await until('the wake arrives', () => recorder.wakes > before);
        }
        expect(recorder.unbatchedCalls).toBe(0);
      } finally {
        await worker.terminate();
      }
    });
  });

  it('keeps many small replies to one link in order, whenever they are sent', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      let sent = '';
      let answers = 0;
      let late: Link | undefined;
      const say = (link: Link, text: string): void => {
        sent += text;
        link.send(Region.of(text), 0, text.length);
      };
      recorder.onBytes = (link) => {
        for (let i = 0; i < 50; i++) say(link, `now ${i};`);
        late = link;
      };
      recorder.batchEnds = () => {
        if (late === undefined) return;
        for (let i = 0; i < 50; i++) say(late, `at the end ${i};`);
        say(late, 'x'.repeat(40_000));
        late = undefined;
        answers++;
      };
      const client = await connect();
      for (let round = 0; round < 20; round++) {
        client.socket.write('go');
        await until('the replies are sent', () => answers > round);
        const [link] = [...recorder.open];
        say(link, 'from outside');
        await client.receives(sent.length);
      }
      // Not by toBe: to print what differs would mean to print a megabyte.
      expect(client.text === sent).toBe(true);
    });
  });

  it('serves what is sent from outside of its own calls', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      const client = await connect();
      await until('onOpen', () => recorder.opened === 1);
      const [link] = [...recorder.open];
      for (let round = 1; round <= 10; round++) {
        await new Promise((resolve) => setTimeout(resolve, 3));
        link.send(Region.of('tick'), 0, 4);
        await client.receives(4 * round);
      }
      await new Promise((resolve) => setTimeout(resolve, 3));
      link.send(Region.of('bye'), 0, 3);
      link.endAfterFlush();
      await until('the client sees the end', () => client.ended);
      expect(client.text).toBe(`${'tick'.repeat(10)}bye`);
      await until('onClose', () => recorder.closed === 1);
    });
  });

  it('runs promises and timers of the server while clients keep it busy', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      let promises = 0;
      recorder.onBytes = (link, received, from, to) => {
        link.send(received, from, to);
        Promise.resolve().then(() => promises++);
      };
      const client = await connect();
      let rounds = 0;
      client.socket.on('data', () => {
        rounds++;
        client.socket.write('x');
      });
      client.socket.write('x');
      let ticks = 0;
      const timer = setInterval(() => ticks++, 5);
      await until('the timer has run ten times', () => ticks >= 10 && rounds >= 50);
      clearInterval(timer);
      // Each but the last answer that is just on its way.
      expect(promises).toBeGreaterThanOrEqual(rounds - 1);
    });
  });

  it('can be closed with links in every state', async () => {
    await withTransport(open, {}, async ({ connect, recorder }) => {
      const reply = Region.allocate(10_000_000);
      const stuck = await connect();
      const ending = await connect();
      const paused = await connect();
      await until('onOpen', () => recorder.opened === 3);
      const [one, two, three] = [...recorder.open];
      stuck.socket.pause();
      ending.socket.pause();
      one.send(reply, 0, reply.length);
      two.send(reply, 0, reply.length);
      two.endAfterFlush();
      three.pause();
      paused.socket.write('unread');
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
  });
});
