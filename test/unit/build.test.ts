import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

function codeOf(folder: string): string {
  const names = readdirSync(`${root}/${folder}`).filter((name) => name.endsWith('.js'));
  return names.map((name) => readFileSync(`${root}/${folder}/${name}`, 'utf8')).join('\n');
}

describe('the build', () => {
  it('ships without assertions; the checked one has them', () => {
    expect(codeOf('dist')).not.toContain('AssertionError');
    expect(codeOf('dist-checked')).toContain('AssertionError');
  });

  it('leaves a program that can be started by its name', () => {
    expect(readFileSync(`${root}/dist/main.js`, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(statSync(`${root}/dist/main.js`).mode & 0o111).toBe(0o111);
  });

  it('lays the worker beside the program that starts it', () => {
    expect(codeOf('dist')).toMatch(/new URL\("\.\/worker\.js", import\.meta\.url\)/);
    expect(statSync(`${root}/dist/worker.js`).isFile()).toBe(true);
  });
});
