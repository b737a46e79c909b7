import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { codeFileOf } from '../../src/cli/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the names of files within a bundle are built with: the one that `text` mentions. */
function mentioned(text: string, pattern: RegExp): string {
  const [name] = pattern.exec(text) ?? [];
  if (name === undefined) throw new Error(`nothing like ${pattern}`);
  return name;
}

/** The bundles of the last build in `folder`, by what they are for; with the worker's, what it shares with other threads. */
function bundlesOf(folder: string): { main: string; program: string; worker: string; programFile: string } {
  const read = (name: string): string => readFileSync(`${root}/${folder}/${name}`, 'utf8');
  const main = read('main.js');
  const programFile = mentioned(main, /program-\w+\.cjs/);
  const program = read(programFile);
  const worker = read(mentioned(program, /worker-\w+\.js/));
  const chunks = [...new Set(worker.match(/chunk-\w+\.js/g))].map(read);
  return { main, program, worker: [worker, ...chunks].join('\n'), programFile };
}

describe('the build', () => {
  it('ships without assertions; the checked one has them', () => {
    const shipped = bundlesOf('dist');
    expect(shipped.program + shipped.worker).not.toContain('AssertionError');
    expect(bundlesOf('dist-checked').program).toContain('AssertionError');
    expect(bundlesOf('dist-checked').worker).toContain('AssertionError');
  });

  it('leaves a program that can be started by its name', () => {
    expect(readFileSync(`${root}/dist/main.js`, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(statSync(`${root}/dist/main.js`).mode & 0o111).toBe(0o111);
  });

  it('lays beside the program what V8 made of it, which a start takes', () => {
    const program = new URL(`../../dist/${bundlesOf('dist').programFile}`, import.meta.url);
    const code = codeFileOf(program);
    expect(statSync(code).size).toBeGreaterThan(100_000);
    // V8 has other settings in this process, so it is asked in one like that of a start.
    const asks = `import { Script } from 'node:vm';
      import { readFileSync } from 'node:fs';
      import { setFlagsFromString } from 'node:v8';
      for (const [, flag] of readFileSync('${root}/dist/main.js', 'utf8').matchAll(/setFlagsFromString\\("(.*?)"\\)/g))
        setFlagsFromString(flag);
      const source = readFileSync(new URL('${program.href}'), 'latin1');
      const cachedData = readFileSync(new URL('${code.href}'));
      console.log(new Script(source, { cachedData }).cachedDataRejected);`;
    const answer = spawnSync(process.execPath, ['--input-type=module', '-e', asks], { encoding: 'utf8' });
    expect(answer.stdout.trim()).toBe('false');
  });

  it('has the licences of the packages within', () => {
    expect(readFileSync(`${root}/dist/LICENSES.txt`, 'utf8')).toMatch(/^pino \d/m);
  });
});
