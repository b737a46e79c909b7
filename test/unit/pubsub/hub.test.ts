import { describe, expect, it } from 'vitest';
import { latin1, Region } from '../../../src/base/region.ts';
import { Hub, type Message, type Subscriber } from '../../../src/pubsub/hub.ts';

class Recorder implements Subscriber {
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  readonly shardChannels = new Set<string>();
  readonly got: string[] = [];
  receive({ kind, pattern, channel, body, bodyAt, bodyBytes }: Message): void {
    this.got.push(`${kind} ${pattern} ${channel} ${latin1(body, bodyAt, bodyBytes)}`);
  }
}

const say = (hub: Hub, channel: string, text: string): number => {
  const body = Region.of(`<${text}>`);
  return hub.publish(channel, body, 1, text.length);
};

describe('the hub', () => {
  it('tells listeners by name and by pattern, each once a subscription', () => {
    const hub = new Hub();
    const one = new Recorder();
    const other = new Recorder();
    hub.subscribe(one, 'channels', 'news');
    hub.subscribe(one, 'channels', 'news');
    hub.subscribe(one, 'patterns', 'n*');
    hub.subscribe(other, 'patterns', '*x');
    expect(say(hub, 'news', 'hello')).toBe(2);
    expect(one.got).toEqual(['message  news hello', 'pmessage n* news hello']);
    expect(other.got).toEqual([]);
    expect(say(hub, 'nobody', 'hello')).toBe(1);
  });

  it('keeps shard channels apart', () => {
    const hub = new Hub();
    const one = new Recorder();
    hub.subscribe(one, 'shardChannels', 'c');
    hub.subscribe(one, 'channels', 'd');
    expect(say(hub, 'c', 'x')).toBe(0);
    expect(hub.publishToShard('c', Region.of('y'), 0, 1)).toBe(1);
    expect(hub.publishToShard('d', Region.of('y'), 0, 1)).toBe(0);
    expect(one.got).toEqual(['smessage  c y']);
  });

  it('forgets who is gone and what nobody listens to', () => {
    const hub = new Hub();
    const one = new Recorder();
    const other = new Recorder();
    for (const subscriber of [one, other]) {
      hub.subscribe(subscriber, 'channels', 'a');
      hub.subscribe(subscriber, 'patterns', 'b*');
      hub.subscribe(subscriber, 'shardChannels', 'c');
    }
    hub.forget(one);
    expect([hub.channelCount, hub.patternCount, hub.shardChannelCount]).toEqual([1, 1, 1]);
    expect(hub.subscriberCount('channels', 'a')).toBe(1);
    hub.unsubscribe(other, 'channels', 'a');
    expect(hub.names('channels')).toEqual([]);
    hub.forget(other);
    expect([hub.channelCount, hub.patternCount, hub.shardChannelCount]).toEqual([0, 0, 0]);
    expect(hub.hasListeners).toBe(false);
  });

  it('lists channels that match', () => {
    const hub = new Hub();
    const one = new Recorder();
    for (const name of ['one', 'two', 'öß\u00ff']) hub.subscribe(one, 'channels', name);
    expect(hub.names('channels', '*o*').sort()).toEqual(['one', 'two']);
  });
});
