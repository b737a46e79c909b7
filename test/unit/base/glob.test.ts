import { describe, expect, it } from 'vitest';
import { matchGlob } from '../../../src/base/glob.ts';

function matches(patternText: string, textText: string, nocase = false): boolean {
  const pattern = Buffer.from(patternText, 'latin1');
  const text = Buffer.from(textText, 'latin1');
  return matchGlob(pattern, 0, pattern.length, text, 0, text.length, nocase);
}

describe('matchGlob', () => {
  it.each([
    ['', ''],
    ['*', 'a'],
    ['**', 'a'],
    ['a*', 'a'],
    ['a*c', 'abbbc'],
    ['*ab*cd*', 'xxabyycdzz'],
    ['h?llo', 'hello'],
    ['h[ae]llo', 'hallo'],
    ['h[^e]llo', 'hallo'],
    ['h[a-b]llo', 'hbllo'],
    ['h[b-a]llo', 'hallo'],
    ['\\*', '*'],
    ['a\\', 'a\\'],
    ['[\\]]', ']'],
    ['[a-]', ']'],
    ['[abc', 'c'],
    ['[^', 'x'],
    ['[^]', 'x'],
    ['[\xf0-\x05]', '\x02'],
    ['[\\', '\\'],
  ])('%j matches %j', (pattern, text) => {
    expect(matches(pattern, text)).toBe(true);
  });

  it.each([
    ['*', ''],
    ['', 'a'],
    ['a', ''],
    ['a*b', 'a'],
    ['h[^e]llo', 'hello'],
    ['h\\?llo', 'hello'],
    ['[]', 'a'],
    ['[', '['],
    ['[a-]', '-b'],
    ['[\x00-\xff]', 'a'],
    ['?', ''],
    ['aa', 'a'],
  ])('%j does not match %j', (pattern, text) => {
    expect(matches(pattern, text)).toBe(false);
  });

  it('folds ASCII letters only where asked to, and never behind an escape in a set', () => {
    expect(matches('HeL[LX]o', 'hello')).toBe(false);
    expect(matches('HeL[LX]o', 'hello', true)).toBe(true);
    expect(matches('[A-C]', 'b', true)).toBe(true);
    expect(matches('[\\A]', 'a', true)).toBe(false);
    expect(matches('\\A', 'a', true)).toBe(true);
    expect(matches('\xc9', '\xe9', true)).toBe(false);
  });

  it('takes time in proportion on patterns that make backtracking explode', () => {
    expect(matches(`${'a*'.repeat(200)}b`, 'a'.repeat(5000))).toBe(false);
    expect(matches(`${'*?'.repeat(500)}`, 'a'.repeat(5000))).toBe(true);
  });

  it('gives up beyond a thousand stars, as Redis does', () => {
    expect(matches(`${'*a'.repeat(1000)}`, 'a'.repeat(2000))).toBe(true);
    expect(matches(`${'*a'.repeat(1001)}`, 'a'.repeat(2000))).toBe(false);
  });
});
