import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MAYFLY_VERSION } from '../../../src/base/version.ts';
import { Config } from '../../../src/config/config.ts';
import { DIRECTIVE_AREAS, DIRECTIVE_NAMES, DIRECTIVES, findDirective } from '../../../src/config/directives.ts';
import { splitLine } from '../../../src/config/line.ts';
import { describeDirectives } from './document.ts';
import { TestHost } from './test-host.ts';

describe('the table of directives', () => {
  it('gives every name once', () => {
    const perArea = Object.values(DIRECTIVE_AREAS).flatMap((directives) => Object.keys(directives));
    const aliases = DIRECTIVE_NAMES.flatMap((name) => DIRECTIVES[name].alias ?? []);
    const names = [...perArea, ...aliases];
    expect(names.length).toBe(new Set(names).size);
    expect([...perArea].sort()).toEqual([...DIRECTIVE_NAMES].sort());
  });

  it('finds directives by either name in any case', () => {
    expect(findDirective('LUA-time-limit')).toBe('busy-reply-threshold');
    expect(findDirective('constructor')).toBeUndefined();
  });

  it('says in a sentence what each is about', () => {
    for (const name of DIRECTIVE_NAMES) expect(DIRECTIVES[name].about, name).toMatch(/^[A-Z].*[.!]$/);
    for (const name of DIRECTIVE_NAMES) expect(DIRECTIVES[name].missing ?? 'x', name).not.toMatch(/\.$/);
  });

  it('takes each value back as CONFIG GET shows it and as CONFIG REWRITE writes it', () => {
    const config = new Config(new TestHost());
    for (const name of DIRECTIVE_NAMES) {
      const [[, text]] = config.get([name]);
      const { type } = DIRECTIVES[name];
      const current = { value: config.value(name) as unknown, text };
      const context = { current, repeated: false, host: new TestHost() };
      const isUnset = name === 'replicaof';
      if (!isUnset) expect(type.parse(type.takesSeveral ? text.split(' ') : [text], context).text, name).toBe(text);
      for (const line of type.toLines(current, current)) {
        expect(type.parse(splitLine(line)!, { ...context, repeated: true }).text, name).toContain(text.slice(0, 4));
      }
    }
  });
});

describe('the documentation', () => {
  it('is what the table says (npx vitest run -u test/unit/config/directives.test.ts writes it)', async () => {
    await expect(describeDirectives()).toMatchFileSnapshot('../../../docs/configuration.md');
  });
});

describe('the version', () => {
  it('is that of the package', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    expect(MAYFLY_VERSION).toBe(manifest.version);
  });
});
