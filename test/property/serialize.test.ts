import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Region } from '../../src/base/region.ts';
import { OutOfMemoryError } from '../../src/memory/out-of-memory.ts';
import { isPayload, readPayload, writePayload } from '../../src/persistence/serialize.ts';
import { Loaded } from '../../src/persistence/serialize-load.ts';
import { DamagedError } from '../../src/persistence/serialize-reader.ts';
import { saveStream, streamTypeOf } from '../../src/persistence/serialize-stream-save.ts';
import {
  ELEMENT_DOUBLE,
  ELEMENT_INTEGER,
  ELEMENT_SHORT_TEXT,
  ELEMENT_TEXT,
  RDB_ARRAY,
  RDB_HASH,
  RDB_HASH_DEADLINES,
  RDB_LIST,
  RDB_SET,
  RDB_STRING,
  RDB_ZSET_2,
} from '../../src/persistence/serialize-types.ts';
import { SerialWriter } from '../../src/persistence/serialize-writer.ts';
import type { Keyspace } from '../../src/store/keyspace.ts';
import { typeLimits } from '../../src/types/limits.ts';
import { contentOf, newKeyspace, payload, putLoaded, removeKey, sealed, writeText } from '../support/serialized.ts';
import { buildStream, type StreamPlan } from '../support/streams.ts';
import { Hoard } from './hoard.ts';

const defaults = { ...typeLimits };
afterEach(() => Object.assign(typeLimits, defaults));

const element = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 12, unit: 'grapheme-ascii' }) },
  { weight: 3, arbitrary: fc.integer().map(String) },
  { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) },
  { weight: 1, arbitrary: fc.string({ minLength: 60, maxLength: 200, unit: 'grapheme-ascii' }) },
  { weight: 1, arbitrary: fc.nat(12_000).map((length) => 'ab'.repeat(length / 2)) },
);
const elements = fc.array(element, { minLength: 1, maxLength: 60 });
const distinct = fc.uniqueArray(element, { minLength: 1, maxLength: 60 });
const numbers = fc.uniqueArray(fc.integer().map(String), { minLength: 1, maxLength: 60 });
const scored = fc.uniqueArray(fc.tuple(element, fc.double({ noNaN: true })), {
  minLength: 1,
  maxLength: 60,
  selector: ([member]) => member,
});
const fields = fc.uniqueArray(
  fc.tuple(
    element,
    element,
    fc.oneof(
      fc.constant(0),
      fc.nat(2 ** 40).map((ms) => ms + 1),
    ),
  ),
  {
    minLength: 1,
    maxLength: 40,
    selector: ([field]) => field,
  },
);

const words = fc.oneof(
  fc.constant(['temperature', '21', 'humidity', '40']),
  fc.array(element, { minLength: 2, maxLength: 8 }).map((texts) => texts.slice(0, texts.length & ~1)),
);
const streams: fc.Arbitrary<StreamPlan> = fc.record({
  entries: fc.array(fc.tuple(fc.nat(300), words, fc.boolean()), { maxLength: 30 }),
  groups: fc.array(fc.array(fc.tuple(fc.nat(30), fc.nat(2), fc.nat(5)), { maxLength: 10 }), { maxLength: 2 }),
  messages: fc.array(fc.tuple(fc.nat(2), fc.nat(9)), { maxLength: 8 }),
});

const arrays = fc.record({
  cursor: fc.option(fc.bigInt(0n, 2n ** 64n - 2n)),
  places: fc.uniqueArray(
    fc.tuple(
      fc.oneof(fc.bigInt(0n, 200n), fc.bigInt(0n, 2n ** 64n - 2n)),
      fc.oneof(element, fc.bigInt(-(2n ** 61n), 2n ** 61n - 1n), fc.double({ noNaN: true, noDefaultInfinity: true })),
    ),
    { minLength: 1, maxLength: 60, selector: ([place]) => place },
  ),
});

