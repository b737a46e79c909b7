import { ChangeListeners } from './change-listeners.ts';
import type { ConfigView } from './config-view.ts';
import type { DirectiveName, ValueOf } from './directives.ts';

/** What the main thread posts to workers: structured-cloneable. All values at first, then those that changed. */
export interface SharedConfig {
  readonly version: number;
  readonly values: Readonly<Partial<Record<DirectiveName, unknown>>>;
}

/**
 * The configuration on another thread: a copy that the main thread keeps up to date. Passwords get to I/O threads, which
 * ask for them, and never to workers.
 */
export class WorkerConfig implements ConfigView {
  #version: number;
  readonly #values: Partial<Record<DirectiveName, unknown>>;
  readonly #listeners = new ChangeListeners();

  constructor(initial: SharedConfig) {
    this.#version = initial.version;
    this.#values = { ...initial.values };
  }

  get version(): number {
    return this.#version;
  }

  value<N extends DirectiveName>(name: N): ValueOf<N> {
    if (!(name in this.#values)) throw new Error(`directive ${name} is not shared with workers`);
    return this.#values[name] as ValueOf<N>;
  }

  onChange(names: DirectiveName | readonly DirectiveName[], listener: () => void): () => void {
    return this.#listeners.add(names, listener);
  }

  /** Takes over what changed. Updates that arrive out of order are harmless: an older one is dropped. */
  apply(update: SharedConfig): void {
    if (update.version <= this.#version) return;
    this.#version = update.version;
    Object.assign(this.#values, update.values);
    for (const { listener } of this.#listeners.concernedBy(Object.keys(update.values) as DirectiveName[])) listener();
  }
}
