import { directive } from '../directive.ts';
import { addresses, outputBufferLimits } from '../list-types.ts';
import { INT_MAX, integer, LONG_MAX, memory, memoryOrPercent, octal, UINT_MAX } from '../number-types.ts';
import { bool, string } from '../scalar-types.ts';

/** Where the server listens, and what one client may take. */
export const networkDirectives = {
  bind: directive(addresses, '* -::*', {
    built: true,
    about: 'Addresses to listen on. `-` before one: no error if the machine lacks it.',
  }),
  port: directive(integer(0, 65535), '6379', { built: true, about: 'TCP port. 0: no TCP.' }),
  'tcp-backlog': directive(integer(0, INT_MAX), '511', {
    built: true,
    flags: ['immutable'],
    about: 'How many connections may wait to be accepted.',
  }),
  'tcp-keepalive': directive(integer(0, INT_MAX), '300', {
    built: true,
    about: 'Seconds of silence after which the kernel probes a connection. 0: never.',
  }),
  timeout: directive(integer(0, INT_MAX), '0', {
    built: true,
    about: 'Seconds after which an idle client is disconnected. 0: never.',
  }),
  unixsocket: directive(string({ emptyMeansUnset: true, description: 'path' }), '', {
    built: true,
    flags: ['immutable'],
    about: 'Path of a Unix socket to listen on too.',
  }),
  unixsocketperm: directive(octal(0o777), '0', {
    built: true,
    flags: ['immutable'],
    about: 'Permissions of the Unix socket. 0: as the umask leaves them.',
  }),
  'protected-mode': directive(bool, 'yes', {
    built: true,
    about: 'Refuses clients from other machines as long as there is no password.',
  }),
  maxclients: directive(integer(1, UINT_MAX), '10000', { built: true, about: 'Connections served at a time.' }),
  'maxmemory-clients': directive(memoryOrPercent(LONG_MAX), '0', {
    built: true,
    about: 'Memory that all clients together may take before the largest is disconnected. 0: any.',
  }),
  'client-query-buffer-limit': directive(memory(1024 * 1024, LONG_MAX), '1gb', {
    built: true,
    flags: ['debug'],
    about: 'How much of a command may be received before it is complete.',
  }),
  'client-output-buffer-limit': directive(outputBufferLimits, 'normal 0 0 0 replica 256mb 64mb 60 pubsub 32mb 8mb 60', {
    built: true,
    about: 'Unsent replies at which a client is disconnected, by class of client.',
  }),
  'proto-max-bulk-len': directive(memory(1024 * 1024, LONG_MAX), '512mb', {
    built: true,
    flags: ['debug'],
    about: 'The longest string a client may send.',
  }),
  'max-new-connections-per-cycle': directive(integer(1, 1000), '10', {
    built: false,
    about: 'Connections accepted in one turn of the event loop.',
  }),
  'socket-mark-id': directive(integer(0, UINT_MAX), '0', {
    built: false,
    flags: ['immutable'],
    about: 'Mark of the sockets, for the routing of the operating system.',
  }),
  'bind-source-addr': directive(string({ emptyMeansUnset: true }), '', {
    built: false,
    about: 'Address from which connections to other servers are made.',
  }),
  'client-default-resp': directive(integer(2, 3), '2', {
    built: false,
    flags: ['immutable', 'hidden'],
    about: 'Protocol version of a client that did not say HELLO.',
  }),
  'tracking-table-max-keys': directive(integer(0, LONG_MAX), '1000000', {
    built: false,
    about: 'Keys remembered for client-side caching.',
  }),
  lookahead: directive(integer(1, INT_MAX), '16', {
    built: false,
    about: 'Commands of a pipeline that are parsed ahead.',
    missing: 'Mayfly parses whatever has been received',
  }),
};
