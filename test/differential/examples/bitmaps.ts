import { type Examples, error } from './expected.ts';

export const bitmaps: readonly Examples[] = [
  {
    needs: 'BITOP',
    lines: [
      ['SET x \\xf0', 'OK'],
      ['SET y \\xc3', 'OK'],
      ['BITOP AND to x y', 1],
      ['GET to', '\xc0'],
      ['BITOP OR to x y', 1],
      ['GET to', '\xf3'],
      ['BITOP XOR to x y', 1],
      ['GET to', '3'],
      ['BITOP NOT to x', 1],
      ['GET to', '\x0f'],
    ],
  },
  {
    needs: 'BITOP DIFF',
    lines: [
      ['SET x \\xf0', 'OK'],
      ['SET y \\xc3', 'OK'],
      ['SET w \\x11', 'OK'],
      ['BITOP DIFF to x y w', 1],
      ['GET to', ' '],
      ['BITOP DIFF to x', error('ERR ')],
    ],
  },
  {
    needs: 'BITOP DIFF1',
    lines: [
      ['SET x \\xf0', 'OK'],
      ['SET y \\xc3', 'OK'],
      ['SET w \\x11', 'OK'],
      ['BITOP DIFF1 to x y w', 1],
      ['GET to', '\x03'],
    ],
  },
  {
    needs: 'BITOP ANDOR',
    lines: [
      ['SET x \\xf0', 'OK'],
      ['SET y \\xc3', 'OK'],
      ['SET w \\x11', 'OK'],
      ['BITOP ANDOR to x y w', 1],
      ['GET to', '\xd0'],
    ],
  },
  {
    needs: 'BITOP ONE',
    lines: [
      ['SET x \\xf0', 'OK'],
      ['SET y \\xc3', 'OK'],
      ['SET w \\x11', 'OK'],
      ['BITOP ONE to x y w', 1],
      ['GET to', '"'],
    ],
  },
];
