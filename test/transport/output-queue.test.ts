import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Region } from '../../src/base/region.ts';
import { Libc } from '../../src/transport/libc.ts';
import { OutputQueue } from '../../src/transport/output-queue.ts';
import { SendSlots, SLOT_BYTES } from '../../src/transport/send-slots.ts';

/** Bytes that tell their place in the stream, so that a byte lost, doubled or moved shows. */
function numbered(start: number, length: number): Region {
  const region = Region.allocate(length);
  for (let i = 0; i < length; i++) region.u8[i] = (start + i) % 251;
  return region;
}

describe.runIf(process.platform === 'linux')('the output queue', () => {
  const length = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 10 * SLOT_BYTES }));
  const step = fc.oneof(
    fc.record({ kind: fc.constantFrom('push' as const, 'own' as const), length }),
    fc.record({ kind: fc.constant('take' as const), length }),
  );

  it('gives the bytes out in the order they came, whatever the kernel takes at a time', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const slots = new SendSlots(Libc.open());
        const queue = new OutputQueue(slots);
        let pushed = 0;
        let taken = 0;
        const take = (most: number): void => {
          const chunk = queue.head!;
          const bytes = Math.min(most, chunk.to - chunk.from);
          for (let i = 0; i < bytes; i++) {
            if (chunk.region.u8[chunk.from + i] !== (taken + i) % 251) throw new Error(`byte ${taken + i} is wrong`);
          }
          queue.taken(bytes);
          taken += bytes;
        };
        for (const { kind, length } of steps) {
          if (kind === 'take') {
            if (queue.head !== null) take(length);
          } else {
            const region = numbered(pushed, length);
            if (kind === 'own') {
              queue.pushOwned(region, 0, length);
            } else {
              queue.push(region, 0, length);
              region.u8.fill(255);
            }
            pushed += length;
          }
          expect(queue.bytes).toBe(pushed - taken);
        }
        while (queue.head !== null) take(SLOT_BYTES);
        expect(taken).toBe(pushed);
        expect(slots.usedCount).toBe(0);
        slots.close();
      }),
      { numRuns: 60 },
    );
  });

  it('can be dropped while the kernel reads the first chunk', () => {
    const slots = new SendSlots(Libc.open());
    const queue = new OutputQueue(slots);
    for (let i = 0; i < 5; i++) queue.push(numbered(0, SLOT_BYTES), 0, SLOT_BYTES);
    queue.drop(true);
    expect(slots.usedCount).toBe(1);
    expect(queue.bytes).toBe(0);
    queue.drop(false);
    expect(slots.usedCount).toBe(0);
    slots.close();
  });

  it('refuses memory that may move', () => {
    const slots = new SendSlots(Libc.open());
    const u8 = new Uint8Array(2 * SLOT_BYTES);
    const moving = new Region(u8, new DataView(u8.buffer));
    expect(() => new OutputQueue(slots).pushOwned(moving, 0, u8.length)).toThrow('shared memory');
    slots.close();
  });

  it('gives memory back some time after a burst', { timeout: 10_000 }, async () => {
    const slots = new SendSlots(Libc.open());
    const taken = Array.from({ length: 500 }, () => slots.take());
    const atPeak = slots.allocatedBytes;
    for (const chunk of taken.slice(0, 499)) slots.release(chunk);
    await new Promise((resolve) => setTimeout(resolve, 1300));
    expect(slots.allocatedBytes).toBeLessThan(atPeak / 5);
    // What is left still serves.
    const again = Array.from({ length: 100 }, () => slots.take());
    expect(new Set([...again, taken[499]]).size).toBe(101);
    for (const chunk of again) slots.release(chunk);
    slots.release(taken[499]);
    expect(slots.usedCount).toBe(0);
    slots.close();
  });
});
