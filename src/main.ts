#!/usr/bin/env node
/**
 * The process' entry: one setting that must be made before anything else is loaded, then the program (cli/run.ts).
 *
 * V8's young generation stays at its first size instead of growing to 16 MiB a thread under load. What lives there is
 * small and short, since requests allocate next to nothing; the memory is better spent on keys. Measured at 1,000,000
 * keys: 8 MB less resident memory, no difference in CPU per request.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--semi-space-growth-factor=1');
await import('./cli/run.ts');
