import { type Examples, error } from './expected.ts';

export const sortedSets: readonly Examples[] = [
  {
    needs: 'ZRANK WITHSCORE',
    lines: [
      ['ZADD z 1 one 2 two 2.5 three', 3],
      ['ZRANK z three WITHSCORE', [2, '2.5']],
      ['ZRANK z none WITHSCORE', null],
      ['ZRANK z three NOSUCH', error('ERR syntax error')],
    ],
  },
  {
    needs: 'ZREVRANK WITHSCORE',
    lines: [
      ['ZADD z 1 one 2 two 2.5 three', 3],
      ['ZREVRANK z one WITHSCORE', [2, '1']],
      ['ZREVRANK z none WITHSCORE', null],
    ],
  },
  {
    needs: 'ZUNION COUNT',
    lines: [
      ['ZADD a 5 x 7 y', 2],
      ['ZADD b 9 y 3 z', 2],
      ['ZUNION 2 a b AGGREGATE COUNT WITHSCORES', ['x', '1', 'z', '1', 'y', '2']],
    ],
  },
  {
    needs: 'ZINTER COUNT',
    lines: [
      ['ZADD a 5 x 7 y', 2],
      ['ZADD b 9 y 3 z', 2],
      ['ZINTER 2 a b AGGREGATE COUNT WITHSCORES', ['y', '2']],
    ],
  },
  {
    needs: 'ZUNIONSTORE COUNT',
    lines: [
      ['ZADD a 5 x', 1],
      ['ZUNIONSTORE to 2 a a AGGREGATE COUNT', 1],
      ['ZSCORE to x', '2'],
      // -0 and 0 are the same place in the order, but not the same score.
      ['ZADD zeros -0 a 0.5 b', 2],
      ['ZUNION 2 zeros zeros WEIGHTS -1 0 WITHSCORES', ['b', '-0.5', 'a', '0']],
    ],
  },
  {
    needs: 'ZINTERSTORE COUNT',
    lines: [
      ['ZADD a 5 x', 1],
      ['ZINTERSTORE to 2 a a AGGREGATE COUNT', 1],
      ['ZSCORE to x', '2'],
    ],
  },
  {
    needs: 'ZADD',
    lines: [
      // 7.2 on prints the shortest digits that read back the same; 7.0 has 0.10000000000000001.
      ['ZADD z 0.1 a 3.14159265358979 b 1e21 c 123456789012345680 d', 4],
      ['ZSCORE z a', '0.1'],
      ['ZSCORE z b', '3.14159265358979'],
      ['ZSCORE z c', '1e+21'],
      ['ZSCORE z d', '123456789012345680'],
    ],
  },
];
