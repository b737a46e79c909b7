import { type Command, isAggregate, isError, type Reply } from '../support/resp.ts';
import { ruleName } from './compare.ts';

interface Counts {
  compared: number;
  errors: number;
  /** Replies that tell something: neither an error nor nil, zero or an empty list. */
  telling: number;
}

function isTelling(reply: Reply): boolean {
  if (isAggregate(reply)) return reply.items.length > 0;
  return !isError(reply) && reply.kind !== 'null' && reply.text !== '0' && reply.text !== '';
}

/** Command → its options, upper case: `SET` → `EX`, `KEEPTTL`, … */
export type OptionsOf = ReadonlyMap<string, ReadonlySet<string>>;

/** How often each command was compared, and how often there was something to compare. */
export class Tally {
  readonly #counts = new Map<string, Counts>();
  readonly #optionsOf: OptionsOf;
  /** `SET KEEPTTL` → how often the reply was no error. */
  readonly #taken = new Map<string, number>();

  constructor(optionsOf: OptionsOf) {
    this.#optionsOf = optionsOf;
  }

  add(command: Command, reply: Reply): void {
    const name = ruleName(command);
    const counts = this.#of(name);
    counts.compared++;
    if (isError(reply)) counts.errors++;
    else this.#countOptions(name, command);
    if (isTelling(reply)) counts.telling++;
  }

  #countOptions(name: string, command: Command): void {
    const options = this.#optionsOf.get(name);
    if (options === undefined) return;
    for (const word of new Set(command.map((text) => text.toUpperCase()))) {
      if (options.has(word)) this.#take(`${name} ${word}`, 1);
    }
  }

  #take(path: string, times: number): void {
    this.#taken.set(path, (this.#taken.get(path) ?? 0) + times);
  }

  addAll(other: Tally): void {
    for (const [name, theirs] of other.#counts) {
      const counts = this.#of(name);
      counts.compared += theirs.compared;
      counts.errors += theirs.errors;
      counts.telling += theirs.telling;
    }
    for (const [path, times] of other.#taken) this.#take(path, times);
  }

  get compared(): number {
    return this.#sum(({ compared }) => compared);
  }

  get errors(): number {
    return this.#sum(({ errors }) => errors);
  }

  /** Of these commands, those that told something less than `times` times. */
  dull(names: Iterable<string>, times: number): string[] {
    const found: string[] = [];
    for (const name of names) {
      const { telling, compared } = this.#of(name);
      if (telling < times) found.push(`${name} (${telling} of ${compared})`);
    }
    return found.sort();
  }

  /** A line for each of these commands: how often compared, how often with a reply that is no error, and that tells. */
  coverage(names: Iterable<string>): string[] {
    const rows = [...names].sort().map((name): readonly [string, ...number[]] => {
      const { compared, errors, telling } = this.#of(name);
      return [name, compared, compared - errors, telling];
    });
    const head = ['command', 'compared', 'no error', 'tells something'];
    return [head, ...rows].map(([name, ...counts]) => {
      const columns = counts.map((count, i) => String(count).padStart(head[i + 1].length + 2));
      return `${String(name).padEnd(28)}${columns.join('')}`;
    });
  }

  /** Options of these commands that were accepted less than `times` times. */
  seldomTaken(names: Iterable<string>, times: number): string[] {
    const paths = [...names].flatMap((name) =>
      [...(this.#optionsOf.get(name) ?? [])].map((option) => `${name} ${option}`),
    );
    const taken = (path: string) => this.#taken.get(path) ?? 0;
    return paths.filter((path) => taken(path) < times).map((path) => `${path} (${taken(path)})`);
  }

  #of(name: string): Counts {
    const counts = this.#counts.get(name) ?? { compared: 0, errors: 0, telling: 0 };
    this.#counts.set(name, counts);
    return counts;
  }

  #sum(of: (counts: Counts) => number): number {
    let sum = 0;
    for (const counts of this.#counts.values()) sum += of(counts);
    return sum;
  }
}
