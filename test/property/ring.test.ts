import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRingBuffer, RingConsumer, RingProducer } from '../../src/memory/ring.ts';

type Step =
  | { readonly kind: 'push'; readonly bytes: number; readonly unused: number }
  | { readonly kind: 'abandon'; readonly bytes: number }
  | { readonly kind: 'pop' }
  | { readonly kind: 'reopen' };

const step = (bytesMax: number): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('push' as const),
        bytes: fc.nat(bytesMax),
        unused: fc.oneof(fc.constant(0), fc.nat(bytesMax)),
      }),
    },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('pop' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('abandon' as const), bytes: fc.nat(bytesMax) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
  );

const recordBytes = (payload: number): number => 8 + Math.ceil(payload / 8) * 8;

function write(producer: RingProducer, at: number, bytes: number, mark: number): void {
  for (let i = 0; i < bytes; i++) producer.region.u8[at + i] = (mark + i) & 255;
}

function expectMessage(consumer: RingConsumer, at: number, bytes: number, mark: number): void {
  expect(at % 8).toBe(0);
  expect(consumer.payloadBytes).toBe(bytes);
  for (let i = 0; i < bytes; i++) {
    if (consumer.region.u8[at + i] !== ((mark + i) & 255))
      throw new Error(`byte ${i} of a message is not what was sent`);
  }
}

describe('a ring', () => {
  for (const ringBytes of [64, 256, 4096]) {
    it(`of ${ringBytes} bytes is a queue`, () => {
      const bytesMax = ringBytes / 2 - 8;
      fc.assert(
        fc.property(fc.array(step(bytesMax), { maxLength: 400 }), (steps) => {
          const buffer = createRingBuffer(ringBytes);
          let producer = new RingProducer(buffer);
          let consumer = new RingConsumer(buffer);
          const queue: { mark: number; bytes: number; before: number }[] = [];
          /** Where the next record begins, were the ring endless. */
          let end = 0;
          let mark = 0;
          for (const one of steps) {
            if (one.kind === 'push') {
              const at = producer.tryReserve(one.bytes);
              const record = recordBytes(one.bytes);
              const rest = ringBytes - (end % ringBytes);
              const from = record > rest ? end + rest : end;
              const oldest = queue[0]?.before ?? end;
              if (at < 0) {
                expect(queue.length).toBeGreaterThan(0);
                expect(from + record - oldest).toBeGreaterThan(ringBytes);
                continue;
              }
              expect(from + record - oldest).toBeLessThanOrEqual(ringBytes);
              const bytes = Math.max(0, one.bytes - one.unused);
              mark++;
              write(producer, at, one.bytes, mark);
              if (one.unused === 0) producer.commit();
              else producer.commit(bytes);
              queue.push({ mark, bytes, before: end });
              end = from + recordBytes(bytes);
            } else if (one.kind === 'abandon') {
              const at = producer.tryReserve(one.bytes);
              if (at >= 0) write(producer, at, one.bytes, 99);
            } else if (one.kind === 'pop') {
              const at = consumer.peek();
              const expected = queue.shift();
              if (expected === undefined) {
                expect(at).toBe(-1);
                continue;
              }
              expectMessage(consumer, at, expected.bytes, expected.mark);
              expect(consumer.peek()).toBe(at);
              consumer.release();
            } else {
              producer = new RingProducer(buffer);
              consumer = new RingConsumer(buffer);
            }
          }
        }),
        { numRuns: 300, interruptAfterTimeLimit: 15_000 },
      );
    });
  }

  it('goes on when its counters pass 2^31 and 2^32', () => {
    for (const start of [2 ** 31 - 512, 2 ** 32 - 512]) {
      const buffer = createRingBuffer(256);
      const words = new Int32Array(buffer);
      words[0] = start | 0;
      words[16] = start | 0;
      const producer = new RingProducer(buffer);
      const consumer = new RingConsumer(buffer);
      let sent = 0;
      let received = 0;
      while (received < 500) {
        for (let at = producer.tryReserve(sent % 100); at >= 0; at = producer.tryReserve(sent % 100)) {
          write(producer, at, sent % 100, sent);
          producer.commit();
          sent++;
        }
        for (let at = consumer.peek(); at >= 0; at = consumer.peek()) {
          expectMessage(consumer, at, received % 100, received);
          consumer.release();
          received++;
        }
      }
      expect(received).toBe(sent);
    }
  });

  it('takes the longest message wherever it stands when it is empty', () => {
    const buffer = createRingBuffer(128);
    const producer = new RingProducer(buffer);
    const consumer = new RingConsumer(buffer);
    for (let i = 0; i < 64; i++) {
      for (const bytes of [producer.payloadBytesMax, 0]) {
        const at = producer.tryReserve(bytes);
        expect(at).toBeGreaterThan(0);
        producer.commit();
        expect(consumer.peek()).toBe(at);
        consumer.release();
      }
    }
  });

  it('refuses sizes that are no power of two', () => {
    for (const bytes of [0, 63, 96, 2 ** 31]) expect(() => createRingBuffer(bytes)).toThrow(RangeError);
  });
});
