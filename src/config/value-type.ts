import type { Host } from './host.ts';

/** A value in force. */
export interface Setting<T> {
  readonly value: T;
  /** Exactly what CONFIG GET answers (a byte string). Of integers beyond 2^53 only this keeps every digit. */
  readonly text: string;
}

export interface ParseContext<T> {
  /** What was in force before, if anything; directives that speak of parts only (one client class) keep the rest. */
  readonly current: Setting<T> | undefined;
  /** The directive's second or later line while the server starts: `save` lines add up. */
  readonly repeated: boolean;
  readonly host: Host;
}

/** How the values of a directive are read and written. Arguments and results are byte strings. */
export interface ValueType<T> {
  /** For people: `integer, 0 to 65535`. */
  readonly description: string;
  /** Whether `name a b c` and `name "a b c"` mean the same. All others take exactly one argument. */
  readonly takesSeveral: boolean;
  /** @throws ConfigRefusal with the reason, in Redis' words. */
  parse(args: readonly string[], context: ParseContext<T>): Setting<T>;
  /** What follows the name in a configuration file, one entry a line. None: the directive has no line. */
  toLines(setting: Setting<T>, initial: Setting<T>): readonly string[];
}
