import { expect, test } from 'vitest';
import { Region } from '../../../src/base/region.ts';
import { aclCategoriesOf } from '../../../src/commands/acl-categories.ts';
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

test('renames commands with their subcommands, to nothing as well', () => {
  const registry = new Registry();
  registry.register(dataCommands);
  const known = () => [registry.visible.length, registry.visible.filter(({ parent }) => parent !== undefined).length];
  const [all, subs] = known();
  const objects = registry.get('object')?.subcommands.size ?? 0;
  registry.rename('Get', 'FETCH');
  registry.rename('set', '');
  registry.rename('object', 'thing');
  registry.rename('fetch', 'get2');
  const found = (name: string) => registry.find(Region.of(name), 0, name.length)?.name;
  expect(['get', 'fetch', 'set', 'object'].map(found)).toEqual([undefined, undefined, undefined, undefined]);
  expect(['gEt2', 'thing', 'getset'].map(found)).toEqual(['get', 'object', 'getset']);
  expect(registry.get('thing|freq')?.name).toBe('object|freq');
  expect(registry.get('object|freq')).toBeUndefined();
  expect(known()).toEqual([all - 1, subs]);
  registry.rename('thing', '');
  expect(known()).toEqual([all - 2 - objects, subs - objects]);
  expect(() => registry.rename('set', 'put')).toThrow('there is no command set to rename');
  expect(() => registry.rename('get2', 'getset')).toThrow("get2 can't be renamed to getset: there is such a command");
});

test('a container is in no category but those that it is declared to be in', () => {
  const registry = new Registry();
  registry.register(dataCommands);
  const categories = (name: string) => {
    const command = registry.get(name);
    return command && aclCategoriesOf(command);
  };
  expect(['xgroup', 'himport', 'himport|set', 'hset'].map(categories)).toEqual([
    ['slow'],
    ['hash', 'slow'],
    ['write', 'hash', 'slow'],
    ['write', 'hash', 'fast'],
  ]);
});
