/**
 * Payload: the bytes of a key and its elements themselves, as a client sent them. What keeps them as they are takes that
 * and more, so a goal below it can't be met; tables show it beside the goal.
 */

/** Of a name, as redis-benchmark makes them. */
export const KEY_BYTES = 16;

/** Bytes of a key of which each of `count` elements keeps `words`. */
export function payloadOf(count: number, words: (index: number) => readonly string[]): number {
  let bytes = KEY_BYTES;
  for (let i = 0; i < count; i++) bytes += words(i).join('').length;
  return bytes;
}
