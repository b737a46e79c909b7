import { type Examples, error } from './expected.ts';

export const listsAndSets: readonly Examples[] = [
  {
    needs: 'LMOVEM',
    lines: [
      ['RPUSH l 1 2 3 4', 4],
      ['LMOVEM l other LEFT LEFT COUNT 2 OBO', ['2', '1']],
      ['LRANGE l 0 -1', ['3', '4']],
      ['LRANGE other 0 -1', ['2', '1']],
      ['LMOVEM l other LEFT LEFT EXACTLY 5 BULK', null],
      ['RPUSH s a b c', 3],
      ['LMOVEM s s LEFT LEFT EXACTLY 2 OBO', ['b', 'a']],
      ['LRANGE s 0 -1', ['b', 'a', 'c']],
      ['LMOVEM s s LEFT LEFT EXACTLY 2 BULK', ['b', 'a']],
      ['LRANGE s 0 -1', ['b', 'a', 'c']],
      ['LMOVEM s t LEFT RIGHT', ['b']],
      ['LMOVEM s t RIGHT LEFT COUNT 9 BULK', ['a', 'c']],
      ['LRANGE t 0 -1', ['a', 'c', 'b']],
      ['EXISTS s', 0],
      ['LMOVEM none t LEFT LEFT COUNT 2 BULK', []],
      ['LMOVEM none t LEFT LEFT EXACTLY 2 BULK', null],
      ['LMOVEM t u LEFT LEFT COUNT 2', error('ERR ')],
    ],
  },
  {
    needs: 'BLMOVEM',
    lines: [
      ['RPUSH l 1 2 3 4', 4],
      ['BLMOVEM l other LEFT RIGHT 0.1 COUNT 2 OBO', ['1', '2']],
      ['BLMOVEM l other RIGHT LEFT 0.1', ['4']],
      ['LRANGE other 0 -1', ['4', '1', '2']],
      ['BLMOVEM l other LEFT LEFT 0.01 EXACTLY 5 BULK', null],
      ['BLMOVEM none other LEFT LEFT 0.01', null],
    ],
  },
  {
    needs: 'SDIFFCARD',
    lines: [
      ['SADD a x y z', 3],
      ['SADD b z', 1],
      ['SDIFFCARD 2 a b', 2],
      ['SDIFFCARD 2 a b LIMIT 1', 1],
      ['SDIFFCARD 2 a b LIMIT 0', 2],
      ['SDIFFCARD 2 none a', 0],
      ['SDIFFCARD 0 a', error('ERR ')],
      ['SDIFFCARD 2 a b LIMIT -1', error('ERR ')],
    ],
  },
  {
    needs: 'SUNIONCARD',
    lines: [
      ['SADD a x y z', 3],
      ['SADD b z w', 2],
      ['SUNIONCARD 2 a b', 4],
      ['SUNIONCARD 2 a b LIMIT 3', 3],
      ['SUNIONCARD 2 a b APPROX', 4],
      ['SUNIONCARD 1 none', 0],
    ],
  },
];
