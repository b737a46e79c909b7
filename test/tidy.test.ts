/**
 * The house rules that a machine can read: layers, sizes, names, dead files, what must not be in the tree. A rule that
 * isn't checked here is a wish. See docs/architecture.md for the layers.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ON_EACH_TRANSPORT } from './support/transports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const LINES_MAX = 600;

/** What is made and fetched, not written. */
const NOT_OURS = new Set(['.git', '.cache', 'node_modules', 'dist', 'dist-checked', 'coverage']);

const ANYWHERE = ['base', 'protocol'];
const UP_TO_COMMANDS = [...ANYWHERE, 'memory', 'store', 'types', 'persistence', 'commands'];
const BESIDE_EXECUTE = [
  ...UP_TO_COMMANDS,
  ...['execute', 'config', 'observe', 'shard', 'pubsub', 'acl', 'scripting', 'journal'],
];

/** Folder of src/ → folders it may import from, its own aside. A folder that isn't here has no place in the house yet. */
const LAYERS: Record<string, readonly string[]> = {
  base: [],
  protocol: ['base'],
  memory: ANYWHERE,
  store: [...ANYWHERE, 'memory'],
  types: [...ANYWHERE, 'memory'],
  // Values as bytes: RDB files, DUMP and RESTORE.
  persistence: [...ANYWHERE, 'memory', 'store', 'types'],
  commands: UP_TO_COMMANDS,
  execute: BESIDE_EXECUTE,
  config: BESIDE_EXECUTE,
  observe: BESIDE_EXECUTE,
  pubsub: BESIDE_EXECUTE,
  acl: BESIDE_EXECUTE,
  scripting: BESIDE_EXECUTE,
  journal: BESIDE_EXECUTE,
  // A worker wakes the I/O thread in the way that its transport says.
  shard: [...BESIDE_EXECUTE, 'transport'],
  transport: ANYWHERE,
  server: [...BESIDE_EXECUTE, 'transport'],
  cli: [...BESIDE_EXECUTE, 'transport', 'server'],
};

/** What holds data in shared memory: a mistake there is found by chance only if chance is let loose on it. */
const STRUCTURES = ['memory/allocator', 'store/table', 'store/expiry-heap'];

/** Files of src/ that something outside of src/ starts. */
const ENTRIES = [
  ...['src/main.ts', 'src/index.ts', 'src/cli/run.ts', 'src/cli/make-code.ts'],
  ...['src/shard/worker.ts', 'src/server/io-thread.ts'],
];

/** What must hold of the bytes in shared memory: tests ask it of a structure after every step. */
const INVARIANTS = ['src/memory/check.ts', 'src/store/check.ts'];

/** State that must be handed in, so that tests can set the clock and seed the dice. */
const NOT_HANDED_IN = /from 'node:|\bDate\.now\b|\bnew Date\b|\bperformance\.now\b|\bMath\.random\b|\bprocess\.\w/;

/** By itself or by a helper. */
const STARTS_SERVER = /from '[./]+(?:support\/server-process|threads|tester|conformance\/run-unit|run-unit)\.ts'/;

/** Written in pieces, or this file would be the first to break the rule. */
const PRIVATE_TEXT = new RegExp(
  [
    ['', 'work', '(main|notes|shared)\\b'].join('/'),
    ['', '(root|home/[a-z]+)', ''].join('/'),
    ['registry', '(npmjs|yarnpkg)', '(org|com)'].join('\\.'),
    ['deb', 'debian', 'org'].join('\\.'),
    ['files', 'pythonhosted', 'org'].join('\\.'),
  ].join('|'),
);

function walk(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((item) => {
    if (NOT_OURS.has(item.name)) return [];
    const path = join(folder, item.name);
    if (item.isDirectory()) return walk(path);
    return item.isFile() ? [path] : [];
  });
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const files = walk('.');
const code = files.filter((path) => /\.(ts|mts|mjs)$/.test(path));
const source = code.filter((path) => path.startsWith('src/'));

/** Paths, from the root, of the files that `path` imports by a relative name; `new URL('./x.ts', …)` counts. */
function importsOf(path: string): string[] {
  const names = read(path).matchAll(/(?:from|import|import\(|new URL\()\s*'(\.{1,2}\/[^']+\.(?:ts|mts|mjs))'/g);
  return [...names].map(([, name]) => join(dirname(path), name));
}

const folderOf = (path: string): string => (path.split('/').length > 2 ? path.split('/')[1] : '');

function reachableFrom(entries: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path) || !existsSync(join(root, path))) continue;
    reached.add(path);
    waiting.push(...importsOf(path));
  }
  return reached;
}

