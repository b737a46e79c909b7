/**
 * Everything that passes between I/O threads, as messages; what they share without any is in the plane and in the shards.
 *
 *     note       posted and forgotten; those of one thread to another arrive in order
 *     question   to every other thread: the asker waits for all answers, and answers what it is asked meanwhile
 *     relay      a command that thread 0 runs for a client of another thread, which waits for the reply
 *
 * Notes and questions are dealt with at once, also while a command of the thread they come to waits for answers; so what
 * they do must not touch the command that is running. Relayed commands come between commands only.
 * Starting and ending a thread has messages of its own, below.
 */
import type { MessagePort } from 'node:worker_threads';
import type { SharedConfig } from '../config/worker-config.ts';
import type { Plane } from '../execute/plane.ts';
import type { SlowCommand } from '../observe/slow-log.ts';
import type { PublishedMessage } from '../pubsub/hub.ts';
import type { ListenOptions, Transport, WakerSpec } from '../transport/transport.ts';
import type { FilteredClient } from './client-filter.ts';
import type { RenamedCommands } from './renamed-commands.ts';
import type { ThreadFigures } from './thread-figures.ts';

export type Note =
  /** Somebody there listens to the channel. */
  | { readonly kind: 'published'; readonly message: PublishedMessage }
  /** A client there waits for a key that has changed, and those with tickets up to `after` have had their turn. */
  | { readonly kind: 'key-ready'; readonly db: number; readonly key: Uint8Array; readonly after: number }
  /** What clients there, and all together, take is too much: see client-eviction.ts. */
  | { readonly kind: 'evict-clients' }
  /** A command that has run, for those who MONITOR there. */
  | { readonly kind: 'monitored'; readonly line: string }
  /** To thread 0: a command took long. */
  | { readonly kind: 'slow'; readonly command: SlowCommand; readonly isFast: boolean; readonly client: ClientName }
  /** To thread 0: a client says that the server is to end. */
  | { readonly kind: 'shut-down'; readonly reason: string; readonly wantsSave: boolean }
  /** DEBUG IO-THREAD-KILL: the thread is to fail as by a fault of ours. */
  | { readonly kind: 'fail' }
  /** DEBUG SLEEP: the whole server stands still. */
  | { readonly kind: 'sleep'; readonly ms: number };

/** Nothing is answered but that it is done. */
type Done = unknown;

/** What is asked, and what is answered. */
export interface Questions {
  /** Answered once all notes before it have been dealt with. */
  'caught-up': { readonly asked: undefined; readonly answer: Done };
  /** What INFO sums up. */
  figures: { readonly asked: undefined; readonly answer: ThreadFigures };
  /** Directives that have changed are in force on the asked thread when it answers. */
  config: { readonly asked: SharedConfig; readonly answer: Done };
  /** Whether there are monitors on the thread that says so: commands of others are to be told to it. */
  monitors: { readonly asked: boolean; readonly answer: Done };
  /** All clients of a thread, for CLIENT LIST (with their lines) and CLIENT KILL. */
  clients: { readonly asked: { readonly withLines: boolean }; readonly answer: readonly ClientFacts[] };
  /** Closes clients; how many there were of them. */
  'close-clients': { readonly asked: readonly number[]; readonly answer: number };
  /** CLIENT UNBLOCK; whether the client was blocked there. */
  unblock: {
    readonly asked: { readonly id: number; readonly errorText: string | undefined };
    readonly answer: boolean;
  };
  /** CLIENT PAUSE; undefined: CLIENT UNPAUSE. */
  pause: {
    readonly asked: { readonly untilMs: number; readonly everything: boolean } | undefined;
    readonly answer: Done;
  };
  /** CONFIG RESETSTAT. */
  'reset-statistics': { readonly asked: undefined; readonly answer: Done };
  /** DEBUG QUICKLIST-PACKED-THRESHOLD, in bytes. */
  'packed-threshold': { readonly asked: number; readonly answer: Done };
  /** DEBUG PAUSE-CRON: whether there is to be housekeeping. */
  housekeeping: { readonly asked: boolean; readonly answer: Done };
  /** Who a session is, for the slow log: undefined if it is no client of the asked thread. */
  name: { readonly asked: number; readonly answer: ClientName | undefined };
}

export type Topic = keyof Questions;

/** A client as its thread tells of it to others. */
export interface ClientFacts extends FilteredClient {
  /** As CLIENT LIST shows it, if that was asked for. */
  readonly line: string;
}

export interface ClientName {
  readonly address: string;
  readonly name: string;
}

/** A command for thread 0 to run. */
export interface RelayedCommand {
  readonly args: readonly Uint8Array[];
  readonly resp3: boolean;
  readonly client: RelayedClient;
}

/** What commands about the server ask of the client that sent them. */
export interface RelayedClient extends ClientName {
  readonly id: number;
  readonly localAddress: string;
  readonly isUnixSocket: boolean;
}

/** The reply as it goes out, or the text of the error that the command failed with. */
export type RelayedReply = { readonly bytes: Uint8Array } | { readonly error: string };

/** What is posted: what belongs to a question or a relayed command bears its number, which is the asker's. */
export type Envelope =
  | { readonly notes: readonly Note[] }
  | { readonly question: number; readonly topic: Topic; readonly asked: unknown }
  | { readonly relayed: number; readonly command: RelayedCommand }
  | { readonly answered: number; readonly answer: unknown; readonly failure: string | undefined };

/** What an I/O thread is started with. */
export interface IoThreadTask {
  readonly plane: Plane;
  readonly ioThread: number;
  readonly config: SharedConfig;
  readonly transport: Transport['name'];
  readonly renamedCommands: RenamedCommands;
  /** To the other I/O threads, by number; none to itself. */
  readonly ports: readonly (MessagePort | undefined)[];
  /** ms since 1970 */
  readonly startedMs: number;
}

/** From thread 0 to one that it has started. */
export type IoThreadOrder =
  | { readonly kind: 'listen'; readonly options: ListenOptions }
  /** A worker has started: long messages go by this port. */
  | { readonly kind: 'attach'; readonly worker: number; readonly port: MessagePort }
  | { readonly kind: 'stop' };

/** Back to thread 0. */
export type IoThreadReport =
  /** Workers can wake it, orders can be given. */
  | { readonly kind: 'ready'; readonly waker: WakerSpec }
  | { readonly kind: 'listening' }
  /** It can't go on: the process has to end. */
  | { readonly kind: 'failed'; readonly reason: string };
