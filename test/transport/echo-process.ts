/**
 * An echo server in a process of its own, for tests that measure or limit a process. Argument: an implementation's name.
 * Prints its port as JSON, then one JSON line for every line it is sent.
 */
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
  print({
    opened: recorder.opened,
    closed: recorder.closed,
    acceptErrors: recorder.acceptErrors.map((error) => (error as NodeJS.ErrnoException).code),
    violations: recorder.violations,
    statistics: transport.statistics(),
  });
}
await transport.close();
