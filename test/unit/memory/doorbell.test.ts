import { describe, expect, it } from 'vitest';
import { Doorbell } from '../../../src/memory/doorbell.ts';

describe('a doorbell', () => {
  it('does not bother a consumer that is awake', () => {
    const bell = new Doorbell();
    expect(bell.ring()).toBe(false);
    const sequence = bell.prepareSleep();
    bell.stayAwake();
    expect(bell.ring()).toBe(false);
    expect(bell.prepareSleep()).toBe(sequence);
  });

  it('rung between the last look and the sleep, lets nobody sleep', () => {
    const bell = new Doorbell();
    const other = new Doorbell(bell.buffer);
    const sequence = bell.prepareSleep();
    expect(other.ring()).toBe(true);
    expect(bell.sleep(sequence, 10_000)).toBe(true);
  });

  it('tells one of several who ring that it is the one to wake the sleeper', () => {
    const bell = new Doorbell();
    bell.prepareSleep();
    expect([bell.ring(), bell.ring(), bell.ring()]).toEqual([true, false, false]);
  });

  it('sleeps no longer than it is told, and is awake then', () => {
    const bell = new Doorbell();
    expect(bell.sleep(bell.prepareSleep(), 1)).toBe(false);
    expect(bell.ring()).toBe(false);
  });
});
