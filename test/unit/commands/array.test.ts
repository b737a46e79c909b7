/** The array commands, by examples: Debian's redis-server doesn't know them. What is said here is what Redis 8.8 documents. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { typeLimits } from '../../../src/types/limits.ts';
import { CommandRunner, type Plain } from '../../support/command-runner.ts';

const defaults = { ...typeLimits };
const LAST = '18446744073709551614';
const BEYOND = '18446744073709551615';

let runner: CommandRunner;
const run = (line: string): Plain => runner.run(...line.split(' '));
beforeEach(() => {
  runner = new CommandRunner({ shards: 1 });
});
afterEach(() => {
  Object.assign(typeLimits, defaults);
  expect(runner.problems()).toEqual([]);
});

/** Runs lines that each are a command and, behind ` -> `, its reply in JSON. */
function play(...lines: string[]): void {
  for (const line of lines) {
    const [command, reply] = line.split(' -> ');
    expect([command, run(command)]).toEqual([command, JSON.parse(reply)]);
  }
}

describe('places of an array', () => {
  it('hold what was put there', () => {
    play(
      'ARSET a 0 hello -> 1',
      'ARGET a 0 -> "hello"',
      'ARGET a 1 -> null',
      'ARGET none 0 -> null',
      'ARSET a 2 x y z -> 3',
      'ARGET a 4 -> "z"',
      'ARSET a 4 Z w -> 1',
      'ARMGET a 0 4 5 1 -> ["hello","Z","w",null]',
      'ARMGET none 1 2 -> [null,null]',
      'ARMSET a 0 h 100 i -> 1',
      'ARMSET b 0 alpha 5 beta 100 gamma -> 3',
      'ARGET b 100 -> "gamma"',
      'TYPE a -> "array"',
      'OBJECT ENCODING a -> "sliced-array"',
    );
  });

  it('are counted up to the last one, or where they hold something', () => {
    play(
      'ARLEN a -> 0',
      'ARCOUNT a -> 0',
      'ARMSET a 0 a 5 b 100 c -> 3',
      'ARLEN a -> 101',
      'ARCOUNT a -> 3',
      'ARDEL a 100 -> 1',
      'ARLEN a -> 6',
      `ARSET a ${LAST} z -> 1`,
      'ARCOUNT a -> 3',
    );
    // 2^64 − 1 is no safe integer: as the reply has it, not as JSON would read it.
    expect(runner.reply('ARLEN', 'a')).toMatchObject({ text: BEYOND });
  });

  it('keep numbers as they were written', () => {
    const texts = ['0', '-0', '007', '1.0', '10.500', '-0.0', '0.05', '001.25', '1e5', '9223372036854775808', '', ' 1'];
    runner.run('ARSET', 'a', 0, ...texts);
    expect(runner.run('ARGETRANGE', 'a', 0, texts.length - 1)).toEqual(texts);
  });

  it('are what Redis takes for a number, up to 2^64 − 2', () => {
    for (const index of ['', 'x', '-1', '1.5', BEYOND, '18446744073709551616', '1 ']) {
      expect(runner.run('ARGET', 'a', index)).toBe('Error: ERR invalid array index');
      expect(runner.run('ARSET', 'a', index, 'v')).toBe('Error: ERR invalid array index');
      expect(runner.run('ARMSET', 'a', 0, 'v', index, 'w')).toBe('Error: ERR invalid array index');
      expect(runner.run('ARDEL', 'a', 0, index)).toBe('Error: ERR invalid array index');
      expect(runner.run('ARMGET', 'a', 0, index)).toBe('Error: ERR invalid array index');
    }
    expect(run('EXISTS a')).toBe(0);
    play(
      `ARSET a ${LAST} v w -> "Error: ERR array index overflow"`,
      'EXISTS a -> 0',
      `ARSET a ${LAST} v -> 1`,
      `ARGET a ${LAST} -> "v"`,
      'ARSET a 007 seven -> 1',
      'ARGET a +7 -> "seven"',
    );
  });

  it('are of an array only', () => {
    run('SET s v');
    const commands = [
      'ARGET s 0',
      'ARMGET s 0 1',
      'ARSET s 0 v',
      'ARMSET s 0 v',
      'ARDEL s 0',
      'ARDELRANGE s 0 1',
      'ARGETRANGE s 0 1',
      'ARSCAN s 0 1',
      'ARGREP s - + MATCH v',
      'AROP s 0 1 SUM',
      'ARLEN s',
      'ARCOUNT s',
      'ARINSERT s v',
      'ARRING s 3 v',
      'ARNEXT s',
      'ARSEEK s 3',
      'ARLASTITEMS s 1',
      'ARINFO s',
    ];
    for (const command of commands) {
      expect([command, run(command)]).toEqual([
        command,
        'Error: WRONGTYPE Operation against a key holding the wrong kind of value',
      ]);
    }
    run('ARSET a 0 v');
    expect(run('LPUSH a v')).toMatch(/^Error: WRONGTYPE/);
  });

  it('come in pairs', () => {
    play(
      'ARMSET a 0 v 1 -> "Error: ERR wrong number of arguments for \'armset\' command"',
      'ARDELRANGE a 0 1 2 -> "Error: ERR wrong number of arguments for \'ardelrange\' command"',
    );
  });
});

