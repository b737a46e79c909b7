/** C's character classes (ctype.h) in its C locale, by which Redis splits words, reads numbers and matches patterns. */
export const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;
export const isUpper = (byte: number): boolean => byte >= 65 && byte <= 90;
export const isLower = (byte: number): boolean => byte >= 97 && byte <= 122;
export const isAlpha = (byte: number): boolean => isUpper(byte) || isLower(byte);
export const isAlnum = (byte: number): boolean => isAlpha(byte) || isDigit(byte);
export const isSpace = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13);
export const isPrint = (byte: number): boolean => byte >= 32 && byte < 127;
export const isHex = (byte: number): boolean =>
  isDigit(byte) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102);
