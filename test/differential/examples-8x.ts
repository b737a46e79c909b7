/**
 * What Redis has brought since 7.0.15, by example: the installed redis-server can't be asked. Each line is a command
 * and what it answers, as the documentation of Redis 8 has it. `needs` names the command, or the option of an older
 * command, that the group is about.
 */

/** An integer, a bulk or simple string, nil, an array of such; or what a matcher below says. */
export type Expected = number | string | null | RegExp | Matcher | readonly Expected[];

export interface Matcher {
  readonly about: string;
  matches(text: string, kind: string): boolean;
}

export interface Examples {
  readonly needs: string;
  readonly lines: readonly (readonly [command: string, expected: Expected])[];
}

/** An integer of at most `limit` and little less: a time that has begun to run. */
const justUnder = (limit: number): Matcher => ({
  about: `an integer a little under ${limit}`,
  matches: (text, kind) => kind === ':' && Number(text) <= limit && Number(text) > limit * 0.9 - 5,
});

/** An error that begins so. */
const error = (start: string): Matcher => ({
  about: `an error that begins with ${start}`,
  matches: (text, kind) => kind === '-' && text.startsWith(start),
});

const integer: Matcher = { about: 'an integer', matches: (text, kind) => kind === ':' && /^-?\d+$/.test(text) };

const FAR = 33_177_117_420;

