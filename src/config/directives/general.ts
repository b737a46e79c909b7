import { checkTitleTemplate } from '../checks.ts';
import { directive } from '../directive.ts';
import { directory, oomScores } from '../list-types.ts';
import { INT_MAX, INT_MIN, integer, LONG_MAX } from '../number-types.ts';
import { bool, oneOf, someOf, string } from '../scalar-types.ts';

const SIGNAL_WORDS = ['save', 'nosave', 'now', 'force'] as const;

function checkSignalWords(chosen: ReadonlySet<(typeof SIGNAL_WORDS)[number] | 'default'>): string | undefined {
  const both = chosen.has('save') && chosen.has('nosave');
  return both ? "shutdown options SAVE and NOSAVE can't be used simultaneously" : undefined;
}

const onSignal = someOf('default', SIGNAL_WORDS, checkSignalWords);
const cpuList = string({ emptyMeansUnset: true, description: 'list of CPUs' });

/** The process: how it starts, stops, and shows itself to the operating system. */
export const generalDirectives = {
  databases: directive(integer(1, INT_MAX), '16', {
    built: true,
    flags: ['immutable'],
    about: 'How many databases SELECT can choose from.',
  }),
  dir: directive(directory, '.', {
    built: true,
    flags: ['protected', 'deny-loading'],
    about: 'Working directory, in which files are read and written.',
    defaultIs: 'where the server is started',
  }),
  daemonize: directive(bool, 'no', {
    built: true,
    flags: ['immutable'],
    about: 'Goes to the background at start.',
  }),
  pidfile: directive(string({ emptyMeansUnset: true, description: 'path' }), '', {
    built: true,
    flags: ['immutable'],
    about: 'File that holds the process ID while the server runs.',
  }),
  supervised: directive(oneOf(['upstart', 'systemd', 'auto', 'no']), 'no', {
    built: false,
    flags: ['immutable'],
    about: 'Tells the service manager when the server is ready.',
  }),
  'always-show-logo': directive(bool, 'no', {
    built: true,
    flags: ['immutable'],
    about: 'Shows the logo even if nobody is watching.',
  }),
  'set-proc-title': directive(bool, 'yes', {
    built: true,
    flags: ['immutable'],
    about: 'Shows the address in the title of the process.',
  }),
  'proc-title-template': directive(string({ check: checkTitleTemplate }), '{title} {listen-addr} {server-mode}', {
    built: true,
    about: 'What the title of the process says.',
  }),
  'shutdown-timeout': directive(integer(0, INT_MAX), '10', {
    built: false,
    about: 'Seconds that replicas get to catch up before the server stops.',
  }),
  'shutdown-on-sigint': directive(onSignal, 'default', { built: false, about: 'How SIGINT stops the server.' }),
  'shutdown-on-sigterm': directive(onSignal, 'default', { built: false, about: 'How SIGTERM stops the server.' }),
  hz: directive(integer(0, INT_MAX, { clampTo: [1, 500] }), '10', {
    built: false,
    about: 'How often a second background work runs.',
    missing: 'background work has its own timers',
  }),
  'dynamic-hz': directive(bool, 'yes', { built: false, about: 'Raises `hz` with the number of clients.' }),
  'locale-collate': directive(string(), '', { built: false, about: 'Locale that SORT compares strings by.' }),
  'ignore-warnings': directive(string(), '', {
    built: false,
    about: 'Warnings about the system that are no reason to stop.',
  }),
  'oom-score-adj': directive(oneOf(['no', 'yes', 'relative', 'absolute']), 'no', {
    built: false,
    about: "Sets the process' score for the kernel's out-of-memory killer.",
  }),
  'oom-score-adj-values': directive(oomScores, '0 200 800', {
    built: false,
    about: 'The scores of a master, a replica and a background child.',
  }),
  'disable-thp': directive(bool, 'yes', {
    built: false,
    flags: ['immutable'],
    about: 'Turns transparent huge pages off for the process.',
  }),
  'server-cpulist': directive(cpuList, '', {
    built: false,
    alias: 'server_cpulist',
    flags: ['immutable'],
    about: 'CPUs that the main thread runs on.',
  }),
  'bio-cpulist': directive(cpuList, '', {
    built: false,
    alias: 'bio_cpulist',
    flags: ['immutable'],
    about: 'CPUs that background threads run on.',
  }),
  'aof-rewrite-cpulist': directive(cpuList, '', {
    built: false,
    alias: 'aof_rewrite_cpulist',
    flags: ['immutable'],
    about: 'CPUs that rewriting the append-only file runs on.',
  }),
  'bgsave-cpulist': directive(cpuList, '', {
    built: false,
    alias: 'bgsave_cpulist',
    flags: ['immutable'],
    about: 'CPUs that snapshots are taken on.',
  }),
  'io-threads': directive(integer(1, 128), '1', {
    built: true,
    flags: ['immutable', 'debug'],
    about: 'Threads that receive, run commands and send. More than one needs transport `io_uring` or `epoll`.',
  }),
  'crash-log-enabled': directive(bool, 'yes', { built: false, about: 'Logs a report when the server crashes.' }),
  'crash-memcheck-enabled': directive(bool, 'yes', { built: false, about: 'Tests the memory after a crash.' }),
  'use-exit-on-panic': directive(bool, 'no', { built: false, flags: ['hidden'], about: 'Exits instead of aborting.' }),
  'watchdog-period': directive(integer(0, INT_MAX), '0', {
    built: false,
    flags: ['hidden'],
    about: 'Milliseconds after which a stalled command is reported.',
  }),
  'key-load-delay': directive(integer(INT_MIN, INT_MAX), '0', {
    built: false,
    flags: ['hidden'],
    about: 'For tests: slows loading down.',
  }),
  'busy-reply-threshold': directive(integer(0, LONG_MAX), '5000', {
    built: false,
    alias: 'lua-time-limit',
    about: 'Milliseconds after which a script is reported as busy and can be killed.',
  }),
  'lua-enable-deprecated-api': directive(bool, 'no', {
    built: false,
    flags: ['immutable', 'hidden'],
    about: 'Keeps functions that Lua scripts should not use any more.',
  }),
  'vset-force-single-threaded-execution': directive(bool, 'no', {
    built: false,
    about: 'Runs commands on vector sets in the main thread only.',
  }),
};