function writeArray(writer: SerialWriter, { cursor, places }: { cursor: bigint | null; places: [bigint, unknown][] }) {
  const long = (value: bigint) => writer.length64(Number(value >> 32n), Number(value & 0xffffffffn));
  writer.length(places.length);
  writer.length(cursor === null ? 0 : 1);
  if (cursor !== null) long(cursor);
  for (const [place, value] of places) {
    long(place);
    if (typeof value === 'bigint') {
      writer.length(ELEMENT_INTEGER);
      writer.ensure(8);
      writer.region.view.setBigInt64(writer.at, value, true);
      writer.at += 8;
    } else if (typeof value === 'number') {
      writer.length(ELEMENT_DOUBLE);
      writer.double(value);
    } else {
      writer.length(String(value).length > 7 ? ELEMENT_TEXT : ELEMENT_SHORT_TEXT);
      writeText(writer, String(value));
    }
  }
}

/** A payload in one of the forms that name every element, which any version reads; of streams in ours. */
const plainPayload: fc.Arbitrary<Region> = fc.oneof(
  streams.map((plan) => {
    const { allocator } = newKeyspace(16 << 20);
    const stream = buildStream(allocator, plan);
    const type = streamTypeOf(stream);
    return payload(type, (writer) => saveStream(writer, stream, type));
  }),
  arrays.map((array) => payload(RDB_ARRAY, (writer) => writeArray(writer, array))),
  element.map((text) => payload(RDB_STRING, (writer) => writeText(writer, text))),
  elements.map((list) => payload(RDB_LIST, (writer) => writeAll(writer, list))),
  fc.oneof(distinct, numbers).map((members) => payload(RDB_SET, (writer) => writeAll(writer, members))),
  scored.map((pairs) =>
    payload(RDB_ZSET_2, (writer) => {
      writer.length(pairs.length);
      for (const [member, score] of pairs) {
        writeText(writer, member);
        writer.double(score);
      }
    }),
  ),
  fields.map((tuples) =>
    payload(RDB_HASH, (writer) => {
      writer.length(tuples.length);
      for (const [field, value] of tuples) {
        writeText(writer, field);
        writeText(writer, value);
      }
    }),
  ),
  fields.map((tuples) =>
    payload(RDB_HASH_DEADLINES, (writer) => {
      writer.integer64(1);
      writer.length(tuples.length);
      for (const [field, value, deadlineMs] of tuples) {
        writer.length(deadlineMs);
        writeText(writer, field);
        writeText(writer, value);
      }
    }),
  ),
);

function writeAll(writer: SerialWriter, texts: readonly string[]): void {
  writer.length(texts.length);
  for (const text of texts) writeText(writer, text);
}

const limits = fc.constantFrom(
  {},
  { arraySliceSize: 256, arraySparseKmax: 2 },
  { setMaxListpackEntries: 10, hashMaxListpackEntries: 10, zsetMaxListpackEntries: 10, setMaxIntsetEntries: 10 },
  {
    streamNodeMaxEntries: 3,
    listMaxListpackSize: 4,
    zsetMaxListpackValue: 8,
    hashMaxListpackValue: 8,
    setMaxListpackValue: 8,
  },
);

/** Loads, and writes again in the forms that values have here. */
function rewritten(keyspace: Keyspace, from: Region): { content: unknown; to: Buffer } {
  const loaded = new Loaded();
  readPayload(from, 0, from.length, keyspace.allocator, loaded);
  const content = contentOf(loaded);
  const entry = putLoaded(keyspace, loaded);
  const writer = new SerialWriter();
  expect(writePayload(writer, keyspace, entry)).toBe(true);
  removeKey(keyspace, entry);
  return { content, to: Buffer.from(writer.region.u8.slice(0, writer.at)) };
}

function regionOf(bytes: Uint8Array): Region {
  return sealed(bytes.subarray(0, bytes.length - 10), bytes[bytes.length - 10]);
}

