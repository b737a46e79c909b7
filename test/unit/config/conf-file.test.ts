import { describe, expect, it } from 'vitest';
import { Config } from '../../../src/config/config.ts';
import type { Notice } from '../../../src/config/notices.ts';
import { TestHost } from './test-host.ts';

function load(text: string, host = new TestHost()): Config {
  const config = new Config(host);
  config.load([{ kind: 'file', path: '/etc/test.conf', text }]);
  return config;
}

function noticesOf(config: Config): string[] {
  const notices: Notice[] = [];
  config.onNotice((notice) => notices.push(notice));
  return notices.map(({ text }) => text);
}

describe('a configuration file', () => {
  it('sets directives in any case, past comments and blank lines', () => {
    const config = load('# port 1\n\n  PORT 6380\r\n\tmaxmemory 1gb\n#\nslave-priority 7');
    expect(config.value('port')).toBe(6380);
    expect(config.value('maxmemory')).toBe(2 ** 30);
    expect(config.value('replica-priority')).toBe(7);
  });

  it('counts its last word', () => {
    expect(load('port 1\nport 2').value('port')).toBe(2);
  });

  it('replaces the default save points and adds up its own', () => {
    expect(load('save 60 1\nsave 300 10').get(['save'])).toEqual([['save', '60 1 300 10']]);
    expect(load('save "60 1 300 10"').get(['save'])).toEqual([['save', '60 1 300 10']]);
    expect(load('save 60 1\nsave ""').get(['save'])).toEqual([['save', '']]);
    expect(load('port 1').get(['save'])).toEqual([['save', '3600 1 300 100 60 10000']]);
  });

  it('takes several arguments as words or as one', () => {
    expect(load('bind 127.0.0.1 -::1').value('bind')).toEqual(['127.0.0.1', '-::1']);
    expect(load('bind "127.0.0.1 -::1"').value('bind')).toEqual(['127.0.0.1', '-::1']);
    expect(load('bind ""').value('bind')).toEqual([]);
    expect(load('shutdown-on-sigterm now nosave').get(['shutdown-on-sigterm'])[0][1]).toBe('nosave now');
  });

  it('keeps the limits of the classes it does not name', () => {
    const limits = load('client-output-buffer-limit replica 1mb 2kb 3').value('client-output-buffer-limit');
    expect(limits.replica).toEqual({ hardBytes: 2 ** 20, softBytes: 2048, softSeconds: 3 });
    expect(limits.pubsub.hardBytes).toBe(32 * 2 ** 20);
  });

  it('keeps passwords of any bytes', () => {
    const config = load('requirepass "\\xff\\x00z"');
    expect(config.get(['requirepass'])).toEqual([['requirepass', '\xff\0z']]);
  });

  it('reads paths as UTF-8', () => {
    const config = load(Buffer.from('unixsocket /tmp/mücke').toString('latin1'));
    expect(config.value('unixsocket')).toBe('/tmp/mücke');
  });

  it('includes files, by pattern in alphabetical order, none being no error', () => {
    const host = new TestHost({
      '/etc/conf.d/20.conf': 'port 20',
      '/etc/conf.d/10.conf': 'port 10\nmaxclients 5',
      '/etc/conf.d/.30.conf': 'port 30',
      '/etc/conf.d/40.txt': 'port 40',
    });
    const config = load('include /etc/conf.d/*.conf\ninclude /etc/none/*', host);
    expect(config.value('port')).toBe(20);
    expect(config.value('maxclients')).toBe(5);
    expect(() => load('include /etc/none', host)).toThrow(
      "Fatal error, can't open config file '/etc/none': No such file or directory",
    );
  });

  it('does not include itself for ever', () => {
    const host = new TestHost({ '/etc/a.conf': 'include /etc/a.conf' });
    expect(() => load('include /etc/a.conf', host)).toThrow('Files include each other more than 32 deep');
  });

  it('moves to a directory at once', () => {
    const host = new TestHost({ '/data/more.conf': 'port 7' });
    const config = load('dir /data\ninclude more.conf', host);
    expect(config.value('port')).toBe(7);
    expect(config.get(['dir'])).toEqual([['dir', '/data']]);
    expect(host.directory).toBe('/data');
  });

  it('knows what stands in files only', () => {
    const config = load('user alice on\nrename-command FLUSHALL ""\nloadmodule /m.so a');
    expect(config.fileDirectives).toEqual({
      user: [['alice', 'on']],
      'rename-command': [['FLUSHALL', '']],
      loadmodule: [['/m.so', 'a']],
    });
    expect(config.get(['user'])).toEqual([]);
  });

  it.each([
    ['port', 'wrong number of arguments'],
    ['port 1 2', 'wrong number of arguments'],
    ['port x', "argument couldn't be parsed into an integer"],
    ['unknown 1', 'Bad directive or wrong number of arguments'],
    ['include', 'Bad directive or wrong number of arguments'],
    ['search.timeout 1', 'Bad directive or wrong number of arguments'],
    ['port "1', 'Unbalanced quotes in configuration line'],
    ['save 60', 'Invalid save parameters'],
    ['dir /none', 'No such file or directory'],
    ['replicaof localhost', 'wrong number of arguments'],
    ['replicaof localhost abc', 'Invalid master port'],
    ['shards 12', 'shards must be a power of two'],
    ['shutdown-on-sigint', 'argument(s) must be one of the following: default, save, nosave, now, force'],
  ])('is refused for %j, with the place and the reason', (line, reason) => {
    expect(() => load(`# first\n${line}\nport 1`)).toThrow(
      `Reading the configuration file /etc/test.conf, at line 2\n>>> '${line}'\n${reason}`,
    );
  });

  it('is refused if there can be no log', () => {
    expect(() => load('logfile /none/log')).toThrow("Can't open the log file: No such file or directory");
  });

  it('says what has no effect yet, once, unless it is the default', () => {
    expect(noticesOf(load('rdbcompression yes\nappendonly no\nsave ""\nport 1'))).toEqual([]);
    expect(noticesOf(load('rdbcompression no\nsave 1 1\nsave 2 2\nuser a\nlua-replicate-commands yes'))).toEqual([
      "Directive 'lua-replicate-commands' is obsolete and has no effect.",
      "Directive 'save' has no effect yet: no snapshot is taken, data is lost when the server stops.",
      "Directive 'rdbcompression' has no effect yet.",
      "Directive 'user' has no effect yet: anybody who can connect can run every command.",
    ]);
  });
});
