/** On in tests and development, free in production: the build replaces the condition by `false` and drops the call. */
export const ASSERTS = process.env.MAYFLY_ASSERT !== '0';

/** Throws if `condition` is false. Guard costly conditions with `if (ASSERTS)`. */
export function assert(condition: boolean, message: string): void {
  if (ASSERTS && !condition) throw new AssertionError(message);
}

export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}
