/**
 * How a thread that has run out of work sleeps, and is woken by whoever has some. One a consumer, however many rings it
 * reads, so that it can wait for all of them at once.
 *
 *     word 0   SEQUENCE   times it woke its sleeper: the word slept on
 *     word 1   SLEEPING   1 from the moment the sleeper means to sleep until it, or the first to ring, says otherwise
 *
 * The sleeper sets SLEEPING and looks at its rings once more before it sleeps; a producer commits and then looks at
 * SLEEPING. Whichever is first, one sees the other, so no message is left lying. While the consumer is busy a ring costs
 * the producer one atomic operation.
 */
const SEQUENCE = 0;
const SLEEPING = 1;

/** A cache line. */
const DOORBELL_BYTES = 64;

export class Doorbell {
  readonly buffer: SharedArrayBuffer;
  private readonly words: Int32Array;

  /** @param buffer another thread's `buffer`, for the same doorbell */
  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(DOORBELL_BYTES)) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer);
  }

  /**
   * Wakes the consumer if it sleeps or is about to. Call it after what it should see is committed or written.
   * @returns whether this call is the one that must wake it: enough for a consumer in `sleep`; one that waits in an event
   * loop, which can't see this, is then to be woken by the means of that loop. Others who ring meanwhile get false.
   */
  ring(): boolean {
    const words = this.words;
    // Not a mere load, before which the processor may keep back plain writes (a deadline, say) that the sleeper looks for.
    if (Atomics.compareExchange(words, SLEEPING, 1, 0) !== 1) return false;
    Atomics.add(words, SEQUENCE, 1);
    Atomics.notify(words, SEQUENCE);
    return true;
  }

  /**
   * First step to sleep. Next, look at every ring once more; then `sleep`, or `stayAwake` if there was something.
   * @returns the sequence to sleep with
   */
  prepareSleep(): number {
    const sequence = Atomics.load(this.words, SEQUENCE);
    Atomics.store(this.words, SLEEPING, 1);
    return sequence;
  }

  /**
   * Sleeps until somebody rings or has rung since `prepareSleep`, or the time is up. Never on an I/O thread.
   * @param timeoutMs Infinity: no end  @returns whether it was rung; look at the rings either way
   */
  sleep(seenSequence: number, timeoutMs: number): boolean {
    const outcome = Atomics.wait(this.words, SEQUENCE, seenSequence, timeoutMs);
    Atomics.store(this.words, SLEEPING, 0);
    return outcome !== 'timed-out';
  }

  /** As `sleep`, for a thread that must go on meanwhile: resolves once somebody has rung since `prepareSleep`. */
  async rung(seenSequence: number): Promise<void> {
    await Atomics.waitAsync(this.words, SEQUENCE, seenSequence).value;
  }

  /** Takes `prepareSleep` back; also what an event loop calls when it wakes. */
  stayAwake(): void {
    Atomics.store(this.words, SLEEPING, 0);
  }
}
