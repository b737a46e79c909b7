/** Glob patterns over bytes, as KEYS, SCAN, PSUBSCRIBE, CONFIG GET and ACLs match them. */

const STAR = 42;
const QUESTION = 63;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;
const CARET = 94;
const DASH = 45;

/** Redis gives up, without a match, on a pattern with more stars in effect than this. */
const STARS_MAX = 1000;

/**
 * Whether the pattern matches the whole text. `*` is any run of bytes, `?` any byte, `[a-z]` and `[^a-z]` one byte in or
 * not in a set, `\` takes the next byte literally.
 *
 * The corners are Redis' own: an unclosed `[` ends with the pattern, a range may be given from its upper end, bytes in a
 * range are signed, and no pattern but the empty one matches the empty text, not even `*`.
 *
 * A star that fails needs only the last one before it moved, never the earlier ones: the time is O(pattern × text) at
 * worst, with no recursion and no allocation.
 */
export function matchGlob(
  pattern: Uint8Array,
  patternAt: number,
  patternLength: number,
  text: Uint8Array,
  textAt: number,
  textLength: number,
  nocase: boolean,
): boolean {
  const patternEnd = patternAt + patternLength;
  const textEnd = textAt + textLength;
  let p = patternAt;
  let t = textAt;
  // Where to go on when something behind the last star doesn't match, and where in the text that star then ends.
  let retryPattern = -1;
  let retryText = 0;
  let stars = 0;
  if (t === textEnd) return p === patternEnd;
  for (;;) {
    let matched = p < patternEnd;
    if (matched) {
      const byte = pattern[p];
      if (byte === STAR) {
        do p++;
        while (p < patternEnd && pattern[p] === STAR);
        if (p === patternEnd) return true;
        if (++stars > STARS_MAX) return false;
        retryPattern = p;
        retryText = t;
        continue;
      }
      if (byte === OPEN) {
        p = matchSet(pattern, p + 1, patternEnd, text[t], nocase);
        matched = p >= 0;
      } else {
        if (byte === BACKSLASH && p + 1 < patternEnd) p++;
        matched = byte === QUESTION || pattern[p] === text[t] || (nocase && lower(pattern[p]) === lower(text[t]));
        p++;
      }
      t++;
    }
    if (matched) {
      if (t < textEnd) continue;
      while (p < patternEnd && pattern[p] === STAR) p++;
      if (p === patternEnd) return true;
    }
    if (retryPattern < 0 || ++retryText === textEnd) return false;
    p = retryPattern;
    t = retryText;
  }
}

/** Matches one byte against the set that begins at `at`. Returns where the pattern goes on, or -1 if it isn't in the set. */
function matchSet(pattern: Uint8Array, at: number, end: number, byte: number, nocase: boolean): number {
  let p = at;
  const negated = p < end && pattern[p] === CARET;
  if (negated) p++;
  let found = false;
  for (; p < end; p++) {
    if (pattern[p] === BACKSLASH && p + 1 < end) {
      p++;
      if (pattern[p] === byte) found = true;
    } else if (pattern[p] === CLOSE) {
      break;
    } else if (p + 2 < end && pattern[p + 1] === DASH) {
      if (inRange(pattern[p], pattern[p + 2], byte, nocase)) found = true;
      p += 2;
    } else if (pattern[p] === byte || (nocase && lower(pattern[p]) === lower(byte))) {
      found = true;
    }
  }
  if (found === negated) return -1;
  return p < end ? p + 1 : end;
}

function inRange(from: number, to: number, byte: number, nocase: boolean): boolean {
  const low = Math.min(signed(from), signed(to));
  const high = Math.max(signed(from), signed(to));
  const value = signed(byte);
  return nocase ? lower(value) >= lower(low) && lower(value) <= lower(high) : value >= low && value <= high;
}

/** A byte as C's `char` on x86. */
function signed(byte: number): number {
  return (byte << 24) >> 24;
}

function lower(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte + 32 : byte;
}
