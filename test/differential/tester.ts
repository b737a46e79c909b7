/**
 * Runs seeded episodes against a pair of servers, shrinks what differs and says what it found.
 */
import { ReplyChecker } from '../schemas/checker.ts';
import { asCliLine, type Command, isError } from '../support/resp.ts';
import type { ServerCommand } from '../support/server-process.ts';
import { Dice } from './dice.ts';
import { type Detour, Endpoint, NOTIFICATIONS } from './endpoint.ts';
import { CommandGenerator, isSent } from './generate.ts';
import { argumentPaths, type Grammar, nameIn, readGrammar } from './grammar.ts';
import { SMALL_LIMIT_ENTRIES } from './hazards.ts';
import { differencesFrom } from './known-differences.ts';
import { type Difference, type Outcome, type Pair, play } from './play.ts';
import { type Failing, shrink } from './shrink.ts';
import { commandsOfSteps, describeStep, makeSteps, type Step } from './steps.ts';
import { type OptionsOf, Tally } from './tally.ts';

export interface Options {
  readonly seed: number;
  /** Commands in all, over all episodes. */
  readonly commands: number;
  readonly protocol: 2 | 3;
  /** Groups or commands; empty for all. */
  readonly only: ReadonlySet<string>;
  /** Only this episode, to see one again. */
  readonly episode?: number;
  /** Stop after so many different causes. */
  readonly causesMax: number;
  readonly shrinkMs: number;
}

export interface Finding extends Failing {
  readonly seed: number;
  readonly episode: number;
  readonly protocol: 2 | 3;
  /** How often the same cause showed. */
  times: number;
}

export interface Report {
  readonly findings: readonly Finding[];
  readonly tally: Tally;
  readonly known: ReadonlyMap<string, number>;
  readonly notes: readonly string[];
}

const EPISODE_STEPS = 600;
const STATE_EVERY_STEPS = 150;
/** In some episodes the IDs of streams are of the year 2096: what producers sent is recognized as long as the tests run. */
const FUTURE_MS = 4e12;

/** Settings under which small collections change their encodings early: half of the episodes draw from these. */
const smallSettings: readonly Command[] = [
  ['CONFIG', 'SET', 'hash-max-listpack-entries', String(SMALL_LIMIT_ENTRIES)],
  ['CONFIG', 'SET', 'hash-max-listpack-value', '8'],
  ['CONFIG', 'SET', 'zset-max-listpack-entries', String(SMALL_LIMIT_ENTRIES)],
  ['CONFIG', 'SET', 'zset-max-listpack-value', '8'],
  ['CONFIG', 'SET', 'set-max-intset-entries', String(SMALL_LIMIT_ENTRIES)],
  ['CONFIG', 'SET', 'list-max-listpack-size', '3'],
  ['CONFIG', 'SET', 'stream-node-max-entries', '3'],
  ['CONFIG', 'SET', 'list-compress-depth', '1'],
  ['CONFIG', 'SET', NOTIFICATIONS, 'KA'],
];

const usualSettings: readonly Command[] = [
  ['CONFIG', 'SET', 'hash-max-listpack-entries', '128'],
  ['CONFIG', 'SET', 'hash-max-listpack-value', '64'],
  ['CONFIG', 'SET', 'zset-max-listpack-entries', '128'],
  ['CONFIG', 'SET', 'zset-max-listpack-value', '64'],
  ['CONFIG', 'SET', 'set-max-intset-entries', '512'],
  ['CONFIG', 'SET', 'list-max-listpack-size', '-2'],
  ['CONFIG', 'SET', 'stream-node-max-entries', '100'],
  ['CONFIG', 'SET', 'list-compress-depth', '0'],
  ['CONFIG', 'SET', NOTIFICATIONS, ''],
];

/** The names of `oracle` that the subject knows: by its own word, or if it has no COMMAND DOCS, by trying each. */
async function knownTo(subject: Endpoint, oracle: Grammar): Promise<Set<string>> {
  const declared = await readGrammar(subject.inspector);
  if (declared.size > 0) return new Set(declared.keys());
  const known = new Set<string>();
  for (const name of oracle.keys()) {
    if (!isSent(name) && !commandsOfSteps.has(name)) continue;
    // Too few words for any command to do something.
    const reply = await subject.ask(...name.split(' '));
    if (!('text' in reply && /^ERR unknown (sub)?command/.test(reply.text))) known.add(name);
  }
  return known;
}

async function versionOf(server: Endpoint): Promise<string> {
  const info = await server.ask('INFO', 'server');
  const version = 'text' in info ? /^redis_version:(\S+)/m.exec(info.text)?.[1] : undefined;
  if (version === undefined) throw new Error(`${server.server.name} doesn't tell its version`);
  return version;
}

/** Replies of Redis 8 in RESP3 have the shapes that it declares; those of the installed redis-server are older. */
function shapeCheck(subject: ServerCommand, oracle: ServerCommand, protocol: 2 | 3, grammar: Grammar): Pair['faultOf'] {
  if (protocol === 2 || subject.name === oracle.name) return undefined;
  const checker = new ReplyChecker();
  return (command, reply) => checker.fault(nameIn(grammar, command), reply);
}

function optionsOf(grammar: Grammar): OptionsOf {
  const tokens = (name: string, paths: readonly string[]) => new Set(paths.map((path) => path.slice(name.length + 1)));
  return new Map([...grammar].map(([name, syntax]) => [name, tokens(name, argumentPaths(syntax))]));
}

export class Tester {
  readonly #pair: Pair;
  readonly #grammar: Grammar;
  readonly #refusedSettings = new Set<string>();
  readonly notes: string[] = [];

  private constructor(pair: Pair, grammar: Grammar) {
    this.#pair = pair;
    this.#grammar = grammar;
  }

