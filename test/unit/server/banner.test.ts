import { describe, expect, it } from 'vitest';
import { Config } from '../../../src/config/config.ts';
import type { Log } from '../../../src/observe/log.ts';
import { type BannerFacts, printBanner, showsLogo } from '../../../src/server/banner.ts';
import { TestHost } from '../config/test-host.ts';

const facts: BannerFacts = {
  port: 6380,
  unixSocket: '',
  pid: 42,
  ioThreads: 1,
  workers: 1,
  shards: 16,
  transport: 'io_uring',
};

function printed(withLogo: boolean, changed: Partial<BannerFacts> = {}): string {
  const lines: string[] = [];
  const keep = (text: string) => void lines.push(text);
  const log: Log = {
    debug: keep,
    verbose: keep,
    notice: keep,
    warning: keep,
    raw: keep,
    setLevel: () => {},
    setRole: () => {},
  };
  printBanner(log, { ...facts, ...changed }, withLogo);
  return lines.join('\n');
}

function config(text: string): Config {
  const made = new Config(new TestHost({ '/home/x': '' }));
  made.load([{ kind: 'command line', text }]);
  return made;
}

describe('the banner', () => {
  it('names process, port and machinery, with and without the logo', () => {
    for (const withLogo of [true, false]) {
      const text = printed(withLogo);
      for (const part of [' PID: 42', 'Port: 6380', '1 worker, 16 shards, io_uring']) expect(text).toContain(part);
    }
  });

  it('fits a terminal', () => {
    expect(
      printed(true, { unixSocket: '/tmp/mayfly.sock' })
        .split('\n')
        .every((line) => line.length <= 80),
    ).toBe(true);
  });

  it('says where a server without a port listens', () => {
    expect(printed(false, { port: 0, unixSocket: '/tmp/m' })).toContain('Socket: /tmp/m');
    expect(printed(false, { port: 0, unixSocket: '/tmp/m' })).not.toContain('Port');
  });

  it('shows the logo to people and to those who insist', () => {
    expect(showsLogo(config(''), true)).toBe(true);
    expect(showsLogo(config(''), false)).toBe(false);
    expect(showsLogo(config('logfile /home/log'), true)).toBe(false);
    expect(showsLogo(config('daemonize yes'), true)).toBe(false);
    expect(showsLogo(config('always-show-logo yes'), false)).toBe(true);
  });
});
