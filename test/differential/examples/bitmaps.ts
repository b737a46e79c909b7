import { type Examples, error } from './expected.ts';

export const bitmaps: readonly Examples[] = [
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
