/**
 * Pages that only starting needed. Half of what an empty server keeps resident is the file that Node is: V8's snapshot,
 * ICU's tables, code that starts things. The kernel can map such a page again whenever it is touched, at some 2 µs for 16
 * of them, and so many are never touched again that 25 MB stay gone. glibc keeps 3 MB more that it could give back.
 */
import { readFileSync, realpathSync } from 'node:fs';
import type { Libc } from './libc.ts';

/** Addresses and length in bytes. */
export interface Mapping {
  readonly from: number;
  readonly bytes: number;
}

const MADV_DONTNEED = 4;

export class ResidentMemory {
  private readonly libc: Libc;
  private program: readonly Mapping[] | undefined;

  constructor(libc: Libc) {
    this.libc = libc;
  }

  /** Gives those pages back. Takes about a millisecond. @throws if /proc can't be read or the kernel refuses */
  release(): void {
    this.program ??= untouchedMappings(readFileSync('/proc/self/smaps', 'latin1'), realpathSync(process.execPath));
    for (const { from, bytes } of this.program) {
      if (this.libc.madvise(from, bytes, MADV_DONTNEED) !== 0) throw this.libc.error('madvise');
    }
    this.libc.mallocTrim?.(0);
  }
}

/**
 * The mappings of `file` whose pages are those of the file, so that nothing is lost when they go: not to be written, and
 * never written by whoever loaded them (relocations) or looks into the process (a debugger's breakpoints).
 * @param smaps text of /proc/self/smaps
 */
export function untouchedMappings(smaps: string, file: string): Mapping[] {
  const found: Mapping[] = [];
  for (const mapping of smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)) {
    const [, from, to, rights, path] = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)$/m.exec(mapping) ?? [];
    const isUntouched = /^Anonymous: +0 kB$/m.test(mapping);
    if (path !== file || rights[1] === 'w' || !isUntouched) continue;
    found.push({ from: Number.parseInt(from, 16), bytes: Number.parseInt(to, 16) - Number.parseInt(from, 16) });
  }
  return found;
}
