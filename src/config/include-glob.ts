import { matchGlob } from '../base/glob.ts';
import type { Host } from './host.ts';

/** The files that an `include` means: itself, or if it holds `*`, `?` or `[` all that match, in alphabetical order. */
export function expandInclude(path: string, host: Host): string[] {
  if (!isPattern(path)) return [path];
  let paths = [path.startsWith('/') ? '/' : ''];
  for (const component of path.split('/')) {
    if (component !== '') paths = paths.flatMap((parent) => matchIn(parent, component, host));
  }
  return paths.sort();
}

function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

function matchIn(parent: string, component: string, host: Host): string[] {
  const prefix = parent === '' || parent.endsWith('/') ? parent : `${parent}/`;
  if (!isPattern(component)) {
    const literal = component === '.' || component === '..';
    return literal || host.list(parent === '' ? '.' : parent).includes(component) ? [prefix + component] : [];
  }
  const glob = Buffer.from(component, 'utf8');
  return host
    .list(parent === '' ? '.' : parent)
    .filter((name) => {
      // As in a shell, names with a leading dot want to be asked for.
      if (name.startsWith('.') && !component.startsWith('.')) return false;
      const text = Buffer.from(name, 'utf8');
      return matchGlob(glob, 0, glob.length, text, 0, text.length, false);
    })
    .map((name) => prefix + name);
}
