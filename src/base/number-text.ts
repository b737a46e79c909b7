/**
 * The syntax that C's `strtod` and `strtold` accept, read without C: decimal or hexadecimal mantissa, optional exponent,
 * `inf`, `infinity` and `nan` in any case. Cold path: it makes BigInts. What the text is rounded to is up to the caller.
 */

export type NumberText =
  | { kind: 'infinity'; negative: boolean }
  | { kind: 'nan' }
  /** The value is mantissa × 10^exponent or mantissa × 2^exponent, `digits` being the mantissa's count of digits. */
  | { kind: 'decimal' | 'hexadecimal'; negative: boolean; mantissa: bigint; digits: number; exponent: number };

const SYNTAX =
  /^([+-]?)(?:(inf(?:inity)?)|(nan(?:\([0-9a-z_]*\))?)|0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?[0-9]+))?|([0-9]*)(?:\.([0-9]*))?(?:e([+-]?[0-9]+))?)$/i;

/** Exponents are cut off here, far beyond what any of our formats can hold, so that sums with them stay exact. */
const EXPONENT_CUT = 1e9;

/** Reads a whole string; undefined if it isn't a number from end to end. Leading spaces, which C skips, are refused. */
export function readNumberText(text: string): NumberText | undefined {
  const match = SYNTAX.exec(text);
  if (match === null) return undefined;
  const [, sign, infinity, nan, hexWhole, hexFraction, hexExponent, whole, fraction, exponent] = match;
  const negative = sign === '-';
  if (infinity !== undefined) return { kind: 'infinity', negative };
  if (nan !== undefined) return { kind: 'nan' };
  if (hexWhole !== undefined) return assemble('hexadecimal', negative, hexWhole, hexFraction, hexExponent);
  return assemble('decimal', negative, whole, fraction, exponent);
}

function assemble(
  kind: 'decimal' | 'hexadecimal',
  negative: boolean,
  whole: string,
  fraction = '',
  exponentText = '0',
): NumberText | undefined {
  if (whole === '' && fraction === '') return undefined;
  const digits = (whole + fraction).replace(/^0+/, '');
  const exponent = Math.max(-EXPONENT_CUT, Math.min(EXPONENT_CUT, Number(exponentText)));
  const hexadecimal = kind === 'hexadecimal';
  return {
    kind,
    negative,
    mantissa: digits === '' ? 0n : BigInt((hexadecimal ? '0x' : '') + digits),
    digits: digits.length,
    exponent: exponent - fraction.length * (hexadecimal ? 4 : 1),
  };
}
