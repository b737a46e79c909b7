import { describe, expect, it } from 'vitest';
import { latin1, Region } from '../../../src/base/region.ts';
import { Arena, createArenaBuffer } from '../../../src/memory/arena.ts';
import {
  ACCESS_MAX,
  accessOf,
  encodingOf,
  entryBytes,
  FLAG_DEADLINE,
  FLAG_RAW,
  FLAG_WIDE,
  flagsFor,
  flagsOf,
  hasDeadline,
  keyAt,
  keyEquals,
  keyLength,
  rootOf,
  setAccess,
  setEncoding,
  setFlag,
  setRoot,
  setValueLength,
  TYPE_HASH,
  TYPE_STRING,
  typeOf,
  valueAt,
  valueLength,
  WORD_HEAP_INDEX,
  writeEntry,
} from '../../../src/store/entry.ts';

const arena = new Arena(createArenaBuffer(2 << 20, 1));
const AT = 512 << 10;

function write(keyBytes: number, valueBytes: number, deadline: boolean, access = 0): Region {
  arena.u8.fill(0xee, AT, AT + 200_000);
  const key = Region.of('k'.repeat(keyBytes));
  const flags = flagsFor(TYPE_STRING, keyBytes, valueBytes, deadline);
  writeEntry(arena, AT, TYPE_STRING, flags, access, key, 0, keyBytes, valueBytes);
  return key;
}

describe('an entry', () => {
  it('takes 40 bytes for 16 + 16, and 44 with a deadline', () => {
    expect(entryBytes(flagsFor(TYPE_STRING, 16, 16, false), 16, 16)).toBe(40);
    expect(entryBytes(flagsFor(TYPE_STRING, 16, 16, true), 16, 16)).toBe(44);
  });

  for (const deadline of [false, true]) {
    for (const keyBytes of [0, 1, 127, 128, 254, 255, 256, 70_000]) {
      for (const valueBytes of [0, 1, 32_767, 32_768, 65_534, 65_535, 65_536, 100_000]) {
        it(`says what was written: key ${keyBytes}, value ${valueBytes}${deadline ? ', deadline' : ''}`, () => {
          const key = write(keyBytes, valueBytes, deadline, ACCESS_MAX);
          const wide = keyBytes > 255 || valueBytes > 65_535;
          expect(flagsOf(arena, AT)).toBe((wide ? FLAG_WIDE : 0) | (deadline ? FLAG_DEADLINE : 0));
          expect(keyLength(arena, AT)).toBe(keyBytes);
          expect(valueLength(arena, AT)).toBe(valueBytes);
          expect(keyAt(arena, AT)).toBe(AT + 8 + (deadline ? 4 : 0) + (wide ? 8 : 0));
          expect(valueAt(arena, AT)).toBe(keyAt(arena, AT) + keyBytes);
          expect(valueAt(arena, AT) + valueBytes - AT).toBe(entryBytes(flagsOf(arena, AT), keyBytes, valueBytes));
          expect(keyEquals(arena, AT, key, 0, keyBytes)).toBe(true);
          if (keyBytes > 0) expect(keyEquals(arena, AT, key, 0, keyBytes - 1)).toBe(false);
          expect([typeOf(arena, AT), encodingOf(arena, AT), hasDeadline(arena, AT)]).toEqual([0, 0, deadline]);
          expect(accessOf(arena, AT)).toBe(ACCESS_MAX);
          // Writing wrote nothing behind the key.
          expect(arena.u8[valueAt(arena, AT)]).toBe(0xee);
        });
      }
    }
  }

  it('changes one part and keeps the others', () => {
    write(200, 65_535, true, 0x123456);
    arena.i32[(AT >> 2) + WORD_HEAP_INDEX] = 77;
    setEncoding(arena, AT, 15);
    setAccess(arena, AT, 0xabcdef);
    setValueLength(arena, AT, 40_000);
    setFlag(arena, AT, FLAG_RAW);
    expect([typeOf(arena, AT), encodingOf(arena, AT), flagsOf(arena, AT)]).toEqual([0, 15, FLAG_DEADLINE | FLAG_RAW]);
    expect([keyLength(arena, AT), valueLength(arena, AT), accessOf(arena, AT)]).toEqual([200, 40_000, 0xabcdef]);
    expect(arena.i32[(AT >> 2) + WORD_HEAP_INDEX]).toBe(77);
    expect(latin1(arena.region, keyAt(arena, AT), 200)).toBe('k'.repeat(200));
  });

  it('has room for a root whatever the key', () => {
    for (const deadline of [false, true]) {
      const key = Region.of('a hash');
      const flags = flagsFor(TYPE_HASH, key.length, 0, deadline);
      writeEntry(arena, AT, TYPE_HASH | (2 << 4), flags, 1, key, 0, key.length, 2 ** 31 - 8);
      expect([typeOf(arena, AT), encodingOf(arena, AT), rootOf(arena, AT)]).toEqual([TYPE_HASH, 2, 2 ** 31 - 8]);
      setRoot(arena, AT, 4096);
      expect([rootOf(arena, AT), keyLength(arena, AT)]).toEqual([4096, key.length]);
      expect(keyAt(arena, AT) + key.length - AT).toBe(entryBytes(flags, key.length, 0));
    }
  });
});
