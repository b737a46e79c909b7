import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arcsine, cosine, sine } from '../../../src/base/trigonometry.ts';

const angle = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });
/** One in the last place. */
const ulp = (x: number): number => Math.max(2 ** (Math.floor(Math.log2(Math.abs(x))) - 52), Number.MIN_VALUE);

describe('trigonometry', () => {
  it('is within a digit of what JavaScript has', () => {
    fc.assert(
      fc.property(angle, (x) => {
        expect(Math.abs(sine(x) - Math.sin(x))).toBeLessThanOrEqual(ulp(Math.sin(x)));
        expect(Math.abs(cosine(x) - Math.cos(x))).toBeLessThanOrEqual(ulp(Math.cos(x)));
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (x) => {
        expect(Math.abs(arcsine(x) - Math.asin(x))).toBeLessThanOrEqual(ulp(Math.asin(x)));
      }),
    );
  });

  it('is right where JavaScript is off by one', () => {
    // Worked out to 60 digits.
    expect(sine(2.310737329232562)).toBe(0.7385083387874641);
    expect(sine(0.5625920593449353)).toBe(0.5333805465313245);
    expect(sine(2.121279975975302)).toBe(0.8522716251096938);
    expect(cosine(2.310737329232562)).toBe(-0.6742443426098436);
    expect(cosine(-0.7201465153241312)).toBe(0.7517091111128904);
    expect(cosine(-2.439573679127295)).toBe(-0.7635399702628357);
    expect(arcsine(0.43693263914173486)).toBe(0.45218574262680217);
    expect(arcsine(0.5969772706029568)).toBe(0.6397280266441326);
    expect(arcsine(0.6053785971581335)).toBe(0.6502414432550135);
  });

  it('knows its ends', () => {
    expect([sine(0), cosine(0), arcsine(0), arcsine(1), arcsine(-1)]).toEqual([0, 1, 0, Math.PI / 2, -Math.PI / 2]);
    expect(sine(Math.PI)).toBe(1.2246467991473532e-16);
    expect(cosine(Math.PI / 2)).toBe(6.123233995736766e-17);
    expect(arcsine(2)).toBeNaN();
  });
});
