import { matchGlob } from '../base/glob.ts';
import { DIRECTIVE_NAMES, DIRECTIVES, findDirective } from './directives.ts';
import type { Settings } from './settings.ts';

/** Names (older ones too) and values that match any of the patterns, each once. All byte strings. */
export function findSettings(settings: Settings, patterns: readonly string[]): [name: string, text: string][] {
  const found = new Map<string, string>();
  const namesFound = new Set<string>();
  const add = (answeredName: string, text: string) => {
    if (namesFound.has(answeredName.toLowerCase())) return;
    namesFound.add(answeredName.toLowerCase());
    found.set(answeredName, text);
  };
  for (const pattern of patterns) {
    if (!/[[*?]/.test(pattern)) {
      // A name is answered as it was asked for, in whatever case.
      const name = findDirective(pattern);
      if (name !== undefined) add(pattern, settings.current(name).text);
      continue;
    }
    const glob = Buffer.from(pattern, 'latin1');
    for (const name of DIRECTIVE_NAMES) {
      const { alias, flags } = DIRECTIVES[name];
      if (flags?.includes('hidden')) continue;
      if (matches(glob, name)) add(name, settings.current(name).text);
      if (alias !== undefined && matches(glob, alias)) add(alias, settings.current(name).text);
    }
  }
  return [...found];
}

function matches(glob: Uint8Array, name: string): boolean {
  const text = Buffer.from(name, 'latin1');
  return matchGlob(glob, 0, glob.length, text, 0, text.length, true);
}
