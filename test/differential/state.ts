import { type Command, isAggregate, type Reply } from '../support/resp.ts';

/** Databases that the generator writes to. */
const DATABASES = ['0', '1', '2'];

/** Sends commands to both servers, compares what they answer, and returns the oracle's replies. */
type Ask = (commands: readonly Command[]) => Promise<readonly Reply[]>;

/** Commands that read all of a key's value. */
function contentCommands(type: string, key: string): Command[] {
  switch (type) {
    case 'string':
      return [['GET', key]];
    case 'list':
      return [['LRANGE', key, '0', '-1']];
    case 'hash':
      return [['HGETALL', key]];
    case 'set':
      return [['SMEMBERS', key]];
    case 'zset':
      return [['ZRANGE', key, '0', '-1', 'WITHSCORES']];
    case 'stream':
      return [
        ['XRANGE', key, '-', '+'],
        ['XINFO', 'STREAM', key, 'FULL', 'COUNT', '0'],
      ];
    default:
      return [];
  }
}

/** Asks for every key: its type, encoding, deadline and value. */
export async function readState(ask: Ask): Promise<void> {
  for (const database of DATABASES) {
    const [, keys] = await ask([
      ['SELECT', database],
      ['KEYS', '*'],
    ]);
    const names = isAggregate(keys) ? keys.items.flatMap((key) => (isAggregate(key) ? [] : [key.text])) : [];
    if (names.length === 0) continue;
    const types = await ask(names.map((name) => ['TYPE', name]));
    await ask(
      names.flatMap((name, i): Command[] => {
        const type = types[i];
        const content = isAggregate(type) ? [] : contentCommands(type.text, name);
        return [['PTTL', name], ...content, ['OBJECT', 'ENCODING', name]];
      }),
    );
  }
}
