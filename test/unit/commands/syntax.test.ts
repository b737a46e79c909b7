import { describe, expect, test } from 'vitest';
import { arityOf, parseSyntax } from '../../../src/commands/syntax.ts';

describe('the version since which an argument is there', () => {
  test.each([
    ['[GET@6.2.0]', [{ name: 'get', type: 'pure-token', token: 'GET', since: '6.2.0', optional: true }]],
    ['EX seconds:integer@2.6.12', [{ name: 'seconds', type: 'integer', token: 'EX', since: '2.6.12' }]],
    ['change=CH@6.2.0', [{ name: 'change', type: 'pure-token', token: 'CH', since: '6.2.0' }]],
    ['[count:integer@6.2.0...]', [{ name: 'count', type: 'integer', since: '6.2.0', optional: true, multiple: true }]],
    [
      '[unit@7.0.0(BYTE | BIT@8.2.0)]',
      [
        {
          name: 'unit',
          type: 'oneof',
          since: '7.0.0',
          optional: true,
          arguments: [
            { name: 'byte', type: 'pure-token', token: 'BYTE' },
            { name: 'bit', type: 'pure-token', token: 'BIT', since: '8.2.0' },
          ],
        },
      ],
    ],
    [
      'LIMIT limit@6.2.0{offset:integer count:integer}',
      [
        {
          name: 'limit',
          type: 'block',
          token: 'LIMIT',
          since: '6.2.0',
          arguments: [
            { name: 'offset', type: 'integer' },
            { name: 'count', type: 'integer' },
          ],
        },
      ],
    ],
  ])('%s', (text, expected) => {
    expect(parseSyntax(text)).toEqual(expected);
  });

  test('changes no arity', () => {
    expect(arityOf(1, parseSyntax('key:key [B@2.0.0] value@7.0.0...'))).toBe(
      arityOf(1, parseSyntax('key:key [B] value...')),
    );
  });
});
