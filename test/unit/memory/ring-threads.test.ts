import { beforeAll, describe, expect, it } from 'vitest';
import { Doorbell } from '../../../src/memory/doorbell.ts';
import { createRingBuffer, RingProducer } from '../../../src/memory/ring.ts';
import type { RingThreadData } from './threads/ring-thread.ts';
import { bundleThread, startThread } from './threads/thread.ts';

let bundle = '';
beforeAll(async () => {
  bundle = await bundleThread(new URL('./threads/ring-thread.ts', import.meta.url));
});

async function transfer(producers: number, ringBytes: number, messages: number): Promise<number[]> {
  const rings = Array.from({ length: producers }, () => createRingBuffer(ringBytes));
  const doorbell = new Doorbell().buffer;
  const shared = { doorbell, messages, bytesMax: new RingProducer(rings[0]).payloadBytesMax };
  const seed = 12345;
  const receiver: RingThreadData = { ...shared, role: 'receive', rings, seed };
  const threads = rings.map((ring, index) => {
    const sender: RingThreadData = { ...shared, role: 'send', rings: [ring], seed: seed + index * 2 };
    return startThread(bundle, sender);
  });
  threads.push(startThread(bundle, receiver));
  return (await Promise.all(threads.map(({ result }) => result))) as number[];
}

describe('between threads', () => {
  it('a small ring that is mostly full loses nothing', async () => {
    const [waits] = await transfer(1, 256, 100_000);
    expect(waits).toBeGreaterThan(0);
  });

  it('a large ring that is mostly empty loses nothing', async () => {
    await transfer(1, 65_536, 100_000);
  });

  it('one consumer sleeps on the rings of three producers and hears each', async () => {
    await transfer(3, 512, 30_000);
  });
});
