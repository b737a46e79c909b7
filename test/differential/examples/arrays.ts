import { type Examples, error, INT64_MAX } from './expected.ts';

const short = [
  'count',
  3,
  'len',
  101,
  'next-insert-index',
  1,
  'slices',
  1,
  'directory-size',
  1,
  'super-dir-entries',
  0,
];
const averages = ['avg-dense-size', '0', 'avg-dense-fill', '0'];

/** What is more than an example holds is in test/unit/commands/array.test.ts. */
export const arrays: readonly Examples[] = [
  {
    needs: 'ARSET',
    lines: [
      ['ARSET a 0 hello', 1],
      ['ARGET a 0', 'hello'],
      ['ARGET a 1', null],
      ['ARSET a 2 x y z', 3],
      ['ARSET a 4 Z w', 1],
      ['ARMGET a 0 4 5 1', ['hello', 'Z', 'w', null]],
      ['ARMSET a 0 h 100 i', 1],
      ['ARLEN a', 101],
      ['ARCOUNT a', 6],
      ['TYPE a', 'array'],
      ['OBJECT ENCODING a', 'sliced-array'],
      ['ARSET a 18446744073709551615 v', error('ERR invalid array index')],
      ['ARSET a 18446744073709551614 v w', error('ERR array index overflow')],
      ['ARSET a 9223372036854775806 v', 1],
      ['ARLEN a', INT64_MAX],
      ['ARSET a 18446744073709551614 v', 1],
      // What no integer of the protocol holds is a bulk string in RESP2, a big number in RESP3.
      ['ARLEN a', '18446744073709551615'],
      ['ARDEL a 9223372036854775806', 1],
      ['ARDEL a 18446744073709551614 100 99', 2],
    ],
  },
  {
    needs: 'ARGETRANGE',
    lines: [
      ['ARMSET a 0 a 1 b 3 d', 3],
      ['ARGETRANGE a 0 3', ['a', 'b', null, 'd']],
      ['ARGETRANGE a 3 0', ['d', null, 'b', 'a']],
      ['ARGETRANGE a 0 1000000', error('ERR range exceeds maximum of 1000000 items')],
    ],
  },
  {
    needs: 'ARDELRANGE',
    lines: [
      ['ARSET a 0 a b c d e', 5],
      ['ARDELRANGE a 3 1 2 2', 3],
      ['ARCOUNT a', 2],
      ['ARDELRANGE a 0 4', 2],
      ['EXISTS a', 0],
    ],
  },
  {
    needs: 'ARSCAN',
    lines: [
      ['ARMSET a 0 a 5 b 9 c', 3],
      [
        'ARSCAN a 0 10',
        [
          [0, 'a'],
          [5, 'b'],
          [9, 'c'],
        ],
      ],
      ['ARSCAN a 10 0 LIMIT 1', [[9, 'c']]],
      ['ARSCAN a 0 10 LIMIT 0', error('ERR LIMIT must be positive')],
    ],
  },
  {
    needs: 'ARINSERT',
    lines: [
      ['ARINSERT a alpha', 0],
      ['ARINSERT a beta gamma', 2],
      ['ARNEXT a', 3],
      ['ARSEEK a 10', 1],
      ['ARINSERT a delta', 10],
      ['ARNEXT a', 11],
      ['ARNEXT none', 0],
      ['ARSEEK none 1', 0],
      ['ARSEEK a 18446744073709551615', 1],
      ['ARNEXT a', null],
      ['ARINSERT a v', error('ERR insert index overflow')],
    ],
  },
  {
    needs: 'ARRING',
    lines: [
      ['ARRING r 3 v0', 0],
      ['ARRING r 3 v1', 1],
      ['ARRING r 3 v2', 2],
      ['ARRING r 3 v3', 0],
      ['ARGET r 0', 'v3'],
      ['ARLASTITEMS r 3', ['v1', 'v2', 'v3']],
      ['ARLASTITEMS r 3 REV', ['v3', 'v2', 'v1']],
      ['ARRING r 5 v4', 3],
      ['ARGETRANGE r 0 4', ['v1', 'v2', 'v3', 'v4', null]],
    ],
  },
  {
    needs: 'AROP',
    lines: [
      ['ARMSET a 0 10 1 20 2 30', 3],
      ['AROP a 0 2 SUM', '60'],
      ['AROP a 0 2 MIN', '10'],
      ['AROP a 0 2 MAX', '30'],
      ['AROP a 0 2 MATCH 10', 1],
      ['AROP a 0 2 USED', 3],
      ['ARMSET f 0 255 1 15 2 240', 3],
      ['AROP f 0 2 AND', 0],
      ['AROP f 0 2 OR', 255],
      ['AROP f 0 2 XOR', 0],
      ['AROP none 0 2 SUM', null],
    ],
  },
  {
    needs: 'ARGREP',
    lines: [
      ['ARMSET log 0 "boot: ok" 1 "warn: disk" 2 "ERROR: cpu" 3 "info: ready" 4 "error: net"', 5],
      ['ARGREP log - + MATCH error NOCASE', [2, 4]],
      ['ARGREP log - + MATCH error NOCASE LIMIT 1', [2]],
      ['ARGREP log 0 4 GLOB warn:* OR GLOB error:*', [1, 4]],
      [
        'ARGREP log 0 4 RE "^[A-Za-z]+: (cpu|net)$" NOCASE WITHVALUES',
        [
          [2, 'ERROR: cpu'],
          [4, 'error: net'],
        ],
      ],
      ['ARGREP log 0 4 EXACT "info: ready"', [3]],
      ['ARGREP log - + MATCH : MATCH y AND', [3]],
      ['ARGREP log - + RE (', error('ERR invalid regular expression')],
    ],
  },
  {
    needs: 'ARINFO',
    lines: [
      ['ARMSET a 0 a 1 b 100 c', 3],
      ['ARINSERT a d', 0],
      ['ARINFO a', [...short, 'slice-size', 4096]],
      ['ARINFO none', error('ERR no such key')],
      [
        'ARINFO a FULL',
        [...short, 'slice-size', 4096, 'dense-slices', 0, 'sparse-slices', 1, ...averages, 'avg-sparse-size', '4'],
      ],
    ],
  },
];