describe('layers', () => {
  it('each folder of src/ has its place', () => {
    const folders = new Set(source.map(folderOf).filter((folder) => folder !== ''));
    expect([...folders].filter((folder) => !(folder in LAYERS))).toEqual([]);
  });

  it('imports run downwards only', () => {
    const upward = source.flatMap((path) => {
      const from = folderOf(path);
      if (from === '') return [];
      const allowed = new Set([from, ...(LAYERS[from] ?? [])]);
      return importsOf(path)
        .filter((target) => target.startsWith('src/') && !allowed.has(folderOf(target)))
        .map((target) => `${path} → ${target}`);
    });
    expect(upward).toEqual([]);
  });

  it('the store, the types and memory are handed the clock, chance and settings', () => {
    const reading = source.filter(
      (path) => ['store', 'types', 'memory'].includes(folderOf(path)) && NOT_HANDED_IN.test(read(path)),
    );
    expect(reading).toEqual([]);
  });

  it('nothing ships that the program does not reach', () => {
    const reached = reachableFrom([...ENTRIES, ...INVARIANTS]);
    expect(source.filter((path) => !reached.has(path))).toEqual([]);
  });

  it('no tool or test helper is left without a user', () => {
    const scripts = Object.values(JSON.parse(read('package.json')).scripts as Record<string, string>).join(' ');
    const started = code.filter((path) => scripts.includes(path) || /\.(test|bench)\.ts$/.test(path));
    const reached = reachableFrom([...started, ...ENTRIES, 'vitest.config.ts']);
    const mentioned = code.map(read).join('\n');
    const unused = code.filter(
      (path) =>
        !path.startsWith('src/') &&
        !reached.has(path) &&
        !path.endsWith('.d.mts') &&
        !mentioned.includes(`${basename(path)}'`),
    );
    expect(unused).toEqual([]);
  });
});

describe('files', () => {
  it(`can be taken in: ${LINES_MAX} lines at most`, () => {
    expect(code.filter((path) => read(path).split('\n').length - 1 > LINES_MAX)).toEqual([]);
  });

  it('have kebab-case names', () => {
    expect(code.filter((path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)+$/.test(basename(path)))).toEqual([]);
  });

  it('name no path of a machine and no package registry', () => {
    const text = files.filter((path) => !['.png', '.rdb', '.wasm'].includes(extname(path)));
    expect(text.filter((path) => PRIVATE_TEXT.test(read(path)))).toEqual([]);
  });

  it('leave no test switched off, and no note to self', () => {
    const unfinished =
      /\b(?:it|test|describe)\.(?:only|skip|todo|fails)\b|\b(?:TODO|FIXME|XXX|HACK)\b|@ts-(?:ignore|nocheck)/;
    expect(code.filter((path) => path !== 'test/tidy.test.ts' && unfinished.test(read(path)))).toEqual([]);
  });

  it('link to what is there', () => {
    const broken = files
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        [...read(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
          .map(([, link]) => relative(root, join(root, dirname(path), link)))
          .filter((target) => !existsSync(join(root, target)))
          .map((target) => `${path} → ${target}`),
      );
    expect(broken).toEqual([]);
  });
});

describe('tests that start a server', () => {
  /**
   * What they are about is the same whatever brings the bytes (`npm run test:transports` runs these on each, too), or which
   * transport is taken.
   */
  const ON_ONE = [
    ...['test/conformance/units', 'test/differential/command-table', 'test/differential/differential'],
    ...['test/differential/examples-8x', 'test/differential/tester', 'test/faults/soak', 'test/schemas/replies'],
    ...['test/transport/forbidden'],
    ...['test/unit/config/oracle', 'test/unit/server/full-shard', 'test/unit/server/maxmemory'],
    ...[
      'test/unit/server/migrate',
      'test/unit/server/renamed-commands',
      'test/unit/server/stream-hand-off',
      'test/unit/server/streams',
    ],
  ].map((path) => `${path}.test.ts`);

  it('run on each transport, or are about something else', () => {
    const starting = code.filter((path) => path.endsWith('.test.ts') && STARTS_SERVER.test(read(path)));
    const listed = new Set([...ON_ONE, ...ON_EACH_TRANSPORT]);
    expect(starting.filter((path) => !listed.has(path))).toEqual([]);
    expect(ON_EACH_TRANSPORT.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('structures in shared memory', () => {
  it('share their name with a property test and a benchmark', () => {
    const missing = STRUCTURES.flatMap((path) => [
      `src/${path}.ts`,
      `test/property/${basename(path)}.test.ts`,
      `native-free-bench/micro/${basename(path)}.bench.ts`,
    ]).filter((path) => !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });

  it('are what benchmarks and property tests are named after', () => {
    const named = new Set(source.map((path) => basename(path, '.ts')));
    const strangers = code.filter((path) => {
      const [, name] =
        /^(?:test\/property|native-free-bench\/micro)\/([a-z0-9-]+)\.(?:test|bench)\.ts$/.exec(path) ?? [];
      return name !== undefined && !named.has(name);
    });
    expect(strangers).toEqual([]);
  });
});

describe('dependencies', () => {
  const manifest = JSON.parse(read('package.json'));
  const names = ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'].flatMap((kind) =>
    Object.keys(manifest[kind] ?? {}),
  );

  it('each has its reason in docs/dependencies.md', () => {
    const page = read('docs/dependencies.md');
    expect(names.filter((name) => !page.includes(`| \`${name}\``))).toEqual([]);
  });

  it('the lockfile names no host to fetch packages from', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/);
  });
});
