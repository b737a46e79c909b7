/** What an I/O thread does with the notes and questions of the others; see io-messages.ts. */
import type { MessagePort } from 'node:worker_threads';
import type { SharedConfig } from '../config/worker-config.ts';
import { listDebug } from '../types/list-limits.ts';
import { standStill } from './debug-commands.ts';
import type { Note, RelayedCommand, RelayedReply } from './io-messages.ts';
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

/** Puts the thread in touch with the others. @param ports to them, by number */
export function connectPeers(
  ports: readonly (MessagePort | undefined)[],
  services: ThreadServices,
  role: IoRole,
): Peers {
  const { server, plane } = services;
  const onNote = (note: Note): void => {
    switch (note.kind) {
      case 'slow':
        return role.onSlow?.(note.command, note.isFast, note.client);
      case 'shut-down':
        return services.shutDown(note.reason, note.wantsSave);
      case 'sleep':
        return standStill(note.ms);
    }
  };
  const peers = new Peers(server.ioThread, ports, plane.postings, {
    onNote,
    answers: {
      figures: () => figuresOf(services),
      config: (update) => role.config(update),
      'reset-statistics': () => resetThreadStatistics(services),
      'packed-threshold': (bytes) => {
        listDebug.packedThresholdBytes = bytes;
      },
      housekeeping: (on) => services.housekeeping.keep(on),
      name: (session) => clientName(server.connections.get(session)),
    },
    onRelayed: (command) => role.onRelayed(command),
    inBatch: (action) => server.inBatchOf(action),
  });
  server.peers = peers;
  return peers;
}
