import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Region } from '../../src/base/region.ts';
import { ReplyBuffers } from '../../src/transport/reply-buffers.ts';

// Compared by hand: to print what differs would mean to print megabytes.
describe('buffers of large replies', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are used again, the smallest that is large enough first', () => {
    const buffers = new ReplyBuffers();
    const small = buffers.take(100_000);
    const large = buffers.take(400_000);
    buffers.giveBack(large);
    buffers.giveBack(small);
    expect(buffers.take(90_000) === small).toBe(true);
    expect(buffers.take(90_000) === large).toBe(true);
    expect(buffers.take(90_000) === small).toBe(false);
  });

  it('serve nothing that is too small, or much too large', () => {
    const buffers = new ReplyBuffers();
    const buffer = buffers.take(1_000_000);
    buffers.giveBack(buffer);
    expect(buffers.take(1_000_001) === buffer).toBe(false);
    expect(buffers.take(65_536) === buffer).toBe(false);
    expect(buffers.take(200_000) === buffer).toBe(true);
  });

  it('are taken back once, and only those that were taken', () => {
    const buffers = new ReplyBuffers();
    const foreign = Region.allocate(100_000);
    buffers.giveBack(foreign);
    expect(buffers.take(100_000) === foreign).toBe(false);
    const own = buffers.take(300_000);
    buffers.giveBack(own);
    buffers.giveBack(own);
    expect(buffers.take(300_000) === own).toBe(true);
    expect(buffers.take(300_000) === own).toBe(false);
  });

  it('are kept up to some megabytes, and let go when nobody needs them for a while', () => {
    const buffers = new ReplyBuffers();
    const all = Array.from({ length: 3 }, () => buffers.take(4 << 20));
    for (const buffer of all) buffers.giveBack(buffer);
    const again = Array.from({ length: 3 }, () => buffers.take(4 << 20));
    expect(again.filter((buffer) => all.includes(buffer)).length).toBe(2);
    buffers.giveBack(again[0]);
    // Used since the last look, so it stays until the next but one.
    vi.advanceTimersByTime(1500);
    expect(buffers.take(4 << 20) === again[0]).toBe(true);
    buffers.giveBack(again[0]);
    vi.advanceTimersByTime(5000);
    expect(buffers.take(4 << 20) === again[0]).toBe(false);
  });
});
