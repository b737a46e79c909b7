#!/usr/bin/env node
/** The process: arguments → configuration → server. */
import './base/lean-heap.ts';
import { isInBackground, startInBackground } from './cli/background.ts';
import { parseCommandLine } from './cli/command-line.ts';
import { USAGE, versionLine } from './cli/usage.ts';
import { startMayfly } from './server/start.ts';

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
