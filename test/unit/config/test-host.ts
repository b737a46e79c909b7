import { posix } from 'node:path';
import type { Host } from '../../../src/config/host.ts';

/** A machine made of a few files, for tests of configuration. Directories are those that files lie in. */
export class TestHost implements Host {
  directory = '/home';
  input = '';
  readonly files: Map<string, string>;

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.files = new Map(Object.entries(files));
  }

  absolutePath(path: string): string {
    return posix.resolve(this.directory, path);
  }

  changeDirectory(path: string): void {
    this.checkDirectory(path);
    this.directory = this.absolutePath(path);
  }

  checkDirectory(path: string): void {
    const absolute = this.absolutePath(path);
    if (this.files.has(absolute)) throw systemError('ENOTDIR');
    if (absolute !== '/home' && this.list(absolute).length === 0) throw systemError('ENOENT');
  }

  checkAppendable(path: string): void {
    this.checkDirectory(posix.dirname(this.absolutePath(path)));
  }

  readFile(path: string): Buffer {
    const text = this.files.get(this.absolutePath(path));
    if (text === undefined) throw systemError('ENOENT');
    return Buffer.from(text, 'latin1');
  }

  readStandardInput(): Buffer {
    return Buffer.from(this.input, 'latin1');
  }

  list(path: string): string[] {
    const prefix = this.absolutePath(path) === '/' ? '/' : `${this.absolutePath(path)}/`;
    const below = [...this.files.keys()].filter((file) => file.startsWith(prefix));
    return [...new Set(below.map((file) => file.slice(prefix.length).split('/')[0]))];
  }

  replaceFile(path: string, contents: Buffer): void {
    this.files.set(this.absolutePath(path), contents.toString('latin1'));
  }
}

function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
