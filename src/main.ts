#!/usr/bin/env node
/** The process: arguments → configuration → server. */
import { parseCommandLine } from './cli/command-line.ts';
import { USAGE, versionLine } from './cli/usage.ts';
import { startMayfly } from './server/start.ts';

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
    startMayfly(line.config).catch((error: Error) => {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    });
}
