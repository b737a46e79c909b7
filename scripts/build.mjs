/**
 * Builds Mayfly: type check by tsc, bundles by esbuild.
 *
 *   node scripts/build.mjs              type check, then dist/ and dist-checked/
 *   node scripts/build.mjs --no-check   bundles only (80 ms), for the loop of someone who has tsc --watch open
 *
 * dist/          what ships: `process.env.MAYFLY_ASSERT` is the constant '0', so assertions fold away.
 * dist-checked/  the same program with assertions on: what tests that start a server or a worker thread run
 *                (a worker can't be started from a .ts file on Node 20).
 *
 * Bundling isn't for size: one file loads three times as fast as 300, and `minifySyntax` lets esbuild put top-level
 * numeric constants (layout offsets, opcodes) in place where they are used, across modules. Names stay readable.
 */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** One bundle each. The worker entries lie beside main.js: `new Worker(new URL('./worker.js', import.meta.url))`. */
const entries = [
  { in: 'src/main.ts', out: 'main' },
  { in: 'src/shard/worker.ts', out: 'worker' },
];

/** Native or worker-starting packages that must be found in node_modules as they are. */
const external = ['koffi', 'pino', 'piscina', 'uWebSockets.js'];

const flavours = [
  { outdir: 'dist', assertions: '0' },
  { outdir: 'dist-checked', assertions: '1' },
];

/**
 * Files are written under another name and moved into place, and chunks of the build before go last, so a server that
 * starts while another terminal builds finds one build or the other.
 */
function replaceOutputs(outdir, outputFiles) {
  mkdirSync(outdir, { recursive: true });
  for (const { path, contents } of outputFiles) {
    if (existsSync(path) && readFileSync(path).equals(contents)) continue;
    const beside = join(dirname(path), `.${basename(path)}.${process.pid}`);
    writeFileSync(beside, contents);
    if (basename(path) === 'main.js') chmodSync(beside, 0o755);
    renameSync(beside, path);
  }
  const kept = new Set(outputFiles.map(({ path }) => basename(path)));
  for (const name of readdirSync(outdir)) if (!kept.has(name)) rmSync(join(outdir, name), { force: true });
}

async function bundle({ outdir, assertions }) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir,
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external,
    minifySyntax: true,
    keepNames: false,
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    define: { 'process.env.MAYFLY_ASSERT': JSON.stringify(assertions) },
  });
  replaceOutputs(join(root, outdir), result.outputFiles);
  const code = result.outputFiles.filter(({ path }) => path.endsWith('.js'));
  const kilobytes = code.reduce((sum, { contents }) => sum + contents.length, 0) / 1024;
  console.log(`${outdir}/ ${Math.round(kilobytes)} KB in ${code.length} files`);
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
await Promise.all(flavours.map(bundle));
if (!(await typesHold)) process.exit(1);