  static async start(subject: ServerCommand, oracle: ServerCommand, protocol: 2 | 3, detour?: Detour): Promise<Tester> {
    const pair = {
      subject: await Endpoint.start(subject, protocol, detour),
      oracle: await Endpoint.start(oracle, protocol),
    };
    try {
      await Promise.all([pair.subject.reset([]), pair.oracle.reset([])]);
      const all = await readGrammar(pair.oracle.inspector);
      const known = await knownTo(pair.subject, all);
      const missing = [...all.keys()].filter((name) => isSent(name) && !known.has(name)).sort();
      const faultOf = shapeCheck(subject, oracle, protocol, all);
      const differences = differencesFrom(await versionOf(pair.oracle));
      const tester = new Tester(
        { ...pair, known: differences, optionsOf: optionsOf(all), faultOf },
        new Map([...all].filter(([name]) => known.has(name))),
      );
      if (missing.length > 0) tester.notes.push(`${subject.name} lacks: ${missing.join(', ')}`);
      await tester.#trySettings();
      return tester;
    } catch (error) {
      await Promise.all([pair.subject.stop(), pair.oracle.stop()]);
      throw error;
    }
  }

  /** Settings that the subject refuses are left at their defaults on both. */
  async #trySettings(): Promise<void> {
    for (const [, , name, value] of usualSettings) {
      if (isError(await this.#pair.subject.ask('CONFIG', 'SET', name, value))) this.#refusedSettings.add(name);
    }
    if (!this.#grammar.has('PSUBSCRIBE')) this.#refusedSettings.add(NOTIFICATIONS);
    if (this.#refusedSettings.size > 0) {
      this.notes.push(
        `CONFIG SET refused by ${this.#pair.subject.server.name}: ${[...this.#refusedSettings].join(', ')}`,
      );
    }
  }

  async run(options: Options): Promise<Report> {
    const findings = new Map<string, Finding>();
    const known = new Map<string, number>();
    const tally = new Tally(this.#pair.optionsOf);
    for (let episode = options.episode ?? 0; tally.compared < options.commands; episode++) {
      const { settings, steps } = this.#makeEpisode(options, episode);
      const outcome = await play(this.#pair, settings, steps);
      tally.addAll(outcome.tally);
      for (const [id, times] of outcome.known) known.set(id, (known.get(id) ?? 0) + times);
      if (outcome.difference) await this.#keep(findings, options, episode, settings, steps, outcome.difference);
      if (findings.size >= options.causesMax || options.episode !== undefined) break;
    }
    return { findings: [...findings.values()], tally, known, notes: this.notes };
  }

  async #keep(
    findings: Map<string, Finding>,
    { seed, protocol, shrinkMs }: Options,
    episode: number,
    settings: readonly Command[],
    steps: readonly Step[],
    difference: Difference,
  ): Promise<void> {
    const before = findings.get(difference.cause);
    if (before !== undefined) {
      before.times++;
      return;
    }
    const failing = { settings, steps: steps.slice(0, difference.step + 1), difference };
    const replay = async (...args: [readonly Command[], readonly Step[]]) => {
      const outcome: Outcome = await play(this.#pair, [...this.#accepted(usualSettings), ...args[0]], args[1]);
      return outcome.difference;
    };
    findings.set(difference.cause, { ...(await shrink(failing, replay, shrinkMs)), seed, episode, protocol, times: 1 });
  }

  #accepted(settings: readonly Command[]): Command[] {
    return settings.filter(([, , name]) => !this.#refusedSettings.has(name));
  }

  #makeEpisode({ seed, only }: Options, number: number): { settings: Command[]; steps: Step[] } {
    const dice = new Dice(Math.imul(seed, 0x85ebca6b) ^ Math.imul(number + 1, 0xc2b2ae35));
    const firstStreamMs = dice.chance(0.4) ? FUTURE_MS : 0;
    const episode = {
      firstStreamMs,
      lastStreamMs: firstStreamMs + 1,
      streamIds: [],
      integerShare: dice.pick([0.1, 0.5, 0.9]),
      nowMs: Date.now(),
    };
    const generator = new CommandGenerator(this.#grammar, only, episode, dice.fork(1));
    const isSmall = dice.chance(0.5);
    const settings = usualSettings.map((usual, i) => (isSmall && dice.chance(0.7) ? smallSettings[i] : usual));
    const made = makeSteps(generator, EPISODE_STEPS, dice.fork(2), (name) => this.#grammar.has(name));
    const steps = made.flatMap((step, i): Step[] =>
      (i + 1) % STATE_EVERY_STEPS === 0 || i === made.length - 1 ? [step, { kind: 'state' }] : [step],
    );
    return { settings: this.#accepted(settings), steps };
  }

  /** The commands that are sent at random. */
  get commands(): string[] {
    return [...this.#grammar.keys()].filter((name) => isSent(name));
  }

  async stop(): Promise<void> {
    await Promise.all([this.#pair.subject.stop(), this.#pair.oracle.stop()]);
  }
}

/** A finding as text: the shrunk stream as redis-cli lines, then both replies. */
export function describeFinding({ settings, steps, difference, seed, episode, protocol, times }: Finding): string {
  const { command, where, subject, oracle } = difference;
  const shown = where === '' ? asCliLine(command) : `${asCliLine(command)}   (${where})`;
  return [
    `# ${difference.cause}   --seed ${seed} --episode ${episode} --protocol ${protocol}, seen ${times} ×`,
    ...settings.map(asCliLine),
    ...steps.flatMap(describeStep),
    `    differs in: ${shown}`,
    `    expected:   ${oracle}`,
    `    got:        ${subject}`,
  ].join('\n');
}
