import type { ValueType } from './value-type.ts';

export type DirectiveFlag =
  /** Can't be changed while the server runs. */
  | 'immutable'
  /** Its value must not be logged or shown in slow logs and MONITOR. */
  | 'sensitive'
  /** CONFIG GET answers it for its exact name only. */
  | 'hidden'
  /** CONFIG SET needs `enable-protected-configs`. */
  | 'protected'
  /** Of interest in a crash report. */
  | 'debug'
  /** CONFIG SET is refused while data is being loaded. */
  | 'deny-loading';

/** Whether Mayfly acts on a directive today. */
export type Built = boolean | 'partly';

export interface DirectiveOptions {
  readonly built: Built;
  /** One sentence for docs/configuration.md. */
  readonly about: string;
  /** An older name, equally good everywhere. */
  readonly alias?: string;
  readonly flags?: readonly DirectiveFlag[];
  /** What to tell an operator who sets a directive that isn't (wholly) built, if there is more to say than that. */
  readonly missing?: string;
  /** Values (as CONFIG GET shows them) of an unbuilt directive that need no notice; if not given, its initial one. */
  readonly harmless?: readonly string[];
  /** For the documentation, where the default depends on the machine. */
  readonly defaultIs?: string;
}

export interface Directive<T> extends DirectiveOptions {
  readonly type: ValueType<T>;
  /** What stands in force without any configuration: the arguments, as in a configuration file. */
  readonly initial: readonly string[];
}

/** Declares a directive. `initial` is split at blanks if the type takes several arguments. */
export function directive<T>(type: ValueType<T>, initial: string, options: DirectiveOptions): Directive<T> {
  const args = type.takesSeveral ? initial.split(' ').filter((word) => word !== '') : [initial];
  return { type, initial: args, ...options };
}
