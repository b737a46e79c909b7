/**
 * Runs a tool written in TypeScript: `node scripts/run.mjs native-free-bench/load/main.ts -q -t set`.
 * Node 20 strips no types, so the tool is bundled to .cache/tools/ first (30 ms); stack traces name the .ts lines.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles one .ts file and its imports of this tree (packages stay imports) and answers with the path of the result.
 * @param {string} file path of the .ts file
 * @returns {Promise<string>}
 */
export async function bundleTool(file) {
  const name = resolve(file).slice(root.length).replace(/\.ts$/, '').replaceAll(/[\\/]/g, '-');
  const outfile = join(root, '.cache', 'tools', `${name}.mjs`);
  const result = await build({
    absWorkingDir: root,
    entryPoints: [resolve(file)],
    outfile,
    write: false,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    sourcemap: 'inline',
    // Tools measure: they get what ships, without assertions.
    define: { 'process.env.MAYFLY_ASSERT': '"0"' },
  });
  mkdirSync(join(root, '.cache', 'tools'), { recursive: true });
  writeFileSync(outfile, result.outputFiles[0].contents);
  return outfile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file, ...args] = process.argv.slice(2);
  if (file === undefined) {
    console.error('usage: node scripts/run.mjs FILE.ts [ARGUMENT…]');
    process.exit(2);
  }
  process.setSourceMapsEnabled(true);
  const outfile = await bundleTool(file);
  process.argv = [process.argv[0], outfile, ...args];
  await import(pathToFileURL(outfile).href);
}
