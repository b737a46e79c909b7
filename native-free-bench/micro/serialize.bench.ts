import { readPayload, writePayload } from '../../src/persistence/serialize.ts';
import { Loaded } from '../../src/persistence/serialize-load.ts';
import { RDB_HASH, RDB_SET, RDB_STRING, RDB_ZSET_2 } from '../../src/persistence/serialize-types.ts';
import { SerialWriter } from '../../src/persistence/serialize-writer.ts';
import { newKeyspace, payload, putLoaded, writeText } from '../../test/support/serialized.ts';
import { suite } from './bench.ts';

export const operations = 10;

const texts = (count: number): string[] => Array.from({ length: count }, (_, i) => `element:${i * 7919}`);

/** Payloads that name every element; they are loaded, and dumped in the forms that values have here. */
const plain = {
  'string of 20 bytes': payload(RDB_STRING, (writer) => writeText(writer, 'a value: 20 bytes on')),
  'hash of 20 fields': payload(RDB_HASH, (writer) => {
    writer.length(20);
    for (const text of texts(40)) writeText(writer, text);
  }),
  'set of 10,000': payload(RDB_SET, (writer) => {
    writer.length(10_000);
    for (const text of texts(10_000)) writeText(writer, text);
  }),
  'sorted set of 20': payload(RDB_ZSET_2, (writer) => {
    writer.length(20);
    for (const [i, text] of texts(20).entries()) {
      writeText(writer, text);
      writer.double(i * 5000);
    }
  }),
  'sorted set of 10,000': payload(RDB_ZSET_2, (writer) => {
    writer.length(10_000);
    for (const [i, text] of texts(10_000).entries()) {
      writeText(writer, text);
      writer.double(i / 3);
    }
  }),
};

export default function serialize() {
  const bench = suite('serialize');
  for (const [name, from] of Object.entries(plain)) {
    const keyspace = newKeyspace();
    const loaded = new Loaded();
    readPayload(from, 0, from.length, keyspace.allocator, loaded);
    const entry = putLoaded(keyspace, loaded);
    const writer = new SerialWriter();
    bench.add(`dump ${name}`, () => {
      for (let i = 0; i < operations; i++) writePayload(writer, keyspace, entry);
      return { writer };
    });
    writePayload(writer, keyspace, entry);
    const dumped = writer.region;
    const length = writer.at;
    bench.add(`load ${name}`, () => {
      for (let i = 0; i < operations; i++) {
        readPayload(dumped, 0, length, keyspace.allocator, loaded);
        loaded.free();
      }
      return { loaded };
    });
  }
  return bench;
}
