#!/usr/bin/env node
/** The process' entry: makes V8's settings, then runs the program (cli/run.ts), which scripts/build.mjs lays beside it. */
import { compile, prepareV8, run } from './cli/program.ts';

prepareV8();
const program = new URL(process.env.MAYFLY_PROGRAM as string, import.meta.url);
run(compile(program), program);
