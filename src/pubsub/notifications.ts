/**
 * Keyspace notifications: what happens to keys, as messages on `__keyspace@db__:key` and `__keyevent@db__:event`; and what
 * happens to parts of values (fields of hashes), on four more kinds of channels.
 * Changes are noted under a shard's lock, wherever that is held, and published by an I/O thread afterwards.
 */
import { copy, latin1, Region } from '../base/region.ts';
import type { TouchObserver } from '../commands/context.ts';
import { DEL, EVICTED, EXPIRED, HEXPIRED, KEY_MISS, type KeyEvent, NEW } from '../commands/events.ts';
import { ALL_CHANNELS, EVENT_CLASSES, PART_CHANNELS } from '../config/event-classes.ts';
import { keyAt, keyLength } from '../store/entry.ts';
import type { Keyspace } from '../store/keyspace.ts';
import type { KeyEvents } from '../store/shard.ts';
import { type Hub, regionOf } from './hub.ts';

/** One noted change. */
export interface NotedChange {
  readonly db: number;
  readonly event: string;
  /** The key's bytes, in memory of their own. */
  readonly key: Region;
  /** The parts of the value that changed, byte strings, if somebody wants to know and there are any. */
  readonly parts: readonly string[] | undefined;
}

/** Notes the changes of this thread that are to be published. */
export class ChangeNotes implements TouchObserver {
  wantsParts = false;
  private classes = 0;
  private noted: NotedChange[] = [];

  /** @param classes bits of EVENT_CLASSES */
  configure(classes: number): void {
    this.classes = (classes & ALL_CHANNELS) === 0 ? 0 : classes;
    this.wantsParts = (classes & PART_CHANNELS) !== 0;
  }

  get isOn(): boolean {
    return this.classes !== 0;
  }

  get isEmpty(): boolean {
    return this.noted.length === 0;
  }

  touched(
    keyspace: Keyspace,
    key: Region,
    at: number,
    length: number,
    _hash: number,
    event: KeyEvent,
    parts?: readonly string[],
  ): void {
    if ((this.classes & EVENT_CLASSES[event.class as keyof typeof EVENT_CLASSES]) === 0) return;
    const kept = Region.allocate(length);
    copy(key, at, kept, 0, length);
    this.noted.push({ db: keyspace.db, event: event.name, key: kept, parts });
  }

  /** What to put among a shard's events (Shard.events), so that this hears of what no command says. */
  get shardEvents(): Omit<KeyEvents, 'awaited'> {
    const tells = (event: KeyEvent) => (keyspace: Keyspace, entry: number, hash: number) => {
      if (this.classes !== 0) this.noteEntry(keyspace, entry, hash, event);
    };
    return {
      expired: tells(EXPIRED),
      evicted: tells(EVICTED),
      partsExpired: (keyspace, entry, hash, names) => {
        if (this.classes !== 0) this.noteEntry(keyspace, entry, hash, HEXPIRED, names);
      },
      partNames: () => (this.wantsParts ? [] : undefined),
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

  private noteEntry(keyspace: Keyspace, entry: number, hash: number, event: KeyEvent, parts?: readonly string[]): void {
    const { arena, region } = keyspace;
    this.touched(keyspace, region, keyAt(arena, entry), keyLength(arena, entry), hash, event, parts);
  }
}

/** Publishes one change, to the kinds of channels that are configured. */
export function publishChange(hub: Hub, classes: number, { db, event, key, parts }: NotedChange): void {
  const name = latin1(key, 0, key.length);
  if ((classes & EVENT_CLASSES.K) !== 0) publishText(hub, `__keyspace@${db}__:${name}`, event);
  if ((classes & EVENT_CLASSES.E) !== 0) hub.publish(`__keyevent@${db}__:${event}`, key, 0, key.length);
  if ((classes & PART_CHANNELS) !== 0 && parts !== undefined && parts.length > 0)
    publishParts(hub, classes, db, event, name, parts);
}

/** A name that can hold any bytes is told with its length before it. */
const counted = (name: string): string => `${name.length}:${name}`;

function publishParts(
  hub: Hub,
  classes: number,
  db: number,
  event: string,
  key: string,
  parts: readonly string[],
): void {
  const list = parts.map(counted).join(',');
  if ((classes & EVENT_CLASSES.S) !== 0) publishText(hub, `__subkeyspace@${db}__:${key}`, `${event}|${list}`);
  if ((classes & EVENT_CLASSES.T) !== 0) publishText(hub, `__subkeyevent@${db}__:${event}`, `${counted(key)}|${list}`);
  // A line end parts key and field there, so a key that holds one would mislead.
  if ((classes & EVENT_CLASSES.I) !== 0 && !key.includes('\n')) {
    for (const part of parts) publishText(hub, `__subkeyspaceitem@${db}__:${key}\n${part}`, event);
  }
  if ((classes & EVENT_CLASSES.V) !== 0) publishText(hub, `__subkeyspaceevent@${db}__:${event}|${key}`, list);
}

function publishText(hub: Hub, channel: string, bytes: string): void {
  const body = regionOf(bytes);
  hub.publish(channel, body, 0, body.length);
}
