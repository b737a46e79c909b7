import { describe, expect, it } from 'vitest';
import { Region } from '../../../src/base/region.ts';
import { Arena, createArenaBuffer } from '../../../src/memory/arena.ts';
import { AccessClock } from '../../../src/store/access.ts';
import { accessOf, setAccess, writeEntry } from '../../../src/store/entry.ts';

const AT = 512 << 10;

function entryWith(access: number): Arena {
  const arena = new Arena(createArenaBuffer(1 << 20, 1));
  const key = Region.of('key');
  writeEntry(arena, AT, 0, 0, access, key, 0, key.length, 0);
  return arena;
}

describe('an access clock that tells idle time', () => {
  it('counts seconds, also around 2^24', () => {
    const clock = new AccessClock(() => 0);
    clock.set((2 ** 24 - 10) * 1000);
    const arena = entryWith(clock.initial);
    clock.set((2 ** 24 + 50) * 1000);
    expect(clock.idleSeconds(accessOf(arena, AT))).toBe(60);
    clock.touch(arena, AT);
    expect(clock.idleSeconds(accessOf(arena, AT))).toBe(0);
    setAccess(arena, AT, clock.fromIdle(1234));
    expect(clock.idleSeconds(accessOf(arena, AT))).toBe(1234);
  });
});

describe('an access clock that tells frequency', () => {
  const clockAt = (minutes: number, random: () => number): AccessClock => {
    const clock = new AccessClock(random);
    clock.configure(true, 10, 1);
    clock.set(minutes * 60_000);
    return clock;
  };

  it('begins at 5, so that new keys are not the first to go', () => {
    const clock = clockAt(100, () => 0);
    expect(clock.frequency(clock.initial)).toBe(5);
  });

  it('takes one off a period, and never less than nothing', () => {
    const clock = clockAt(65_530, () => 0);
    const access = clock.fromFrequency(20);
    clock.set(65_545 * 60_000);
    expect(clock.frequency(access)).toBe(5);
    clock.set(65_600 * 60_000);
    expect(clock.frequency(access)).toBe(0);
    clock.configure(true, 10, 5);
    clock.set(65_545 * 60_000);
    expect(clock.frequency(access)).toBe(17);
    clock.configure(true, 10, 0);
    expect(clock.frequency(access)).toBe(20);
  });

  it('adds with a chance that falls, up to 255', () => {
    let chance = 0;
    const clock = clockAt(1, () => chance);
    const arena = entryWith(clock.fromFrequency(5));
    clock.touch(arena, AT);
    expect(clock.frequency(accessOf(arena, AT))).toBe(6);
    // At 6 the chance is 1 in 11.
    chance = 1 / 11;
    clock.touch(arena, AT);
    expect(clock.frequency(accessOf(arena, AT))).toBe(6);
    chance = 1 / 11 - 1e-9;
    clock.touch(arena, AT);
    expect(clock.frequency(accessOf(arena, AT))).toBe(7);
    setAccess(arena, AT, clock.fromFrequency(255));
    chance = 0;
    clock.touch(arena, AT);
    expect(clock.frequency(accessOf(arena, AT))).toBe(255);
  });
});
