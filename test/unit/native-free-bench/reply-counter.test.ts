import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReplyCounter } from '../../../native-free-bench/client/reply-counter.ts';

const leaf = fc.oneof(
  fc.constantFrom('+OK\r\n', ':-12\r\n', '$-1\r\n', '*-1\r\n', '_\r\n', '#t\r\n', ',1.5e3\r\n', '(-349\r\n', '*0\r\n'),
  fc.stringMatching(/^[a-z\r\n$*]{0,20}$/).map((text) => `$${text.length}\r\n${text}\r\n`),
  fc.constant('=7\r\ntxt:abc\r\n'),
);
const { reply } = fc.letrec<{ reply: string }>((tie) => ({
  reply: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('reply'), { maxLength: 4 }).map((items) => `*${items.length}\r\n${items.join('')}`),
    fc.array(tie('reply'), { maxLength: 4 }).map((items) => `~${items.length}\r\n${items.join('')}`),
    fc
      .array(fc.tuple(tie('reply'), tie('reply')), { maxLength: 3 })
      .map((pairs) => `%${pairs.length}\r\n${pairs.flat().join('')}`),
    fc.tuple(leaf, leaf, tie('reply')).map(([name, value, item]) => `|1\r\n${name}${value}${item}`),
  ),
}));

describe('ReplyCounter', () => {
  it('counts whole replies however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(reply, { maxLength: 6 }), fc.integer({ min: 1, max: 9 }), (replies, step) => {
        const bytes = Buffer.from(replies.join(''));
        const counter = new ReplyCounter();
        let told = 0;
        for (let at = 0; at < bytes.length; at += step) {
          told += counter.feed(bytes, at, Math.min(bytes.length, at + step));
        }
        expect(told).toBe(replies.length);
        expect(counter.replies).toBe(replies.length);
      }),
    );
  });

  it('tells error replies from errors within a reply', () => {
    const counter = new ReplyCounter();
    const bytes = Buffer.from('-ERR no\r\n*2\r\n:1\r\n-WRONGTYPE inside\r\n');
    counter.feed(bytes, 0, bytes.length);
    expect([counter.replies, counter.errors, counter.lastError]).toEqual([2, 1, 'WRONGTYPE inside']);
  });

  it('does not take a push message for a reply', () => {
    const counter = new ReplyCounter();
    const bytes = Buffer.from('>2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n+OK\r\n');
    expect(counter.feed(bytes, 0, bytes.length)).toBe(1);
  });
});
