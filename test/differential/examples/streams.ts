import { type Examples, type Expected, error, INT64_MAX, integer } from './expected.ts';

/** How an entry with the field `f` of value `v` is shown. */
const entry = (id: string): Expected => [id, ['f', 'v']];

/** What XINFO GROUPS tells of a group. */
const groupInfo = (name: string, consumers: number, pending: number, lastId: string, read: number, lag: number) =>
  Object.entries({ name, consumers, pending, 'last-delivered-id': lastId, 'entries-read': read, lag }).flat();

export const streams: readonly Examples[] = [
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
    needs: 'XIDMPRECORD',
    lines: [
      ['XIDMPRECORD none p i 1-0', error('ERR no such key')],
      ['XADD s 1-0 f v', '1-0'],
      ['XADD s 2-0 f v', '2-0'],
      ['XIDMPRECORD s p i 3-0', error('ERR ')],
      ['XIDMPRECORD s p i 1-0', 'OK'],
      ['XIDMPRECORD s p i 1-0', 'OK'],
      ['XIDMPRECORD s p i 2-0', error('ERR ')],
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
  {
    needs: 'XSETID',
    lines: [
      ['XSETID none 1-0', error('ERR no such key')],
      ['XADD s 5-0 f v', '5-0'],
      ['XSETID s 4-0', error('ERR The ID specified in XSETID is smaller than the target stream top item')],
      ['XSETID s 9-0', 'OK'],
      ['XADD s 8-0 f v', error('ERR The ID specified in XADD is equal or smaller than the target stream top item')],
      ['XDEL s 5-0', 1],
      ['XSETID s 4-0', error('ERR The ID specified in XSETID is smaller than current max_deleted_entry_id')],
      ['XSETID s 10-0 ENTRIESADDED -1 MAXDELETEDID 1-0', error('ERR entries_added must be positive')],
      ['XSETID s 10-0 ENTRIESADDED 7 MAXDELETEDID 6-0', 'OK'],
      ['XADD s 10-1 f v', '10-1'],
    ],
  },
  {
    needs: 'XSETID',
    lines: [
      ['XADD s 1-0 f v', '1-0'],
      ['XADD s 2-0 f v', '2-0'],
      ['XGROUP CREATE s g 0', 'OK'],
      ['XREADGROUP GROUP g c NOACK STREAMS s >', [['s', [entry('1-0'), entry('2-0')]]]],
      ['XDEL s 1-0 2-0', 2],
      ['XADD s 3-0 f v', '3-0'],
      ['XSETID s 3-0 ENTRIESADDED 1', 'OK'],
      // Nobody has read more than there ever was.
      ['XINFO GROUPS s', [groupInfo('g', 1, 0, '2-0', 1, 1)]],
    ],
  },
  {
    needs: 'XREADGROUP',
    lines: [
      ['XADD s 1-0 f v', '1-0'],
      ['XADD s 2-0 f v', '2-0'],
      ['XADD s 3-0 f v', '3-0'],
      ['XADD s 4-0 f v', '4-0'],
      ['XADD s 5-0 f v', '5-0'],
      ['XGROUP CREATE s g 0', 'OK'],
      ['XREADGROUP GROUP g c COUNT 1 STREAMS s >', [['s', [entry('1-0')]]]],
      ['XINFO GROUPS s', [groupInfo('g', 1, 1, '1-0', 1, 4)]],
      ['XTRIM s MAXLEN 2', 3],
      ['XREADGROUP GROUP g c COUNT 1 STREAMS s >', [['s', [entry('4-0')]]]],
      // What trimming took is read, too.
      ['XINFO GROUPS s', [groupInfo('g', 1, 2, '4-0', 4, 1)]],
    ],
  },
  {
    needs: 'XNACK',
    lines: [
      ['SET text v', 'OK'],
      ['XNACK text g NONE IDS 1 1-0', error('WRONGTYPE ')],
      ['XNACK none g NONE IDS 1 1-0', error("NOGROUP No such key 'none' or consumer group 'g'")],
      ['XADD s 1-0 f v', '1-0'],
      ['XADD s 2-0 f v', '2-0'],
      ['XGROUP CREATE s g 0', 'OK'],
      ['XNACK s g NONE IDS 1 1-0', error('ERR mode must be SILENT, FAIL, or FATAL')],
      ['XNACK s g FAIL IDS 2147483648 1-0', error('ERR numids must be a positive integer')],
      ['XNACK s g FAIL IDS 2 1-0', error("ERR number of IDs doesn't match numids")],
      ['XNACK s g FAIL IDS 1 x SILENT', error("ERR Unrecognized XNACK option 'SILENT'")],
      ['XNACK s g FAIL FORCE RETRYCOUNT 5', error('ERR syntax error, expected IDS keyword')],
      ['XNACK s g FAIL IDS 1 1-0 RETRYCOUNT', error("ERR Unrecognized XNACK option 'RETRYCOUNT'")],
      ['XNACK s g FAIL IDS 1 x', error('ERR Invalid stream ID')],
      // Of several lists the last one counts.
      ['XNACK s g FATAL FORCE IDS 1 1-0 IDS 1 2-0', 1],
      ['XPENDING s g - + 10', [['2-0', '', -1, INT64_MAX]]],
      // What was given back has idled for as long as anybody asks, and can't be delivered more often.
      ['XPENDING s g IDLE 9223372036854775807 - + 10', [['2-0', '', -1, INT64_MAX]]],
      ['XCLAIM s g c 9223372036854775807 2-0', [entry('2-0')]],
      ['XPENDING s g - + 10', [['2-0', 'c', integer, INT64_MAX]]],
      ['XNACK s g SILENT IDS 1 2-0', 1],
      ['XAUTOCLAIM s g c 9223372036854775807 0 JUSTID', ['0-0', ['2-0'], []]],
    ],
  },
  {
    needs: 'XDELEX ACKED',
    lines: [
      ['SET text v', 'OK'],
      ['XDELEX text IDS x 1-0', error('WRONGTYPE ')],
      ['XDELEX none IDS x 1-0', error('ERR Number of IDs must be a positive integer')],
      // Where there is no stream, IDs aren't looked at.
      ['XDELEX none IDS 1 x', [-1]],
      ['XADD s 1-0 f v', '1-0'],
      ['XDELEX s IDS 1 x', error('ERR Invalid stream ID')],
      ['XDELEX s IDS 3 1-0 2-0', error('ERR The `numids` parameter must match the number of arguments')],
      ['XDELEX s IDS 1 1-0 2-0', error('ERR syntax error')],
      ['XDELEX s KEEPREF ACKED IDS 1 1-0', error('ERR syntax error')],
      ['XDELEX s IDS 1 1-0 IDS 1 7-0', [-1]],
      ['XDELEX s ACKED IDS 1 7-0', [-1]],
      ['XGROUP CREATE s g 0', 'OK'],
      // A group is yet to be given what comes behind its last ID, be it there or not.
      ['XDELEX s ACKED IDS 2 1-0 7-0', [2, 2]],
    ],
  },
  {
    needs: 'XACKDEL ACKED',
    lines: [
      ['SET text v', 'OK'],
      ['XACKDEL text g IDS x 1-0', error('WRONGTYPE ')],
      ['XADD s 1-0 f v', '1-0'],
      ['XACKDEL s none IDS 1 x', [-1]],
      ['XGROUP CREATE s g 0', 'OK'],
      ['XGROUP CREATE s other 0', 'OK'],
      ['XACKDEL s g IDS 1 x', error('ERR Invalid stream ID')],
      ['XREADGROUP GROUP g c STREAMS s >', [['s', [entry('1-0')]]]],
      ['XDEL s 1-0', 1],
      ['XACKDEL s g ACKED IDS 1 1-0', [2]],
    ],
  },
  {
    needs: 'XTRIM ACKED',
    lines: [
      ['XADD s 1-0 f v', '1-0'],
      ['XADD s 2-0 f v', '2-0'],
      ['XADD s 3-0 f v', '3-0'],
      ['XGROUP CREATE s g 0', 'OK'],
      ['XREADGROUP GROUP g c STREAMS s >', [['s', [entry('1-0'), entry('2-0'), entry('3-0')]]]],
      // Entry after entry is looked at, so a part of a node goes also where whole nodes would be enough.
      ['XTRIM s MAXLEN ~ 2 DELREF', 1],
      ['XPENDING s g', [2, '2-0', '3-0', [['c', '2']]]],
      ['XACK s g 3-0', 1],
      ['XTRIM s MINID ~ 9-0 ACKED', 1],
      ['XRANGE s - +', [entry('2-0')]],
      ['XTRIM s MAXLEN 0 KEEPREF ACKED', error('ERR syntax error')],
      ['XADD s KEEPREF ACKED 9-0 f v', error('ERR Invalid stream ID')],
    ],
  },
  {
    needs: 'XADD IDMP',
    lines: [
      ['XADD s IDMP p m 1-0 f v', error('ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs')],
      ['XADD s IDMPAUTO p 1-* f v', error('ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs')],
      ['XADD s IDMP p m x f v', error('ERR Invalid stream ID')],
      ['XADD s IDMP p * f v', error('ERR Invalid stream ID')],
      ['XADD s IDMP p m MAXLEN 5', error("ERR wrong number of arguments for 'xadd' command")],
      ['XADD s IDMP p m IDMP p m * f v', error('ERR syntax error, IDMP/IDMPAUTO specified multiple times')],
      ['XADD s IDMPAUTO p IDMP p m * f v', error('ERR syntax error, IDMP/IDMPAUTO specified multiple times')],
      ['XADD s IDMP "" m * f v', error('ERR syntax error, IDMP requires a non-empty producer ID')],
      ['XADD s IDMP p "" * f v', error('ERR syntax error, IDMP requires a non-empty idempotent ID')],
      ['XADD s IDMPAUTO "" * f v', error('ERR syntax error, IDMPAUTO requires a non-empty producer ID')],
      ['XADD s NOMKSTREAM IDMP p m * f v', null],
      ['EXISTS s', 0],
    ],
  },
  {
    needs: 'XCFGSET',
    lines: [
      ['XCFGSET none', error('ERR no such key')],
      ['SET text v', 'OK'],
      ['XCFGSET text IDMP-DURATION', error('WRONGTYPE ')],
      ['XADD s IDMP p m * f v', /^\d+-\d+$/],
      ['XCFGSET s', error('ERR At least one parameter must be specified')],
      ['XCFGSET s IDMP-DURATION', error('ERR syntax error')],
      ['XCFGSET s IDMP-DURATION 1 IDMP-DURATION 1', error('ERR IDMP-DURATION specified multiple times')],
      ['XCFGSET s IDMP-MAXSIZE 1 IDMP-MAXSIZE x', error('ERR IDMP-MAXSIZE specified multiple times')],
      ['XCFGSET s IDMP-DURATION 86401', error('ERR IDMP-DURATION must be between 1 and 86400 seconds')],
      ['XCFGSET s IDMP-MAXSIZE 0', error('ERR IDMP-MAXSIZE must be between 1 and 10000 entries')],
      // What is so already changes nothing: the message is still known.
      ['XCFGSET s IDMP-DURATION 100 IDMP-MAXSIZE 100', 'OK'],
      ['XADD s IDMP p m * f v', /^\d+-\d+$/],
      ['XLEN s', 1],
      ['XCFGSET s IDMP-MAXSIZE 99', 'OK'],
      ['XADD s IDMP p m * f v', /^\d+-\d+$/],
      ['XLEN s', 2],
    ],
  },
  {
    needs: 'XIDMPRECORD',
    lines: [
      ['XIDMPRECORD none "" m x', error('ERR Invalid stream ID')],
      ['XIDMPRECORD none "" m 1-0', error('ERR producer ID must be non-empty')],
      ['XIDMPRECORD none p "" 1-0', error('ERR idempotent ID must be non-empty')],
      ['XADD s 1-0 f v', '1-0'],
      ['XADD s 2-0 f v', '2-0'],
      ['XIDMPRECORD s p m 3-0', error('ERR No such message in stream')],
      ['XIDMPRECORD s p m 1-0', 'OK'],
      ['XIDMPRECORD s p m 2-0', error('ERR IID already exists for this producer with a different stream ID')],
    ],
  },
  {
    needs: 'XREAD MAXSIZE',
    lines: [
      ['XADD a 1-0 f v', '1-0'],
      ['XADD a 2-0 f v', '2-0'],
      ['XADD b 1-0 f v', '1-0'],
      // Key and first entry of a stream are 42 bytes, another entry 31, and the head of a stream's entries, which counts
      // when they have ended, 4. The entry that reaches the size is still returned.
      ['XREAD MAXSIZE 42 STREAMS a b 0 0', [['a', [entry('1-0')]]]],
      ['XREAD MAXSIZE 43 STREAMS a b 0 0', [['a', [entry('1-0'), entry('2-0')]]]],
      ['XREAD MAXSIZE 77 STREAMS a b 0 0', [['a', [entry('1-0'), entry('2-0')]]]],
      [
        'XREAD MAXSIZE 78 STREAMS a b 0 0',
        [
          ['a', [entry('1-0'), entry('2-0')]],
          ['b', []],
        ],
      ],
      [
        'XREAD MAXSIZE 89 STREAMS a b 0 0',
        [
          ['a', [entry('1-0'), entry('2-0')]],
          ['b', [entry('1-0')]],
        ],
      ],
    ],
  },
  {
    needs: 'XREADGROUP CLAIM',
    lines: [
      ['XADD a 1-0 f v', '1-0'],
      ['XADD a 2-0 f v', '2-0'],
      ['XADD b 1-0 f v', '1-0'],
      ['XGROUP CREATE a g 0', 'OK'],
      ['XGROUP CREATE b g 0', 'OK'],
      ['XREADGROUP GROUP g c CLAIM x STREAMS a >', error('ERR min-idle-time is not an integer or out of range')],
      ['XREADGROUP GROUP g c CLAIM -1 STREAMS a >', error('ERR min-idle-time must be a positive integer')],
      ['XREADGROUP GROUP g c1 STREAMS a >', [['a', [entry('1-0'), entry('2-0')]]]],
      ['XDEL a 1-0', 1],
      // An entry that was deleted is passed over, and stays pending.
      ['XREADGROUP GROUP g c2 CLAIM 0 COUNT 1 STREAMS a >', [['a', [['2-0', ['f', 'v'], integer, 1]]]]],
      [
        'XPENDING a g - + 10',
        [
          ['1-0', 'c1', integer, 1],
          ['2-0', 'c2', integer, 2],
        ],
      ],
      // Who asks one stream for history claims nothing of those behind either.
      [
        'XREADGROUP GROUP g c2 CLAIM 0 STREAMS a b 0 >',
        [
          ['a', [entry('2-0')]],
          ['b', [entry('1-0')]],
        ],
      ],
    ],
  },
];
