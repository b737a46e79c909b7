/**
 * Reading and writing RESP2 and RESP3 for tests. Written apart from src/protocol on purpose: a test that read replies
 * with the server's own parser would share its mistakes.
 *
 * Text is latin1 throughout: one character a byte, so binary values survive and compare as plain strings.
 */

/** A reply in the order it came. `text` holds the payload of every kind that isn't an aggregate. */
export type Reply =
  | { readonly kind: '+' | '-' | ':' | ',' | '#' | '(' | '$' | '=' | '!'; readonly text: string }
  | { readonly kind: 'null'; readonly text: string }
  | { readonly kind: '*' | '~' | '>' | '%' | '|'; readonly items: readonly Reply[] };

export type Command = readonly string[];

/** The kinds that hold other replies. A map's items are key, value, key, value, … */
export function isAggregate(reply: Reply): reply is Extract<Reply, { items: readonly Reply[] }> {
  return 'items' in reply;
}

export function isError(reply: Reply): boolean {
  return reply.kind === '-' || reply.kind === '!';
}

const CRLF = '\r\n';

/** A command as clients send it: an array of bulk strings. */
export function encodeCommand(command: Command): string {
  let out = `*${command.length}${CRLF}`;
  for (const word of command) out += `$${word.length}${CRLF}${word}${CRLF}`;
  return out;
}

/** The bytes of a reply (latin1). */
export function encodeReply(reply: Reply): string {
  if (isAggregate(reply)) {
    const count = reply.kind === '%' || reply.kind === '|' ? reply.items.length / 2 : reply.items.length;
    return `${reply.kind}${count}${CRLF}${reply.items.map(encodeReply).join('')}`;
  }
  if (reply.kind === 'null') return reply.text + CRLF;
  const isBulk = reply.kind === '$' || reply.kind === '=' || reply.kind === '!';
  return `${reply.kind}${isBulk ? reply.text.length + CRLF : ''}${reply.text}${CRLF}`;
}

/** One reply out of `bytes` from `start`, with the position after it; undefined while bytes are missing. */
export function parseReply(bytes: Buffer, start: number): { reply: Reply; end: number } | undefined {
  const eol = bytes.indexOf(CRLF, start, 'latin1');
  if (eol < 0) return undefined;
  const kind = String.fromCharCode(bytes[start]);
  const line = bytes.toString('latin1', start + 1, eol);
  const next = eol + 2;
  switch (kind) {
    case '+':
    case '-':
    case ':':
    case ',':
    case '#':
    case '(':
      return { reply: { kind, text: line }, end: next };
    case '_':
      return { reply: { kind: 'null', text: '_' }, end: next };
    case '$':
    case '=':
    case '!': {
      const length = Number(line);
      if (length === -1) return { reply: { kind: 'null', text: '$-1' }, end: next };
      const end = next + length + 2;
      if (!(length >= 0)) throw new Error(`a bulk reply of length "${line}"`);
      if (bytes.length < end) return undefined;
      if (bytes.toString('latin1', end - 2, end) !== CRLF)
        throw new Error(`no CRLF after a bulk reply of ${length} bytes`);
      return { reply: { kind, text: bytes.toString('latin1', next, end - 2) }, end };
    }
    case '*':
    case '~':
    case '>':
    case '%':
    case '|': {
      const count = Number(line);
      if (count === -1) return { reply: { kind: 'null', text: '*-1' }, end: next };
      if (!(count >= 0)) throw new Error(`an aggregate reply of ${line} items`);
      return parseItems(kind, bytes, next, kind === '%' || kind === '|' ? count * 2 : count);
    }
    default:
      throw new Error(`no reply begins with ${JSON.stringify(kind)}: ${JSON.stringify(line.slice(0, 60))}`);
  }
}

function parseItems(kind: '*' | '~' | '>' | '%' | '|', bytes: Buffer, start: number, count: number) {
  const items: Reply[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    const got = parseReply(bytes, at);
    if (got === undefined) return undefined;
    items.push(got.reply);
    at = got.end;
  }
  return { reply: { kind, items } as Reply, end: at };
}

/** A reply in the form redis-cli shows, on one line: for messages. */
export function show(reply: Reply, textLengthMax = 200): string {
  if (isAggregate(reply)) {
    const shown = reply.items.slice(0, 40).map((item) => show(item, textLengthMax));
    if (reply.items.length > 40) shown.push(`… ${reply.items.length} in all`);
    const name = { '*': '', '~': 'set', '%': 'map', '>': 'push', '|': 'attribute' }[reply.kind];
    return `${name}[${shown.join(', ')}]`;
  }
  const text = reply.text.length > textLengthMax ? `${reply.text.slice(0, textLengthMax)}…` : reply.text;
  switch (reply.kind) {
    case 'null':
      return `nil (${reply.text})`;
    case '-':
    case '!':
      return `(error) ${text}`;
    case '$':
      return quote(text);
    case '=':
      return `verbatim ${quote(text)}`;
    case '+':
      return text;
    case ':':
      return `(integer) ${text}`;
    default:
      return `(${{ ',': 'double', '#': 'boolean', '(': 'big number' }[reply.kind]}) ${text}`;
  }
}

/** A latin1 string as redis-cli takes and prints it: in double quotes, other bytes as \xHH. */
export function quote(text: string): string {
  let out = '"';
  for (const char of text) {
    const code = char.charCodeAt(0);
    if (char === '"' || char === '\\') out += `\\${char}`;
    else if (char === '\n') out += '\\n';
    else if (char === '\r') out += '\\r';
    else if (code < 32 || code > 126) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else out += char;
  }
  return `${out}"`;
}

/** A command as one would type it into redis-cli. */
export function asCliLine(command: Command): string {
  return command.map((word) => (/^[\w.:*+()[\]-]+$/.test(word) ? word : quote(word))).join(' ');
}
