import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchGlob } from '../../../src/base/glob.ts';

/**
 * The definition of a match, by recursion over C strings as Redis has it: bytes are signed, what lies behind the pattern
 * is NUL. It takes exponential time on many stars, which is why it is only a model.
 */
function modelMatches(pattern: Buffer, p: number, text: Buffer, t: number, nocase: boolean): boolean {
  const fold = (byte: number) => (nocase && byte >= 65 && byte <= 90 ? byte + 32 : byte);
  while (p < pattern.length && t < text.length) {
    if (pattern[p] === 0x2a) {
      while (pattern[p + 1] === 0x2a) p++;
      if (p + 1 === pattern.length) return true;
      for (let end = t; end < text.length; end++) {
        if (modelMatches(pattern, p + 1, text, end, nocase)) return true;
      }
      return false;
    }
    if (pattern[p] === 0x5b) {
      p++;
      const negated = pattern[p] === 0x5e;
      if (negated) p++;
      let found = false;
      while (p < pattern.length && pattern[p] !== 0x5d) {
        const left = pattern.length - p;
        if (pattern[p] === 0x5c && left >= 2) {
          found ||= pattern[p + 1] === text[t];
          p += 2;
        } else if (left >= 3 && pattern[p + 1] === 0x2d) {
          const [low, high] = [pattern.readInt8(p), pattern.readInt8(p + 2)].sort((a, b) => a - b).map(fold);
          const byte = fold(text.readInt8(t));
          found ||= low <= byte && byte <= high;
          p += 3;
        } else {
          found ||= fold(pattern[p]) === fold(text[t]);
          p++;
        }
      }
      if (found === negated) return false;
    } else {
      const any = pattern[p] === 0x3f;
      if (pattern[p] === 0x5c && p + 1 < pattern.length) p++;
      if (!any && fold(pattern[p]) !== fold(text[t])) return false;
    }
    p = Math.min(p + 1, pattern.length);
    t++;
    if (t === text.length) while (pattern[p] === 0x2a) p++;
  }
  return p === pattern.length && t === text.length;
}

const bytesOf = (letters: string, length: number) =>
  fc
    .array(fc.constantFrom(...Buffer.from(letters, 'latin1')), { maxLength: length })
    .map((bytes) => Buffer.from(bytes));

it('agrees with the recursive definition', () => {
  const patterns = bytesOf('**??[[^--]]\\\\abcABC\x00\xe9\xff', 9);
  const texts = bytesOf('abcABC-]^[\\*\x00\xe9\xff', 8);
  fc.assert(
    fc.property(patterns, texts, fc.boolean(), (pattern, text, nocase) => {
      // Put where neighbours would show if either end were overrun.
      const room = Buffer.concat([Buffer.from('*a'), pattern, Buffer.from(']*'), text, Buffer.from('*]')]);
      const at = 2 + pattern.length + 2;
      expect(matchGlob(room, 2, pattern.length, room, at, text.length, nocase)).toBe(
        modelMatches(pattern, 0, text, 0, nocase),
      );
    }),
    { numRuns: 20_000 },
  );
});

it('a text matches itself with every byte escaped', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.boolean(), (text, nocase) => {
      const pattern = Uint8Array.from([...text].flatMap((byte) => [0x5c, byte]));
      expect(matchGlob(pattern, 0, pattern.length, text, 0, text.length, nocase)).toBe(true);
    }),
  );
});
