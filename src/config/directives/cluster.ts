import { checkHostname, checkNodeName } from '../checks.ts';
import { directive } from '../directive.ts';
import { INT_MAX, integer, LONG_MAX, memory, ULONG_MAX } from '../number-types.ts';
import { bool, oneOf, someOf, string } from '../scalar-types.ts';

const port = integer(0, 65535);

/** Redis Cluster. */
export const clusterDirectives = {
  'cluster-enabled': directive(bool, 'no', {
    built: false,
    flags: ['immutable'],
    about: 'Makes the server a node of a cluster.',
  }),
  'cluster-config-file': directive(string(), 'nodes.conf', {
    built: false,
    flags: ['immutable'],
    about: 'File in which the node remembers the cluster.',
  }),
  'cluster-node-timeout': directive(integer(0, LONG_MAX), '15000', {
    built: false,
    about: 'Milliseconds after which a silent node counts as failing.',
  }),
  'cluster-ping-interval': directive(integer(0, LONG_MAX), '0', {
    built: false,
    flags: ['hidden'],
    about: 'Milliseconds between pings on the cluster bus.',
  }),
  'cluster-port': directive(port, '0', {
    built: false,
    flags: ['immutable'],
    about: 'Port of the cluster bus. 0: 10000 above `port`.',
  }),
  'cluster-replica-validity-factor': directive(integer(0, INT_MAX), '10', {
    built: false,
    alias: 'cluster-slave-validity-factor',
    about: 'How old the data of a replica may be for it to take over.',
  }),
  'cluster-migration-barrier': directive(integer(0, INT_MAX), '1', {
    built: false,
    about: 'Replicas that a master keeps when others lack one.',
  }),
  'cluster-allow-replica-migration': directive(bool, 'yes', {
    built: false,
    about: 'Lets replicas move to masters that lack one.',
  }),
  'cluster-require-full-coverage': directive(bool, 'yes', {
    built: false,
    about: 'Refuses commands while a slot has no node.',
  }),
  'cluster-replica-no-failover': directive(bool, 'no', {
    built: false,
    alias: 'cluster-slave-no-failover',
    about: 'Keeps a replica from taking over by itself.',
  }),
  'cluster-allow-reads-when-down': directive(bool, 'no', {
    built: false,
    about: 'Answers reads while the cluster is down.',
  }),
  'cluster-allow-pubsubshard-when-down': directive(bool, 'yes', {
    built: false,
    about: 'Allows sharded Pub/Sub while the cluster is down.',
  }),
  'cluster-link-sendbuf-limit': directive(memory(0, ULONG_MAX), '0', {
    built: false,
    about: 'Unsent bytes at which a cluster link is dropped. 0: any.',
  }),
  'cluster-announce-ip': directive(string({ emptyMeansUnset: true }), '', {
    built: false,
    about: 'Address that the node gives to others.',
  }),
  'cluster-announce-port': directive(port, '0', { built: false, about: 'Port that the node gives to others.' }),
  'cluster-announce-tls-port': directive(port, '0', { built: false, about: 'TLS port that the node gives to others.' }),
  'cluster-announce-bus-port': directive(port, '0', { built: false, about: 'Bus port that the node gives to others.' }),
  'cluster-announce-hostname': directive(string({ emptyMeansUnset: true, check: checkHostname }), '', {
    built: false,
    about: 'Host name that the node gives to others.',
  }),
  'cluster-announce-human-nodename': directive(string({ emptyMeansUnset: true, check: checkNodeName }), '', {
    built: false,
    about: 'Name of the node for logs.',
  }),
  'cluster-preferred-endpoint-type': directive(oneOf(['ip', 'hostname', 'unknown-endpoint']), 'ip', {
    built: false,
    about: 'What clients are sent to.',
  }),
  'cluster-compatibility-sample-ratio': directive(integer(0, 100), '0', {
    built: false,
    about: 'Share of commands checked for fitness for a cluster, in percent.',
  }),
  'cluster-slot-stats-enabled': directive(someOf('no', ['yes', 'cpu', 'net', 'mem']), 'no', {
    built: false,
    about: 'Counts what each slot uses.',
  }),
  'cluster-slot-migration-handoff-max-lag-bytes': directive(memory(0, LONG_MAX), '1mb', {
    built: false,
    about: 'How far the receiver of a slot may be behind when it takes over.',
  }),
  'cluster-slot-migration-write-pause-timeout': directive(integer(0, LONG_MAX), '10000', {
    built: false,
    about: 'Milliseconds for which writes may pause while a slot changes hands.',
  }),
  'cluster-slot-migration-max-archived-tasks': directive(integer(1, INT_MAX), '32', {
    built: false,
    flags: ['hidden'],
    about: 'Finished migrations of slots that are remembered.',
  }),
};
