/** ARRING, ARINSERT, ARSEEK and ARLASTITEMS, mixed with what puts and removes elsewhere, against a plain list. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommandRunner, type Plain } from '../../support/command-runner.ts';

const runner = new CommandRunner({ shards: 1 });

describe('the cursor of an array', () => {
  it('goes where that of a plain map goes', () => {
    const step = fc.oneof(
      fc.tuple(fc.constant('ARRING'), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4 })),
      fc.tuple(fc.constant('ARRING'), fc.integer({ min: 1, max: 9 }), fc.constant(1)),
      fc.tuple(fc.constant('ARINSERT'), fc.constant(0), fc.integer({ min: 1, max: 3 })),
      fc.tuple(fc.constant('ARSEEK'), fc.nat(12), fc.constant(0)),
      fc.tuple(fc.constant('ARSET'), fc.nat(12), fc.constant(1)),
      fc.tuple(fc.constant('ARDEL'), fc.nat(12), fc.constant(0)),
      fc.tuple(fc.constant('ARLASTITEMS'), fc.integer({ min: 1, max: 14 }), fc.constant(0)),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        runner.run('DEL', 'a');
        const model = new Ring();
        let value = 0;
        for (const [name, argument, count] of steps) {
          const values = Array.from({ length: count }, () => `v${value++}`);
          const words = name === 'ARINSERT' ? values : [argument, ...values];
          expect([name, ...words, runner.run(name, 'a', ...words)]).toEqual([
            name,
            ...words,
            model.run(name, argument, values),
          ]);
          if (name === 'ARLASTITEMS') {
            const backwards = (model.run(name, argument, values) as Plain[]).toReversed();
            expect(runner.run(name, 'a', argument, 'REV')).toEqual(backwards);
          }
          expect(runner.run('ARNEXT', 'a')).toBe(model.size === 0 ? 0 : model.next);
          expect(runner.run('ARSCAN', 'a', 0, 99)).toEqual(model.pairs);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** An array as a plain list with holes, and a cursor. */
class Ring {
  private places: (string | undefined)[] = [];
  next = 0;

  get size(): number {
    return this.pairs.length;
  }

  get pairs(): [number, string][] {
    return [...this.places.entries()].filter((pair): pair is [number, string] => pair[1] !== undefined);
  }

  private get length(): number {
    return this.places.findLastIndex((value) => value !== undefined) + 1;
  }

  run(name: string, argument: number, values: string[]): Plain {
    switch (name) {
      case 'ARRING':
        return this.ring(argument, values);
      case 'ARINSERT':
        for (const value of values) this.places[this.next++] = value;
        return this.next - 1;
      case 'ARSEEK':
        if (this.size === 0) return 0;
        this.next = argument;
        return 1;
      case 'ARSET': {
        const isNew = this.places[argument] === undefined;
        this.places[argument] = values[0];
        return isNew ? 1 : 0;
      }
      case 'ARDEL': {
        const had = this.places[argument] !== undefined;
        this.places[argument] = undefined;
        // The key goes with its last element, and the cursor with the key.
        if (this.size === 0) this.next = 0;
        return had ? 1 : 0;
      }
      default:
        return this.lastItems(argument);
    }
  }

  private ring(size: number, values: string[]): number {
    const { length } = this;
    const hasComeRound = size > length && this.next > 0 && this.next < length;
    if (length > 0 && (size < length || hasComeRound)) {
      const kept: string[] = [];
      let place = this.next === 0 ? length - 1 : (this.next - 1) % length;
      while (kept.length < Math.min(size, length) && this.places[place] !== undefined) {
        kept.unshift(this.places[place] as string);
        place = place === 0 ? length - 1 : place - 1;
      }
      this.places = kept;
      this.next = kept.length;
    }
    for (const value of values) {
      this.places[this.next % size] = value;
      this.next = (this.next % size) + 1;
    }
    return this.next - 1;
  }

  private lastItems(count: number): Plain[] {
    const { length } = this;
    const anchor = this.next === 0 ? length - 1 : this.next - 1;
    const found = Array.from({ length: Math.min(count, this.size) }, (_, i) =>
      anchor >= i ? this.places[anchor - i] : this.places[length + anchor - i],
    );
    return found.toReversed().map((value) => value ?? null);
  }
}