const strings: Examples[] = [
  {
    needs: 'DIGEST',
    lines: [
      ['SET k "Hello world"', 'OK'],
      ['DIGEST k', 'b6acb9d84a38ff74'],
      ['DIGEST none', null],
      ['RPUSH l a', 1],
      ['DIGEST l', error('WRONGTYPE ')],
    ],
  },
  {
    needs: 'DELEX',
    lines: [
      ['SET k "Hello world"', 'OK'],
      ['DELEX k IFEQ other', 0],
      ['DELEX k IFNE "Hello world"', 0],
      ['DELEX k IFDEQ 0000000000000000', 0],
      ['DELEX k IFDNE b6acb9d84a38ff74', 0],
      ['EXISTS k', 1],
      ['DELEX k IFDEQ b6acb9d84a38ff74', 1],
      ['EXISTS k', 0],
      ['DELEX k IFEQ x', 0],
      ['SET k v', 'OK'],
      ['DELEX k IFNE w', 1],
      ['SET k v', 'OK'],
      ['DELEX k IFDNE 0000000000000000', 1],
      ['SET k v', 'OK'],
      ['DELEX k IFEQ v', 1],
      ['RPUSH l a', 1],
      ['DELEX l IFEQ a', error('')],
      ['DELEX l', 1],
    ],
  },
  {
    needs: 'SET IFEQ',
    lines: [
      ['SET k v IFEQ v', null],
      ['EXISTS k', 0],
      ['SET k one', 'OK'],
      ['SET k two IFEQ other', null],
      ['SET k two IFEQ one', 'OK'],
      ['SET k three IFEQ two GET', 'two'],
      ['SET k four IFEQ two GET', 'three'],
      ['GET k', 'three'],
      ['SET k x NX IFEQ three', error('ERR syntax error')],
    ],
  },
  {
    needs: 'SET IFNE',
    lines: [
      ['SET k v IFNE v', 'OK'],
      ['SET k w IFNE v', null],
      ['SET k w IFNE other EX 100', 'OK'],
      ['GET k', 'w'],
      ['TTL k', justUnder(100)],
    ],
  },
  {
    needs: 'SET IFDEQ',
    lines: [
      ['SET k "Hello world"', 'OK'],
      ['SET k new IFDEQ 0123456789abcdef', null],
      ['SET k new IFDEQ b6acb9d84a38ff74', 'OK'],
      ['GET k', 'new'],
      ['SET none x IFDEQ b6acb9d84a38ff74', null],
      ['EXISTS none', 0],
    ],
  },
  {
    needs: 'SET IFDNE',
    lines: [
      ['SET k "Hello world"', 'OK'],
      ['SET k new IFDNE b6acb9d84a38ff74', null],
      ['SET k new IFDNE 0123456789abcdef', 'OK'],
      ['SET fresh x IFDNE 0123456789abcdef', 'OK'],
    ],
  },
  {
    needs: 'MSETEX',
    lines: [
      ['MSETEX 2 a 1 b 2', 1],
      ['MGET a b', ['1', '2']],
      ['TTL a', -1],
      ['MSETEX 2 b 3 c 4 NX', 0],
      ['MSETEX 2 b 3 c 4 XX', 0],
      ['MSETEX 2 c 5 d 6 NX EX 100', 1],
      ['MSETEX 2 a 7 b 8 XX PX 100000', 1],
      ['TTL c', justUnder(100)],
      ['PTTL b', justUnder(100_000)],
      ['MSETEX 1 c 9 KEEPTTL', 1],
      ['TTL c', justUnder(100)],
      [`MSETEX 1 c 9 EXAT ${FAR}`, 1],
      ['EXPIRETIME c', FAR],
      [`MSETEX 1 c 9 PXAT ${FAR}000`, 1],
      ['PEXPIRETIME c', FAR * 1000],
      ['MSETEX 1 c 1', 1],
      ['TTL c', -1],
      ['MSETEX 2 c 1', error('ERR ')],
      ['MSETEX 0 c 1', error('ERR ')],
    ],
  },
  {
    needs: 'INCREX',
    lines: [
      ['INCREX n', [1, 1]],
      ['INCREX n', [2, 1]],
      ['SET n 100', 'OK'],
      ['INCREX n BYINT 5', [105, 5]],
      ['INCREX n BYINT -10', [95, -10]],
      ['SET f 1.5', 'OK'],
      ['INCREX f BYINT 1', error('ERR ')],
      ['INCREX n BYINT 1 EX 100', [96, 1]],
      ['TTL n', justUnder(100)],
      ['INCREX n', [97, 1]],
      ['TTL n', justUnder(100)],
      ['INCREX n BYINT 1 EX 10000 ENX', [98, 1]],
      ['TTL n', justUnder(100)],
      ['INCREX n BYINT 1 PERSIST', [99, 1]],
      ['TTL n', -1],
      ['INCREX n BYINT 1 PX 100000 ENX', [100, 1]],
      ['PTTL n', justUnder(100_000)],
      [`INCREX n EXAT ${FAR}`, [101, 1]],
      ['EXPIRETIME n', FAR],
      [`INCREX n PXAT ${FAR}000`, [102, 1]],
      ['PEXPIRETIME n', FAR * 1000],
      ['SET m 99', 'OK'],
      ['INCREX m BYINT 5 UBOUND 100', [99, 0]],
      ['INCREX m BYINT 5 UBOUND 100 SATURATE', [100, 1]],
      ['INCREX m BYINT -90 LBOUND 50', [100, 0]],
      ['INCREX m BYINT -90 LBOUND 50 SATURATE', [50, -50]],
      ['INCREX m LBOUND 2 UBOUND 1', error('ERR ')],
      ['INCREX m ENX', error('ERR ')],
      ['SET max 9223372036854775807', 'OK'],
      ['INCREX max', [integer, 0]],
      ['GET max', '9223372036854775807'],
      ['RPUSH l a', 1],
      ['INCREX l', error('WRONGTYPE ')],
    ],
  },
  {
    needs: 'INCREX BYFLOAT',
    lines: [
      ['SET f 1.5', 'OK'],
      ['INCREX f BYFLOAT 0.25', ['1.75', '0.25']],
      ['GET f', '1.75'],
      ['SET n 3', 'OK'],
      ['INCREX n BYFLOAT 0.5', ['3.5', '0.5']],
    ],
  },
];

