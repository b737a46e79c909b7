import { availableParallelism } from 'node:os';
import { ARENA_BYTES_MAX, ARENA_BYTES_MIN } from '../../memory/layout.ts';
import { checkPowerOfTwo } from '../checks.ts';
import { directive } from '../directive.ts';
import { integer, memory } from '../number-types.ts';
import { oneOf } from '../scalar-types.ts';

const SHARDS_MAX = 64;
const WORKERS_MAX = 128;

/** What Redis doesn't know. */
export const mayflyDirectives = {
  transport: directive(oneOf(['auto', 'io_uring', 'epoll', 'net']), 'auto', {
    built: true,
    flags: ['immutable'],
    about: 'How bytes come and go. `auto`: the first of the others that works here.',
  }),
  handoff: directive(oneOf(['auto', 'always', 'never']), 'auto', {
    built: true,
    flags: ['immutable'],
    about: 'Which commands run in a worker. `auto`: those that are long or whose shard is busy.',
  }),
  shards: directive(integer(1, SHARDS_MAX, { check: checkPowerOfTwo('shards') }), '16', {
    built: true,
    flags: ['immutable'],
    about: 'Parts of the data, each with a lock of its own: a power of two.',
  }),
  'shard-memory': directive(memory(ARENA_BYTES_MIN, ARENA_BYTES_MAX), String(ARENA_BYTES_MAX), {
    built: true,
    flags: ['immutable'],
    about: 'Address space of a shard. Only pages in use take memory.',
    defaultIs: '2 GiB less 64 KiB',
  }),
  workers: directive(integer(1, WORKERS_MAX), String(Math.min(WORKERS_MAX, Math.max(1, availableParallelism() - 1))), {
    built: true,
    flags: ['immutable'],
    about: 'Threads that run handed-off commands.',
    defaultIs: 'CPUs less one, at least 1',
  }),
};
