import type { DirectiveName } from './directives.ts';

interface Entry {
  readonly names: readonly DirectiveName[];
  readonly listener: () => void;
}

/** Who wants to know of changes to which directives, in the order of registration. */
export class ChangeListeners {
  readonly #entries = new Set<Entry>();

  add(names: DirectiveName | readonly DirectiveName[], listener: () => void): () => void {
    const entry: Entry = { names: typeof names === 'string' ? [names] : names, listener };
    this.#entries.add(entry);
    return () => {
      this.#entries.delete(entry);
    };
  }

  /** Those concerned, each once, with the first of `changed` that concerns it. */
  concernedBy(changed: readonly DirectiveName[]): { readonly name: DirectiveName; readonly listener: () => void }[] {
    const concerned = [];
    for (const { names, listener } of this.#entries) {
      const name = changed.find((each) => names.includes(each));
      if (name !== undefined) concerned.push({ name, listener });
    }
    return concerned;
  }
}
