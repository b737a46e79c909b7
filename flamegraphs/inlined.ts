/**
 * V8 tells for each function on which lines it was seen, and where it has put other functions into one, their lines are
 * among them. This finds whose they are, by the indentation of the bundle that esbuild wrote.
 */

/** Lines that begin a function: `function f(…)`, a method, or an arrow function with a name. */
const HEADERS = [
  /^\s*(?:async )?function\*? ([\w$]+)\(/,
  /^\s*(?:static |async |get |set |\*)*([#\w$]+)\(.*\) \{$/,
  /^\s*(?:(?:var|let|const) )?([\w$]+)(?: =|:) (?:async )?(?:\([^)]*\)|[\w$]+) =>/,
  /^\s*([\w$]+)(?: =|:) (?:async )?function\*?[ (]/,
];
const NO_FUNCTIONS = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'function', 'return']);

export interface FunctionAt {
  readonly name: string;
  /** Where it begins, as V8 sees it: behind its name; both count from 0. */
  readonly line: number;
  readonly column: number;
}

const indentation = (line: string): number => line.length - line.trimStart().length;

function headerOf(line: string): string | undefined {
  for (const pattern of HEADERS) {
    const [, name] = pattern.exec(line) ?? [];
    if (name !== undefined && !NO_FUNCTIONS.has(name)) return name;
  }
  return undefined;
}

/** The innermost named function that a line belongs to. @param at counts from 0 */
export function functionAt(lines: readonly string[], at: number): FunctionAt | undefined {
  let within = indentation(lines[at] ?? '') + 1;
  for (let line = at; line >= 0; line--) {
    const text = lines[line];
    if (text === undefined || text.trim() === '' || indentation(text) >= within) continue;
    const name = headerOf(text);
    if (name !== undefined) return { name, line, column: text.indexOf(name) + name.length };
    within = indentation(text);
  }
  return undefined;
}
