import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Regex } from '../../../src/base/regex-program.ts';
import { BackReferenceError } from '../../../src/base/regex-syntax.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const matches = (pattern: string, text: string, ignoreCase = false): boolean => {
  // Behind other bytes, so that bounds count.
  const padded = bytes(`ab${text}ab`);
  return new Regex(bytes(pattern), ignoreCase).matches(padded, 2, text.length);
};

describe('a regular expression', () => {
  it.each([
    ['foo|bar', 'a bar', 'baz'],
    ['^(foo|bar)$', 'bar', 'foobar'],
    ['^a*$', 'aaa', 'aab'],
    ['a+b?c', 'xaac', 'bc'],
    ['^[a-c]{2,3}$', 'abc', 'abca'],
    ['^x{0}y$', 'y', 'xy'],
    ['^(ab){2}$', 'abab', 'ab'],
    ['^a{,2}$', 'aa', 'aaa'],
    ['^a{2,}$', 'aaaa', 'a'],
    ['[^0-9]', 'a', '7'],
    ['^[]a]+$', ']a', 'b'],
    ['^[^]a]$', 'b', ']'],
    ['^[a-]+$', 'a-', 'b'],
    ['^[[:alpha:][:digit:]_]+$', 'aZ9_', 'a b'],
    ['^[^[:space:]]+$', 'ab', 'a b'],
    ['^\\d+\\.\\d$', '12.5', '12,5'],
    ['^\\w\\W\\s\\S$', 'a- b', 'abcd'],
    ['^\\x41\\x{42}$', 'AB', 'ab'],
    ['\\<foo\\>', 'a foo.', 'food'],
    ['a\\bb|a\\Bb', 'ab', 'ba'],
    ['^\\Qa.b|\\Ec$', 'a.b|c', 'axbc'],
    ['^a(?i)b$', 'aB', 'AB'],
    ['^(?i:a)b$', 'Ab', 'AB'],
    ['^(?#note)a$', 'a', 'b'],
    ['^(|a)b$', 'b', 'c'],
    ['^()$', '', 'a'],
    ['a.c', 'a\nc', 'ac'],
    ['^\\(a\\)$', '(a)', 'a'],
    ['^a*?b+?$', 'aabb', 'aac'],
    ['^a)$', 'a)', 'a'],
    ['^*a$', 'a', 'b'],
    ['\\.\\*\\[', 'x.*[', 'x'],
  ])('%s matches %j and not %j', (pattern, yes, no) => {
    expect(matches(pattern, yes)).toBe(true);
    expect(matches(pattern, no)).toBe(false);
  });

  it('may ignore case, also in brackets and classes', () => {
    expect(matches('^FOO[a-c][[:upper:]]$', 'fooBx', true)).toBe(true);
    expect(matches('^FOO', 'foo')).toBe(false);
    expect(matches('^[^a]$', 'A', true)).toBe(false);
  });

  it.each([
    ['(', "Missing ')'"],
    ['(a', "Missing ')'"],
    ['[a', "Missing ']'"],
    ['[', "Missing ']'"],
    ['[]', "Missing ']'"],
    ['a{1', "Missing '}'"],
    ['a{}', 'Invalid contents of {}'],
    ['a{x}', 'Invalid contents of {}'],
    ['a{2,1}', 'Invalid contents of {}'],
    ['a{256}', 'Maximum repetition in {} larger than 255'],
    ['[z-a]', 'Invalid character range'],
    ['[a-c-e]', 'Invalid character range'],
    ['[[:nothing:]]', 'Unknown character class name'],
    ['[[.a.]]', 'Unknown collating element'],
    ['a\\', 'Trailing backslash'],
    ['a**', 'Invalid use of repetition operators'],
    ['a{2}+', 'Invalid use of repetition operators'],
    ['(?z)', 'Invalid regexp'],
    ['\\x{zz}', "Missing '}'"],
    ['\\2', 'Invalid back reference'],
    ['((((a{255}){255}){255}){255})', 'Out of memory'],
  ])('%s is none: %s', (pattern, message) => {
    expect(() => new Regex(bytes(pattern), false)).toThrow(message);
  });

  it('refers back to nothing', () => {
    expect(() => new Regex(bytes('(a)\\1'), false)).toThrow(BackReferenceError);
  });

  it('takes no longer for being nasty', () => {
    const text = `${'a'.repeat(2000)}b`;
    expect(matches('^(a*)*(a+)+(a|a)*$', text)).toBe(false);
    expect(matches('(x+x+)+y', 'x'.repeat(2000))).toBe(false);
  });

  it('matches what JavaScript matches, where both know the same', () => {
    const atom = fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '\\d', '\\w', '(?:)', '-');
    const pattern = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        atom,
        fc.tuple(tie('node'), tie('node')).map(([a, b]) => a + b),
        fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a}|${b})`),
        fc
          .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{0,2}', '{2}', '{1,}', '*?'))
          .map(([a, times]) => `(?:${a})${times}`),
        tie('node').map((a) => `(?:^${a})`),
        tie('node').map((a) => `(?:${a}$)`),
      ),
    })).node;
    fc.assert(
      fc.property(pattern, fc.stringMatching(/^[ab1-]{0,8}$/), fc.boolean(), (expression, text, ignoreCase) => {
        const expected = new RegExp(expression, ignoreCase ? 'is' : 's').test(text);
        expect(matches(expression, text, ignoreCase)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });
});
