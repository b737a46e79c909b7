/**
 * What the random stream leaves out, and why. Everything else that the oracle knows is sent.
 */
const administration = 'acts on the process, its files or its peers, not on data';
const connection = 'changes how this connection is answered: covered by the clients’ tests and the Tcl suite';
const addresses = 'tells of connections, by their IDs and addresses';
const machine = 'tells of this machine, process or moment';

/** Command (or `CONTAINER *`) → why it isn't sent. */
export const excludedCommands: ReadonlyMap<string, string> = new Map([
  ['DEBUG', administration],
  ['SHUTDOWN', administration],
  ['BGSAVE', administration],
  ['BGREWRITEAOF', administration],
  ['SAVE', administration],
  ['FAILOVER', administration],
  ['REPLICAOF', administration],
  ['SLAVEOF', administration],
  ['PSYNC', administration],
  ['SYNC', administration],
  ['REPLCONF', administration],
  ['MIGRATE', administration],
  ['CLUSTER *', administration],
  ['ASKING', 'cluster mode only'],
  ['READONLY', 'cluster mode only'],
  ['READWRITE', 'cluster mode only'],
  ['RESTORE-ASKING', 'cluster mode only'],
  ['MODULE *', administration],
  ['ACL *', 'names users and categories, which differ by version; the Tcl suite covers it'],
  ['CONFIG *', 'settings differ by version; set alike on both by the tester itself'],
  ['FUNCTION *', 'libraries outlive FLUSHALL; the Tcl suite covers it'],
  ['FCALL', 'needs libraries; the Tcl suite covers it'],
  ['FCALL_RO', 'needs libraries; the Tcl suite covers it'],
  ['SCRIPT KILL', administration],
  ['SCRIPT DEBUG', connection],
  ['MONITOR', connection],
  ['SUBSCRIBE', connection],
  ['PSUBSCRIBE', connection],
  ['SSUBSCRIBE', connection],
  ['UNSUBSCRIBE', connection],
  ['PUNSUBSCRIBE', connection],
  ['SUNSUBSCRIBE', connection],
  ['HELLO', connection],
  ['RESET', connection],
  ['QUIT', connection],
  ['AUTH', connection],
  ['CLIENT ID', addresses],
  ['CLIENT INFO', addresses],
  ['CLIENT LIST', addresses],
  ['CLIENT KILL', addresses],
  ['CLIENT PAUSE', connection],
  ['CLIENT UNPAUSE', connection],
  ['CLIENT REPLY', connection],
  ['CLIENT TRACKING', connection],
  ['CLIENT CACHING', connection],
  ['CLIENT UNBLOCK', connection],
  ['MULTI', 'sent as whole transactions'],
  ['EXEC', 'sent as whole transactions'],
  ['DISCARD', 'sent as whole transactions'],
  ['INFO', machine],
  ['MEMORY *', machine],
  ['LATENCY *', machine],
  ['SLOWLOG *', machine],
  ['LASTSAVE', machine],
  ['LOLWUT', 'draws the version'],
  ['ROLE', machine],
  ['TIME', 'held in the examples'],
  ['COMMAND', 'the table differs by version'],
  ['COMMAND *', 'the table differs by version'],
  ['PFDEBUG', 'internal'],
  ['PFSELFTEST', 'internal, and takes seconds'],
  ['DUMP', 'the payload carries the version; sent as DUMP with RESTORE of it'],
  ['OBJECT REFCOUNT', 'Mayfly shares no objects'],
  ['XSETID', 'Redis 7.2 refuses IDs below the highest deleted one, which 7.0 takes; held in the examples'],
  ['SWAPDB', 'other connections see it; held in the examples'],
]);

/** Why a command isn't sent, or undefined for one that is. */
export function whyExcluded(name: string): string | undefined {
  const container = name.split(' ')[0];
  return excludedCommands.get(name) ?? (container === name ? undefined : excludedCommands.get(`${container} *`));
}
