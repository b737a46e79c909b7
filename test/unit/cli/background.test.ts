import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isInBackground, startInBackground } from '../../../src/cli/background.ts';
import { removePidFile, writePidFile } from '../../../src/server/pid-file.ts';

let directory: string;
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'mayfly-background-')));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('going to the background', () => {
  it('starts the program anew, in the same place, with the same arguments', async () => {
    const script = join(directory, 'program.mjs');
    const told = `{ mark: process.env.MAYFLY_BACKGROUND, at: process.cwd(), args: process.argv.slice(2), pid: process.pid, input: fs.readFileSync(0, 'utf8') }`;
    writeFileSync(
      script,
      `import fs from 'node:fs'; fs.writeFileSync('part', JSON.stringify(${told})); fs.renameSync('part', 'told');`,
    );
    const pid = await startInBackground({
      directory,
      args: [script, '--port', '1'],
      standardInput: Buffer.from('port 2'),
    });
    await vi.waitUntil(() => existsSync(join(directory, 'told')), { timeout: 10_000 });
    expect(JSON.parse(readFileSync(join(directory, 'told'), 'utf8'))).toEqual({
      mark: '1',
      at: directory,
      args: ['--port', '1'],
      pid,
      input: 'port 2',
    });
    expect(isInBackground()).toBe(false);
  });
});

describe('the file with the process ID', () => {
  it('is there while the server runs', () => {
    const path = join(directory, 'pid');
    writePidFile(path, 42);
    expect(readFileSync(path, 'utf8')).toBe('42\n');
    removePidFile(path);
    removePidFile(path);
    expect(existsSync(path)).toBe(false);
    expect(() => writePidFile(join(directory, 'none', 'pid'), 42)).toThrow('ENOENT');
  });
});
