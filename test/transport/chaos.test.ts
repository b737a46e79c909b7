import { describe, it } from 'vitest';
import { Region } from '../../src/base/region.ts';
import type { Link } from '../../src/transport/transport.ts';
import { type Client, until, withTransport } from './harness.ts';
import { IMPLEMENTATIONS } from './implementations.ts';

/** Numbers that repeat with the seed (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) % sides;
  };
}

/** An echo of the client's own stream: byte n of what comes back must be byte n of what was sent. */
const byteAt = (place: number): number => (place * 7 + (place >> 8)) & 255;

class Talker {
  sentBytes = 0;
  checkedBytes = 0;
  readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  say(bytes: number): void {
    const buffer = Buffer.allocUnsafe(bytes);
    for (let i = 0; i < bytes; i++) buffer[i] = byteAt(this.sentBytes + i);
    this.sentBytes += bytes;
    this.client.socket.write(buffer);
  }

  check(): void {
    for (const chunk of this.client.chunks.splice(0)) {
      for (const byte of chunk) {
        if (byte !== byteAt(this.checkedBytes)) throw new Error(`byte ${this.checkedBytes} came back wrong`);
        this.checkedBytes++;
      }
    }
  }
}

describe.each(Object.entries(IMPLEMENTATIONS))('transport %s under chance', (_name, open) => {
  it.each([1, 2, 3])('loses nothing, mixes nothing up, leaks nothing: seed %i', { timeout: 60_000 }, async (seed) => {
    const roll = dice(seed);
    await withTransport(open, {}, async ({ connect, recorder }) => {
      const paused: Link[] = [];
      const kept: Link[] = [];
      recorder.onBytes = (link, received, from, to) => {
        const fate = roll(200);
        const middle = from + roll(to - from + 1);
        link.send(received, from, middle);
        if (fate === 0) {
          link.destroy();
        } else if (fate === 1) {
          link.send(received, middle, to);
          link.endAfterFlush();
        } else if (fate < 12) {
          const own = Region.allocate(to - middle);
          own.u8.set(received.u8.subarray(middle, to));
          link.sendOwned(own, 0, to - middle);
          link.pause();
          if (roll(2) === 0) link.resume();
          else paused.push(link);
        } else {
          link.send(received, middle, to);
          if (roll(4) === 0 && link.unsentBytes < 0) throw new Error('unsentBytes below 0');
        }
      };
      recorder.ends = (link) => {
        if (roll(3) > 0) return false;
        kept.push(link);
        return true;
      };
      let talkers: Talker[] = [];
      for (let step = 0; step < 400; step++) {
        while (talkers.length < 30) talkers.push(new Talker(await connect()));
        const talker = talkers[roll(talkers.length)];
        const { socket } = talker.client;
        const action = roll(40);
        if (action === 0) socket.resetAndDestroy();
        else if (action === 1) socket.end();
        else if (action === 2) socket.pause();
        else if (action === 3) socket.resume();
        else talker.say(action < 8 ? 1 + roll(200_000) : 1 + roll(2000));
        if (step % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
        if (step % 20 === 0) {
          for (const link of paused.splice(0)) link.resume();
          for (const link of kept.splice(0)) link.endAfterFlush();
        }
        for (const one of talkers) one.check();
        talkers = talkers.filter(({ client }) => !client.closed && !client.ended && !client.socket.writableEnded);
      }
      recorder.onBytes = (link, received, from, to) => link.send(received, from, to);
      recorder.ends = () => false;
      for (const link of paused) link.resume();
      for (const link of kept) link.endAfterFlush();
      for (const { client } of talkers) client.socket.resume();
      // Whoever still talks gets everything back.
      const last = talkers.filter(({ client }) => !client.closed);
      await until(
        'the echo is complete',
        () =>
          last.every(({ client, sentBytes }) => client.ended || client.closed || client.receivedBytes === sentBytes),
        20_000,
      );
      for (const talker of talkers) talker.check();
    });
  });
});
