import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLog } from '../../../src/observe/log.ts';
import { LineFormatter } from '../../../src/observe/log-line.ts';

describe('a line of log', () => {
  const nowMs = new Date(2026, 0, 5, 7, 8, 9, 42).getTime();

  it('has the shape that tools know from Redis', () => {
    const format = new LineFormatter(123, 'M');
    expect(format.line(nowMs, 2, 'Ready')).toBe('123:M 05 Jan 2026 07:08:09.042 * Ready\n');
    expect(format.line(nowMs + 958, 3, 'Ready')).toBe('123:M 05 Jan 2026 07:08:10.000 # Ready\n');
    expect(format.line(nowMs - 0.5, 0, 'Ready')).toBe('123:M 05 Jan 2026 07:08:09.041 . Ready\n');
    format.role = 'S';
    expect(format.line(nowMs, 1, 'a\nb')).toBe('123:S 05 Jan 2026 07:08:09.042 - a\n    b\n');
  });
});

describe('the log', () => {
  let directory: string;
  let file: string;
  const text = () => readFileSync(file, 'utf8');

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'mayfly-log-'));
    file = join(directory, 'log');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is in the file when the call returns, whole and with its own bytes', () => {
    const log = openLog({ level: 'notice', file, pid: 7, now: () => 0 });
    log.warning('a "quoted" \\ mücke % s {}');
    expect(text()).toMatch(/^7:M \d\d \w{3} \d{4} \d\d:00:00\.000 # a "quoted" \\ mücke % s \{\}\n$/u);
  });

  it('leaves out what is less important than its level, which can change', () => {
    const log = openLog({ level: 'notice', file });
    const all = () => {
      for (const level of ['debug', 'verbose', 'notice', 'warning'] as const) log[level](level);
    };
    all();
    expect(text().match(/\w+$/gm)).toEqual(['notice', 'warning']);
    log.setLevel('debug');
    all();
    expect(text().match(/\w+$/gm)).toEqual(['notice', 'warning', 'debug', 'verbose', 'notice', 'warning']);
    log.setLevel('nothing');
    all();
    expect(text().split('\n')).toHaveLength(7);
  });

  it('appends to what is there', () => {
    openLog({ level: 'notice', file }).notice('one');
    const log = openLog({ level: 'notice', file });
    log.raw('logo\n');
    log.setRole('S');
    log.notice('two');
    expect(text()).toMatch(/one\nlogo\n\d+:S .* two\n$/);
  });

  it('cannot be opened where there is no directory', () => {
    expect(() => openLog({ level: 'notice', file: join(directory, 'none', 'log') })).toThrow('ENOENT');
  });
});
