/**
 * Where a command's keys are, in Redis' terms, from one line a command:
 *
 *     RW access update 1            the key is word 1
 *     RM delete 1..-1               from word 1 to the last
 *     OW update 1..-1:2             every second word
 *     RO access num 1               word 1 says how many keys follow it     (num 1:2  every second word after it)
 *     RO access STREAMS@1..-1/2     after the word STREAMS, searched from word 1; the first half of what follows
 *     OW update ?                   not to be found without knowing the command
 *
 * Several are separated by ` ; `.
 */
export interface KeySpec {
  flags: string[];
  begin: { index: number } | { keyword: string; startFrom: number } | undefined;
  find:
    | { lastKey: number; step: number; limit: number }
    | { keyNumIndex: number; firstKey: number; step: number }
    | undefined;
}

export function parseKeySpecs(text: string): KeySpec[] {
  if (text === '') return [];
  return text.split(';').map((one) => parseKeySpec(one.trim()));
}

function parseKeySpec(text: string): KeySpec {
  const words = text.split(' ');
  const where = words.pop() as string;
  const counted = words.at(-1) === 'num';
  if (counted) words.pop();
  const flags = words;
  if (where === '?') return { flags, begin: undefined, find: undefined };
  const match = /^(?:([A-Z]+)@)?(-?\d+)(?:\.\.(-?\d+))?(?::(\d+))?(?:\/(\d+))?$/.exec(where);
  if (match === null) throw new Error(`bad key specification: ${text}`);
  const [, keyword, first, last, step = '1', limit = '0'] = match;
  const begin = keyword === undefined ? { index: Number(first) } : { keyword, startFrom: Number(first) };
  if (counted) return { flags, begin, find: { keyNumIndex: 0, firstKey: 1, step: Number(step) } };
  // Redis counts the last key from the first one, unless it counts from the end.
  const lastKey = last === undefined ? 0 : Number(last) < 0 ? Number(last) : Number(last) - Number(first);
  return { flags, begin, find: { lastKey, step: Number(step), limit: Number(limit) } };
}
