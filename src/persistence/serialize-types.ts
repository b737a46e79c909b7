/** The type bytes of serialized values, as RDB files and DUMP payloads have them, and the versions that know them. */
export const RDB_STRING = 0;
export const RDB_LIST = 1;
export const RDB_SET = 2;
/** Scores as text. */
export const RDB_ZSET = 3;
export const RDB_HASH = 4;
/** Scores as doubles. */
export const RDB_ZSET_2 = 5;
export const RDB_HASH_ZIPMAP = 9;
export const RDB_LIST_ZIPLIST = 10;
export const RDB_SET_INTSET = 11;
export const RDB_ZSET_ZIPLIST = 12;
export const RDB_HASH_ZIPLIST = 13;
/** Chunks that are ziplists. */
export const RDB_LIST_QUICKLIST = 14;
export const RDB_HASH_LISTPACK = 16;
export const RDB_ZSET_LISTPACK = 17;
/**
 * Streams as of 5.0, of 7.0 (with what was ever added), of 7.2 (with when consumers last got something), of 8.6 (with the
 * messages that are recognized), of 8.8 (with what was given back).
 */
export const RDB_STREAM = 15;
export const RDB_STREAM_2 = 19;
export const RDB_STREAM_3 = 21;
export const RDB_STREAM_4 = 26;
export const RDB_STREAM_5 = 27;
/** Chunks that are listpacks or single large elements. */
export const RDB_LIST_QUICKLIST_2 = 18;
export const RDB_SET_LISTPACK = 20;
/** With deadlines of fields, each in full; written by release candidates of 7.4 only. */
export const RDB_HASH_DEADLINES_EARLY = 22;
export const RDB_HASH_LISTPACK_EX_EARLY = 23;
/** With deadlines of fields, the earliest first, the others counted from it. */
export const RDB_HASH_DEADLINES = 24;
export const RDB_HASH_LISTPACK_EX = 25;

export const RDB_ARRAY = 28;
/** With a template of field names, read only: the values in a listpack, or one by one. */
export const RDB_HASH_TEMPLATE_LISTPACK = 29;
export const RDB_HASH_TEMPLATE_ARRAY = 31;

/** Of an array's element: text, an integer, a double, text of up to 7 bytes. */
export const ELEMENT_TEXT = 0;
export const ELEMENT_INTEGER = 1;
export const ELEMENT_DOUBLE = 2;
export const ELEMENT_SHORT_TEXT = 3;

/** Of a list's chunk: one large element, or a listpack. */
export const CHUNK_PLAIN = 1;
export const CHUNK_PACKED = 2;

/** Of strings that aren't written out. */
export const ENCODED_INT8 = 0;
export const ENCODED_INT16 = 1;
export const ENCODED_INT32 = 2;
export const ENCODED_LZF = 3;

/** What is written can be read from Redis 7.0 on, unless it needs more. */
const VERSION_7_0 = 10;
const VERSION_7_2 = 11;
const VERSION_7_4 = 12;
const VERSION_8_6 = 13;
const VERSION_8_8 = 14;
/** The newest version that is read: that of Redis 8.10, which it gives every payload. */
export const VERSION_MAX = 15;

/** The version that a payload of the type says it has: the oldest that knows the type. */
export function versionOf(rdbType: number): number {
  if (rdbType === RDB_ARRAY || rdbType === RDB_STREAM_5) return VERSION_8_8;
  if (rdbType === RDB_STREAM_4) return VERSION_8_6;
  if (rdbType >= RDB_HASH_DEADLINES_EARLY) return VERSION_7_4;
  return rdbType === RDB_STREAM_3 ? VERSION_7_2 : VERSION_7_0;
}