describe('removing from an array', () => {
  it('counts what there was, and the last element takes the key along', () => {
    play(
      'ARSET a 0 a b c d -> 4',
      'ARDEL a 1 -> 1',
      'ARDEL a 1 -> 0',
      'ARDEL a 0 2 2 9 -> 2',
      'ARCOUNT a -> 1',
      'ARDEL a 3 -> 1',
      'EXISTS a -> 0',
      'ARDEL a 3 -> 0',
      'ARDELRANGE a 0 3 -> 0',
    );
  });

  it('takes ranges in either order, each element counted once', () => {
    play('ARSET a 0 a b c d e f g h i j -> 10', 'ARDELRANGE a 6 2 -> 5', 'ARDELRANGE a 0 3 1 7 -> 3');
    play('ARGETRANGE a 0 9 -> [null,null,null,null,null,null,null,null,"i","j"]');
    play(`ARSET a ${LAST} z -> 1`, `ARDELRANGE a 9 ${LAST} -> 2`, 'ARLEN a -> 9', `ARDELRANGE a ${LAST} 0 -> 1`);
    play('EXISTS a -> 0');
  });
});

describe('ranges of an array', () => {
  it('are answered with what each place holds, in either order', () => {
    play(
      'ARMSET a 0 a 1 b 3 d -> 3',
      'ARGETRANGE a 0 3 -> ["a","b",null,"d"]',
      'ARGETRANGE a 3 0 -> ["d",null,"b","a"]',
      'ARGETRANGE a 2 2 -> [null]',
      'ARGETRANGE a 3 5 -> ["d",null,null]',
      'ARGETRANGE a 5 4 -> [null,null]',
      'ARGETRANGE none 0 1 -> [null,null]',
      'ARGETRANGE a 0 1000000 -> "Error: ERR range exceeds maximum of 1000000 items"',
      `ARGETRANGE none ${LAST} 0 -> "Error: ERR range exceeds maximum of 1000000 items"`,
    );
  });

  it('are scanned for what there is', () => {
    play(
      'ARMSET a 0 a 5 b 9 c -> 3',
      'ARSCAN a 0 10 -> [[0,"a"],[5,"b"],[9,"c"]]',
      'ARSCAN a 10 0 -> [[9,"c"],[5,"b"],[0,"a"]]',
      'ARSCAN a 0 10 LIMIT 2 -> [[0,"a"],[5,"b"]]',
      'ARSCAN a 9 5 limit 1 -> [[9,"c"]]',
      'ARSCAN a 6 8 -> []',
      `ARSCAN a 6 ${LAST} -> [[9,"c"]]`,
      'ARSCAN none 0 10 -> []',
      'ARSCAN a 0 10 LIMIT 0 -> "Error: ERR LIMIT must be positive"',
      'ARSCAN a 0 10 LIMIT x -> "Error: ERR value is not an integer or out of range"',
      'ARSCAN a 0 10 COUNT 1 -> "Error: ERR syntax error"',
      'ARSCAN a 0 10 LIMIT -> "Error: ERR wrong number of arguments for \'arscan\' command"',
    );
  });
});

