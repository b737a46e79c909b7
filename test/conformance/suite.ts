/**
 * Redis' own Tcl suite: fetched from Debian's source package into a cache outside the repository, never committed.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

export const SUITE_VERSION = '7.0.15';

/** Where the suite is kept between runs. */
function cacheDirectory(): string {
  const base = process.env.XDG_CACHE_HOME || (process.env.HOME ? join(process.env.HOME, '.cache') : tmpdir());
  return join(base, 'mayfly');
}

/** deb-src lines made of the machine's own deb lines, so that nothing of the system's set-up changes. */
function writeSourceLists(directory: string): void {
  mkdirSync(directory, { recursive: true });
  const system = '/etc/apt/sources.list.d';
  for (const name of existsSync(system) ? readdirSync(system) : []) {
    if (!name.endsWith('.sources')) continue;
    const text = readFileSync(join(system, name), 'utf8').replace(/^Types: deb$/m, 'Types: deb-src');
    writeFileSync(join(directory, name), text);
  }
  if (!existsSync('/etc/apt/sources.list')) return;
  const lines = readFileSync('/etc/apt/sources.list', 'utf8').split('\n');
  const sources = lines.filter((line) => line.startsWith('deb ')).map((line) => line.replace(/^deb /, 'deb-src '));
  writeFileSync(join(directory, 'classic.list'), `${sources.join('\n')}\n`);
}

const suiteDirectory = (): string => join(cacheDirectory(), `redis-${SUITE_VERSION}`);

/** Whether the suite is in the cache. */
export const hasSuite = (): boolean => existsSync(join(suiteDirectory(), 'tests', 'test_helper.tcl'));

/**
 * The directory of the suite, laid out first where it isn't there; needs apt, a Debian that has this version of redis,
 * and the network on the first run. @throws Error that says why that can't be
 */
export function getSuite(): string {
  const suite = suiteDirectory();
  if (hasSuite()) return suite;
  console.log(`fetching the test suite of redis ${SUITE_VERSION} with apt-get source`);
  try {
    fetchSuite(suite);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The test suite of redis ${SUITE_VERSION} is not in ${suite}, and apt-get can't bring it: ${why}\n` +
        `It is in Debian's source package redis ${SUITE_VERSION}: unpack its tests/ and utils/ there by hand.`,
      { cause },
    );
  }
  return suite;
}

/** Every unit that a suite has a file of. */
export function unitsIn(suite: string): string[] {
  const tests = join(suite, 'tests');
  return ['unit', 'unit/type', 'integration'].flatMap((directory) =>
    readdirSync(join(tests, directory))
      .filter((name) => name.endsWith('.tcl'))
      .map((name) => `${directory}/${basename(name, '.tcl')}`),
  );
}

function fetchSuite(suite: string): void {
  // Beside its place, so that it is there as a whole or not at all.
  mkdirSync(cacheDirectory(), { recursive: true });
  const work = mkdtempSync(`${suite}-`);
  try {
    writeSourceLists(join(work, 'parts'));
    for (const part of ['lists', 'cache/archives']) mkdirSync(join(work, part, 'partial'), { recursive: true });
    const options = [
      'Dir::Etc::sourcelist=/dev/null',
      `Dir::Etc::sourceparts=${join(work, 'parts')}`,
      `Dir::State::lists=${join(work, 'lists')}`,
      `Dir::Cache=${join(work, 'cache')}`,
      'APT::Sandbox::User=root',
    ].flatMap((option) => ['-o', option]);
    const apt = (...args: string[]) =>
      execFileSync('apt-get', ['-q', ...options, ...args], { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
    apt('update');
    apt('source', '--download-only', 'redis');
    const archives = readdirSync(work).filter((name) => name.endsWith('.orig.tar.gz'));
    const archive = archives.find((name) => name.startsWith(`redis_${SUITE_VERSION}.`));
    if (archive === undefined) throw new Error(`apt-get source redis brought ${archives.join(', ') || 'nothing'}`);
    const unpacked = join(work, 'unpacked');
    mkdirSync(unpacked);
    const parts = ['--strip-components=1', '--wildcards', '*/tests/*', '*/utils/*'];
    execFileSync('tar', ['xzf', join(work, archive), '-C', unpacked, ...parts]);
    rmSync(suite, { recursive: true, force: true });
    renameSync(unpacked, suite);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A tree of its own for a run: the suite's tests and, for spawn mode, the server under test as src/redis-server. */
export function layOutTree(suite: string, directory: string, server: readonly string[]): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(join(directory, 'src'), { recursive: true });
  for (const part of ['tests', 'utils']) cpSync(join(suite, part), join(directory, part), { recursive: true });
  mkdirSync(join(directory, 'tests', 'tmp'), { recursive: true });
  const quoted = server.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  writeFileSync(join(directory, 'src', 'redis-server'), `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
  for (const tool of ['redis-cli', 'redis-benchmark', 'redis-check-aof', 'redis-check-rdb']) {
    const path = execFileSync('sh', ['-c', `command -v ${tool} || true`], { encoding: 'utf8' }).trim();
    if (path !== '') symlinkSync(path, join(directory, 'src', tool));
  }
}
