import { checkFileName } from '../checks.ts';
import { directive } from '../directive.ts';
import { savePoints } from '../list-types.ts';
import { INT_MAX, INT_MIN, integer, LONG_MAX, memory } from '../number-types.ts';
import { bool, oneOf, string } from '../scalar-types.ts';

/** Snapshots and the append-only file. */
export const persistenceDirectives = {
  save: directive(savePoints, '3600 1 300 100 60 10000', {
    built: false,
    harmless: [''],
    about: 'When snapshots are taken.',
    missing: 'no snapshot is taken, data is lost when the server stops',
  }),
  dbfilename: directive(string({ check: checkFileName('dbfilename', 'filename') }), 'dump.rdb', {
    built: false,
    flags: ['protected'],
    about: 'File of the snapshot, in `dir`.',
  }),
  rdbcompression: directive(bool, 'yes', { built: false, about: 'Compresses strings in snapshots.' }),
  rdbchecksum: directive(bool, 'yes', {
    built: false,
    flags: ['immutable'],
    about: 'Writes and verifies the checksum of snapshots.',
  }),
  'sanitize-dump-payload': directive(oneOf(['no', 'yes', 'clients']), 'no', {
    built: false,
    flags: ['debug'],
    about: 'Verifies every detail of what RESTORE and snapshots bring.',
  }),
  'stop-writes-on-bgsave-error': directive(bool, 'yes', {
    built: false,
    about: 'Refuses writes after a failed snapshot.',
  }),
  'rdb-save-incremental-fsync': directive(bool, 'yes', {
    built: false,
    about: 'Syncs a snapshot while it is written.',
  }),
  'rdb-del-sync-files': directive(bool, 'no', { built: false, about: 'Removes snapshots that replication left.' }),
  'rdb-key-save-delay': directive(integer(INT_MIN, INT_MAX), '0', {
    built: false,
    flags: ['hidden'],
    about: 'For tests: slows snapshots down.',
  }),
  'loading-process-events-interval-bytes': directive(integer(1024, INT_MAX), '2097152', {
    built: false,
    flags: ['hidden'],
    about: 'Bytes loaded before clients are looked after.',
  }),
  'key-memory-histograms': directive(bool, 'no', { built: false, about: 'Collects how large keys are, by type.' }),
  'preload-file': directive(string({ emptyMeansUnset: true, description: '`rdb:` or `aof:` and a path' }), '', {
    built: false,
    flags: ['immutable'],
    about: 'Loads this file at start and no other.',
  }),
  appendonly: directive(bool, 'no', {
    built: false,
    about: 'Writes every change to the append-only file.',
    missing: 'nothing is written, data is lost when the server stops',
  }),
  appendfilename: directive(string({ check: checkFileName('appendfilename', 'filename') }), 'appendonly.aof', {
    built: false,
    flags: ['immutable'],
    about: 'How the append-only files are called.',
  }),
  appenddirname: directive(string({ check: checkFileName('appenddirname', 'dirname') }), 'appendonlydir', {
    built: false,
    flags: ['immutable'],
    about: 'Directory of the append-only files, in `dir`.',
  }),
  appendfsync: directive(oneOf(['everysec', 'always', 'no']), 'everysec', {
    built: false,
    about: 'When changes are forced to the disk.',
  }),
  'no-appendfsync-on-rewrite': directive(bool, 'no', {
    built: false,
    about: 'Leaves syncing to the kernel while a background child writes.',
  }),
  'auto-aof-rewrite-percentage': directive(integer(0, INT_MAX), '100', {
    built: false,
    about: 'Growth at which the append-only file is rewritten, in percent. 0: never.',
  }),
  'auto-aof-rewrite-min-size': directive(memory(0, LONG_MAX), '64mb', {
    built: false,
    about: 'Size below which the append-only file is not rewritten.',
  }),
  'aof-load-truncated': directive(bool, 'yes', {
    built: false,
    about: 'Starts even if the append-only file is cut short.',
  }),
  'aof-load-corrupt-tail-max-size': directive(integer(0, LONG_MAX), '0', {
    built: false,
    about: 'Bytes of damage at the end of the append-only file that are cut off at start.',
  }),
  'aof-use-rdb-preamble': directive(bool, 'yes', {
    built: false,
    about: 'Starts the append-only file with a snapshot.',
  }),
  'aof-timestamp-enabled': directive(bool, 'no', { built: false, about: 'Notes times in the append-only file.' }),
  'aof-rewrite-incremental-fsync': directive(bool, 'yes', {
    built: false,
    about: 'Syncs the rewritten append-only file while it is written.',
  }),
  'aof-disable-auto-gc': directive(bool, 'no', {
    built: false,
    flags: ['hidden'],
    about: 'Keeps append-only files that are not needed any more.',
  }),
  backupdirname: directive(string({ check: checkFileName('backupdirname', 'dirname') }), 'backupdir', {
    built: false,
    flags: ['immutable'],
    about: 'Directory that BACKUP writes to, in `dir`.',
  }),
  'backup-sealed-ttl': directive(integer(0, INT_MAX), '0', {
    built: false,
    about: 'Seconds after which a finished backup is removed. 0: never.',
  }),
};
