/**
 * One line of a configuration file: arguments parted by blanks. `"double quotes"` know \n \r \t \b \a \xHH and \ before
 * any other character; `'single quotes'` know \' only. Lines can't be continued. Everything here is byte strings.
 */

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };
const ESCAPED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\x07': '\\a',
};

/** The arguments of a line, or undefined if quotes are unbalanced or something follows a closing quote. */
export function splitLine(line: string): string[] | undefined {
  const args: string[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && isBlank(line[at])) at++;
    if (at >= line.length) return args;
    let argument = '';
    let quote = '';
    while (at < line.length) {
      const char = line[at++];
      if (quote === '') {
        if (isBlank(char)) break;
        if (char === '"' || char === "'") quote = char;
        else argument += char;
      } else if (char === quote) {
        if (at < line.length && !isBlank(line[at])) return undefined;
        quote = '';
        break;
      } else if (char === '\\' && quote === '"' && at < line.length) {
        const hex = /^x([0-9a-f]{2})/i.exec(line.slice(at, at + 3));
        argument += hex ? String.fromCharCode(Number.parseInt(hex[1], 16)) : (ESCAPES[line[at]] ?? line[at]);
        at += hex ? 3 : 1;
      } else if (char === '\\' && quote === "'" && line[at] === "'") {
        argument += line[at++];
      } else {
        argument += char;
      }
    }
    if (quote !== '') return undefined;
    args.push(argument);
  }
}

/** In double quotes, so that `splitLine` reads it back as it is. */
export function quoteArgument(bytes: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the very bytes that a line can't hold as they are.
  const inside = bytes.replace(/[\\"\x00-\x1f\x7f-\xff]/g, (char) => {
    return ESCAPED[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${inside}"`;
}

function isBlank(char: string): boolean {
  return char === ' ' || (char >= '\t' && char <= '\r');
}