describe('inserting into an array', () => {
  it('goes on where it was', () => {
    play(
      'ARNEXT a -> 0',
      'ARINSERT a x -> 0',
      'ARINSERT a y z -> 2',
      'ARNEXT a -> 3',
      'ARSEEK a 10 -> 1',
      'ARINSERT a w -> 10',
      'ARNEXT a -> 11',
      'ARSEEK a 0 -> 1',
      'ARNEXT a -> 0',
      'ARINSERT a X -> 0',
      'ARSEEK none 5 -> 0',
      'EXISTS none -> 0',
      'ARSEEK a x -> "Error: ERR invalid array index"',
    );
  });

  it('ends where places do', () => {
    play(
      'ARINSERT a x -> 0',
      `ARSEEK a ${BEYOND} -> 1`,
      'ARNEXT a -> null',
      'ARINSERT a y -> "Error: ERR insert index overflow"',
      `ARSEEK a ${LAST} -> 1`,
      'ARINSERT a y z -> "Error: ERR insert index overflow"',
    );
    expect(runner.reply('ARINSERT', 'a', 'y')).toMatchObject({ text: LAST });
    play('ARNEXT a -> null', `ARGET a ${LAST} -> "y"`);
  });

  it('is looked back upon', () => {
    play(
      'ARINSERT a a b c d e -> 4',
      'ARLASTITEMS a 2 -> ["d","e"]',
      'ARLASTITEMS a 2 REV -> ["e","d"]',
      'ARLASTITEMS a 9 -> ["a","b","c","d","e"]',
      'ARLASTITEMS a 0 -> []',
      'ARLASTITEMS a -1 nonsense -> []',
      'ARLASTITEMS a x -> "Error: ERR invalid COUNT"',
      'ARLASTITEMS a 1 BACK -> "Error: ERR syntax error"',
      'ARLASTITEMS none 1 -> []',
      'ARSEEK a 0 -> 1',
      'ARLASTITEMS a 2 -> ["d","e"]',
      'ARSEEK a 2 -> 1',
      'ARLASTITEMS a 3 -> ["e","a","b"]',
      'ARLASTITEMS a 3 REV -> ["b","a","e"]',
      'ARDEL a 1 4 -> 2',
      // As many places as there are elements, holes counted.
      'ARLASTITEMS a 9 -> ["d","a",null]',
      'ARSEEK a 6 -> 1',
      'ARLASTITEMS a 9 REV -> [null,null,"d"]',
      'ARSEEK a 18446744073709551615 -> 1',
      'ARLASTITEMS a 9 -> [null,null,null]',
    );
  });
});

describe('an array as a ring', () => {
  it('comes round, and keeps the latest', () => {
    play(
      'ARRING r 3 v0 -> 0',
      'ARRING r 3 v1 v2 -> 2',
      'ARRING r 3 v3 -> 0',
      'ARGET r 0 -> "v3"',
      'ARCOUNT r -> 3',
      'ARLASTITEMS r 3 -> ["v1","v2","v3"]',
      'ARLASTITEMS r 3 REV -> ["v3","v2","v1"]',
      'ARRING r x v -> "Error: ERR invalid size"',
      'ARRING r 0 v -> "Error: ERR size must be positive"',
      'ARRING r -9223372036854775808 v -> "Error: ERR size must be positive"',
      'ARRING q 9223372036854775807 v -> 0',
    );
  });

  it('grows behind what it has, in order', () => {
    play(
      'ARRING r 5 0 1 2 3 4 5 6 7 -> 2',
      'ARRING r 8 8 -> 5',
      'ARGETRANGE r 0 6 -> ["3","4","5","6","7","8",null]',
      'ARRING s 5 0 1 2 -> 2',
      'ARRING s 8 3 -> 3',
      'ARRING t 3 0 1 2 3 4 -> 1',
      'ARSEEK t 0 -> 1',
      'ARRING t 8 5 -> 0',
      'ARGETRANGE t 0 2 -> ["5","4","2"]',
    );
  });

  it('shrinks to the latest without a gap', () => {
    play(
      'ARRING r 10 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 -> 4',
      'ARRING r 5 15 -> 0',
      'ARGETRANGE r 0 5 -> ["15","11","12","13","14",null]',
      'ARSET r 100 outside -> 1',
      'ARRING r 3 16 -> 2',
      'ARGETRANGE r 0 2 -> ["outside","15","16"]',
      'ARRING h 5 0 1 2 3 4 -> 4',
      'ARDEL h 3 -> 1',
      'ARRING h 3 5 -> 1',
      'ARGETRANGE h 0 2 -> ["4","5",null]',
      'ARRING g 5 0 1 2 3 4 5 6 7 -> 2',
      'ARDEL g 1 -> 1',
      'ARRING g 8 8 -> 1',
      'ARGETRANGE g 0 2 -> ["7","8",null]',
    );
  });

  it('takes a cursor beyond it at what is left of it', () => {
    play('ARINSERT r a b c -> 2', 'ARSEEK r 10 -> 1', 'ARRING r 5 x -> 0', 'ARGETRANGE r 0 2 -> ["x","b","c"]');
    play(`ARSEEK r ${LAST} -> 1`, 'ARRING r 5 y -> 4', 'ARNEXT r -> 5');
    // 2^64 − 3 is where the cursor was, of three places the second.
    play('ARINSERT q a b c -> 2', `ARSEEK q ${LAST} -> 1`, 'ARRING q 2 z -> 0', 'ARGETRANGE q 0 1 -> ["z","b"]');
  });
});

