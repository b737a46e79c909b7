/** AROP's numbers, against long doubles that are made and added up in the plainest way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addLongDoubles,
  compareLongDoubles,
  formatLongDoubleShort,
  type LongDouble,
  longDoubleOf,
  parseLongDouble,
} from '../../../src/base/long-double.ts';
import type { SoftFloat } from '../../../src/base/soft-float.ts';
import { keptDouble } from '../../../src/types/array-number.ts';
import { CommandRunner } from '../../support/command-runner.ts';

const runner = new CommandRunner({ shards: 1 });

describe('numbers in an array', () => {
  it('are added up as Redis reads them: a double where it keeps one, else the text', () => {
    const text = fc.oneof(
      fc.stringMatching(/^-?(0|[1-9]\d{0,7})\.\d{1,8}$/),
      fc.stringMatching(/^-?\d{1,3}\.\d{1,2}$/),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String),
      fc.constantFrom('0.0', '0.00', '-0.0', '1e3', '0x10', 'inf', 'nan', 'text', '', '.5', '5.', '+1.5', '1.50'),
    );
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (texts) => {
        runner.run('DEL', 'a');
        runner.run('ARSET', 'a', 0, ...texts);
        const values = texts.map(readAsRedis).filter((value) => value !== undefined);
        const sums = values.slice(1).reduce<LongDouble | 'nan'>(plus, values[0]);
        expect(runner.run('AROP', 'a', 0, 99, 'SUM')).toBe(values.length === 0 ? null : printed(sums));
        const sorted = values.toSorted(compareLongDoubles);
        if (sorted.length === 0 || compareLongDoubles(sorted[0], longDoubleOf(0)) === 0) return;
        expect(runner.run('AROP', 'a', 0, 99, 'MIN')).toBe(printed(sorted[0]));
      }),
      { numRuns: 500 },
    );
  });
});

/** What Redis takes a text for, step by step. */
function readAsRedis(text: string): LongDouble | undefined {
  const bytes = Buffer.from(text, 'latin1');
  const kept = /^-?[0-9]*\.[0-9]*$/.test(text) ? keptDouble(text) : Number.NaN;
  return Number.isNaN(kept) ? parseLongDouble(bytes, 0, bytes.length) : longDoubleOf(kept);
}

function plus(a: LongDouble | 'nan', b: LongDouble): LongDouble | 'nan' {
  if (a === 'nan') return 'nan';
  if (typeof a !== 'string' && typeof b !== 'string') return addLongDoubles(a, b) as SoftFloat;
  return typeof a === 'string' && typeof b === 'string' && a !== b ? 'nan' : typeof a === 'string' ? a : b;
}

function printed(value: LongDouble | 'nan'): string {
  if (value === 'nan') return '-nan';
  if (typeof value === 'string') return value === 'infinity' ? 'inf' : '-inf';
  return formatLongDoubleShort(value);
}
