import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';

/** What configuration needs of the machine it runs on. Tests hand in their own. Paths and contents are text and bytes. */
export interface Host {
  /** Relative to the process' directory at the moment. */
  absolutePath(path: string): string;
  changeDirectory(path: string): void;
  /** Throws as chdir(2) would, without changing anything. */
  checkDirectory(path: string): void;
  /** Throws if the file can't be opened for appending; creates it if it isn't there. */
  checkAppendable(path: string): void;
  readFile(path: string): Buffer;
  readStandardInput(): Buffer;
  /** The names in a directory, or none if it can't be read. */
  list(path: string): string[];
  /** Puts `contents` in the file's place so that a crash leaves either the old file or the new one. */
  replaceFile(path: string, contents: Buffer): void;
}

export const systemHost: Host = {
  absolutePath: (path) => resolve(path),

  changeDirectory(path) {
    process.chdir(path);
  },

  checkDirectory(path) {
    if (!statSync(path).isDirectory()) throw Object.assign(new Error(`${path} is no directory`), { code: 'ENOTDIR' });
    accessSync(path, constants.X_OK);
  },

  checkAppendable(path) {
    closeSync(openSync(path, 'a'));
  },

  readFile: (path) => readFileSync(path),

  readStandardInput: () => readFileSync(0),

  list(path) {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  },

  replaceFile(path, contents) {
    const target = resolve(path);
    const temporary = `${target}.${process.pid}.tmp`;
    try {
      const fd = openSync(temporary, 'wx', 0o600);
      try {
        writeFileSync(fd, contents);
        fchmodSync(fd, 0o644 & ~process.umask());
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      renameSync(temporary, target);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    syncDirectory(dirname(target));
  },
};

/** Without it the rename itself may be lost in a power failure. */
function syncDirectory(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
