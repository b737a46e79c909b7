import { type Examples, error } from './expected.ts';

export const others: readonly Examples[] = [
  {
    needs: 'CLIENT SETINFO',
    lines: [
      ['CLIENT SETINFO LIB-NAME tester', 'OK'],
      ['CLIENT SETINFO LIB-VER 1.2', 'OK'],
      ['CLIENT INFO', /lib-name=tester lib-ver=1\.2/],
      ['CLIENT SETINFO NOSUCH x', error("ERR Unrecognized option 'NOSUCH'")],
      ['CLIENT SETINFO LIB-NAME "a b"', error('ERR LIB-NAME cannot contain ')],
      ['CLIENT SETINFO lib-ver "a b"', error('ERR lib-ver cannot contain ')],
    ],
  },
  {
    needs: 'CLIENT NO-TOUCH',
    lines: [
      ['CLIENT NO-TOUCH ON', 'OK'],
      ['CLIENT NO-TOUCH OFF', 'OK'],
      ['CLIENT NO-TOUCH maybe', error('ERR ')],
      ['CONFIG SET maxmemory-policy allkeys-lfu', 'OK'],
      ['SET k v', 'OK'],
      ['CLIENT NO-TOUCH ON', 'OK'],
      ['GET k', 'v'],
      ['APPEND k w', 2],
      ['OBJECT FREQ k', 5],
      ['TOUCH k', 1],
      ['OBJECT FREQ k', 6],
      ['CLIENT NO-TOUCH OFF', 'OK'],
      ['SET j v', 'OK'],
      ['GET j', 'v'],
      ['OBJECT FREQ j', 6],
      ['CONFIG SET maxmemory-policy noeviction', 'OK'],
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
      ['WAITAOF 1 0 10', error('ERR WAITAOF cannot be used when numlocal is set')],
      ['WAITAOF 2 0 10', error('ERR value is out of range, value must between 0 and 1')],
      ['WAITAOF x 0 10', error('ERR value is not an integer or out of range')],
      ['WAITAOF 0 -1 10', error('ERR value is out of range, must be positive')],
      ['WAITAOF 0 x 10', error('ERR value is out of range, must be positive')],
    ],
  },
  {
    needs: 'TIME',
    lines: [['TIME', [/^\d{10}$/, /^\d{1,6}$/]]],
  },
  {
    needs: 'COMMAND GETKEYSANDFLAGS',
    lines: [
      [
        'COMMAND GETKEYSANDFLAGS ZINTERSTORE to 2 a b',
        [
          ['to', ['OW', 'update']],
          ['a', ['RO', 'access']],
          ['b', ['RO', 'access']],
        ],
      ],
      ['COMMAND GETKEYSANDFLAGS ZINTERSTORE to 3 a b', error('ERR Invalid arguments specified for command')],
      ['COMMAND GETKEYS ZINTERSTORE to 1443677133621497600 a', error('ERR Invalid arguments specified for command')],
      ['COMMAND GETKEYSANDFLAGS SET k v', [['k', ['OW', 'update']]]],
      ['COMMAND GETKEYSANDFLAGS SET k v IFNE w', [['k', ['RW', 'update']]]],
      ['COMMAND GETKEYSANDFLAGS SET k v IFNE w GET', [['k', ['RW', 'access', 'update']]]],
      ['COMMAND GETKEYSANDFLAGS DELEX k', [['k', ['RM', 'delete']]]],
      ['COMMAND GETKEYSANDFLAGS DELEX k IFDEQ 0123456789abcdef', [['k', ['RW', 'delete']]]],
      ['COMMAND GETKEYSANDFLAGS BITFIELD k GET u8 0 OVERFLOW SAT', [['k', ['RO', 'access']]]],
      ['COMMAND GETKEYSANDFLAGS BITFIELD k GET u8', [['k', ['RW', 'access', 'update']]]],
      ['COMMAND GETKEYS PFMERGE to', ['to']],
      ['COMMAND GETKEYS GEORADIUS g 0 0 1 km STORE a STORE b', ['g', 'b']],
      [
        'COMMAND GETKEYSANDFLAGS GEORADIUSBYMEMBER g m 1 km STORE a STOREDIST b',
        [
          ['g', ['RO', 'access']],
          ['b', ['OW', 'update']],
        ],
      ],
      ['COMMAND GETKEYS SORT k GET store ASC', ['k']],
      ['COMMAND GETKEYS SORT k STORE by STORE b', ['k', 'b']],
      ['COMMAND GETKEYS MSETEX 2 a 1 b 2 EX 10', ['a', 'b']],
      ['COMMAND GETKEYS MIGRATE host 1 k 0 10', ['k']],
      ['COMMAND GETKEYS MIGRATE host 1 "" 0 10 AUTH KEYS KEYS a KEYS', ['a', 'KEYS']],
      ['COMMAND GETKEYS MIGRATE host 1 k 0 10 KEYS a', error('ERR Invalid arguments specified for command')],
    ],
  },
  {
    needs: 'COMMAND DOCS',
    lines: [
      [
        'COMMAND DOCS PFDEBUG',
        [
          'pfdebug',
          [
            ...['summary', /registers/, 'since', '2.8.9', 'group', 'hyperloglog', 'complexity', 'N/A'],
            ...['doc_flags', ['syscmd'], 'arguments'],
            [
              ['name', 'subcommand', 'type', 'string', 'display_text', 'subcommand'],
              ['name', 'key', 'type', 'key', 'display_text', 'key', 'key_spec_index', 0],
            ],
          ],
        ],
      ],
      [
        'COMMAND INFO PING',
        [
          [
            ...['ping', -1, ['fast'], 0, 0, 0, ['@fast', '@connection']],
            ...[['request_policy:all_shards', 'response_policy:all_succeeded'], [], []],
          ],
        ],
      ],
    ],
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
      ['SET k1 123456789012345678901234567890123456789', 'OK'],
      ['OBJECT ENCODING k1', 'embstr'],
      ['SET k1 1234567890123456789012345678901234567890', 'OK'],
      ['OBJECT ENCODING k1', 'raw'],
      ['RPUSH l a b', 2],
      ['OBJECT ENCODING l', 'listpack'],
      ['SADD words a b', 2],
      ['OBJECT ENCODING words', 'listpack'],
      ['SADD numbers 1 2', 2],
      ['OBJECT ENCODING numbers', 'intset'],
    ],
  },
];
