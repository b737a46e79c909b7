/**
 * One unit of the suite, run by tclsh under harness.tcl: what each of its tests came to, whatever hangs or dies.
 */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RespClient } from '../support/resp-client.ts';

export type Mode = 'external' | 'spawn';

export interface TestResult {
  readonly status: 'ok' | 'err' | 'skip' | 'hung';
  readonly name: string;
}

export interface UnitRun {
  readonly results: readonly TestResult[];
  readonly notes: readonly string[];
  /** Why it ended before its end, or empty. */
  readonly cutShort: string;
  /** The test that ran when it was cut short. */
  readonly running: string | undefined;
  readonly seconds: number;
}

export interface UnitOptions {
  readonly mode: Mode;
  /** The suite's root: see layOutTree. */
  readonly tree: string;
  /** External mode: where the server listens. Spawn mode: the first of the ports the suite may use. */
  readonly port: number;
  /** External mode: a port with 32 free ones below it, of which the suite takes one for itself. */
  readonly basePort: number;
  /** Which tests to leave out, or empty: `-slow`. */
  readonly tags: string;
  /** Whether what the suite expects holds as it stands; else the harness allows for what is newer than Redis 7.0. */
  readonly isExact: boolean;
  readonly logFile: string;
  readonly unitLimitMs: number;
  /** Without a result for so long, a test counts as hung. */
  readonly idleLimitMs: number;
  /** Tests to leave out: those that hung before. */
  readonly skip: readonly string[];
}

const harness = fileURLToPath(new URL('../../test/conformance/harness.tcl', import.meta.url));
const NUDGES_MAX = 3;
const NUDGE_PAUSE_MS = 8_000;

/** Ends the suite's connections, so that its blocked read fails and the unit goes on. */
async function endSuiteConnections(port: number): Promise<void> {
  const client = await RespClient.open(port);
  try {
    for (const type of ['pubsub', 'replica', 'normal']) {
      await client.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
    }
  } finally {
    client.close();
  }
}

/** What the suite prints, line by line, made into results. */
class Output {
  readonly results: TestResult[] = [];
  readonly notes = new Set<string>();
  readonly hung: string[] = [];
  running: string | undefined;
  died = '';
  isDone = false;
  nudges = 0;
  #rest = '';

  feed(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  end(): void {
    if (this.#rest !== '') this.#line(this.#rest);
  }

  #line(line: string): void {
    const found = /^\[(ok|err|skip|ignore|testing|exception|note)\]: (.*)$/.exec(line);
    if (found === null) {
      if (/^\[\d+\/\d+ done\]/.test(line)) this.isDone = true;
      return;
    }
    const [, what, text] = found;
    switch (what) {
      case 'testing':
        this.running = text;
        break;
      case 'note':
        this.notes.add(text);
        break;
      case 'exception':
        this.died = text;
        break;
      default:
        if (what !== 'ignore') this.nudges = 0;
        this.results.push({ status: what === 'ok' || what === 'err' ? what : 'skip', name: testName(text) });
        // Two processes write here: the next test's start can come before this one's result.
        if (this.running !== undefined && text.startsWith(this.running)) this.running = undefined;
    }
  }
}

/** A test's name without its time and file. */
function testName(text: string): string {
  return text.replace(/ \(\d+ ms\)$/, '').replace(/ in tests\/\S+$/, '');
}

function suiteArguments(unit: string, { mode, port, basePort, tags, skip }: UnitOptions): string[] {
  const args = ['--single', unit, '--durable', '--timeout', '100000', '--dont-clean', '--baseport', String(basePort)];
  if (mode === 'external') args.push('--host', '127.0.0.1', '--port', String(port));
  else args.push('--clients', '1', '--portcount', '200');
  if (tags !== '') args.push('--tags', tags);
  for (const name of skip) args.push('--skiptest', name);
  return args;
}

/** Runs a unit to its end, or to the end of its time. */
export function runUnit(unit: string, options: UnitOptions): Promise<UnitRun> {
  return new Promise((resolve, reject) => {
    const log = createWriteStream(options.logFile);
    // A process group of its own: servers and helpers that the suite leaves behind go with it.
    const child = spawn('tclsh', [harness, ...suiteArguments(unit, options)], {
      cwd: options.tree,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TERM: 'dumb', HARNESS_EXACT: options.isExact ? '1' : '0' },
    });
    const output = new Output();
    const startedMs = Date.now();
    let lastMs = startedMs;
    let cutShort = '';
    const endGroup = () => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group has ended by itself.
      }
    };
    const end = (why: string) => {
      cutShort ||= why;
      endGroup();
    };
    const onChunk = (chunk: Buffer) => {
      log.write(chunk);
      lastMs = Date.now();
      output.feed(chunk);
    };
    const watch = setInterval(() => {
      const nowMs = Date.now();
      if (nowMs - startedMs > options.unitLimitMs) return end('the unit’s time was up');
      if (nowMs - lastMs <= options.idleLimitMs) return;
      if (options.mode === 'spawn' || output.nudges >= NUDGES_MAX) return end('no progress');
      output.nudges++;
      lastMs = nowMs - options.idleLimitMs + NUDGE_PAUSE_MS;
      if (output.running !== undefined && !output.hung.includes(output.running)) output.hung.push(output.running);
      endSuiteConnections(options.port).catch(() => end('no progress, and the server does not answer'));
    }, 500);
    process.once('exit', endGroup);
    child.stdout.on('data', onChunk);
    child.stderr.on('data', (chunk) => log.write(chunk));
    child.once('error', reject);
    child.once('close', () => {
      clearInterval(watch);
      endGroup();
      process.off('exit', endGroup);
      output.end();
      log.end();
      if (!output.isDone && cutShort === '')
        cutShort = output.died === '' ? 'ended early' : `died: ${output.died.slice(0, 90)}`;
      const hung = output.hung.map((name): TestResult => ({ status: 'hung', name }));
      resolve({
        results: [
          ...output.results,
          ...hung.filter(({ name }) => !output.results.some((result) => result.name === name)),
        ],
        notes: [...output.notes],
        cutShort,
        running: cutShort === '' ? undefined : output.running,
        seconds: (Date.now() - startedMs) / 1000,
      });
    });
  });
}

/** Runs a unit, and again without a test that hung it, at most twice. */
export async function runUnitThroughHangs(
  unit: string,
  options: UnitOptions,
  restart: () => Promise<void>,
): Promise<UnitRun> {
  const hung: string[] = [...options.skip];
  let seconds = 0;
  for (let attempt = 0; ; attempt++) {
    await restart();
    const run = await runUnit(unit, { ...options, skip: hung });
    seconds += run.seconds;
    const culprit = run.running;
    const isWorthAnother =
      culprit !== undefined && !hung.includes(culprit) && attempt < 2 && seconds * 1000 < options.unitLimitMs;
    if (isWorthAnother && run.cutShort.startsWith('no progress')) {
      hung.push(culprit);
      continue;
    }
    const left = run.results.filter(({ status, name }) => !(status === 'skip' && hung.includes(name)));
    const late = culprit !== undefined && !hung.includes(culprit) ? [culprit] : [];
    const results = [...left, ...[...hung, ...late].map((name): TestResult => ({ status: 'hung', name }))];
    return { ...run, results, seconds };
  }
}
