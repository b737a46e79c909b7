/**
 * An echo server in a process of its own, for tests that measure or limit a process. Argument: an implementation's name.
 * Prints its port as JSON, then one JSON line for every line it is sent.
 */
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { LISTEN, Recorder } from './harness.ts';
import { IMPLEMENTATIONS } from './implementations.ts';

const recorder = new Recorder();
const transport = IMPLEMENTATIONS[process.argv[2]](recorder);
const print = (value: object): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};

print(await transport.listen(LISTEN));
for await (const _line of createInterface({ input: process.stdin })) {
  (globalThis as { gc?: () => void }).gc?.();
  print({
    rssBytes: process.memoryUsage().rss,
    opened: recorder.opened,
    closed: recorder.closed,
    acceptErrors: recorder.acceptErrors.map((error) => (error as NodeJS.ErrnoException).code),
    violations: recorder.violations,
    statistics: transport.statistics(),
    descriptors: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
  });
}
await transport.close();
