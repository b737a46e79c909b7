/**
 * The last step of a build: writes what V8 makes of the program at the path that is the only argument, for program.ts to
 * load. The program runs as `mayfly --version` meanwhile, so that what every start runs is compiled when it is written.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { codeFileOf, compile, prepareV8, run } from './program.ts';

prepareV8();
const program = pathToFileURL(process.argv[2]);
const script = compile(program);
process.argv = [process.argv[0], process.argv[1], '--version'];
run(script, program);
const file = codeFileOf(program);
// Under another name first: a server that starts meanwhile must not find half of it.
const beside = new URL(`${file.href}.${process.pid}`);
writeFileSync(beside, script.createCachedData());
renameSync(beside, file);
