import { MAYFLY_VERSION, REDIS_VERSION } from '../base/version.ts';

/** What `mayfly --help` prints. */
export const USAGE = `Usage: mayfly [/path/to/redis.conf] [--directive value ...] [-]
       mayfly -v | --version
       mayfly -h | --help

Starts an in-memory server that speaks the protocol of Redis ${REDIS_VERSION}.

  /path/to/redis.conf   Configuration, in the format of Redis.
  --directive value     Any directive of such a file; wins over the file.
  -                     Reads more configuration from standard input.

Often wanted:
  --port 6380             TCP port (6379); 0 for none
  --bind 127.0.0.1        addresses to listen on (all)
  --unixsocket /tmp/m     a Unix socket too
  --maxmemory 1gb         limit of the data (none)
  --maxmemory-policy allkeys-lru
                          what gives way at the limit (nothing: writes fail)
  --workers 3             threads for long commands (CPUs less one)
  --shards 16             parts of the data that can be worked on at once
  --transport auto        auto, io_uring, epoll or net
  --handoff auto          auto, always or never
  --loglevel notice       debug, verbose, notice, warning or nothing

Examples:
  mayfly
  mayfly --port 7777 --maxmemory 100mb
  mayfly /etc/mayfly.conf --loglevel verbose
  echo 'maxmemory 128mb' | mayfly -

All directives: docs/configuration.md, or CONFIG GET * on a running server.
`;

/** What `mayfly --version` prints, in the form that scripts know from Redis. */
export function versionLine(): string {
  return `Mayfly server v=${MAYFLY_VERSION} redis=${REDIS_VERSION} node=${process.versions.node} bits=64\n`;
}
