import { directive } from '../directive.ts';
import { primary } from '../list-types.ts';
import { INT_MAX, integer, LONG_MAX, memory } from '../number-types.ts';
import { bool, oneOf, string } from '../scalar-types.ts';

const unsettable = string({ emptyMeansUnset: true });

/** Copies on other servers. */
export const replicationDirectives = {
  replicaof: directive(primary, '', {
    built: false,
    alias: 'slaveof',
    flags: ['immutable'],
    about: 'The server whose replica this one is.',
    missing: 'the server starts on its own and takes writes',
  }),
  masterauth: directive(unsettable, '', { built: false, flags: ['sensitive'], about: 'Password for the master.' }),
  masteruser: directive(unsettable, '', { built: false, flags: ['sensitive'], about: 'User for the master.' }),
  'replica-serve-stale-data': directive(bool, 'yes', {
    built: false,
    alias: 'slave-serve-stale-data',
    about: 'Answers while the master is out of reach.',
  }),
  'replica-read-only': directive(bool, 'yes', {
    built: false,
    alias: 'slave-read-only',
    flags: ['debug'],
    about: 'Refuses writes on a replica.',
  }),
  'replica-ignore-maxmemory': directive(bool, 'yes', {
    built: false,
    alias: 'slave-ignore-maxmemory',
    about: 'Leaves eviction to the master.',
  }),
  'replica-ignore-disk-write-errors': directive(bool, 'no', {
    built: false,
    about: 'Goes on if a replica cannot write to its disk.',
  }),
  'replica-lazy-flush': directive(bool, 'no', {
    built: false,
    alias: 'slave-lazy-flush',
    about: 'Empties a replica in the background before it is filled.',
  }),
  'replica-priority': directive(integer(0, INT_MAX), '100', {
    built: false,
    alias: 'slave-priority',
    about: 'Which replica Sentinel promotes: the lowest. 0: never this one.',
  }),
  'replica-announced': directive(bool, 'yes', { built: false, about: 'Lets Sentinel show this replica.' }),
  'replica-announce-ip': directive(unsettable, '', {
    built: false,
    alias: 'slave-announce-ip',
    about: 'Address that a replica gives its master.',
  }),
  'replica-announce-port': directive(integer(0, 65535), '0', {
    built: false,
    alias: 'slave-announce-port',
    about: 'Port that a replica gives its master. 0: its own.',
  }),
  'replica-full-sync-buffer-limit': directive(memory(0, LONG_MAX), '0', {
    built: false,
    about: 'What a replica buffers of changes while it is filled. 0: as much as its output buffer limit.',
  }),
  'min-replicas-to-write': directive(integer(0, INT_MAX), '0', {
    built: false,
    alias: 'min-slaves-to-write',
    about: 'Replicas that must be there for writes to be taken.',
  }),
  'min-replicas-max-lag': directive(integer(0, INT_MAX), '10', {
    built: false,
    alias: 'min-slaves-max-lag',
    about: 'Seconds after which a silent replica does not count.',
  }),
  'repl-diskless-sync': directive(bool, 'yes', {
    built: false,
    flags: ['debug'],
    about: 'Fills replicas without a file on the master.',
  }),
  'repl-diskless-sync-delay': directive(integer(0, INT_MAX), '5', {
    built: false,
    about: 'Seconds to wait for more replicas before they are filled.',
  }),
  'repl-diskless-sync-max-replicas': directive(integer(0, INT_MAX), '0', {
    built: false,
    about: 'Replicas that are enough not to wait for more.',
  }),
  'repl-diskless-load': directive(oneOf(['disabled', 'on-empty-db', 'swapdb', 'flushdb']), 'disabled', {
    built: false,
    flags: ['debug', 'deny-loading'],
    about: 'Fills this replica without a file.',
  }),
  'repl-rdb-channel': directive(bool, 'no', {
    built: false,
    flags: ['hidden'],
    about: 'Sends snapshots to replicas over a connection of their own.',
  }),
  'repl-ping-replica-period': directive(integer(1, INT_MAX), '10', {
    built: false,
    alias: 'repl-ping-slave-period',
    about: 'Seconds between pings to replicas.',
  }),
  'repl-timeout': directive(integer(1, INT_MAX), '60', {
    built: false,
    about: 'Seconds of silence after which a replication link is given up.',
  }),
  'repl-disable-tcp-nodelay': directive(bool, 'no', {
    built: false,
    about: 'Sends to replicas in fewer, larger packets.',
  }),
  'repl-backlog-size': directive(memory(1, LONG_MAX), '1mb', {
    built: false,
    about: 'Changes kept for replicas that were away for a moment.',
  }),
  'repl-backlog-ttl': directive(integer(0, LONG_MAX), '3600', {
    built: false,
    about: 'Seconds after which they are freed if no replica is left. 0: never.',
  }),
  'propagation-error-behavior': directive(oneOf(['ignore', 'panic', 'panic-on-replicas']), 'ignore', {
    built: false,
    about: 'What to do when a replicated command fails.',
  }),
};
