/** redis-benchmark's flags. Those it has and this generator has not are refused by name, never ignored. */
export interface LoadOptions {
  host: string;
  port: number;
  socketPath?: string;
  password?: string;
  user?: string;
  clients: number;
  requests: number;
  payloadBytes: number;
  database: number;
  resp3: boolean;
  /** 0 reconnects after each pipeline. */
  keepAlive: number;
  /** 0: every command of a test uses the same key. */
  keyspace: number;
  pipeline: number;
  quiet: boolean;
  csv: boolean;
  loop: boolean;
  precision: number;
  /** Goes on after error replies and prints at most one a second, where otherwise the first one ends the run. */
  showErrors: boolean;
  /** Names by comma; empty runs them all. */
  tests: string;
  /** The command to send instead of the tests; empty if none was given. */
  command: string[];
}

export const USAGE = `Usage: npm run load -- [OPTIONS] [COMMAND ARGS...]

 -h <host>         Server host (default 127.0.0.1)
 -p <port>         Server port (default 6379)
 -s <socket>       Server socket (instead of host and port)
 -a <password>     Password for AUTH
 --user <name>     User name for AUTH; needs -a
 -c <clients>      Parallel connections (default 50)
 -n <requests>     Total number of requests (default 100000)
 -d <size>         Bytes of a SET/GET value (default 3)
 --dbnum <db>      SELECT this database (default 0)
 -3                Speak RESP3
 -k <boolean>      1 = keep alive, 0 = reconnect (default 1)
 -r <keyspace>     Random keys: __rand_int__ becomes a number of 12 digits below <keyspace>
 -P <requests>     Pipeline so many requests (default 1)
 -q                Only show requests per second and p50
 --precision <n>   Decimal places of latencies of the full report (default 3)
 --csv             Output as CSV
 -l                Loop for ever
 -t <tests>        Only these tests, by comma: ping,set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,spop,zadd,zpopmin,
                   lrange_100,lrange_300,lrange_500,lrange_600,mset
 -e                Show error replies (at most one a second) and go on
 --help            This text

This generator is one thread: for --threads, start it several times.
`;

const REFUSED: Record<string, string> = {
  '--threads': 'this generator is one thread: start it several times instead',
  '--cluster': 'cluster mode is not supported',
  '--enable-tracking': 'client-side caching is not supported',
  '--tls': 'TLS is not supported',
  '-I': 'idle mode is not supported',
  '-x': 'reading the last argument from standard input is not supported',
  '-u': 'URIs are not supported: use -h, -p, -a, --user and --dbnum',
};

export class UsageError extends Error {}

const SWITCHES: Record<string, 'resp3' | 'quiet' | 'csv' | 'loop' | 'showErrors'> = {
  '-3': 'resp3',
  '-q': 'quiet',
  '--csv': 'csv',
  '-l': 'loop',
  '-e': 'showErrors',
};

const NUMBERS: Record<string, { key: NumberKey; least: number }> = {
  '-p': { key: 'port', least: 1 },
  '-c': { key: 'clients', least: 1 },
  '-n': { key: 'requests', least: 1 },
  '-d': { key: 'payloadBytes', least: 1 },
  '--dbnum': { key: 'database', least: 0 },
  '-k': { key: 'keepAlive', least: 0 },
  '-r': { key: 'keyspace', least: 1 },
  '-P': { key: 'pipeline', least: 1 },
  '--precision': { key: 'precision', least: 0 },
};
type NumberKey =
  | 'port'
  | 'clients'
  | 'requests'
  | 'payloadBytes'
  | 'database'
  | 'keepAlive'
  | 'keyspace'
  | 'pipeline'
  | 'precision';

const TEXTS: Record<string, 'host' | 'socketPath' | 'password' | 'user' | 'tests'> = {
  '-h': 'host',
  '-s': 'socketPath',
  '-a': 'password',
  '--user': 'user',
  '-t': 'tests',
};

function numberAtLeast(least: number, flag: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new UsageError(`${flag} wants a number from ${least} up, not '${text}'`);
}

/** @throws UsageError for a flag that is unknown, not supported, or lacks its value */
export function parseLoadOptions(args: readonly string[]): LoadOptions {
  const options: LoadOptions = {
    host: '127.0.0.1',
    port: 6379,
    clients: 50,
    requests: 100_000,
    payloadBytes: 3,
    database: 0,
    resp3: false,
    keepAlive: 1,
    keyspace: 0,
    pipeline: 1,
    quiet: false,
    csv: false,
    loop: false,
    precision: 3,
    showErrors: false,
    tests: '',
    command: [],
  };
  let at = 0;
  while (at < args.length && args[at].startsWith('-')) {
    const flag = args[at++];
    if (flag in REFUSED) throw new UsageError(`${flag}: ${REFUSED[flag]}`);
    if (flag in SWITCHES) {
      options[SWITCHES[flag]] = true;
      continue;
    }
    if (!(flag in NUMBERS) && !(flag in TEXTS)) throw new UsageError(`unknown option ${flag}`);
    if (at === args.length) throw new UsageError(`${flag} wants a value`);
    const text = args[at++];
    if (flag in NUMBERS) options[NUMBERS[flag].key] = numberAtLeast(NUMBERS[flag].least, flag, text);
    else options[TEXTS[flag]] = text;
  }
  options.command = args.slice(at);
  if (options.user !== undefined && options.password === undefined) throw new UsageError('--user needs -a');
  return options;
}
