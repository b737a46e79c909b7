import type { Bench } from 'tinybench';
import { Doorbell } from '../../src/memory/doorbell.ts';
import { createRingBuffer, RingConsumer, RingProducer } from '../../src/memory/ring.ts';
import { suite } from './bench.ts';

export const operations = 1000;

/** Both ends in one thread: what a message costs besides waking anybody. */
export default function ring(): Bench {
  const bench = suite('ring');
  const buffer = createRingBuffer(1 << 16);
  const producer = new RingProducer(buffer);
  const consumer = new RingConsumer(buffer);
  const doorbell = new Doorbell();
  for (const bytes of [8, 100]) {
    bench.add(`a message of ${bytes} bytes there and taken`, () => {
      let sum = 0;
      for (let i = 0; i < operations; i++) {
        const to = producer.tryReserve(bytes);
        producer.region.view.setInt32(to, i, true);
        producer.commit();
        doorbell.ring();
        sum += consumer.region.view.getInt32(consumer.peek(), true);
        consumer.release();
      }
      return { sum };
    });
  }
  bench.add('peek at an empty ring', () => {
    let sum = 0;
    for (let i = 0; i < operations; i++) sum += consumer.peek();
    return { sum };
  });
  return bench;
}