describe('serialized values', () => {
  it('come back as they were, whatever form they have here and there', () => {
    const keyspace = newKeyspace();
    fc.assert(
      fc.property(plainPayload, limits, limits, (plain, here, there) => {
        Object.assign(typeLimits, defaults, here);
        const once = rewritten(keyspace, plain);
        const own = regionOf(once.to);
        expect(isPayload(own, 0, own.length)).toBe(true);
        expect(Buffer.from(own.u8).equals(once.to)).toBe(true);
        Object.assign(typeLimits, defaults, there);
        const twice = rewritten(keyspace, own);
        expect(twice.content).toEqual(once.content);
      }),
      { numRuns: 300 },
    );
  });

  it('are refused or whole when their bytes are not what was written, and nothing stays behind', () => {
    const keyspace = newKeyspace();
    // The first key makes the keyspace's table, which then stays.
    rewritten(
      keyspace,
      payload(RDB_STRING, (writer) => writeText(writer, '')),
    );
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      kind: fc.constantFrom('set', 'flip', 'drop', 'insert', 'cut'),
      byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0x81, 0xc0, 0xc3, 0xfe, 0xff)),
    });
    fc.assert(
      fc.property(
        plainPayload,
        limits,
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (plain, some, changes, packed) => {
          Object.assign(typeLimits, defaults, some);
          const whole = packed ? rewritten(keyspace, plain).to : Buffer.from(plain.u8);
          let body = [...whole.subarray(0, whole.length - 10)];
          for (const { at, kind, byte } of changes) {
            const place = Math.floor(at * body.length);
            if (kind === 'set') body[place] = byte;
            else if (kind === 'flip') body[place] ^= 1 << (byte & 7);
            else if (kind === 'drop') body.splice(place, 1 + (byte & 3));
            else if (kind === 'insert') body.splice(place, 0, byte);
            else body = body.slice(0, place);
          }
          if (body.length === 0) body = [RDB_STRING];
          const usedBytes = keyspace.allocator.usedBytes;
          const damaged = sealed(Uint8Array.from(body));
          try {
            const once = rewritten(keyspace, damaged);
            expect(rewritten(keyspace, regionOf(once.to)).content).toEqual(once.content);
          } catch (failure) {
            if (!(failure instanceof DamagedError)) throw failure;
          }
          expect(keyspace.allocator.usedBytes).toBe(usedBytes);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('leave nothing behind when memory ends half-way', () => {
    fc.assert(
      fc.property(plainPayload, limits, fc.nat(), (plain, some, seed) => {
        Object.assign(typeLimits, defaults, some);
        const { allocator } = newKeyspace(4 << 20);
        const hoard = new Hoard(allocator);
        hoard.takeAll(4096);
        const usedBytes = allocator.usedBytes - hoard.bytes;
        let state = seed;
        const random = () => {
          state = (Math.imul(state, 1103515245) + 12345) >>> 0;
          return state / 2 ** 32;
        };
        const loaded = new Loaded();
        for (;;) {
          try {
            readPayload(plain, 0, plain.length, allocator, loaded);
            break;
          } catch (failure) {
            if (!(failure instanceof OutOfMemoryError)) throw failure;
            expect(allocator.usedBytes - hoard.bytes).toBe(usedBytes);
            if (!hoard.giveOne(random)) throw failure;
          }
        }
        loaded.free();
        expect(allocator.usedBytes - hoard.bytes).toBe(usedBytes);
      }),
      { numRuns: 20 },
    );
  });

  it('say what they are by version and checksum', () => {
    const good = payload(RDB_STRING, (writer) => writeText(writer, 'value'));
    expect(isPayload(good, 0, good.length)).toBe(true);
    const body = Buffer.from(good.u8.slice(0, good.length - 10));
    expect(isPayload(sealed(body, 15), 0, good.length)).toBe(true);
    expect(isPayload(sealed(body, 16), 0, good.length)).toBe(false);
    expect(isPayload(good, 0, 9)).toBe(false);
    good.u8[2] ^= 1;
    expect(isPayload(good, 0, good.length)).toBe(false);
  });
});
