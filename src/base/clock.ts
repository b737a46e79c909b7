/** Time, handed to whoever needs it, so that a test can set it. */
export interface Clock {
  /** Milliseconds since 1970, with a fraction where the source has one. */
  nowMs(): number;
}

/** The system's clock in whole milliseconds: what deadlines are compared with everywhere. */
export const systemClock: Clock = { nowMs: () => Date.now() };

/**
 * The system's clock with its fraction of a millisecond, for sleeping until a deadline and no longer. Made of the monotonic
 * clock and an offset that is taken anew whenever the two have drifted apart, as when somebody sets the time.
 */
export class FineClock implements Clock {
  private offsetMs = Date.now() - performance.now();

  nowMs(): number {
    const fine = performance.now() + this.offsetMs;
    const whole = Date.now();
    if (fine >= whole && fine < whole + 1) return fine;
    // Date.now() has just ticked or the clock was set: it is right, and the fraction starts from it.
    this.offsetMs += (fine < whole ? whole : whole + 0.999) - fine;
    return fine < whole ? whole : whole + 0.999;
  }
}