const hashes: Examples[] = [
  {
    needs: 'HGETDEL',
    lines: [
      ['HSET h f1 Hello f2 World f3 !', 3],
      ['HGETDEL h FIELDS 2 f3 f4', ['!', null]],
      ['HLEN h', 2],
      ['HGETDEL h FIELDS 2 f1 f2', ['Hello', 'World']],
      ['EXISTS h', 0],
      ['HGETDEL none FIELDS 1 f', [null]],
      ['SET s x', 'OK'],
      ['HGETDEL s FIELDS 1 f', error('WRONGTYPE ')],
      ['HGETDEL h FIELDS 2 f', error('ERR ')],
    ],
  },
  {
    needs: 'HGETEX',
    lines: [
      ['HSET h f1 Hello f2 World', 2],
      ['HGETEX h EX 120 FIELDS 1 f1', ['Hello']],
      ['HTTL h FIELDS 3 f1 f2 f3', [justUnder(120), -1, -2]],
      ['HGETEX h PX 500000 FIELDS 2 f2 f3', ['World', null]],
      ['HPTTL h FIELDS 1 f2', [justUnder(500_000)]],
      ['HGETEX h PERSIST FIELDS 1 f2', ['World']],
      ['HTTL h FIELDS 1 f2', [-1]],
      [`HGETEX h EXAT ${FAR} FIELDS 1 f1`, ['Hello']],
      ['HEXPIRETIME h FIELDS 1 f1', [FAR]],
      [`HGETEX h PXAT ${FAR}000 FIELDS 1 f2`, ['World']],
      ['HPEXPIRETIME h FIELDS 1 f2', [FAR * 1000]],
      ['HGETEX h FIELDS 1 f1', ['Hello']],
      ['HEXPIRETIME h FIELDS 1 f1', [FAR]],
      ['HGETEX none FIELDS 1 f', [null]],
    ],
  },
  {
    needs: 'HSETEX',
    lines: [
      ['HSETEX h EX 100 FIELDS 2 f1 a f2 b', 1],
      ['HTTL h FIELDS 2 f1 f2', [justUnder(100), justUnder(100)]],
      ['HSETEX h FNX EX 60 FIELDS 2 f2 x f3 y', 0],
      ['HEXISTS h f3', 0],
      ['HSETEX h FXX KEEPTTL FIELDS 2 f1 c f2 d', 1],
      ['HTTL h FIELDS 1 f1', [justUnder(100)]],
      ['HMGET h f1 f2', ['c', 'd']],
      [
        'HSETEX h FXX EX 60 KEEPTTL FIELDS 1 f1 c',
        error('ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified'),
      ],
      ['HSETEX h FIELDS 1 f1 e', 1],
      ['HTTL h FIELDS 1 f1', [-1]],
      ['HSETEX h PX 500000 FIELDS 1 f1 e', 1],
      ['HPTTL h FIELDS 1 f1', [justUnder(500_000)]],
      [`HSETEX h EXAT ${FAR} FIELDS 1 f1 e`, 1],
      [`HSETEX h PXAT ${FAR}000 FIELDS 1 f2 e`, 1],
      ['HEXPIRETIME h FIELDS 2 f1 f2', [FAR, FAR]],
      ['HSETEX new FXX FIELDS 1 f v', 0],
      ['EXISTS new', 0],
      ['HSETEX new FNX FIELDS 1 f v', 1],
    ],
  },
  {
    needs: 'HEXPIRE',
    lines: [
      ['HEXPIRE none 20 NX FIELDS 2 f1 f2', [-2, -2]],
      ['HSET h f1 hello f2 world', 2],
      ['HEXPIRE h 100 FIELDS 3 f1 f2 f3', [1, 1, -2]],
      ['HEXPIRE h 200 NX FIELDS 1 f1', [0]],
      ['HEXPIRE h 200 XX FIELDS 1 f1', [1]],
      ['HEXPIRE h 100 GT FIELDS 1 f1', [0]],
      ['HEXPIRE h 300 GT FIELDS 1 f1', [1]],
      ['HEXPIRE h 300 LT FIELDS 1 f2', [0]],
      ['HEXPIRE h 50 LT FIELDS 1 f2', [1]],
      ['HTTL h FIELDS 2 f1 f2', [justUnder(300), justUnder(50)]],
      ['HSET h f2 again', 0],
      ['HTTL h FIELDS 1 f2', [-1]],
      ['HINCRBY h n 1', 1],
      ['HEXPIRE h 100 FIELDS 1 n', [1]],
      ['HINCRBY h n 1', 2],
      ['HTTL h FIELDS 1 n', [justUnder(100)]],
      ['HEXPIRE h 0 FIELDS 1 n', [2]],
      ['HEXISTS h n', 0],
      ['HEXPIRE h -1 FIELDS 1 f1', error('ERR ')],
      ['HEXPIRE h 10 FIELDS 2 f1', error('ERR ')],
      ['HEXPIRE h 10 FIELDS 0', error('ERR ')],
      ['SET s x', 'OK'],
      ['HEXPIRE s 10 FIELDS 1 f', error('WRONGTYPE ')],
    ],
  },
  {
    needs: 'HPEXPIRE',
    lines: [
      ['HSET h f1 a f2 b f3 c', 3],
      ['HPEXPIRE h 100000 FIELDS 1 f1', [1]],
      ['HPEXPIRE h 200000 NX FIELDS 2 f1 f2', [0, 1]],
      ['HPEXPIRE h 300000 XX FIELDS 2 f1 f3', [1, 0]],
      ['HPEXPIRE h 400000 GT FIELDS 1 f1', [1]],
      ['HPEXPIRE h 500000 LT FIELDS 2 f1 f3', [0, 1]],
      ['HPTTL h FIELDS 3 f1 f2 f3', [justUnder(400_000), justUnder(200_000), justUnder(500_000)]],
      ['HPEXPIRE h 0 FIELDS 3 f1 f2 f3', [2, 2, 2]],
      ['EXISTS h', 0],
    ],
  },
  {
    needs: 'HEXPIREAT',
    lines: [
      ['HSET h f1 a f2 b', 2],
      [`HEXPIREAT h ${FAR} NX FIELDS 1 f1`, [1]],
      [`HEXPIREAT h ${FAR} XX FIELDS 2 f1 f2`, [1, 0]],
      [`HEXPIREAT h ${FAR} GT FIELDS 1 f1`, [0]],
      [`HEXPIREAT h ${FAR} LT FIELDS 1 f2`, [1]],
      ['HEXPIRETIME h FIELDS 3 f1 f2 none', [FAR, FAR, -2]],
      ['HEXPIREAT h 1 FIELDS 1 f1', [2]],
      ['HGETALL h', ['f2', 'b']],
    ],
  },
  {
    needs: 'HPEXPIREAT',
    lines: [
      ['HSET h f1 a f2 b', 2],
      [`HPEXPIREAT h ${FAR}123 NX FIELDS 1 f1`, [1]],
      [`HPEXPIREAT h ${FAR}123 XX FIELDS 2 f1 f2`, [1, 0]],
      [`HPEXPIREAT h ${FAR}123 GT FIELDS 1 f1`, [0]],
      [`HPEXPIREAT h ${FAR}123 LT FIELDS 1 f2`, [1]],
      ['HPEXPIRETIME h FIELDS 2 f1 f2', [FAR * 1000 + 123, FAR * 1000 + 123]],
      ['HPEXPIREAT h 1 FIELDS 2 f1 f2', [2, 2]],
      ['EXISTS h', 0],
    ],
  },
  {
    needs: 'HPERSIST',
    lines: [
      ['HSET h f1 a f2 b', 2],
      ['HEXPIRE h 300 FIELDS 1 f1', [1]],
      ['HPERSIST h FIELDS 3 f1 f2 f3', [1, -1, -2]],
      ['HTTL h FIELDS 1 f1', [-1]],
      ['HPERSIST none FIELDS 1 f', [-2]],
    ],
  },
  { needs: 'HTTL', lines: [['HTTL none FIELDS 2 a b', [-2, -2]]] },
  { needs: 'HPTTL', lines: [['HPTTL none FIELDS 1 a', [-2]]] },
  { needs: 'HEXPIRETIME', lines: [['HEXPIRETIME none FIELDS 1 a', [-2]]] },
  { needs: 'HPEXPIRETIME', lines: [['HPEXPIRETIME none FIELDS 1 a', [-2]]] },
  {
    needs: 'HSCAN NOVALUES',
    lines: [
      ['HSET h f v', 1],
      ['HSCAN h 0 NOVALUES', ['0', ['f']]],
      ['HSCAN h 0', ['0', ['f', 'v']]],
    ],
  },
];

