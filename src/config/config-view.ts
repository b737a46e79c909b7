import type { DirectiveName, ValueOf } from './directives.ts';

/** Configuration as readers see it, on the main thread and on workers. */
export interface ConfigView {
  /** Goes up with every change of any value. */
  readonly version: number;
  /** The value in force. Cheap, but a property read of your own is cheaper: hot paths copy it in an `onChange`. */
  value<N extends DirectiveName>(name: N): ValueOf<N>;
  /**
   * Calls `listener` once after each change of any of the named values. On the main thread a listener that throws a
   * `ConfigRefusal` undoes the change: everything is restored and the listeners run again.
   * @returns what ends this.
   */
  onChange(names: DirectiveName | readonly DirectiveName[], listener: () => void): () => void;
}
