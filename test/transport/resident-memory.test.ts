import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Libc } from '../../src/transport/libc.ts';
import { ResidentMemory, untouchedMappings } from '../../src/transport/resident-memory.ts';

const mapping = (range: string, rights: string, path: string, anonymousKb: number): string =>
  `${range} ${rights} 00000000 08:01 42                         ${path}
Size:                 64 kB
Rss:                  60 kB
Anonymous:         ${String(anonymousKb).padStart(5)} kB
VmFlags: rd ex mr mw me
`;

describe('mappings whose pages can go', () => {
  it('are those of the program that hold nothing but the file', () => {
    const smaps = [
      mapping('00400000-00500000', 'r--p', '/usr/bin/node', 0),
      mapping('00500000-00900000', 'r-xp', '/usr/bin/node', 0),
      mapping('00900000-00a00000', 'r--p', '/usr/bin/node', 8),
      mapping('00a00000-00b00000', 'rw-p', '/usr/bin/node', 0),
      mapping('7f0000000000-7f0000100000', 'r-xp', '/usr/lib/libc.so.6', 0),
      mapping('7f0000100000-7f0000200000', 'rw-p', '', 0),
    ].join('');
    expect(untouchedMappings(smaps, '/usr/bin/node')).toEqual([
      { from: 0x400000, bytes: 0x100000 },
      { from: 0x500000, bytes: 0x400000 },
    ]);
  });

  it('are none if the program is not known by that name', () => {
    const smaps = mapping('00400000-00500000', 'r-xp', '/usr/bin/node (deleted)', 0);
    expect(untouchedMappings(smaps, '/usr/bin/node')).toEqual([]);
  });
});

describe.runIf(process.platform === 'linux')('this process', () => {
  it('goes on without them, smaller', () => {
    const residentKb = (): number =>
      Number(/^RssFile:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? 0);
    const before = residentKb();
    new ResidentMemory(Libc.open()).release();
    expect(residentKb()).toBeLessThan(before);
    expect(JSON.parse(JSON.stringify({ a: [1, 'é'.normalize('NFD').length] }))).toEqual({ a: [1, 2] });
  });
});
