/** A generator of load with redis-benchmark's flags, tests and output: `npm run load -- -q -t set`. */
import { Connection } from '../client/connection.ts';
import { encodeCommand } from '../client/encode.ts';
import { type LoadOptions, parseLoadOptions, USAGE, UsageError } from './options.ts';
import { CSV_HEAD, csvLine, fullReport, progressLine, quietLine, type ServerSettings } from './report.ts';
import { LoadRun } from './run.ts';
import { CommandTemplate } from './template.ts';
import { defaultTests, type LoadTest } from './tests.ts';

function selectTests(options: LoadOptions): LoadTest[] {
  if (options.command.length > 0) {
    return [{ title: options.command.join(' '), names: [], command: options.command }];
  }
  const all = defaultTests('x'.repeat(options.payloadBytes), options.keyspace > 0);
  if (options.tests === '') return all;
  const wanted = options.tests.toLowerCase().split(',');
  const known = new Set(all.flatMap(({ names }) => names));
  const unknown = wanted.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new UsageError(`no such test: ${unknown.join(', ')}`);
  return all.filter(({ names }) => names.some((name) => wanted.includes(name)));
}

/** Undefined if the server doesn't let us read them: the report then says so. */
async function readSettings({
  host,
  port,
  socketPath,
  password,
  user,
}: LoadOptions): Promise<ServerSettings | undefined> {
  const connection = await Connection.open(socketPath === undefined ? { host, port } : { path: socketPath });
  try {
    if (password !== undefined) await connection.call('AUTH', ...(user === undefined ? [password] : [user, password]));
    const setting = async (name: string): Promise<string> => {
      // An array (or in RESP3 a map) of two bulk strings: the value is the last line but one.
      const lines = (await connection.call('CONFIG', 'GET', name)).split('\r\n');
      return lines.at(-2) ?? '';
    };
    return { save: await setting('save'), appendonly: await setting('appendonly') };
  } catch {
    return undefined;
  } finally {
    connection.close();
  }
}

async function runTest(test: LoadTest, options: LoadOptions, settings: ServerSettings | undefined): Promise<void> {
  const { command } = test;
  const once = 'inline' in command ? Buffer.from(command.inline) : encodeCommand(command);
  const template = CommandTemplate.repeat(once, options.pipeline, options.keyspace);
  const showsProgress = process.stdout.isTTY && !options.csv;
  const result = await new LoadRun(options).go(
    template,
    showsProgress ? (progress) => process.stdout.write(`\r\x1b[K${progressLine(test.title, progress)}`) : undefined,
  );
  if (showsProgress) process.stdout.write('\r\x1b[K');
  if (options.csv) console.log(csvLine(test.title, result));
  else if (options.quiet) console.log(quietLine(test.title, result));
  else {
    const payloadBytes = options.command.length > 0 ? once.length : options.payloadBytes;
    console.log(fullReport(test.title, result, options, payloadBytes, settings));
  }
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) {
    process.stdout.write(USAGE);
    return;
  }
  const options = parseLoadOptions(args);
  const tests = selectTests(options);
  const settings = options.csv || options.quiet ? undefined : await readSettings(options);
  if (options.csv) console.log(CSV_HEAD);
  do {
    for (const test of tests) await runTest(test, options, settings);
  } while (options.loop);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(
    error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error instanceof Error ? error.message : error,
  );
  process.exitCode = 1;
});
