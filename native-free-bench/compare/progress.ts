/** Tells how far a long run has come, and when it will be done: a line for everything measured. */
export class Progress {
  readonly #say: (text: string) => void;
  readonly #startedAtMs = performance.now();
  #doneS = 0;
  #left = 0;
  #leftS = 0;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /** Announces work to come. @param seconds a guess; how far guesses were off so far corrects what is told */
  expect(tasks: number, seconds: number): void {
    this.#left += tasks;
    this.#leftS += tasks * seconds;
  }

  /** @param seconds as it was announced */
  finished(title: string, outcome: string, seconds: number): void {
    this.#left--;
    this.#leftS -= seconds;
    this.#doneS += seconds;
    this.#say(`${title}: ${outcome}${this.#left > 0 ? `   (${this.#left} to go, ${this.remaining()})` : ''}`);
  }

  /** About how long the rest will take. */
  remaining(): string {
    const elapsedS = (performance.now() - this.#startedAtMs) / 1000;
    const leftS = this.#doneS > 0 ? (this.#leftS * elapsedS) / this.#doneS : this.#leftS;
    return leftS < 90 ? `about ${Math.round(leftS)} s` : `about ${Math.round(leftS / 60)} min`;
  }
}