describe('operations on a range of an array', () => {
  it('sum up and compare numbers', () => {
    play(
      'ARMSET a 0 10 1 20 2 30 3 text 5 -5 -> 5',
      'AROP a 0 2 SUM -> "60"',
      'AROP a 2 0 sum -> "60"',
      'AROP a 0 9 MIN -> "-5"',
      'AROP a 0 9 MAX -> "30"',
      'AROP a 3 4 SUM -> null',
      'AROP none 0 1 SUM -> null',
      'ARSET f 0 10.0 20.0 30.0 0.5 -> 4',
      'AROP f 0 2 SUM -> "60"',
      'AROP f 0 3 SUM -> "60.5"',
      'AROP f 0 3 MIN -> "0.5"',
      'AROP f 1 0 MAX -> "20"',
    );
  });

  it('print sums as long doubles of 17 digits', () => {
    play(
      'ARSET a 0 0.1 0.2 -> 2',
      'AROP a 0 1 SUM -> "0.3"',
      'ARSET b 0 9007199254740991 1 1 -> 3',
      'AROP b 0 2 SUM -> "9007199254740993"',
      'ARSET c 0 1000000000000000000 1 -> 2',
      'AROP c 0 1 SUM -> "1e+18"',
      'ARSET d 0 1e-7 -> 1',
      'AROP d 0 0 SUM -> "1e-07"',
      'ARSET e 0 123456789.125 -0.0 -> 2',
      'AROP e 0 0 MAX -> "123456789.125"',
      'AROP e 1 1 MAX -> "-0"',
      'ARSET g 0 inf -inf 1 -> 3',
      'AROP g 0 0 SUM -> "inf"',
      'AROP g 0 2 SUM -> "-nan"',
      'AROP g 0 2 MIN -> "-inf"',
      'AROP g 0 2 MAX -> "inf"',
    );
  });

  it('combine the bits of integers', () => {
    play(
      'ARSET a 0 255 15 240 -> 3',
      'AROP a 0 2 AND -> 0',
      'AROP a 0 2 OR -> 255',
      'AROP a 0 2 XOR -> 0',
      'ARSET b 0 7.9 3.2 1.8 text 1e300 -> 5',
      'AROP b 0 9 AND -> 1',
      'AROP b 0 9 OR -> 7',
      'AROP b 0 9 XOR -> 5',
      'AROP b 3 4 OR -> null',
      'ARSET c 0 -1 -2.5 4294967296 -> 3',
      'AROP c 0 1 AND -> -2',
      'AROP c 0 2 AND -> 4294967296',
      'AROP none 0 1 AND -> null',
    );
    run('ARSET d 0 9223372036854775807 -9223372036854775808');
    expect(runner.reply('AROP', 'd', 0, 0, 'AND')).toMatchObject({ text: '9223372036854775807' });
    expect(run('AROP d 0 1 OR')).toBe(-1);
  });

  it('count', () => {
    play(
      'ARMSET a 0 hello 1 world 2 hello 7 3.0 -> 4',
      'AROP a 0 3 MATCH hello -> 2',
      'AROP a 0 9 MATCH 3.0 -> 1',
      'AROP a 0 9 MATCH 3 -> 0',
      'AROP a 0 9 USED -> 4',
      'AROP none 0 9 USED -> 0',
      'AROP none 0 9 MATCH x -> 0',
      'AROP a 0 9 MATCH -> "Error: ERR MATCH requires a value argument"',
      'AROP a 0 9 USED x -> "Error: ERR wrong number of arguments for \'arop\' command"',
      'AROP a 0 9 AVG -> "Error: ERR unknown operation"',
      'AROP a x 9 AVG -> "Error: ERR invalid array index"',
    );
  });
});

