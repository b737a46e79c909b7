/**
 * Keyspace notifications: what happens to keys, as messages on `__keyspace@db__:key` and `__keyevent@db__:event`.
 * Changes are noted under a shard's lock, wherever that is held, and published by an I/O thread afterwards.
 */
import { copy, latin1, Region } from '../base/region.ts';
import type { TouchObserver } from '../commands/context.ts';
import { DEL, EVICTED, EXPIRED, HEXPIRED, type KeyEvent } from '../commands/events.ts';
import { EVENT_CLASSES } from '../config/event-classes.ts';
import { keyAt, keyLength } from '../store/entry.ts';
import type { Keyspace } from '../store/keyspace.ts';
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

  expired(keyspace: Keyspace, entry: number, hash: number): void {
    if (this.classes !== 0) this.gone(keyspace, entry, hash, EXPIRED);
  }

  evicted(keyspace: Keyspace, entry: number, hash: number): void {
    if (this.classes !== 0) this.gone(keyspace, entry, hash, EVICTED);
  }

  partsExpired(keyspace: Keyspace, entry: number, hash: number): void {
    if (this.classes !== 0) this.gone(keyspace, entry, hash, HEXPIRED);
  }

  emptied(keyspace: Keyspace, entry: number, hash: number): void {
    if (this.classes !== 0) this.gone(keyspace, entry, hash, DEL);
  }

  /** All that was noted since the last time, in order. */
  take(): NotedChange[] {
    const taken = this.noted;
    this.noted = [];
    return taken;
  }

  private gone(keyspace: Keyspace, entry: number, hash: number, event: KeyEvent): void {
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