const listsAndSets: Examples[] = [
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

const sortedSets: Examples[] = [
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

const bitmaps: Examples[] = [
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

const streams: Examples[] = [
  {
    needs: 'XDELEX',
    lines: [
      ['XADD s 1-0 f v', '1-0'],
      ['XADD s 2-0 f v', '2-0'],
      ['XADD s 3-0 f v', '3-0'],
      ['XDELEX s KEEPREF IDS 2 1-0 9-9', [1, -1]],
      ['XGROUP CREATE s g 0', 'OK'],
      ['XREADGROUP GROUP g c COUNT 1 STREAMS s >', [['s', [['2-0', ['f', 'v']]]]]],
      ['XDELEX s ACKED IDS 1 2-0', [2]],
      ['XACK s g 2-0', 1],
      ['XDELEX s ACKED IDS 1 2-0', [1]],
      ['XREADGROUP GROUP g c COUNT 1 STREAMS s >', [['s', [['3-0', ['f', 'v']]]]]],
      ['XDELEX s DELREF IDS 1 3-0', [1]],
      ['XPENDING s g', [0, null, null, null]],
      ['XDELEX none IDS 1 1-0', [-1]],
      ['XDELEX s IDS 2 1-0', error('ERR ')],
    ],
  },
  {
    needs: 'XACKDEL',
    lines: [
      ['XADD s 1-0 f v', '1-0'],
      ['XADD s 2-0 f v', '2-0'],
      ['XGROUP CREATE s g 0', 'OK'],
      [
        'XREADGROUP GROUP g c COUNT 2 STREAMS s >',
        [
          [
            's',
            [
              ['1-0', ['f', 'v']],
              ['2-0', ['f', 'v']],
            ],
          ],
        ],
      ],
      ['XACKDEL s g KEEPREF IDS 1 1-0', [1]],
      ['XACKDEL s g DELREF IDS 1 2-0', [1]],
      ['XLEN s', 0],
      ['XPENDING s g', [0, null, null, null]],
      ['XACKDEL s g ACKED IDS 1 7-0', [-1]],
    ],
  },
  {
    needs: 'XADD KEEPREF',
    lines: [
      ['XADD s 1-0 f v', '1-0'],
      ['XGROUP CREATE s g 0', 'OK'],
      ['XREADGROUP GROUP g c STREAMS s >', [['s', [['1-0', ['f', 'v']]]]]],
      ['XADD s KEEPREF MAXLEN = 1 2-0 f v', '2-0'],
      ['XPENDING s g', [1, '1-0', '1-0', [['c', '1']]]],
    ],
  },
  {
    needs: 'XADD DELREF',
    lines: [
      ['XADD s 1-0 f v', '1-0'],
      ['XGROUP CREATE s g 0', 'OK'],
      ['XREADGROUP GROUP g c STREAMS s >', [['s', [['1-0', ['f', 'v']]]]]],
      ['XADD s DELREF MAXLEN = 1 2-0 f v', '2-0'],
      ['XPENDING s g', [0, null, null, null]],
      ['XLEN s', 1],
    ],
  },
  {
    needs: 'XADD ACKED',
    lines: [
      ['XADD s 1-0 f v', '1-0'],
      ['XGROUP CREATE s g 0', 'OK'],
      ['XREADGROUP GROUP g c STREAMS s >', [['s', [['1-0', ['f', 'v']]]]]],
      ['XADD s ACKED MAXLEN = 1 2-0 f v', '2-0'],
      ['XLEN s', 2],
    ],
  },
  {
    needs: 'XTRIM KEEPREF',
    lines: [
      ['XADD s 1-0 f v', '1-0'],
      ['XADD s 2-0 f v', '2-0'],
      ['XGROUP CREATE s g 0', 'OK'],
      ['XREADGROUP GROUP g c COUNT 1 STREAMS s >', [['s', [['1-0', ['f', 'v']]]]]],
      ['XTRIM s MAXLEN = 1 KEEPREF', 1],
      ['XPENDING s g', [1, '1-0', '1-0', [['c', '1']]]],
    ],
  },
  {
    needs: 'XTRIM DELREF',
    lines: [
      ['XADD s 1-0 f v', '1-0'],
      ['XADD s 2-0 f v', '2-0'],
      ['XGROUP CREATE s g 0', 'OK'],
      ['XREADGROUP GROUP g c COUNT 1 STREAMS s >', [['s', [['1-0', ['f', 'v']]]]]],
      ['XTRIM s MAXLEN = 1 DELREF', 1],
      ['XPENDING s g', [0, null, null, null]],
    ],
  },
  {
    needs: 'XTRIM ACKED',
    lines: [
      ['XADD s 1-0 f v', '1-0'],
      ['XADD s 2-0 f v', '2-0'],
      ['XGROUP CREATE s g 0', 'OK'],
      ['XREADGROUP GROUP g c COUNT 1 STREAMS s >', [['s', [['1-0', ['f', 'v']]]]]],
      ['XTRIM s MAXLEN = 0 ACKED', 0],
      ['XACK s g 1-0', 1],
      ['XTRIM s MAXLEN = 1 ACKED', 1],
    ],
  },
  {
    needs: 'XADD IDMP',
    lines: [
      ['XADD s IDMP p m1 * f v', /^\d+-\d+$/],
      ['XADD s IDMP p m1 * f other', /^\d+-\d+$/],
      ['XLEN s', 1],
      ['XADD s IDMP p m2 * f other', /^\d+-\d+$/],
      ['XLEN s', 2],
    ],
  },
  {
    needs: 'XADD IDMPAUTO',
    lines: [
      ['XADD s IDMPAUTO p * f v', /^\d+-\d+$/],
      ['XADD s IDMPAUTO p * f v', /^\d+-\d+$/],
      ['XLEN s', 1],
      ['XADD s IDMPAUTO p * f w', /^\d+-\d+$/],
      ['XLEN s', 2],
    ],
  },
  {
    needs: 'XCFGSET',
    lines: [
      ['XCFGSET none IDMP-DURATION 300', error('ERR no such key')],
      ['XADD s 1-0 f v', '1-0'],
      ['XCFGSET s IDMP-DURATION 300', 'OK'],
      ['XCFGSET s IDMP-MAXSIZE 1000', 'OK'],
      ['XCFGSET s IDMP-DURATION 600 IDMP-MAXSIZE 500', 'OK'],
      ['XCFGSET s IDMP-DURATION 0', error('ERR ')],
      ['XCFGSET s IDMP-MAXSIZE 10001', error('ERR ')],
      ['XCFGSET s', error('ERR ')],
    ],
  },
  {
    needs: 'XREAD MAXCOUNT',
    lines: [
      ['XADD a 1-0 f v', '1-0'],
      ['XADD a 2-0 f v', '2-0'],
      ['XADD b 1-0 f v', '1-0'],
      [
        'XREAD MAXCOUNT 2 STREAMS a b 0 0',
        [
          [
            'a',
            [
              ['1-0', ['f', 'v']],
              ['2-0', ['f', 'v']],
            ],
          ],
        ],
      ],
      [
        'XREAD COUNT 1 MAXCOUNT 2 STREAMS a b 0 0',
        [
          ['a', [['1-0', ['f', 'v']]]],
          ['b', [['1-0', ['f', 'v']]]],
        ],
      ],
      ['XREAD COUNT 3 MAXCOUNT 2 STREAMS a b 0 0', error('ERR ')],
      ['XREAD MAXCOUNT 0 STREAMS a 0', error('ERR ')],
    ],
  },
  {
    needs: 'XREAD MAXSIZE',
    lines: [
      ['XADD a 1-0 f v', '1-0'],
      ['XADD a 2-0 f v', '2-0'],
      ['XREAD MAXSIZE 1 STREAMS a 0', [['a', [['1-0', ['f', 'v']]]]]],
      ['XREAD MAXSIZE 0 STREAMS a 0', error('ERR ')],
    ],
  },
  {
    needs: 'XREADGROUP MAXCOUNT',
    lines: [
      ['XADD a 1-0 f v', '1-0'],
      ['XADD a 2-0 f v', '2-0'],
      ['XGROUP CREATE a g 0', 'OK'],
      ['XREADGROUP GROUP g c MAXCOUNT 1 STREAMS a >', [['a', [['1-0', ['f', 'v']]]]]],
      ['XPENDING a g', [1, '1-0', '1-0', [['c', '1']]]],
    ],
  },
  {
    needs: 'XREADGROUP MAXSIZE',
    lines: [
      ['XADD a 1-0 f v', '1-0'],
      ['XADD a 2-0 f v', '2-0'],
      ['XGROUP CREATE a g 0', 'OK'],
      ['XREADGROUP GROUP g c MAXSIZE 1 STREAMS a >', [['a', [['1-0', ['f', 'v']]]]]],
    ],
  },
  {
    needs: 'XREADGROUP CLAIM',
    lines: [
      ['XADD a 1-0 f v', '1-0'],
      ['XGROUP CREATE a g 0', 'OK'],
      ['XREADGROUP GROUP g c1 STREAMS a >', [['a', [['1-0', ['f', 'v']]]]]],
      ['XREADGROUP GROUP g c1 CLAIM 10000000 STREAMS a >', null],
      ['XREADGROUP GROUP g c2 CLAIM 0 STREAMS a >', [['a', [['1-0', ['f', 'v'], integer, 1]]]]],
      ['XPENDING a g', [1, '1-0', '1-0', [['c2', '1']]]],
    ],
  },
  {
    needs: 'XNACK',
    lines: [
      ['XADD s 1-0 f v', '1-0'],
      ['XADD s 2-0 f v', '2-0'],
      ['XGROUP CREATE s g 0', 'OK'],
      [
        'XREADGROUP GROUP g c STREAMS s >',
        [
          [
            's',
            [
              ['1-0', ['f', 'v']],
              ['2-0', ['f', 'v']],
            ],
          ],
        ],
      ],
      ['XNACK s g FAIL IDS 2 1-0 2-0', 2],
      [
        'XPENDING s g - + 10',
        [
          ['1-0', '', -1, 1],
          ['2-0', '', -1, 1],
        ],
      ],
      ['XNACK s g SILENT IDS 1 9-0', 0],
      ['XNACK s g FATAL IDS 1 1-0', integer],
      ['XNACK none g FAIL IDS 1 1-0', error('NOGROUP ')],
    ],
  },
];

const others: Examples[] = [
  {
    needs: 'CLIENT SETINFO',
    lines: [
      ['CLIENT SETINFO LIB-NAME tester', 'OK'],
      ['CLIENT SETINFO LIB-VER 1.2', 'OK'],
      ['CLIENT INFO', /lib-name=tester lib-ver=1\.2/],
      ['CLIENT SETINFO NOSUCH x', error('ERR ')],
    ],
  },
  {
    needs: 'CLIENT NO-TOUCH',
    lines: [
      ['CLIENT NO-TOUCH ON', 'OK'],
      ['CLIENT NO-TOUCH OFF', 'OK'],
      ['CLIENT NO-TOUCH maybe', error('ERR ')],
    ],
  },
  {
    needs: 'CLIENT KILL MAXAGE',
    lines: [
      ['CLIENT KILL MAXAGE 1000000', 0],
      ['CLIENT KILL MAXAGE 1000000 SKIPME YES', 0],
      ['CLIENT KILL MAXAGE 1000000 SKIPME NO', 0],
    ],
  },
  {
    needs: 'WAITAOF',
    lines: [
      ['WAITAOF 0 0 0', [0, 0]],
      ['WAITAOF 1 0 10', error('ERR ')],
    ],
  },
  {
    needs: 'TIME',
    lines: [['TIME', [/^\d{10}$/, /^\d{1,6}$/]]],
  },
  {
    needs: 'SWAPDB',
    lines: [
      ['SET k zero', 'OK'],
      ['SWAPDB 0 1', 'OK'],
      ['EXISTS k', 0],
      ['SELECT 1', 'OK'],
      ['GET k', 'zero'],
      ['SWAPDB 0 99', error('ERR DB index is out of range')],
    ],
  },
  {
    needs: 'XADD',
    lines: [
      ['XADD s * f v', /^\d{13}-0$/],
      ['XADD s 99999999999999-5 f v', '99999999999999-5'],
      ['XADD s * f v', '99999999999999-6'],
    ],
  },
  {
    needs: 'OBJECT FREQ',
    lines: [
      ['SET k v', 'OK'],
      ['OBJECT FREQ k', error('ERR An LFU maxmemory policy is not selected')],
    ],
  },
  {
    needs: 'OBJECT ENCODING',
    lines: [
      ['RPUSH l a b', 2],
      ['OBJECT ENCODING l', 'listpack'],
      ['SADD words a b', 2],
      ['OBJECT ENCODING words', 'listpack'],
      ['SADD numbers 1 2', 2],
      ['OBJECT ENCODING numbers', 'intset'],
    ],
  },
];

export const examples: readonly Examples[] = [
  ...strings,
  ...hashes,
  ...listsAndSets,
  ...sortedSets,
  ...bitmaps,
  ...streams,
  ...others,
];
