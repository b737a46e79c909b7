/**
 * Keyspace notifications: what happens to keys, as messages on `__keyspace@db__:key` and `__keyevent@db__:event`.
 * Changes are noted under a shard's lock, wherever that is held, and published by an I/O thread afterwards.
 */
import { copy, latin1, Region } from '../base/region.ts';
import type { TouchObserver } from '../commands/context.ts';
import { DEL, EVICTED, EXPIRED, HEXPIRED, KEY_MISS, type KeyEvent, NEW } from '../commands/events.ts';
import { EVENT_CLASSES } from '../config/event-classes.ts';
import { keyAt, keyLength } from '../store/entry.ts';
import type { Keyspace } from '../store/keyspace.ts';
import type { KeyEvents } from '../store/shard.ts';
import type { Hub } from './hub.ts';

/** One noted change. */
export interface NotedChange {
  readonly db: number;
  readonly event: string;
  /** The key's bytes, in memory of their own. */
  readonly key: Region;
}

/** Notes the changes of this thread that are to be published. */
export class ChangeNotes implements TouchObserver {
  private classes = 0;
  private noted: NotedChange[] = [];

  /** @param classes bits of EVENT_CLASSES; without K and E nothing is ever published */
  configure(classes: number): void {
    this.classes = (classes & (EVENT_CLASSES.K | EVENT_CLASSES.E)) === 0 ? 0 : classes;
  }

  get isOn(): boolean {
    return this.classes !== 0;
  }

  get isEmpty(): boolean {
    return this.noted.length === 0;
  }

  touched(keyspace: Keyspace, key: Region, at: number, length: number, _hash: number, event: KeyEvent): void {
    if ((this.classes & EVENT_CLASSES[event.class as keyof typeof EVENT_CLASSES]) === 0) return;
    const kept = Region.allocate(length);
    copy(key, at, kept, 0, length);
    this.noted.push({ db: keyspace.db, event: event.name, key: kept });
  }

  /** What to put among a shard's events (Shard.events), so that this hears of what no command says. */
  get shardEvents(): Omit<KeyEvents, 'awaited'> {
    const tells = (event: KeyEvent) => (keyspace: Keyspace, entry: number, hash: number) => {
      if (this.classes !== 0) this.noteEntry(keyspace, entry, hash, event);
    };
    return {
      expired: tells(EXPIRED),
      evicted: tells(EVICTED),
      partsExpired: tells(HEXPIRED),
      emptied: tells(DEL),
      added: tells(NEW),
      missed: (keyspace, key, at, length, hash) => {
        if (this.classes !== 0) this.touched(keyspace, key, at, length, hash, KEY_MISS);
      },
    };
  }

  /** All that was noted since the last time, in order. */
  take(): NotedChange[] {
    const taken = this.noted;
    this.noted = [];
    return taken;
  }

  private noteEntry(keyspace: Keyspace, entry: number, hash: number, event: KeyEvent): void {
    const { arena, region } = keyspace;
    this.touched(keyspace, region, keyAt(arena, entry), keyLength(arena, entry), hash, event);
  }
}

/** Publishes one change, to key and event channels as configured. */
export function publishChange(hub: Hub, classes: number, { db, event, key }: NotedChange): void {
  const name = Buffer.from(event);
  if ((classes & EVENT_CLASSES.K) !== 0) {
    const body = Region.of(event);
    hub.publish(`__keyspace@${db}__:${latin1(key, 0, key.length)}`, body, 0, name.length);
  }
  if ((classes & EVENT_CLASSES.E) !== 0) hub.publish(`__keyevent@${db}__:${event}`, key, 0, key.length);
}
