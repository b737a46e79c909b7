/**
 * Runs a tool written in TypeScript: `node scripts/run.mjs native-free-bench/load/main.ts -q -t set`.
 * Stack traces name the lines of the .ts files.
 */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleTool } from './bundle-tool.mjs';

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node scripts/run.mjs FILE.ts [ARGUMENT…]');
  process.exit(2);
}
process.setSourceMapsEnabled(true);
const outfile = await bundleTool(fileURLToPath(new URL('..', import.meta.url)), file);
process.argv = [process.argv[0], outfile, ...args];
await import(pathToFileURL(outfile).href);
