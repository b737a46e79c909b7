/**
 * What a thread is told of the settings that matter to values. One mutable object a thread: whoever wires the
 * configuration writes it, types only read it.
 */
export interface TypeLimits {
  /** Up to this many members, all of them 64-bit integers, a set is an intset. */
  setMaxIntsetEntries: number;
  setMaxListpackEntries: number;
  /** Longest member, in bytes, of a set that is a listpack. */
  setMaxListpackValue: number;
  hashMaxListpackEntries: number;
  hashMaxListpackValue: number;
  zsetMaxListpackEntries: number;
  zsetMaxListpackValue: number;
  /** Size of a list's chunk: elements, or for −1 to −5: 4, 8, 16, 32, 64 KiB. */
  listMaxListpackSize: number;
  /** Bytes up to which a HyperLogLog stays sparse. */
  hllSparseMaxBytes: number;
  /** Bytes of a stream's node; 0: no limit. */
  streamNodeMaxBytes: number;
  /** Entries of a stream's node; 0: no limit. */
  streamNodeMaxEntries: number;
  /** How long, in seconds, a stream recognizes a message that is added again, if it has no say of its own. */
  streamIdmpDuration: number;
  /** How many messages of each producer it recognizes. */
  streamIdmpMaxsize: number;
  /** Places in a slice of an array that is made from now on: a power of two. */
  arraySliceSize: number;
  /** Elements up to which a slice is sparse; 0: none is. */
  arraySparseKmax: number;
  /** Elements down to which a dense slice must come to be sparse again; 0: never. */
  arraySparseKmin: number;
  /** Seed of the hash of members in tables made from now on; the same in all threads, drawn anew by each process. */
  hashSeed: number;
  /** Longest string that a command may make (proto-max-bulk-len). */
  stringBytesMax: number;
}

export const typeLimits: TypeLimits = {
  setMaxIntsetEntries: 512,
  setMaxListpackEntries: 128,
  setMaxListpackValue: 64,
  hashMaxListpackEntries: 512,
  hashMaxListpackValue: 64,
  zsetMaxListpackEntries: 128,
  zsetMaxListpackValue: 64,
  listMaxListpackSize: -2,
  hllSparseMaxBytes: 3000,
  streamNodeMaxBytes: 4096,
  streamNodeMaxEntries: 100,
  streamIdmpDuration: 100,
  streamIdmpMaxsize: 100,
  arraySliceSize: 4096,
  arraySparseKmax: 10,
  arraySparseKmin: 5,
  hashSeed: 0,
  stringBytesMax: 512 << 20,
};
