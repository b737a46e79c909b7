import { rmSync, writeFileSync } from 'node:fs';

/** Writes the process ID for whoever supervises the server. @throws as writing files does; the server can do without. */
export function writePidFile(path: string, pid: number): void {
  writeFileSync(path, `${pid}\n`);
}

/** Removes the file at shutdown. That it is gone already, or was never written, is no error. */
export function removePidFile(path: string): void {
  rmSync(path, { force: true });
}
