import { checkPowerOfTwo } from '../checks.ts';
import { directive } from '../directive.ts';
import { INT_MAX, INT_MIN, integer, LONG_MAX, memory } from '../number-types.ts';

const count = integer(0, LONG_MAX);
const bytes = memory(0, LONG_MAX);

/** Until which size collections are kept packed. */
export const encodingDirectives = {
  'hash-max-listpack-entries': directive(count, '512', {
    built: true,
    alias: 'hash-max-ziplist-entries',
    about: 'Fields up to which a hash is packed.',
  }),
  'hash-max-listpack-value': directive(bytes, '64', {
    built: true,
    alias: 'hash-max-ziplist-value',
    about: 'Longest field or value in a packed hash, in bytes.',
  }),
  'hash-min-template-entries': directive(count, '0', {
    built: false,
    about: 'Fields from which a hash shares its field names with others. 0: never.',
  }),
  'hash-max-template-entries': directive(count, '0', {
    built: false,
    about: 'Fields up to which a hash shares its field names. 0: any number.',
  }),
  'hash-rdb-load-min-template-entries': directive(count, '0', {
    built: false,
    about: 'As `hash-min-template-entries`, while a snapshot without shared field names is loaded.',
  }),
  'hash-rdb-load-max-template-entries': directive(count, '0', {
    built: false,
    about: 'As `hash-max-template-entries`, while a snapshot without shared field names is loaded.',
  }),
  'hash-rdb-load-template-disassembly-threshold': directive(count, '0', {
    built: false,
    about: 'Hashes that must share their field names after loading for them to stay shared.',
  }),
  'list-max-listpack-size': directive(integer(INT_MIN, INT_MAX), '-2', {
    built: true,
    alias: 'list-max-ziplist-size',
    about: 'Size of a chunk of a list: elements, or for -1 to -5: 4, 8, 16, 32, 64 KiB.',
  }),
  'list-compress-depth': directive(integer(0, INT_MAX), '0', {
    built: false,
    flags: ['debug'],
    about: 'Chunks at each end of a list that stay uncompressed. 0: no compression.',
    missing: 'lists are never compressed',
  }),
  'set-max-intset-entries': directive(count, '512', { built: true, about: 'Integers up to which a set is an intset.' }),
  'set-max-listpack-entries': directive(count, '128', { built: true, about: 'Members up to which a set is packed.' }),
  'set-max-listpack-value': directive(count, '64', { built: true, about: 'Longest member of a packed set, in bytes.' }),
  'zset-max-listpack-entries': directive(count, '128', {
    built: true,
    alias: 'zset-max-ziplist-entries',
    about: 'Members up to which a sorted set is packed.',
  }),
  'zset-max-listpack-value': directive(bytes, '64', {
    built: true,
    alias: 'zset-max-ziplist-value',
    about: 'Longest member of a packed sorted set, in bytes.',
  }),
  'hll-sparse-max-bytes': directive(bytes, '3000', {
    built: true,
    about: 'Size up to which a HyperLogLog is sparse.',
  }),
  'stream-node-max-bytes': directive(bytes, '4096', { built: true, about: 'Bytes in a node of a stream.' }),
  'stream-node-max-entries': directive(count, '100', { built: true, about: 'Entries in a node of a stream.' }),
  'stream-idmp-duration': directive(integer(1, 86400), '100', {
    built: true,
    about: 'Seconds for which a stream recognizes a message that is added again.',
  }),
  'stream-idmp-maxsize': directive(integer(1, 10000), '100', {
    built: true,
    about: 'Messages of each producer that a stream recognizes when they are added again.',
  }),
  'array-slice-size': directive(integer(256, 65536, { check: checkPowerOfTwo('array-slice-size') }), '4096', {
    built: true,
    about: 'Places in a slice of an array made from now on: a power of two.',
  }),
  'array-sparse-kmax': directive(integer(0, INT_MAX), '10', {
    built: true,
    about: 'Elements above which a slice of an array becomes dense. 0: always.',
  }),
  'array-sparse-kmin': directive(integer(0, INT_MAX), '5', {
    built: true,
    about: 'Elements down to which a dense slice of an array must come to be sparse again. 0: never.',
  }),
};
