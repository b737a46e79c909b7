import { directive } from '../directive.ts';
import { eventClasses } from '../event-classes.ts';
import { percentiles } from '../list-types.ts';
import { INT_MAX, integer, LONG_MAX } from '../number-types.ts';
import { bool, oneOf, string } from '../scalar-types.ts';

const FACILITIES = ['user', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'] as const;

/** Logs, slow commands, latency, events. */
export const observationDirectives = {
  loglevel: directive(oneOf(['debug', 'verbose', 'notice', 'warning', 'nothing']), 'notice', {
    built: true,
    about: 'The least important level that is logged.',
  }),
  logfile: directive(string({ description: 'path' }), '', {
    built: true,
    flags: ['immutable'],
    about: 'File to log to. "": standard output.',
  }),
  'syslog-enabled': directive(bool, 'no', { built: false, flags: ['immutable'], about: 'Logs to syslog too.' }),
  'syslog-ident': directive(string(), 'redis', { built: false, flags: ['immutable'], about: 'Name in syslog.' }),
  'syslog-facility': directive(oneOf(FACILITIES), 'local0', {
    built: false,
    flags: ['immutable'],
    about: 'Facility in syslog.',
  }),
  'hide-user-data-from-log': directive(bool, 'no', {
    built: false,
    about: 'Keeps keys and values out of the log.',
  }),
  'slowlog-log-slower-than': directive(integer(-1, LONG_MAX), '10000', {
    built: true,
    about: 'Microseconds from which a command enters the slow log. Negative: none does.',
  }),
  'slowlog-max-len': directive(integer(0, LONG_MAX), '128', {
    built: true,
    about: 'Entries that the slow log keeps.',
  }),
  'slowlog-entry-max-argc': directive(integer(2, INT_MAX), '32', {
    built: true,
    about: 'Arguments kept of a command in the slow log.',
  }),
  'slowlog-entry-max-string-len': directive(integer(1, LONG_MAX), '128', {
    built: true,
    about: 'Bytes kept of an argument in the slow log.',
  }),
  'latency-monitor-threshold': directive(integer(0, LONG_MAX), '0', {
    built: true,
    about: 'Milliseconds from which LATENCY notes an event. 0: none.',
  }),
  'latency-tracking': directive(bool, 'yes', { built: true, about: 'Measures how long each command takes.' }),
  'latency-tracking-info-percentiles': directive(percentiles, '50 99 99.9', {
    built: true,
    about: 'Percentiles in INFO latencystats.',
  }),
  'notify-keyspace-events': directive(eventClasses, '', {
    built: true,
    about: 'Events that are published, by class. "": none.',
  }),
};
