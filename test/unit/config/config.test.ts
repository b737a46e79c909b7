import { describe, expect, it, vi } from 'vitest';
import { Config } from '../../../src/config/config.ts';
import { ConfigRefusal } from '../../../src/config/refusal.ts';
import { WorkerConfig } from '../../../src/config/worker-config.ts';
import { TestHost } from './test-host.ts';

const remote = { isLocal: false, isLoading: false };

describe('CONFIG GET', () => {
  const config = new Config(new TestHost());

  it('answers each match once, older names too, in the order of the table', () => {
    expect(config.get(['hash-max-*'])).toEqual([
      ['hash-max-listpack-entries', '512'],
      ['hash-max-ziplist-entries', '512'],
      ['hash-max-listpack-value', '64'],
      ['hash-max-ziplist-value', '64'],
      ['hash-max-template-entries', '0'],
    ]);
    expect(config.get(['port', 'PORT', 'po?t', '[p]ort'])).toEqual([['port', '6379']]);
  });

  it('answers names as they were asked for', () => {
    expect(config.get(['Port', 'SLAVEOF', 'nonsense'])).toEqual([
      ['Port', '6379'],
      ['SLAVEOF', ''],
    ]);
  });

  it('keeps hidden directives from patterns', () => {
    expect(config.get(['key-load-*'])).toEqual([]);
    expect(config.get(['key-load-delay'])).toEqual([['key-load-delay', '0']]);
  });
});

describe('CONFIG SET', () => {
  it('changes everything or nothing', () => {
    const config = new Config(new TestHost());
    const { version } = config;
    expect(() => config.set(['maxmemory', '1mb', 'maxclients', '0'], remote)).toThrow(
      "CONFIG SET failed (possibly related to argument 'maxclients') - argument must be between 1 and 4294967295 inclusive",
    );
    expect(config.value('maxmemory')).toBe(0);
    expect(config.version).toBe(version);
    config.set(['maxmemory', '1mb', 'maxclients', '5'], remote);
    expect(config.value('maxmemory')).toBe(2 ** 20);
    expect(config.value('maxclients')).toBe(5);
    expect(config.version).toBe(version + 1);
  });

  it('tells each listener once, and none if nothing changed', () => {
    const config = new Config(new TestHost());
    const listener = vi.fn();
    const stop = config.onChange(['maxmemory', 'maxmemory-policy'], listener);
    config.set(['maxmemory', '1mb', 'maxmemory-policy', 'allkeys-lru'], remote);
    expect(listener).toHaveBeenCalledTimes(1);
    config.set(['maxmemory', '1048576'], remote);
    config.set(['port', '1'], remote);
    expect(listener).toHaveBeenCalledTimes(1);
    stop();
    config.set(['maxmemory', '2mb'], remote);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('knows a change that CONFIG GET does not show', () => {
    const config = new Config(new TestHost());
    config.set(['notify-keyspace-events', 'KEAo'], remote);
    const listener = vi.fn();
    config.onChange('notify-keyspace-events', listener);
    config.set(['notify-keyspace-events', 'KEAo'], remote);
    expect(listener).not.toHaveBeenCalled();
    config.set(['notify-keyspace-events', 'KEA'], remote);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('goes back if a listener refuses, and tells those who saw the change', () => {
    const config = new Config(new TestHost());
    const seen: number[] = [];
    const committed = vi.fn();
    config.onCommit(committed);
    config.onChange('maxmemory', () => void seen.push(config.value('maxmemory')));
    config.onChange('port', () => {
      if (config.value('port') === 1) throw new ConfigRefusal('Unable to listen on this port. Check server logs.');
    });
    expect(() => config.set(['maxmemory', '1', 'port', '1'], remote)).toThrow(
      "CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this port. Check server logs.",
    );
    expect(seen).toEqual([1, 0]);
    expect(config.value('port')).toBe(6379);
    expect(committed).not.toHaveBeenCalled();
  });

  it('can be looked at before it takes effect', () => {
    const config = new Config(new TestHost());
    const change = config.prepare(['port', '7', 'bind', '* -::*'], remote);
    expect(change.changes('port')).toBe(true);
    expect(change.changes('bind')).toBe(false);
    expect(change.value('port')).toBe(7);
    expect(config.value('port')).toBe(6379);
    change.commit();
    expect(config.value('port')).toBe(7);
  });

  it('opens protected directives to whom they were opened', () => {
    const host = new TestHost({ '/data/x': '' });
    const config = new Config(host);
    config.load([{ kind: 'command line', text: 'enable-protected-configs local' }]);
    expect(() => config.set(['dir', '/data'], remote)).toThrow("can't set protected config");
    config.set(['dir', '/data'], { isLocal: true, isLoading: false });
    expect(config.get(['dir'])).toEqual([['dir', '/data']]);
    expect(() => config.set(['dir', '/none'], { isLocal: true, isLoading: false })).toThrow(
      'No such file or directory',
    );
    expect(() => config.set(['dir', '/data'], { isLocal: true, isLoading: true })).toThrow(
      expect.objectContaining({ code: 'LOADING', message: 'Redis is loading the dataset in memory' }),
    );
  });

  it('refuses a directive given under both its names', () => {
    const config = new Config(new TestHost());
    expect(() => config.set(['slave-priority', '1', 'replica-priority', '2'], remote)).toThrow('duplicate parameter');
  });

  it('says so when it has no effect', () => {
    const config = new Config(new TestHost());
    const tell = vi.fn();
    config.onNotice(tell);
    config.set(['appendfsync', 'always', 'maxmemory', '5'], remote);
    expect(tell.mock.calls).toEqual([[{ level: 'notice', text: "Directive 'appendfsync' has no effect yet." }]]);
    config.set(['appendfsync', 'everysec'], remote);
    expect(tell).toHaveBeenCalledTimes(1);
  });
});

describe('configuration on a worker', () => {
  it('follows the main thread, without passwords', () => {
    const config = new Config(new TestHost());
    config.set(['requirepass', 'secret'], remote);
    const worker = new WorkerConfig(structuredClone(config.toShared()));
    const listener = vi.fn();
    worker.onChange('maxmemory', listener);
    config.onCommit((names) => worker.apply(structuredClone(config.toShared(names))));
    expect(worker.value('maxmemory')).toBe(0);
    config.set(['maxmemory', '3', 'shutdown-on-sigint', 'now'], remote);
    expect(worker.value('maxmemory')).toBe(3);
    expect(worker.value('shutdown-on-sigint').has('now')).toBe(true);
    expect(worker.version).toBe(config.version);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(() => worker.value('requirepass')).toThrow('not shared with workers');
  });
});
