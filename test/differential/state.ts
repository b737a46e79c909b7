import { type Command, isAggregate, type Reply } from '../support/resp.ts';
import type { Endpoint } from './endpoint.ts';

/** Databases that the generator writes to. */
const DATABASES = ['0', '1', '2'];

type Check = (command: Command, subject: Reply, oracle: Reply) => void;

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

/** Compares every key of both servers: its type, encoding, deadline and value. */
export async function compareState(subject: Endpoint, oracle: Endpoint, check: Check): Promise<void> {
  const ask = async (commands: readonly Command[]) => {
    const [left, right] = await Promise.all([
      subject.inspector.pipeline(commands),
      oracle.inspector.pipeline(commands),
    ]);
    commands.forEach((command, i) => {
      if (left[i].raw !== right[i].raw) check(command, left[i].reply, right[i].reply);
    });
    return right.map(({ reply }) => reply);
  };
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