describe('searching an array', () => {
  it('finds by equality, by part, by glob and by regular expression', () => {
    runner.run('ARMSET', 'log', 0, 'boot: ok', 1, 'warn: disk', 2, 'ERROR: cpu', 3, 'info: ready', 4, 'error: net');
    play(
      'ARGREP log - + MATCH error NOCASE -> [2,4]',
      'ARGREP log - + MATCH error NOCASE WITHVALUES -> [[2,"ERROR: cpu"],[4,"error: net"]]',
      'ARGREP log 0 4 GLOB warn:* OR GLOB error:* -> [1,4]',
      'ARGREP log + - MATCH o -> [4,0,3]'.replace('[4,0,3]', '[4,3,0]'),
      'ARGREP log - + MATCH error NOCASE LIMIT 1 -> [2]',
      'ARGREP log - + MATCH : MATCH r AND -> [1,3,4]',
      'ARGREP log - + MATCH : AND MATCH r OR LIMIT 5 LIMIT 2 -> [0,1]',
      'ARGREP log - 0 MATCH nothing -> []',
      'ARGREP none - + MATCH x -> []',
    );
    expect(runner.run('ARGREP', 'log', 0, 4, 'RE', '^[A-Za-z]+: (cpu|net)$', 'NOCASE')).toEqual([2, 4]);
    expect(runner.run('ARGREP', 'log', 0, 4, 'EXACT', 'info: ready')).toEqual([3]);
    expect(runner.run('ARGREP', 'log', 0, 4, 'EXACT', 'INFO: ready', 'NOCASE')).toEqual([3]);
  });

  it('finds numbers by their text', () => {
    run('ARSET a 0 12345 1.50 -7');
    play('ARGREP a - + MATCH 234 -> [0]', 'ARGREP a - + GLOB *.50 -> [1]', 'ARGREP a - + EXACT -7 -> [2]');
    play('ARGREP a - + RE ^[0-9.]+$ -> [0,1]');
  });

  it('says what is wrong', () => {
    run('ARSET a 0 foo');
    const many = Array.from({ length: 250 }, () => 'MATCH foo').join(' ');
    play(
      `ARGREP a - + ${many} -> [0]`,
      `ARGREP a - + ${many} MATCH foo -> "Error: ERR too many predicates, maximum is 250"`,
      'ARGREP a - + LIMIT 1 -> "Error: ERR syntax error"',
      'ARGREP a - + MATCH foo MATCH -> "Error: ERR syntax error"',
      'ARGREP a - + MATCH foo LIMIT -> "Error: ERR syntax error"',
      'ARGREP a - + MATCH foo LIMIT 0 -> "Error: ERR LIMIT must be positive"',
      'ARGREP a - + MATCH foo WHAT -> "Error: ERR syntax error"',
      'ARGREP a x + MATCH foo -> "Error: ERR invalid array index"',
      'ARGREP a - + RE ( -> "Error: ERR invalid regular expression: Missing \')\'"',
      'ARGREP none - + RE (a)\\\\1 -> "Error: ERR regular expression backreferences are not supported"'.replace(
        '\\\\',
        '\\',
      ),
    );
    expect(runner.run('ARGREP', 'a', '-', '+', 'RE', '')).toBe('Error: ERR regular expression is empty');
    expect(runner.run('ARGREP', 'a', '-', '+', 'RE', 'a'.repeat(2049))).toBe(
      'Error: ERR regular expression is too long, maximum is 2048 bytes',
    );
    expect(runner.run('ARGREP', 'a', '-', '+', 'RE', 'a'.repeat(2048))).toEqual([]);
  });
});

