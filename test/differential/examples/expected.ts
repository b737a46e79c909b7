/**
 * How an example says what a command answers.
 */

/** An integer, a bulk or simple string, nil, an array of such; or what a matcher below says. */
export type Expected = number | string | null | RegExp | Matcher | readonly Expected[];

export interface Matcher {
  readonly about: string;
  matches(text: string, kind: string): boolean;
}

/** What is shown of one command, or of an option (`SET IFEQ`) of an older one. */
export interface Examples {
  readonly needs: string;
  readonly lines: readonly (readonly [command: string, expected: Expected])[];
}

/** An integer of at most `limit` and little less: a time that has begun to run. */
export const justUnder = (limit: number): Matcher => ({
  about: `an integer a little under ${limit}`,
  matches: (text, kind) => kind === ':' && Number(text) <= limit && Number(text) > limit * 0.9 - 5,
});

/** An error that begins so. */
export const error = (start: string): Matcher => ({
  about: `an error that begins with ${start}`,
  matches: (text, kind) => kind === '-' && text.startsWith(start),
});

/** An error that says just so. */
export const exactError = (whole: string): Matcher => ({
  about: `the error ${whole}`,
  matches: (text, kind) => kind === '-' && text === whole,
});

export const integer: Matcher = { about: 'an integer', matches: (text, kind) => kind === ':' && /^-?\d+$/.test(text) };

/** A Unix time in seconds that no test lives to see. */
export const FAR = 33_177_117_420;

/** The greatest integer of a reply, which no JavaScript number is. */
export const INT64_MAX: Matcher = {
  about: '9223372036854775807',
  matches: (text, kind) => kind === ':' && text === '9223372036854775807',
};
