/**
 * Who of an I/O thread listens to what: channels, patterns, shard channels. Names are byte strings, one character a byte. It
 * knows nothing of connections: a subscriber is whatever can be handed a message. Where there are several I/O threads, what
 * they have in common is in a table, and messages for listeners elsewhere are handed to `onElsewhere`.
 */
import { matchGlob } from '../base/glob.ts';
import { Region } from '../base/region.ts';
import type { Listing, SubscriptionTable } from './subscription-table.ts';

/** What a published message is to one subscriber. */
export interface Message {
  readonly kind: 'message' | 'pmessage' | 'smessage';
  /** For `pmessage`: the pattern that matched. */
  readonly pattern: string;
  readonly channel: string;
  readonly body: Region;
  readonly bodyAt: number;
  readonly bodyBytes: number;
}

export interface Subscriber {
  readonly channels: Set<string>;
  readonly patterns: Set<string>;
  readonly shardChannels: Set<string>;
  receive(message: Message): void;
}

interface Pattern {
  readonly bytes: Region;
  readonly subscribers: Set<Subscriber>;
}

/** A byte string's bytes. */
export const regionOf = (name: string): Region => {
  const region = Region.allocate(name.length);
  region.u8.set(Buffer.from(name, 'latin1'));
  return region;
};

/** A message on its way to other threads. */
export interface PublishedMessage {
  readonly isShard: boolean;
  readonly channel: string;
  readonly body: Uint8Array;
}

export class Hub {
  /** Of all I/O threads, if there are several. */
  table: SubscriptionTable | undefined = undefined;
  /** Takes a message to listeners on other threads. @param threads a bit each, of this one perhaps too */
  onElsewhere: (threads: number, message: PublishedMessage) => void = () => {};
  private readonly channels = new Map<string, Set<Subscriber>>();
  private readonly shardChannels = new Map<string, Set<Subscriber>>();
  private readonly patterns = new Map<string, Pattern>();

  get channelCount(): number {
    return this.table?.count('channels') ?? this.channels.size;
  }

  get patternCount(): number {
    return this.table?.count('patterns') ?? this.patterns.size;
  }

  get shardChannelCount(): number {
    return this.table?.count('shardChannels') ?? this.shardChannels.size;
  }

  /** Whether anybody listens to anything but shard channels. */
  get hasListeners(): boolean {
    return this.channels.size > 0 || this.patterns.size > 0;
  }

  subscribe(subscriber: Subscriber, listing: Listing, name: string): void {
    if (subscriber[listing].has(name)) return;
    this.table?.add(listing, regionOf(name));
    subscriber[listing].add(name);
    this.openSet(listing, name).add(subscriber);
  }

  unsubscribe(subscriber: Subscriber, listing: Listing, name: string): void {
    if (!subscriber[listing].delete(name)) return;
    const set = this.openSet(listing, name);
    set.delete(subscriber);
    if (set.size === 0) this[listing].delete(name);
    this.table?.remove(listing, regionOf(name), set.size === 0);
  }

  /** The subscriber is gone. */
  forget(subscriber: Subscriber): void {
    for (const listing of ['channels', 'patterns', 'shardChannels'] as const) {
      for (const name of [...subscriber[listing]]) this.unsubscribe(subscriber, listing, name);
    }
  }

  /** Sends a message to all who listen to the channel, by name or by pattern. @returns how many times it is received */
  publish(channel: string, body: Region, bodyAt: number, bodyBytes: number): number {
    const received = this.publishHere(channel, body, bodyAt, bodyBytes);
    if (this.table === undefined) return received;
    const { count, threads } = this.table.audience(regionOf(channel));
    return this.publishElsewhere(false, threads, count, received, channel, body, bodyAt, bodyBytes);
  }

  publishToShard(channel: string, body: Region, bodyAt: number, bodyBytes: number): number {
    const received = this.publishToShardHere(channel, body, bodyAt, bodyBytes);
    if (this.table === undefined) return received;
    const { count, threads } = this.table.listeners('shardChannels', regionOf(channel));
    return this.publishElsewhere(true, threads, count, received, channel, body, bodyAt, bodyBytes);
  }

  /** A message of another thread's. */
  receive({ isShard, channel, body }: PublishedMessage): void {
    const region = new Region(body, new DataView(body.buffer, body.byteOffset, body.byteLength));
    if (isShard) this.publishToShardHere(channel, region, 0, body.length);
    else this.publishHere(channel, region, 0, body.length);
  }

  private publishElsewhere(
    isShard: boolean,
    threads: number,
    count: number,
    received: number,
    channel: string,
    body: Region,
    bodyAt: number,
    bodyBytes: number,
  ): number {
    if (count > received) {
      this.onElsewhere(threads, { isShard, channel, body: body.u8.slice(bodyAt, bodyAt + bodyBytes) });
    }
    return count;
  }

  private publishHere(channel: string, body: Region, bodyAt: number, bodyBytes: number): number {
    let received = 0;
    const tell = (subscribers: Iterable<Subscriber>, kind: Message['kind'], pattern: string) => {
      const message = { kind, pattern, channel, body, bodyAt, bodyBytes };
      for (const subscriber of subscribers) {
        subscriber.receive(message);
        received++;
      }
    };
    tell(this.channels.get(channel) ?? [], 'message', '');
    if (this.patterns.size > 0) {
      const name = regionOf(channel);
      for (const [pattern, { bytes, subscribers }] of this.patterns) {
        if (matchGlob(bytes.u8, 0, bytes.length, name.u8, 0, name.length, false))
          tell(subscribers, 'pmessage', pattern);
      }
    }
    return received;
  }

  private publishToShardHere(channel: string, body: Region, bodyAt: number, bodyBytes: number): number {
    const subscribers = this.shardChannels.get(channel);
    if (subscribers === undefined) return 0;
    const message: Message = { kind: 'smessage', pattern: '', channel, body, bodyAt, bodyBytes };
    for (const subscriber of subscribers) subscriber.receive(message);
    return subscribers.size;
  }

  /** Names with at least one subscriber, those that match the pattern if one is given. */
  names(listing: 'channels' | 'shardChannels', pattern?: string): string[] {
    const names = this.table?.names(listing) ?? [...this[listing].keys()];
    if (pattern === undefined) return names;
    const glob = regionOf(pattern);
    return names.filter((name) => {
      const text = regionOf(name);
      return matchGlob(glob.u8, 0, glob.length, text.u8, 0, text.length, false);
    });
  }

  subscriberCount(listing: 'channels' | 'shardChannels', name: string): number {
    if (this.table !== undefined) return this.table.listeners(listing, regionOf(name)).count;
    return this[listing].get(name)?.size ?? 0;
  }

  private openSet(listing: Listing, name: string): Set<Subscriber> {
    if (listing === 'patterns') {
      let pattern = this.patterns.get(name);
      if (pattern === undefined) {
        pattern = { bytes: regionOf(name), subscribers: new Set() };
        this.patterns.set(name, pattern);
      }
      return pattern.subscribers;
    }
    let set = this[listing].get(name);
    if (set === undefined) {
      set = new Set();
      this[listing].set(name, set);
    }
    return set;
  }
}
