/** maxmemory on the I/O thread: what happens before a command that may need memory. */
import { type Command, FLAG_DENYOOM } from '../commands/define.ts';
import type { ConfigView } from '../config/config-view.ts';
import { type Dispatcher, GATE_OPEN, GATE_SHUT, GATE_WORKER } from '../execute/dispatcher.ts';
import { applyGuardConfig } from '../execute/guard-config.ts';
import { type MemoryGuard, NO_ROOM, ROOM } from '../execute/memory-guard.ts';
import type { Session } from '../execute/session.ts';
import type { ClientEviction } from './client-eviction.ts';
import type { MemoryUse } from './memory-use.ts';
import { RUN_WITHIN_MULTI } from './transaction-commands.ts';

/** Puts the guard before commands while there is a limit, and workers to work (`evict`) where this thread must not wait. */
export function guardMemory(
  guard: MemoryGuard,
  dispatcher: Dispatcher,
  memory: MemoryUse,
  clientEviction: ClientEviction,
  evict: () => void,
  config: ConfigView,
  nowMs: () => number,
): void {
  let relievedMs = 0;
  /** What clients take beyond a limit of their own is theirs to give back, not the keys'. */
  const relieve = (): void => {
    if (relievedMs === nowMs() || !guard.isShort) return;
    relievedMs = nowMs();
    clientEviction.enforceNow();
    memory.noteOwn();
  };
  const gate = (command: Command, session: Session): number => {
    memory.noteClients(nowMs());
    if (clientEviction.isOn) relieve();
    const outcome = guard.makeRoom();
    if (outcome === ROOM || !needsMemory(command, session)) return GATE_OPEN;
    return outcome === NO_ROOM ? GATE_SHUT : GATE_WORKER;
  };
  const apply = (): void => {
    dispatcher.memoryGate = guard.limitBytes > 0 ? gate : undefined;
    memory.noteClients(nowMs());
  };
  guard.onStillShort = evict;
  // With `never` nothing is handed off, so this thread waits for the moment that a worker has a shard.
  guard.canWait = dispatcher.mode === 'never';
  applyGuardConfig(config, guard, apply);
  apply();
}

/** Between MULTI and EXEC everything takes memory; EXEC itself does if one of its commands does. */
function needsMemory(command: Command, { transaction }: Session): boolean {
  if (transaction === undefined) return (command.flags & FLAG_DENYOOM) !== 0;
  if (command.name === 'exec') return (transaction.flags & FLAG_DENYOOM) !== 0;
  return !RUN_WITHIN_MULTI.has(command.name);
}
