import { expect, test } from 'vitest';
import { Region } from '../../../src/base/region.ts';
import { dataCommands } from '../../../src/commands/all.ts';
import { Registry } from '../../../src/commands/registry.ts';

test('finds a command by its whole name in any case, also where it was found before', () => {
  const registry = new Registry();
  registry.register(dataCommands);
  const nameOf = (name: string) => {
    const source = Region.allocate(64);
    source.u8.set(Buffer.from(`${name}\r\nmore`));
    return registry.find(source, 0, name.length)?.name;
  };
  for (let again = 0; again < 2; again++) {
    for (const name of ['get', 'GeT', 'set', 'setnx', 'incrbyfloat', 'zrangebyscore'])
      expect(nameOf(name)).toBe(name.toLowerCase());
    for (const name of ['', 'g', 'ge', 'gett', 'get\0', '\0', 'incrbyfl', 'nosuch', 'object|freq'])
      expect(nameOf(name)).toBeUndefined();
  }
});
