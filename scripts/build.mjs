/**
 * Builds Mayfly: type check by tsc, bundles by esbuild.
 *
 *   node scripts/build.mjs              type check, then dist/ and dist-checked/
 *   node scripts/build.mjs --no-check   bundles only, for the loop of someone who has tsc --watch open
 *   node scripts/build.mjs --only       and nothing else stays in there, for a package; a server that runs on an earlier
 *                                       build can't start threads any more
 *
 * dist/          what ships: `process.env.MAYFLY_ASSERT` is the constant '0', so assertions fold away.
 * dist-checked/  the same program with assertions on: what tests that start a server or a worker thread run
 *                (a worker can't be started from a .ts file on Node 20).
 *
 *     main.js                 what is started: loads the program
 *     program-HASH.cjs        the main thread's bundle, one script
 *     program-HASH.cjs.….code what V8 of this Node made of it: src/cli/program.ts
 *     worker-HASH.js          a thread's bundle, ES modules; what several threads share is in chunk-HASH.js
 *     LICENSES.txt            of the packages within the bundles
 *
 * Bundling isn't for size: one file loads three times as fast as 300, and `minifySyntax` lets esbuild put top-level
 * numeric constants (layout offsets, opcodes) in place where they are used, across modules. Names stay readable.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What threads run, one bundle each; the program is told its file as `process.env.MAYFLY_<NAME>`. */
const threads = [
  { in: 'src/shard/worker.ts', out: 'worker' },
  { in: 'src/server/io-thread.ts', out: 'io-thread' },
];

/** Native or worker-starting packages that must be found in node_modules as they are. */
const external = ['koffi', 'piscina', 'uWebSockets.js'];

const flavours = [
  { outdir: 'dist', assertions: '0' },
  { outdir: 'dist-checked', assertions: '1' },
];

/** A server that was started before a build may want to start a thread of its own, so its files stay this long. */
const SUPERSEDED_KEPT_MS = process.argv.includes('--only') ? -1 : 3_600_000;

/**
 * Files are written under another name and moved into place, main.js last, so a server that starts while another terminal
 * builds finds one build or the other. A file's time is that of the last build it was part of.
 */
function replaceOutputs(outdir, outputFiles) {
  mkdirSync(outdir, { recursive: true });
  const now = new Date();
  for (const { path, contents } of outputFiles) {
    if (existsSync(path) && readFileSync(path).equals(contents)) {
      utimesSync(path, now, now);
      continue;
    }
    const beside = join(dirname(path), `.${basename(path)}.${process.pid}`);
    writeFileSync(beside, contents);
    if (basename(path) === 'main.js') chmodSync(beside, 0o755);
    renameSync(beside, path);
  }
  const kept = new Set(outputFiles.map(({ path }) => basename(path)));
  for (const name of readdirSync(outdir)) {
    const path = join(outdir, name);
    const isOld = now.getTime() - statSync(path).mtimeMs > SUPERSEDED_KEPT_MS;
    if (!kept.has(name) && isOld) rmSync(path, { force: true });
  }
}

function bundle(entryPoints, outdir, define, more) {
  return build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node20',
    external,
    minifySyntax: true,
    keepNames: false,
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    define,
    ...more,
  });
}

/** The name of the file that `entry` became. */
function nameOf({ metafile }, entry) {
  const [path] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === entry.in);
  return basename(path);
}

/** The bundle is a function for src/cli/program.ts to call. Without import(), which scripts lack, packages are required. */
const SCRIPT = {
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  entryNames: '[name]-[hash]',
  supported: { 'dynamic-import': false },
  banner: { js: '(function (require, module, exports, __filename, programUrl) {' },
  footer: { js: '})' },
};

/** Packages that stand within an ES module, such as pino, still require what Node has. */
const REQUIRING = {
  banner: {
    js: "import { createRequire as requiring } from 'node:module'; const require = requiring(import.meta.url);",
  },
};

/** The licences of the packages that stand within a bundle, as they ask for. */
function licensesOf({ metafile }) {
  const inputs = Object.keys(metafile.inputs).map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(path)?.[0]);
  const texts = [...new Set(inputs)].filter(Boolean).map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? license : readFileSync(join(root, folder, file), 'utf8').trim();
    return `${name} ${version}\n\n${text}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

async function buildFlavour({ outdir, assertions }) {
  const define = { 'process.env.MAYFLY_ASSERT': JSON.stringify(assertions) };
  const esm = { format: 'esm', splitting: true };
  const threaded = await Promise.all(
    threads.map((thread) => bundle([thread], outdir, define, { ...esm, ...REQUIRING, entryNames: '[name]-[hash]' })),
  );
  threads.forEach((thread, i) => {
    const name = thread.out.toUpperCase().replace('-', '_');
    define[`process.env.MAYFLY_${name}`] = JSON.stringify(`./${nameOf(threaded[i], thread)}`);
  });
  const program = { in: 'src/cli/run.ts', out: 'program' };
  const scripted = await bundle([program], outdir, { ...define, 'import.meta.url': 'programUrl' }, SCRIPT);
  define['process.env.MAYFLY_PROGRAM'] = JSON.stringify(`./${nameOf(scripted, program)}`);
  const main = await bundle([{ in: 'src/main.ts', out: 'main' }], outdir, define, esm);

  const licenses = { path: join(root, outdir, 'LICENSES.txt'), contents: Buffer.from(licensesOf(scripted)) };
  const outputs = [
    ...threaded.flatMap(({ outputFiles }) => outputFiles),
    ...scripted.outputFiles,
    licenses,
    ...main.outputFiles,
  ];
  replaceOutputs(join(root, outdir), outputs);
  await makeCode(join(root, outdir, nameOf(scripted, program)), define);
  const code = outputs.filter(({ path }) => /\.c?js$/.test(path));
  const kilobytes = code.reduce((sum, { contents }) => sum + contents.length, 0) / 1024;
  console.log(`${outdir}/ ${Math.round(kilobytes)} KB in ${code.length} files`);
}

/** Compiles the program ahead of its first start: src/cli/make-code.ts, which knows how. */
async function makeCode(program, define) {
  const entry = [{ in: 'src/cli/make-code.ts', out: 'make-code' }];
  const { outputFiles } = await bundle(entry, 'unused', define, { format: 'esm', sourcemap: false });
  const child = spawn(process.execPath, ['--input-type=module', '-', program], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.end(outputFiles[0].contents);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the program can't be compiled: exit code ${code}`);
}

/** @returns {Promise<boolean>} whether the types hold */
function checkTypes() {
  const packageFile = createRequire(import.meta.url).resolve('typescript/package.json');
  const tsc = join(dirname(packageFile), JSON.parse(readFileSync(packageFile, 'utf8')).bin.tsc);
  const child = spawn(process.execPath, [tsc, '--project', root], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });
}

const typesHold = process.argv.includes('--no-check') ? Promise.resolve(true) : checkTypes();
await Promise.all(flavours.map(buildFlavour));
if (!(await typesHold)) process.exit(1);
