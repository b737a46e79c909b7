import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/command-line.ts';
import { USAGE, versionLine } from '../../../src/cli/usage.ts';
import type { Config } from '../../../src/config/config.ts';
import { TestHost } from '../config/test-host.ts';

function run(args: string[], host = new TestHost()): Config {
  const commandLine = parseCommandLine(args, host);
  if (commandLine.kind !== 'run') throw new Error(JSON.stringify(commandLine));
  return commandLine.config;
}

function errorOf(args: string[], host = new TestHost()): string {
  const commandLine = parseCommandLine(args, host);
  return commandLine.kind === 'error' ? commandLine.message : commandLine.kind;
}

describe('the command line', () => {
  it('helps', () => {
    for (const word of ['--help', '-h']) expect(parseCommandLine([word])).toEqual({ kind: 'help' });
    for (const word of ['--version', '-v']) expect(parseCommandLine([word])).toEqual({ kind: 'version' });
    expect(USAGE.split('\n').every((line) => line.length <= 80)).toBe(true);
    expect(versionLine()).toMatch(/^Mayfly server v=\d+\.\d+\.\d+ redis=8\.10\.0 node=\S+ bits=64\n$/);
  });

  it('needs nothing', () => {
    const config = run([]);
    expect(config.value('port')).toBe(6379);
    expect(config.configFile).toBeUndefined();
  });

  it('wins over standard input, which wins over the file', () => {
    const host = new TestHost({ '/home/m.conf': 'port 1\nmaxclients 1\ntimeout 1' });
    host.input = 'port 2\nmaxclients 2';
    const config = run(['m.conf', '--port', '3', '-'], host);
    expect([config.value('port'), config.value('maxclients'), config.value('timeout')]).toEqual([3, 2, 1]);
    expect(config.configFile).toBe('/home/m.conf');
  });

  it('reads standard input where the first argument says so', () => {
    const host = new TestHost();
    host.input = 'port 5';
    expect(run(['-'], host).value('port')).toBe(5);
    expect(run(['-', '--timeout', '7'], host).value('timeout')).toBe(7);
  });

  it('takes several values, and a directive several times', () => {
    expect(run(['--bind', '127.0.0.1', '-::1']).value('bind')).toEqual(['127.0.0.1', '-::1']);
    expect(run(['--save', '60', '1', '--save', '300', '10']).get(['save'])[0][1]).toBe('60 1 300 10');
    expect(run(['--shutdown-on-sigint', 'nosave force now']).get(['shutdown-on-sigint'])[0][1]).toBe(
      'nosave now force',
    );
  });

  it('adds save points to those of the file', () => {
    const host = new TestHost({ '/home/m.conf': 'save 900 1' });
    expect(run(['m.conf', '--save', '100', '100'], host).get(['save'])[0][1]).toBe('900 1 100 100');
    expect(run(['m.conf', '--save', ''], host).get(['save'])[0][1]).toBe('');
  });

  it.each<[string[]]>([
    [['--save', '--loglevel', 'verbose']],
    [['--loglevel', 'verbose', '--save']],
    [['--save', '', '--loglevel', 'verbose']],
    [['--loglevel', 'verbose', '--save', '']],
    [['--SAVE', '--loglevel', 'verbose']],
  ])('turns snapshots off with %j', (args) => {
    const config = run(args);
    expect(config.value('save')).toEqual([]);
    expect(config.value('loglevel')).toBe('verbose');
  });

  it('takes name and value in one argument, and values that look like options', () => {
    const config = run([
      '--maxmemory 700mb',
      "--maxmemory-policy 'volatile-lru'",
      '--proc-title-template',
      '--my--title',
    ]);
    expect(config.value('maxmemory')).toBe(700 * 2 ** 20);
    expect(config.value('maxmemory-policy')).toBe('volatile-lru');
    expect(config.value('proc-title-template')).toBe('--my--title');
  });

  it('takes a first directive without dashes behind a file', () => {
    const host = new TestHost({ '/home/m.conf': '' });
    expect(run(['m.conf', 'loglevel', 'verbose', '--port', '1'], host).value('loglevel')).toBe('verbose');
  });

  it('keeps values that are not ASCII', () => {
    expect(run(['--unixsocket', '/tmp/mücke']).value('unixsocket')).toBe('/tmp/mücke');
  });

  it('says what is wrong in the words of the line', () => {
    expect(errorOf(['--port', '6379', '6380'])).toContain(
      'Reading the command line\n>>> \'port "6379" "6380"\'\nwrong number of arguments',
    );
    expect(errorOf(['none.conf'])).toBe(
      "Fatal error, can't open config file '/home/none.conf': No such file or directory",
    );
    expect(errorOf(['--sentinel'])).toContain('Bad directive or wrong number of arguments');
  });
});