describe('what an array tells of itself', () => {
  it('is of slices, sparse and dense', () => {
    play(
      'ARMSET a 0 a 1 b 100 c -> 3',
      'ARINSERT a d -> 0',
      'ARINFO a -> ["count",3,"len",101,"next-insert-index",1,"slices",1,"directory-size",1,"super-dir-entries",0,"slice-size",4096]',
      'ARINFO a WHAT -> "Error: ERR syntax error"',
      'ARINFO a FULL x -> "Error: ERR syntax error"',
      'ARINFO none -> "Error: ERR no such key"',
    );
    for (let i = 0; i < 100; i++) run(`ARSET b ${i} v`);
    run('ARSET b 5000 v');
    const full = run('ARINFO b full') as Plain[];
    expect(full.slice(6)).toEqual(
      ['slices', 2, 'directory-size', 2, 'super-dir-entries', 0, 'slice-size', 4096].concat(
        ['dense-slices', 1, 'sparse-slices', 1, 'avg-dense-size', '128', 'avg-dense-fill', '0.78125'],
        ['avg-sparse-size', '4'],
      ),
    );
    expect(run('ARDELRANGE b 3 99')).toBe(97);
    expect((run('ARINFO b FULL') as Plain[]).slice(14, 18)).toEqual(['dense-slices', 0, 'sparse-slices', 2]);
  });

  it('has room in sparse slices as they grow, up to array-sparse-kmax', () => {
    const rooms: Plain[] = [];
    for (let i = 0; i < 10; i++) {
      run(`ARSET a ${i} v`);
      rooms.push((run('ARINFO a FULL') as Plain[])[23]);
    }
    expect(rooms).toEqual(['4', '4', '4', '4', '8', '8', '8', '8', '10', '10']);
  });

  it('is of blocks of slices where it is wide', () => {
    run('ARMSET a 0 a 8388608 b 50000000 c 100000000 d 100000001 e');
    expect((run('ARINFO a') as Plain[]).slice(6, 12)).toEqual([
      'slices',
      4,
      'directory-size',
      4,
      'super-dir-entries',
      4,
    ] as Plain[]);
  });

  it('follows the settings', () => {
    typeLimits.arraySparseKmax = 0;
    typeLimits.arraySliceSize = 256;
    play('ARSET a 0 a -> 1', 'ARSET a 256 b -> 1');
    expect((run('ARINFO a FULL') as Plain[]).slice(12, 18)).toEqual([
      'slice-size',
      256,
      'dense-slices',
      2,
      'sparse-slices',
      0,
    ] as Plain[]);
  });
});

describe('an array as a value', () => {
  it('tells of its changes', () => {
    runner.takeEvents();
    for (const command of ['ARSET a 0 v', 'ARMSET a 1 v', 'ARINSERT a v', 'ARRING a 5 v', 'ARSEEK a 0']) run(command);
    for (const command of ['ARDEL a 9', 'ARDELRANGE a 9 10', 'ARDEL a 0', 'ARDELRANGE a 0 10']) run(command);
    expect(runner.takeEvents()).toEqual(
      ['arset', 'armset', 'arinsert', 'arring', 'arseek', 'ardel', 'ardelrange', 'del'].map((name) => `${name} a`),
    );
  });

  it('is copied, renamed, dumped and restored', () => {
    run(`ARMSET a 0 text 5 12345 64 1.5 4096 0.10 ${LAST} ${'x'.repeat(300)}`);
    run('ARSEEK a 77');
    play('COPY a b -> 1', 'RENAME b c -> "OK"', 'ARNEXT c -> 77');
    const dump = runner.run('DUMP', 'a') as string;
    expect(runner.run('RESTORE', 'd', 0, dump)).toBe('OK');
    expect(runner.run('DUMP', 'd')).toBe(dump);
    expect(runner.run('DUMP', 'c')).toBe(dump);
    expect(runner.run('ARSCAN', 'd', 0, 5000)).toEqual([
      [0, 'text'],
      [5, '12345'],
      [64, '1.5'],
      [4096, '0.10'],
    ]);
    expect(run('MEMORY USAGE a')).toBeGreaterThan(300);
    expect(run('SCAN 0 TYPE array')).toEqual(['0', expect.arrayContaining(['a', 'c', 'd'])]);
    play('DEL a c -> 2', 'UNLINK d -> 1');
  });
});
