/** How often each error code was replied: INFO errorstats. Of the I/O thread that writes the replies. */
export class ErrorStats {
  readonly counts = new Map<string, number>();
  total = 0;

  /** @param text of an error reply, without its `-` */
  record(text: string): void {
    this.total++;
    const space = text.indexOf(' ');
    const code = space < 0 ? text : text.slice(0, space);
    const count = this.counts.get(code);
    if (count === undefined && this.counts.size >= CODES_MAX) return;
    this.counts.set(code, (count ?? 0) + 1);
  }

  reset(): void {
    this.counts.clear();
    this.total = 0;
  }
}

/** Codes come from us, but scripts can make up any: they must not fill the memory. */
const CODES_MAX = 128;
