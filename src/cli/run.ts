/** What the process does: arguments → configuration → server. Importing it runs it. */

import { startMayfly } from '../server/start.ts';
import { isInBackground, startInBackground } from './background.ts';
import { parseCommandLine } from './command-line.ts';
import { USAGE, versionLine } from './usage.ts';

// `dir` may lead elsewhere, and paths on the command line mean what they meant here.
const directory = process.cwd();

function fail(error: Error): void {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

const line = parseCommandLine(process.argv.slice(2));
switch (line.kind) {
  case 'help':
    process.stdout.write(USAGE);
    break;
  case 'version':
    process.stdout.write(versionLine());
    break;
  case 'error':
    process.stderr.write(line.message);
    process.exitCode = 1;
    break;
  case 'run':
    if (line.config.value('daemonize') && !isInBackground()) {
      const { standardInput } = line;
      startInBackground({ directory, args: process.argv.slice(1), standardInput }).catch(fail);
    } else startMayfly(line.config).catch(fail);
}
