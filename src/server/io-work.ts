/** What an I/O thread does with the notes and questions of the others; see io-messages.ts. */
import type { MessagePort } from 'node:worker_threads';
import { Region } from '../base/region.ts';
import type { SharedConfig } from '../config/worker-config.ts';
import { listDebug } from '../types/list-limits.ts';
import { closeOwnClients, factsOfClients, unblockOwnClient } from './clients.ts';
import { standStill } from './debug-commands.ts';
import type { Note, RelayedCommand, RelayedReply } from './io-messages.ts';
import type { Monitors } from './monitors.ts';
import { Peers } from './peers.ts';
import type { ThreadServices } from './services.ts';
import { clientName, type SlowCommandReceiver } from './slow-commands.ts';
import { resetThreadStatistics } from './statistics.ts';
import { figuresOf } from './thread-figures.ts';

/** What is not the same on thread 0 and on the others. */
export interface IoRole {
  config(update: SharedConfig): void;
  onRelayed(command: RelayedCommand): RelayedReply;
  onSlow?: SlowCommandReceiver;
}

/** Shows monitors on any thread what runs on all. @returns what takes notes of whether there are monitors elsewhere */
function shareMonitors(monitors: Monitors, peers: Peers) {
  let elsewhere = 0;
  let areHere = false;
  monitors.onChange = () => {
    if (areHere === !monitors.isEmpty) return;
    areHere = !monitors.isEmpty;
    peers.askIfThere('monitors', areHere);
  };
  monitors.onLine = (line) => peers.tellSome(elsewhere, { kind: 'monitored', line });
  return {
    noteOf(thread: number, areThere: boolean): void {
      elsewhere = areThere ? elsewhere | (1 << thread) : elsewhere & ~(1 << thread);
      monitors.setWantedElsewhere(elsewhere !== 0);
    },
  };
}

/** Puts the thread in touch with the others. @param ports to them, by number */
export function connectPeers(
  ports: readonly (MessagePort | undefined)[],
  services: ThreadServices,
  role: IoRole,
): Peers {
  const { server, plane } = services;
  const onNote = (note: Note): void => {
    switch (note.kind) {
      case 'published':
        return server.subscriptions.hub.receive(note.message);
      case 'key-ready':
        return server.waiting.blocked.noticeReady(note.db, regionOver(note.key), 0, note.key.length, note.after);
      case 'evict-clients':
        return services.clientEviction.enforceNow();
      case 'monitored':
        return server.monitors.show(note.line);
      case 'slow':
        return role.onSlow?.(note.command, note.isFast, note.client);
      case 'shut-down':
        return services.shutDown(note.reason, note.wantsSave);
      case 'fail':
        throw new Error('DEBUG IO-THREAD-KILL');
      case 'sleep':
        return standStill(note.ms);
    }
  };
  const peers = new Peers(server.ioThread, ports, plane.postings, {
    onNote,
    answers: {
      'caught-up': () => undefined,
      figures: () => figuresOf(services),
      monitors: (areThere, from) => monitoring.noteOf(from, areThere),
      clients: ({ withLines }) => factsOfClients(server, withLines),
      'close-clients': (ids) => closeOwnClients(server, ids),
      unblock: ({ id, errorText }) => {
        // Who asks may have pushed what the client waits for just before.
        if (!server.isExecuting) server.waiting.blocked.serveBusy();
        return unblockOwnClient(server, id, errorText);
      },
      pause: (asked) => {
        if (asked === undefined) services.pause.end();
        else services.pause.begin(asked.untilMs, asked.everything);
      },
      config: (update) => role.config(update),
      'reset-statistics': () => resetThreadStatistics(services),
      'packed-threshold': (bytes) => {
        listDebug.packedThresholdBytes = bytes;
      },
      housekeeping: (on) => services.housekeeping.keep(on),
      name: (session) => clientName(server.connections.get(session)),
    },
    onRelayed: (command) => role.onRelayed(command),
    // What asks needs no shards itself, unless it is within a transaction.
    beforeWaiting: () => {
      if (server.current?.isInExec !== true) services.dispatcher.letGo();
    },
    inBatch: (action) => server.inBatchOf(action),
  });
  server.peers = peers;
  server.subscriptions.hub.onElsewhere = (threads, message) => peers.tellSome(threads, { kind: 'published', message });
  const monitoring = shareMonitors(server.monitors, peers);
  return peers;
}

const regionOver = (bytes: Uint8Array): Region =>
  new Region(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
