const PLACEHOLDER = '__rand_int__';

/**
 * A command repeated as often as the pipeline is deep, encoded once. Each connection has a copy and overwrites the
 * twelve digits where `__rand_int__` stood before it sends the copy again.
 */
export class CommandTemplate {
  readonly bytes: Buffer;
  readonly #randomAt: readonly number[];
  readonly #keyspace: number;

  private constructor(bytes: Buffer, randomAt: readonly number[], keyspace: number) {
    this.bytes = bytes;
    this.#randomAt = randomAt;
    this.#keyspace = keyspace;
  }

  /** @param keyspace how many different numbers; 0 sends the placeholder as it stands, as redis-benchmark does */
  static repeat(once: Buffer, depth: number, keyspace: number): CommandTemplate {
    const bytes = Buffer.concat(new Array<Buffer>(depth).fill(once));
    const randomAt: number[] = [];
    if (keyspace > 0) {
      for (let at = bytes.indexOf(PLACEHOLDER); at >= 0; at = bytes.indexOf(PLACEHOLDER, at + PLACEHOLDER.length)) {
        randomAt.push(at);
      }
    }
    return new CommandTemplate(bytes, randomAt, keyspace);
  }

  /** The same command in memory of its own. */
  copy(): CommandTemplate {
    return new CommandTemplate(Buffer.from(this.bytes), this.#randomAt, this.#keyspace);
  }

  /** Puts fresh random numbers in place of every placeholder. */
  randomize(): void {
    for (const at of this.#randomAt) {
      let rest = Math.floor(Math.random() * this.#keyspace);
      for (let digit = at + PLACEHOLDER.length - 1; digit >= at; digit--) {
        const tenth = Math.floor(rest / 10);
        this.bytes[digit] = 48 + rest - tenth * 10;
        rest = tenth;
      }
    }
  }
}
